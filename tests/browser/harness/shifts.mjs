// What moves on a page by itself, as Chromium counts it: what somebody's own press moves is not among it.

/** What is felt: Chromium calls a page good below a tenth. */
export const SHIFT_MAX = 0.02;

/** Counts what moves from the first paint on. Runs in a page before all else. */
export function countShifts() {
  globalThis.shifts = 0;
  const add = (list) => list.getEntries().forEach(({ value, hadRecentInput }) => (globalThis.shifts += hadRecentInput ? 0 : value));
  new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
}

/** All shifts of a page together. The browser tells of a frame's before the next but one. */
export function shiftsOf(page) {
  return page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(globalThis.shifts))))),
  );
}
