// Takes a picture of every state of the board, at every width, light and dark, and one of all pictures for each scheme.
//
//   node tests/browser/screenshots.mjs [--only WORD] [--out FOLDER] [--bundle FOLDER]
//   node tests/browser/screenshots.mjs --readme [--only WORD]
//
// `cargo xtask screenshots` installs what it needs and calls it. Files are <state>-<width>-<scheme>.png, and sheet-<scheme>.png.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { Stage } from './harness/stage.mjs';
import { project, target } from './harness/tools.mjs';
import { DEVICES, SCHEMES, Scene } from './screenshots/scene.mjs';
import { makeSheet } from './screenshots/sheet.mjs';
import { STATES } from './screenshots/states.mjs';

/**
 * The pictures that are in the tree, and how each is taken, in this order: that of README.md, what a browser shows of the app before it is installed, and
 * those of the guides, each of a state.
 */
const PICTURES = [
  { file: 'docs/pictures/board.webp', state: 'live', device: 'desk', width: 1280, height: 860, quality: 88, bytesMax: 150_000 },
  { file: 'public/board-wide.webp', state: 'live', device: 'desk', width: 1280, height: 800, quality: 80, bytesMax: 100_000 },
  { file: 'public/board-narrow.webp', state: 'live', device: 'phone', width: 360, height: 640, quality: 80, bytesMax: 100_000 },
  { file: 'docs/pictures/new-board.webp', state: 'boards', device: 'desk', width: 1000, height: 640, quality: 80, bytesMax: 150_000 },
  { file: 'docs/pictures/find.webp', state: 'palette', device: 'desk', width: 1000, height: 560, quality: 80, bytesMax: 150_000 },
  { file: 'docs/pictures/arranging.webp', state: 'arranging', device: 'desk', width: 1000, height: 640, quality: 80, bytesMax: 150_000 },
  { file: 'docs/pictures/own-number.webp', state: 'new-series', device: 'desk', width: 1000, height: 400, quality: 80, bytesMax: 150_000 },
  { file: 'docs/pictures/closer.webp', state: 'zoomed', device: 'desk', width: 1000, height: 560, quality: 80, bytesMax: 150_000 },
];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(target, 'screenshots') },
    readme: { type: 'boolean', default: false },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const states = STATES.filter(({ name }) => name.includes(options.only));
if (states.length === 0 && !options.readme) {
  console.error(`no state is called ${options.only}: ${STATES.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const browser = await launchBrowser();
// Its charts fill while the other pictures are taken.
const lasting = new Stage(browser, options.bundle);
await lasting.server();
try {
  process.exitCode = options.readme ? await takePictures() : await takeAll();
} finally {
  await lasting.close();
  await browser.close();
}

async function takeAll() {
  mkdirSync(options.out, { recursive: true });
  const taken = [];
  const failed = [];
  for (const state of states) {
    for (const round of rounds(state)) {
      const scene = new Scene(browser, options.bundle, round.device, round.sizes[0], state.lasting ? lasting : undefined);
      try {
        taken.push(...(await take(state, round, await state.arrange(scene))));
      } catch (error) {
        failed.push(`${state.name} on a ${round.device.name}`);
        console.log(`FAIL  ${state.name} on a ${round.device.name}\n${error.stack}\n${await scene.stage.describe()}`);
      } finally {
        await scene.close();
      }
    }
    console.log(`${state.name}`);
  }
  for (const scheme of SCHEMES) console.log(await makeSheet(browser, options.out, scheme, taken));
  console.log(`${taken.length} pictures in ${options.out}`);
  for (const what of failed) console.log(`failed: ${what}`);
  return failed.length === 0 ? 0 : 1;
}

/** What is arranged once: of a brief state a single picture, else all of a device. */
function rounds(state) {
  const devices = DEVICES.filter(({ name }) => name !== 'wall' || state.wall);
  if (!state.brief) return devices.map((device) => ({ device, sizes: device.sizes, schemes: SCHEMES }));
  return devices.flatMap((device) =>
    device.sizes.flatMap((size) => SCHEMES.map((scheme) => ({ device, sizes: [size], schemes: [scheme] }))),
  );
}

async function take(state, { sizes, schemes }, { page }) {
  const taken = [];
  for (const size of sizes) {
    await page.setViewportSize({ width: size.width, height: state.isWhole ? await heightAt(page, size.width) : size.height });
    for (const scheme of schemes) {
      await settle(page, scheme);
      const file = `${state.name}-${size.name}-${scheme}.png`;
      const path = join(options.out, file);
      await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
      taken.push({ state: state.name, size: size.name, scheme, file });
    }
  }
  return taken;
}

/** How high all of a page is: seen at once, its bars stand at its ends, and no card is left out for being out of sight. */
async function heightAt(page, width) {
  await page.setViewportSize({ width, height: 800 });
  return page.evaluate(() => document.documentElement.scrollHeight);
}

/** Brings a page to the front and into a scheme, and waits until its letters are there and it has been drawn. */
async function settle(page, scheme) {
  await page.bringToFront();
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

async function takePictures() {
  for (const picture of PICTURES.filter(({ file }) => file.includes(options.only))) {
    const bytes = await takePicture(picture);
    if (bytes.length > picture.bytesMax) {
      console.error(`${picture.file} has ${bytes.length} bytes, and ${picture.bytesMax} are allowed: lower its quality or its size`);
      return 1;
    }
    writeFileSync(join(project, picture.file), bytes);
    console.log(`${picture.file}: ${bytes.length} bytes`);
  }
  return 0;
}

async function takePicture({ state, device, width, height, quality }) {
  const found = DEVICES.find(({ name }) => name === device);
  const { arrange } = STATES.find(({ name }) => name === state);
  const { page } = await arrange(new Scene(browser, options.bundle, found, { width, height }, lasting));
  await settle(page, 'light');
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
  // In the next one they are nobody who is there.
  await page.context().close();
  return Buffer.from(data, 'base64');
}
