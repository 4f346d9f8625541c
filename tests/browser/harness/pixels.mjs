// What a page's main thread bears, and when a press is on the screen: for the reports that measure it.

/** How long a finger holds a button. Let go in the moment in which it was pressed, the page would still be drawing that it is held. */
export const HELD_MS = 60;

/** Seconds that the main thread has been busy so far; `Performance.enable` is called with `threadTicks` before. */
export async function busy(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { all: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration'), style: of('RecalcStyleDuration') };
}

export function sorted(times) {
  return [...times].sort((one, other) => one - other);
}

/** What so large a part of sorted times is below, in milliseconds. */
export function at(times, portion) {
  return (times[Math.min(times.length - 1, Math.floor(times.length * portion))] ?? NaN).toFixed(1);
}

export function verdict(isMet) {
  return isMet ? '' : '  MISSED';
}

export function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** How soon presses were seen, and how much of that the page took until it had changed: the rest is the browser’s, which draws. */
export function told({ presses, changes }, goalMs) {
  const of = (times) => [0.5, 0.95, 0.99].map((portion) => `p${portion * 100} ${at(sorted(times), portion)}`).join('  ');
  return `input to pixel, ${presses.length} presses, ms: ${of(presses)} (goal: ${goalMs})${verdict(at(sorted(presses), 0.99) <= goalMs)}; until the page had changed: ${of(changes)}`;
}

/** Notes long tasks, and when each press is seen: after the frame whose drawing began with the new number. Runs in the page. */
export function watch(title) {
  let [tasks, events, presses, changes] = [[], [], [], []];
  let pressedAt;
  const waiting = new Map();
  const card = document.querySelector(`article[aria-label="${title}"]`);
  const channel = new MessageChannel();
  const observers = [
    [new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))), { type: 'longtask' }],
    [
      new PerformanceObserver((list) => events.push(...list.getEntries().filter(({ name }) => name === 'click').map((entry) => entry.duration))),
      { type: 'event', durationThreshold: 16 },
    ],
  ];
  for (const [observer, what] of observers) observer.observe(what);
  card.querySelector('button[aria-label="Add one"]').addEventListener('click', (event) => (pressedAt = event.timeStamp), { capture: true });
  // A message that is sent in a frame's callback is received when that frame has been laid out and painted.
  channel.port1.onmessage = ({ data }) => {
    presses.push(performance.now() - data);
    waiting.get(presses.length)?.();
  };
  new MutationObserver(() => {
    const at = pressedAt;
    changes.push(performance.now() - at);
    requestAnimationFrame(() => channel.port2.postMessage(at));
  }).observe(card.querySelector('output'), { subtree: true, childList: true, characterData: true });
  globalThis.pixels = {
    forget: () => {
      for (const [observer] of observers) observer.takeRecords();
      [tasks, events, presses, changes] = [[], [], [], []];
      waiting.clear();
    },
    shown: (count) => (presses.length >= count ? undefined : new Promise((resolve) => waiting.set(count, resolve))),
    figures: () => ({ tasks, events, presses, changes }),
  };
}
