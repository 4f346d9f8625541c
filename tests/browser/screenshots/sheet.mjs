// One picture of all pictures, to see at a glance what does not belong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How wide a picture of each size is on the sheet, in pixels. */
const THUMBNAILS = { 360: 92, 820: 140, 1600: 320, wall: 356 };
const HEIGHT = 200;
/** States in a row. */
const COLUMNS = 2;

/** Makes `sheet-<scheme>.html` and, of it, `sheet-<scheme>.png`; gives the picture's path. */
export async function makeSheet(browser, folder, scheme, taken) {
  const file = join(folder, `sheet-${scheme}.html`);
  writeFileSync(file, html(scheme, taken.filter((shot) => shot.scheme === scheme)));
  const page = await browser.newPage({ viewport: { width: 2000, height: 800 } });
  await page.goto(pathToFileURL(file).href);
  const picture = join(folder, `sheet-${scheme}.png`);
  await page.screenshot({ path: picture, fullPage: true });
  await page.close();
  return picture;
}

function html(scheme, shots) {
  const [ground, ink] = scheme === 'dark' ? ['#000', '#ddd'] : ['#fff', '#222'];
  const states = [...new Set(shots.map((shot) => shot.state))];
  const rows = states.map((state) => {
    const pictures = shots.filter((shot) => shot.state === state);
    return `<section><h2>${state}</h2>${pictures.map(figure).join('')}</section>`;
  });
  return `<!DOCTYPE html><meta charset="UTF-8"><title>${scheme}</title><style>
    body { display: grid; grid-template-columns: repeat(${COLUMNS}, max-content); gap: 20px 40px; margin: 16px;
        background: ${ground}; color: ${ink}; font: 13px/1.4 sans-serif; }
    section { display: flex; flex-wrap: wrap; gap: 8px 12px; }
    h2 { flex-basis: 100%; margin: 0; font-size: 14px; }
    a { display: block; height: ${HEIGHT}px; overflow: hidden; border: 1px solid #888; }
    img { display: block; width: 100%; }
  </style>${rows.join('\n')}`;
}

function figure({ file, size }) {
  return `<a href="${file}" style="width: ${THUMBNAILS[size]}px"><img src="${file}" alt=""></a>`;
}
