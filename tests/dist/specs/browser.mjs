import { plays } from '../harness/plays.mjs';
import { alone } from '../harness/alone.mjs';

export const title = 'its page comes alive in a browser, and opens again without it';

export async function play(given) {
  const place = alone(given);
  for (const spec of ['smoke', 'starts_offline']) await plays('tests/browser/run.mjs', ['--bundle', place, '--only', spec]);
}
