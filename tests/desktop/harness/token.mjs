// A server that asks for a token, at the first run.

/** A person names it, and gives a token; `meanwhile` is when that is asked for. */
export async function giveToken(window, screen, address, token, meanwhile = async () => {}) {
  await window.enter('input[name="server"]');
  screen.type(address);
  screen.press('Return');
  await window.enter('input[name="token"]');
  await meanwhile();
  screen.type(token);
  screen.press('Return');
}
