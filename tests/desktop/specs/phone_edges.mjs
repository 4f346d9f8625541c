export const title = 'Nothing to be read or touched is below its camera, its round corners or its bar: the safe areas';
export const isOfAPhone = true;

/** Of a phone with a camera in its screen, upright, in pixels. */
const [TOP, BOTTOM] = [59, 34];

export async function play({ server, window }) {
  await server.start();
  await window.start();
  const inset = () => window.evaluate((top, bottom) => {
    document.documentElement.style.setProperty('--safe-top', `${top}px`);
    document.documentElement.style.setProperty('--safe-bottom', `${bottom}px`);
    return document.querySelector('meta[name="viewport"]').content.includes('viewport-fit=cover');
  }, TOP, BOTTOM);
  if (!(await inset())) throw new Error('its page ends at the safe areas by itself');
  await within(window, '.choosing h1');
  await window.kill();

  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await inset();
  await within(window, '.board-name, .indicator button, .tools .icon, .tool-word');
  await window.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await within(window, 'article:last-of-type .card-foot, .board-name');
  await window.evaluate(() => document.querySelector('.board-name').click());
  await window.until(() => document.querySelector('.panel:not([popover])') !== null);
  await window.evaluate(() => { const panel = document.querySelector('.panel:not([popover])'); panel.scrollTop = panel.scrollHeight; });
  await within(window, '.panel button');
  if (await window.evaluate(() => document.querySelector('.panel:not([popover])').getBoundingClientRect().bottom !== innerHeight)) throw new Error('its sheet does not reach the edge');
}

/** Fails if something that a selector names, and that is in the window, reaches beyond the safe area. */
async function within(window, selector) {
  const outside = await window.until((selector, top, bottom) => {
    const all = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).map((one) => [one.textContent, one.getBoundingClientRect()]);
    const seen = all.filter(([, box]) => box.bottom > 0 && box.top < innerHeight);
    return seen.length > 0 && seen.filter(([, box]) => box.top < top || box.bottom > innerHeight - bottom + 0.5).map(([text, box]) => `${text} ${box.top} ${box.bottom}`);
  }, selector, TOP, BOTTOM);
  if (outside.length > 0) throw new Error(`beyond the edge:\n${outside.join('\n')}`);
}
