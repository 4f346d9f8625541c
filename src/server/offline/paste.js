// What somebody pastes while they write nothing: a card that was copied, or a whole board. The program has a box for it, where the board may be edited.

/** Where a paste is the browser's own. */
const WRITTEN_IN = 'textarea, [contenteditable], input:not([type="range"], [type="radio"], [type="checkbox"], [type="button"], [type="submit"])';

addEventListener('paste', (event) => {
  const box = document.querySelector('#pasted');
  const text = event.clipboardData?.getData('text') ?? '';
  if (!box || event.target.closest?.(WRITTEN_IN) || !/^\s*\{\s*"tideboard"/.test(text)) return;
  event.preventDefault();
  box.value = text;
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
  box.value = '';
});
