// Plays the specs of a folder, one after the other but for those that wait, and tells of each: of the browser's suite and of the window's.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** No spec takes longer than this, in milliseconds, whatever it hangs on, but one that says how long it may. */
const SPEC_MAX_MS = 120_000;

/** Nor is what it has opened closed for longer than this. */
const CLOSE_MS_MAX = 30_000;

/**
 * Plays those whose name contains a word, so many times; `open` makes of what a spec exports the `stage` that it is played with; it is
 * asked to `check` that when it has been played, to `describe` it for the report of a failure, and to `close` it. `ways` are words for
 * what a spec is played with, one after the other. A spec that says `isAside`, since all it does is wait, is played beside the others.
 * The last line is `N passed, N failed`, and it gives the exit code: who calls it ends with that, since a spec that took too long goes
 * on, with what it has opened.
 */
export async function playAll({ folder, only, repeat, open, ways = () => [''] }) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name.includes(only)).sort();
  const specs = await Promise.all(names.map(async (name) => ({ name, ...(await import(join(folder, name))) })));
  const failures = [];
  let passed = 0;
  /** Whether a spec goes on that should have ended: what came after it would be played beside it. */
  let isBlocked = false;

  const plays = async ({ spec, way, round }) => {
    const title = spec.title + way;
    const started = performance.now();
    const opened = open(spec, way);
    try {
      await within(spec.maxMs ?? SPEC_MAX_MS, spec.play(opened.stage));
      opened.check?.();
      passed += 1;
      console.log(`ok    ${title} (${seconds(started)})`);
    } catch (error) {
      failures.push(title);
      console.log(`FAIL  ${title} (${seconds(started)}, ${spec.name}${round > 1 ? `, round ${round}` : ''})`);
      const causes = [error.stack ?? String(error), error.cause?.stack].filter(Boolean);
      console.log(indent([...causes, await opened.describe()].join('\n')));
      isBlocked ||= error instanceof TookTooLong;
    } finally {
      await within(CLOSE_MS_MAX, opened.close()).catch((error) => console.log(indent(`not closed: ${error.message}`)));
    }
  };
  const playsRound = async (round) => {
    const turns = specs.flatMap((spec) => ways(spec).map((way) => ({ spec, way, round })));
    const aside = turns.filter(({ spec }) => spec.isAside).map(plays);
    for (const turn of turns) {
      if (!turn.spec.isAside && !isBlocked) await plays(turn);
    }
    if (!isBlocked) await Promise.all(aside);
  };
  for (let round = 1; round <= repeat && !isBlocked; round += 1) await playsRound(round);
  if (isBlocked) console.log('nothing more is played: what took too long goes on');
  for (const title of failures) console.log(`failed: ${title}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 && passed > 0 ? 0 : 1;
}

class TookTooLong extends Error {}

function within(limitMs, work) {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`it took more than ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([work, expired]).finally(() => clearTimeout(timer));
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
