import { pull } from '../harness/finger.mjs';
import { add } from '../harness/server_state.mjs';

export const title = 'A page that is pulled down syncs now, instead of at its next try';
export const isOfAPhone = true;

/** So soon it is live then, in milliseconds; by itself it tries each four seconds, on average. */
const LIVE_MS_MAX = 1_000;

export async function play({ server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  const says = (words) => window.until((words) => document.querySelector('.pull')?.textContent === words, words);
  const isGone = () => window.until(() => document.querySelector('.pull') === null);

  await pull(window, 40, () => says('Pull to sync'));
  await isGone();
  // Three times by chance, each a quarter or less: once in a hundred.
  let [rounds, pulled] = [0, 0];
  while (pulled < 3) {
    await server.stop();
    await window.isIn('waiting', 'offline');
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    await server.start();
    await add(server, 'counter', 'count', 1);
    rounds += 1;
    // It may have tried by itself just now: that says nothing.
    const waits = await window.evaluate(() => ['waiting', 'offline'].includes(document.querySelector('.indicator').dataset.state));
    if (waits) {
      await pull(window, 120, () => says('Let go to sync'));
      await isGone();
      pulled += 1;
    }
    const ms = await window.msUntilLiveAt(rounds);
    if (waits && ms > LIVE_MS_MAX) throw new Error(`it was live after ${Math.round(ms)} ms`);
  }
}

/** Long enough that the pauses between tries are seconds. */
const AWAY_MS = 6_000;
