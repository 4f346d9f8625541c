export const title = 'A window whose page answers nothing any more is taken away when it was closed';

export async function play({ server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.evaluate(() => {
    window.requestAnimationFrame = () => 0;
  });
  // What is drawn next waits for ever, and the program with it.
  await window.evaluate(() => document.querySelector('button[aria-label="Add one"]').click());
  const code = await window.closeByDesktop();
  if (code !== 1) throw new Error(`it ended with ${code}`);
}
