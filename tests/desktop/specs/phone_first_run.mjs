import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'The app asks for its server, speaks with none openly but its own device, and has its tools under a thumb, each 44 px';
export const isOfAPhone = true;

export async function play({ screen, server, window }) {
  await server.start();
  await window.start();
  const says = (text) => window.until((text) => document.querySelector('.choosing [role="alert"]')?.textContent.includes(text), text);
  if (await window.evaluate(() => document.querySelector('button[data-server="own"]') !== null)) throw new Error('it offers a server of its own, which it has not');
  await window.nameServer('http://192.0.2.1:8080');
  await says('https://');
  await areForAFinger(window);
  await window.kill();
  await window.start('--server', 'http://board.example.org');
  await says('without encryption');
  await window.kill();

  await window.start();
  await window.nameServer(`http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.increase();
  await eventually(async () => (await field(server, 'counter', 'count')) === 1);
  const { tools, wide, high, broad } = await window.evaluate(() => ({
    tools: [...document.querySelectorAll('.tools > *')].map((tool) => tool.getBoundingClientRect()).filter(({ height }) => height > 0).map(({ bottom }) => Math.round(bottom)),
    wide: innerWidth,
    high: innerHeight,
    broad: document.documentElement.scrollWidth,
  }));
  if (wide !== 390 || high !== 844 || broad !== 390) throw new Error(`it is ${wide} × ${high}, and its page ${broad} wide`);
  if (tools.length < 4 || tools.some((bottom) => bottom < 836)) throw new Error(`its tools are not at the bottom: ${tools}`);
  await areForAFinger(window);
  for (const opener of ['.board-name', '.pending-badge button', '.indicator button', '.tools [aria-keyshortcuts]', '.tools > .anchor > button', 'article .card-menu button']) {
    await window.evaluate((opener) => document.querySelector(opener).click(), opener);
    await window.until(() => document.querySelector('.panel:not([popover])') !== null);
    await areForAFinger(window);
    screen.press('XF86Back');
    await window.until(() => document.querySelector('.panel:not([popover])') === null);
  }
}

/** Fails if there is something to be touched that a finger finds less than 44 px wide or high, from its middle on. */
async function areForAFinger(window) {
  await window.focus();
  const missed = await window.evaluate(() => {
    const panel = document.querySelector('.panel:not([popover])');
    const all = [...(panel ?? document).querySelectorAll('button, a[href], input, select, textarea, [role="slider"]')];
    return all.flatMap((element) => {
      // A box that only a reader of screens finds has a label that is seen.
      const seen = element.classList.contains('unseen') ? element.closest('label') : element;
      if (!seen?.checkVisibility() || seen.closest('[aria-hidden="true"], .skip')) return [];
      seen.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = seen.getBoundingClientRect();
      const isHit = (dx, dy) => {
        const [atX, atY] = [x + width / 2 + dx, y + height / 2 + dy];
        const hit = document.elementFromPoint(atX, atY);
        return seen.contains(hit) || (hit?.closest('label')?.contains(element) ?? false);
      };
      const reach = (dx, dy) => {
        let far = 0;
        while (far < 44 && isHit(dx * far, dy * far)) far += 1;
        return far;
      };
      const [wide, high] = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
      return wide >= 44 && high >= 44 ? [] : [`${element.getAttribute('aria-label') ?? element.textContent}: ${wide} × ${high}, ${seen.outerHTML.slice(0, 90)}`];
    });
  });
  await window.evaluate(() => scrollTo(0, 0));
  if (missed.length > 0) throw new Error(`a finger misses:\n${missed.join('\n')}`);
}
