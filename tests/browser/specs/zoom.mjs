import { equal, match, notEqual, ok } from 'node:assert/strict';

export const title = 'a stretch of a chart is looked at closer, by mouse, keys or two fingers, and all of it again; nobody else’s chart changes';

const MINUTE_MS = 60_000;
const TITLE = 'Tank';
const WHOLE = /^(1\sh|5\d\smin) ago$/;

export async function play(stage) {
  const server = await stage.server();
  const ada = await stage.person('Ada');
  const board = await ada.open();
  await board.isIn('live');
  const { page } = board;
  await sendAnHour(server);
  await board.page.getByRole('button', { name: 'Not now' }).click();
  await board.add('Chart', TITLE, 'tank');
  await board.openMenu(TITLE);
  await page.getByRole('menuitem', { name: 'Set up' }).click();
  await page.getByLabel('Span').selectOption('1 h');
  await page.getByRole('button', { name: 'Save' }).click();
  const chart = board.widget(TITLE);
  const pad = page.getByRole('slider', { name: `Time in ${TITLE}` });
  const part = chart.locator('.plot-times span');
  const whole = chart.getByRole('button', { name: 'Whole span' });
  await chart.getByText(WHOLE).waitFor();
  await isFine(page, chart, 100);
  // Of what was measured every four seconds, a point of twelve has a least and a greatest.
  ok((await chart.locator('.series-band').getAttribute('d')).length > 100, 'what means are made of lies behind them');

  // Drawn over with a mouse, and let go outside of it.
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 20, { steps: 3 });
  await chart.locator('.drawn').waitFor({ state: 'attached' });
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height + 40, { steps: 3 });
  await page.mouse.up();
  await whole.waitFor();
  equal(await chart.locator('.drawn').count(), 0);
  const [from, to] = minutesOf(await part.textContent());
  ok(Math.abs(to - from - 15) < 2, `a quarter of an hour: ${from} to ${to}`);
  // The finer tier: every four seconds there is a point.
  await isFine(page, chart, 200);
  equal(await part.locator('..').getAttribute('role'), 'status');
  equal((await ada.violations(board)).join('\n'), '');
  // New values come, and what is looked at stays.
  const drawn = await chart.locator('.series-line').first().getAttribute('d');
  await send(server, `tank 7 ${Date.now()}`);
  await chart.getByText('now', { exact: true }).waitFor({ state: 'attached' });
  equal(await chart.locator('.series-line').first().getAttribute('d'), drawn);
  await whole.click();
  await chart.getByText(WHOLE).waitFor();
  await board.hasFocus('slider', `Time in ${TITLE}`);

  // What fails is asked for again, and said where it goes on to fail.
  ada.expects(/net::ERR_FAILED/);
  let fails = 2;
  const past = /samples\?span/;
  await page.route(past, (route) => (fails-- > 0 ? route.abort() : route.continue()));
  const answered = page.waitForResponse(past);
  await pad.press('+');
  await answered;
  equal(await chart.getByText('Not loaded').count(), 0);
  fails = Infinity;
  await pad.press('+');
  await chart.getByText('Last 15\u00a0min · Not loaded').waitFor();
  await page.unroute(past);
  await pad.press('Escape');
  await chart.getByText(WHOLE).waitFor();
  equal(await chart.getByText('Not loaded').count(), 0);

  // By keys: half of it, to its end, which goes on; and around an instant.
  await pad.press('+');
  match(await part.textContent(), /^Last (30|29)\smin$/);
  await pad.press('+');
  match(await part.textContent(), /^Last (15|14)\smin$/);
  await pad.press('-');
  match(await part.textContent(), /^Last (30|29)\smin$/);
  await pad.press('Escape');
  await chart.getByText(WHOLE).waitFor();
  await pad.press('Home');
  await pad.press('+');
  await whole.waitFor();
  notEqual(await part.textContent(), 'Last 30\u00a0min');
  await pad.dblclick();
  await whole.waitFor({ state: 'detached' });
  // A press is no stretch.
  await pad.click();
  equal(await whole.count(), 0);

  await betweenTwoFingers(stage);
}

async function betweenTwoFingers(stage) {
  const ben = await stage.person('Ben', { isMobile: true, hasTouch: true, viewport: { width: 360, height: 740 } });
  const his = await ben.open();
  await his.isIn('live');
  const { page } = his;
  const chart = his.widget(TITLE);
  await chart.getByText(WHOLE).waitFor();
  const pad = page.getByRole('slider', { name: `Time in ${TITLE}` });
  await pad.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const box = await pad.boundingBox();
  const session = await page.context().newCDPSession(page);
  const fingers = (type, ...shares) => {
    const touchPoints = shares.map((share, id) => ({ id, x: box.x + box.width * share, y: box.y + box.height / 2 }));
    return session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  const whole = chart.getByRole('button', { name: 'Whole span' });
  // One finger points, and nothing is looked at closer.
  await fingers('touchStart', 0.2);
  await fingers('touchMove', 0.6);
  await fingers('touchEnd');
  await chart.locator('.crosshair').waitFor({ state: 'detached' });
  equal(await whole.count(), 0);
  await fingers('touchStart', 0.4);
  await fingers('touchStart', 0.4, 0.6);
  await fingers('touchMove', 0.25, 0.75);
  await chart.locator('.drawn').waitFor({ state: 'attached' });
  await fingers('touchEnd');
  await whole.waitFor();
  const [from, to] = minutesOf(await chart.locator('.plot-times span').textContent());
  ok(Math.abs(to - from - 30) < 3, `half an hour: ${from} to ${to}`);
  const { width, height } = await whole.boundingBox();
  ok(width >= 44 && height >= 44, `a finger hits ${width} × ${height}`);
  await whole.tap();
  await chart.getByText(WHOLE).waitFor();
}

/** Every four seconds of the last hour. */
async function sendAnHour(server) {
  const now = Date.now();
  const lines = Array.from({ length: 900 }, (_, at) => `tank ${50 + 40 * Math.sin(at / 40) + (at % 3)} ${now - (900 - at) * 4_000}`);
  await send(server, lines.join('\n'));
}

async function send(server, body) {
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body });
  equal((await answer.json()).refused, 0);
}

/** Resolves when a chart's line has more values than this. */
async function isFine(page, chart, count) {
  const line = await chart.locator('path.series-line').first().elementHandle();
  await page.waitForFunction(([path, wanted]) => path.getAttribute('d').match(/[ML]/g)?.length >= wanted, [line, count]);
}

/** The minutes of the day that are between two times, as a chart says them. */
function minutesOf(text) {
  const times = [...text.matchAll(/(\d\d):(\d\d):(\d\d)/g)].map(([, hours, minutes, seconds]) => hours * 60 + Number(minutes) + seconds / 60);
  equal(times.length, 2, text);
  // Over midnight.
  return times[1] < times[0] ? [times[0], times[1] + (24 * 60 * MINUTE_MS) / MINUTE_MS] : times;
}
