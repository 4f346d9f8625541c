// Of a phone: back, by its key or by the gesture of its system, a page that is pulled down, and an app that is put away or taken up again.
const end = new AbortController();
const heard = { signal: end.signal, passive: true };

/** Closes what is open above the page, and what stands above that first. */
const close = () => {
  const popover = [...document.querySelectorAll('[popover]:popover-open')].at(-1);
  if (popover) {
    popover.hidePopover();
    return true;
  }
  const panel = [...document.querySelectorAll('.panel:not([popover])')].at(-1);
  if (panel) {
    panel.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    return true;
  }
  const arranged = document.querySelector('.banner[data-state="arranging"] .button');
  arranged?.click();
  return arranged !== null;
};

const back = async () => {
  if (close()) return true;
  dioxus.send('back');
  return dioxus.recv();
};

// A system goes back in the webview's own history before it leaves the app: there it finds one step, as long as there is one here.
const stay = () => history.pushState('here', '');
if (history.state !== 'here') stay();
addEventListener('popstate', async () => { if (await back()) stay(); }, heard);
addEventListener('keydown', ({ key }) => { if (['BrowserBack', 'GoBack'].includes(key)) back(); }, heard);

document.addEventListener('visibilitychange', () => dioxus.send(document.hidden ? 'hidden' : 'shown'), heard);

/** So far a finger has to pull, in pixels. */
const FAR_PX = 96;
const pull = Object.assign(document.createElement('div'), { className: 'pull', ariaHidden: 'true' });
let begun = null;
const far = (event) => (begun === null ? 0 : event.touches[0].clientY - begun);
addEventListener('touchstart', (event) => {
  const isOfThePage = event.touches.length === 1 && !event.target.closest?.('.panel, [popover], .tools, input, textarea, .plot');
  begun = scrollY <= 0 && isOfThePage ? event.touches[0].clientY : null;
}, heard);
addEventListener('touchmove', (event) => {
  const px = far(event);
  if (px <= 8 || scrollY > 0) {
    pull.remove();
    return;
  }
  pull.textContent = px >= FAR_PX ? 'Let go to sync' : 'Pull to sync';
  pull.dataset.state = px >= FAR_PX ? 'far' : 'near';
  pull.style.setProperty('--pulled', `${Math.min(px, FAR_PX) / 2}px`);
  if (!pull.isConnected) document.body.append(pull);
}, heard);
addEventListener('touchend', () => {
  begun = null;
  const isFar = pull.isConnected && pull.dataset.state === 'far';
  pull.remove();
  if (!isFar) return;
  dioxus.send('pulled');
  dioxus.recv();
}, heard);
addEventListener('touchcancel', () => {
  begun = null;
  pull.remove();
}, heard);
// It hears as long as the board is shown.
try {
  await new Promise(() => {});
} finally {
  end.abort();
}
