// The keys of undo and redo, which are the window's own where text is typed; and that by which anything is found.
const typedIn =
  'textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=button], [type=submit])';
const others = window.tideboardHeard ?? 0;
window.tideboardHeard = others + 1;
// One listens for all of them.
if (others > 0) return;
window.tideboardKeys = new AbortController();
const pressed = (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === 'k') {
    const button = document.querySelector("[aria-keyshortcuts='Control+K']");
    if (button) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const again = key === 'z' ? event.shiftKey : key === 'y' && !event.metaKey ? true : null;
  if (again === null || event.target.matches?.(typedIn)) return;
  event.preventDefault();
  dioxus.send(again);
};
window.addEventListener('keydown', pressed, { signal: window.tideboardKeys.signal });
// As long as this goes on, what it says is heard.
await new Promise((end) => window.tideboardKeys.signal.addEventListener('abort', end));
