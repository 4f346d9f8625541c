// A finger on the page, by events as a touch screen's: this screen has none.

/** Pulls the page down by so many pixels, and lets go; `meanwhile` is before that. */
export async function pull(window, px, meanwhile = async () => {}) {
  await touch(window, 'touchstart', START_PX);
  await touch(window, 'touchmove', START_PX + px / 2);
  await touch(window, 'touchmove', START_PX + px);
  await meanwhile();
  await touch(window, 'touchend');
}

function touch(window, type, y) {
  return window.evaluate((type, y) => {
    const target = document.querySelector('main');
    // WebKit makes no touch of a script's own.
    const touches = type === 'touchend' ? [] : [{ identifier: 1, target, clientX: 200, clientY: y }];
    target.dispatchEvent(Object.assign(new Event(type, { bubbles: true }), { touches }));
  }, type, y);
}

/** Below the header, in pixels. */
const START_PX = 200;
