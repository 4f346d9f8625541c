import { equal, match, rejects } from 'node:assert/strict';
import { NEIGHBOUR, launchTrusting } from '../harness/browser.mjs';
import { Board } from '../harness/board.mjs';

export const title = 'a phone that trusts the local authority joins by a code, edits, and the code is used up';

const EDIT = 'edit-0123456789abcdef';
const PHONE = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

export async function play(stage) {
  const { port } = await stage.server('--tls-local', '--edit-token', EDIT, '--view-token', 'view-0123456789abcdef');
  const plain = `http://127.0.0.1:${port}`;
  const stranger = await stage.person('Stranger');
  stranger.expects(/ERR_CERT_AUTHORITY_INVALID/);
  const { page: refused } = await stranger.open();
  await rejects(refused.goto(`https://127.0.0.1:${port}/`), /ERR_CERT_AUTHORITY_INVALID/);
  const { page: untrusting } = await stranger.open('install-authority');
  await untrusting.getByRole('heading', { name: 'Trust this server' }).waitFor();
  equal((await stranger.violations({ page: untrusting })).join('\n'), '');

  const answer = await fetch(`${plain}/install-authority/tideboard-authority.crt`);
  const { browser } = stage.closes(await launchTrusting(Buffer.from(await answer.arrayBuffer())));
  const origin = `https://${NEIGHBOUR}:${port}`;
  const desk = await open(browser, `${origin}/boards/this-machine`);
  await desk.page.getByLabel('Token').fill(EDIT);
  await desk.page.getByRole('button', { name: 'Open the board' }).click();
  await desk.isIn('live');
  equal(await desk.page.evaluate(() => isSecureContext), true);

  const link = await share(desk, 'To edit');
  match(link, new RegExp(`^${origin}/join#[0-9a-f]{32}$`));
  const phone = await open(browser, link, PHONE);
  await phone.page.waitForURL('**/boards/this-machine');
  await phone.isIn('live');
  await phone.increase();
  await desk.counts(1);
  const [session] = (await phone.page.context().cookies()).filter(({ httpOnly }) => httpOnly);
  equal(session.secure && session.sameSite, 'Strict');

  const late = await open(browser, link, PHONE);
  await late.page.getByRole('alert').filter({ hasText: 'was used already' }).waitFor();
  equal(new URL(late.page.url()).hash, '', 'a code that is of no use does not stay in the address');

  await late.page.goto(await share(desk, 'To watch only'));
  await late.page.waitForURL('**/boards/this-machine');
  await late.page.getByText('View only').waitFor();
}

async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return new Board(page);
}

/** Asks for a code in the board's menu; gives the address that it shows. */
async function share({ page }, access) {
  const menu = page.getByRole('button', { name: /^Board: / });
  if ((await menu.getAttribute('aria-expanded')) !== 'true') await menu.click();
  const region = page.getByRole('region', { name: 'Share' });
  const shown = region.getByRole('link', { name: /link/ });
  const before = (await shown.count()) > 0 ? await shown.getAttribute('href') : '';
  await region.getByRole('button', { name: access }).click();
  await region.locator(`a[href*="/join#"]:not([href="${before}"])`).waitFor();
  await region.locator('svg.qr').waitFor();
  return shown.getAttribute('href');
}
