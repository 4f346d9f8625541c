export const title = 'The details speak of this window, or of this app; and keys are named where there are some';
export const isOfAPhoneToo = true;

export async function play({ server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.evaluate(() => document.querySelector('.indicator button').click());
  const here = window.isAPhone ? 'this app' : 'this window';
  await window.until((here) => document.querySelector('[data-fact="sent-by"]')?.textContent === here, here);
  await window.evaluate(() => document.querySelector('.indicator button').click());

  await window.press('Find');
  await window.until(() => document.querySelector('.palette-list') !== null);
  const [hints, shown] = await window.evaluate(() => {
    const hints = [...document.querySelectorAll('.palette-hint')].filter((hint) => hint.textContent.startsWith('Ctrl'));
    return [hints.length, hints.filter((hint) => hint.offsetWidth > 0).length];
  });
  const expected = window.isAPhone ? 0 : hints;
  if (hints !== 2 || shown !== expected) throw new Error(`of ${hints} keys ${shown} are named`);
}
