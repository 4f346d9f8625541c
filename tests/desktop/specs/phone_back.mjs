export const title = 'Back closes what is open before it leaves a board, by its key and by the system’s gesture, and leads to the board of before';
export const isOfAPhone = true;

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  const isAt = (name) => window.until((name) => document.querySelector('.board-name')?.textContent.includes(name), name);
  await press(window, '.board-name');
  await window.enter('.panel input');
  screen.type('Shift');
  screen.press('Return');
  await isAt('Shift');

  for (const back of [() => screen.press('XF86Back'), () => window.evaluate(() => history.back())]) {
    await press(window, '.board-name');
    await window.until(() => document.querySelector('.panel:not([popover])') !== null);
    await window.focus();
    back();
    await window.until(() => document.querySelector('.panel:not([popover])') === null);
    await isAt('Shift');
    back();
    await isAt('This machine');
    await press(window, '.board-name');
    await window.until(() => {
      const way = [...document.querySelectorAll('.panel a')].find((one) => one.textContent.includes('Shift'));
      way?.click();
      return way !== undefined;
    });
    await isAt('Shift');
  }
  await window.evaluate(() => history.back());
  await isAt('This machine');

  // So it is where cards are arranged.
  await press(window, 'article .card-menu button');
  await window.press('Arrange');
  await window.until(() => document.querySelector('[data-state="arranging"]') !== null);
  await window.focus();
  screen.press('XF86Back');
  await window.until(() => document.querySelector('[data-state="arranging"]') === null);
  await isAt('This machine');

  // Where there is nothing to go back to, the system is left to leave the app.
  if ((await window.evaluate(() => history.state)) !== 'here') throw new Error('it has no step to go back by');
  await window.evaluate(() => history.back());
  await window.until(() => history.state !== 'here');
  await isAt('This machine');
}

async function press(window, selector) {
  await window.until((selector) => {
    const button = document.querySelector(selector);
    button?.click();
    return button !== null;
  }, selector);
}
