// Light or dark, as it was chosen on this browser, also in a page that its server has not marked, and in one that was open before. The program keeps the
// choice in a cookie; the stylesheet goes by the page's mark.

/** The cookie with `light` or `dark`. */
const THEME = '{theme}';

function dress() {
  const theme = new RegExp(`(?:^|; )${THEME}=(light|dark)`).exec(document.cookie)?.[1];
  const { dataset } = document.documentElement;
  if (theme) dataset.theme = theme;
  else delete dataset.theme;
  // What the browser puts around the page is one of two colours, by the device or by the choice.
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.dataset.media ??= meta.media;
    meta.media = theme ? (meta.dataset.media.includes(theme) ? 'all' : 'not all') : meta.dataset.media;
  }
}

dress();
for (const event of ['change', 'focus']) addEventListener(event, dress);
