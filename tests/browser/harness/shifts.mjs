// What moves on a page by itself, as Chromium counts it: what somebody's own press moves is not among it.

/** What is felt: Chromium calls a page good below a tenth. */
export const SHIFT_MAX = 0.02;

/** Counts what moves from the first paint on. Runs in a page before all else. */
export function countShifts() {
  globalThis.shifts = { all: 0, moved: [] };
  const rect = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
  const moved = ({ node, previousRect, currentRect }) => `${node?.className || node?.nodeName}: ${rect(previousRect)} to ${rect(currentRect)}`;
  const add = (list) => {
    for (const { value, hadRecentInput, sources, startTime } of list.getEntries()) {
      if (hadRecentInput) continue;
      globalThis.shifts.all += value;
      globalThis.shifts.moved.push(`after ${Math.round(startTime)} ms ${value.toFixed(3)} by ${sources.map(moved).join(', ')}`);
    }
  };
  new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
}

/** All shifts of a page together, and what moved in each. The browser tells of a frame's before the next but one. */
export function shiftsOf(page) {
  return page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(globalThis.shifts))))),
  );
}
