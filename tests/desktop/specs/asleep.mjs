import { add } from '../harness/server_state.mjs';

export const title = 'A window whose machine slept, or whose system stopped it, is live within a second, with what was edited meanwhile';
export const isOfAPhoneToo = true;

/** It sleeps longer than its server waits for it, in milliseconds. */
const ASLEEP_MS = 12_000;

/** What was edited meanwhile is shown, and it is live, so soon after it goes on. */
const LIVE_AGAIN_MS_MAX = 1_000;

export async function play({ server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.counts(0);
  window.freeze();
  await add(server, 'counter', 'count', 2);
  await new Promise((resolve) => setTimeout(resolve, ASLEEP_MS));
  window.thaw();
  const ms = await window.msUntilLiveAt(2);
  if (ms > LIVE_AGAIN_MS_MAX) throw new Error(`it was live again after ${Math.round(ms)} ms`);

  // Its server is another process when it wakes, and knows nothing of its connection.
  window.freeze();
  await server.kill();
  await server.start();
  await add(server, 'counter', 'count', 1);
  window.thaw();
  const again = await window.msUntilLiveAt(3);
  if (again > LIVE_AGAIN_MS_MAX) throw new Error(`beside a new server it was live again after ${Math.round(again)} ms`);
}
