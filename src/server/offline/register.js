// Asks the browser to start the worker that opens boards without the server, where it may: by https, or on this machine.
// After the page's own load and its program, so that it takes nothing from those.

/** How often a page looks whether it can still be opened without the server, in milliseconds. */
const LOOK_MS = 20_000;

if ('serviceWorker' in navigator) {
  addEventListener('load', async () => {
    await globalThis.programHasCome?.catch(() => {});
    // By the address by which it is registered: by another one it would be installed anew.
    const registered = await registration();
    await register(registered?.active?.scriptURL ?? '/sw.js');
    let [wasKept, isOver] = [false, false];
    const look = async () => {
      if (isOver || document.hidden || !navigator.onLine || (await registration())?.installing) return;
      const shell = await findKept(SHELL);
      wasKept ||= Boolean(shell);
      if (!shell && wasKept) isOver = !(await keepAgain());
      // The page may have been told to speak another language since; or another tab, of which the cookie is: then it is asked for once.
      else if (shell && !speaksLikeThis(await shell.text())) {
        isOver = true;
        await (await caches.open(CACHE)).add(anew(SHELL));
        isOver = !speaksLikeThis((await (await findKept(SHELL))?.text()) ?? '');
      }
    };
    // The server is away, or the browser keeps nothing: another time.
    const looks = () => look().catch(() => {});
    navigator.serviceWorker.ready.then(looks);
    setInterval(looks, LOOK_MS);
    for (const event of ['focus', 'online']) addEventListener(event, looks);
  });
}

function registration() {
  return navigator.serviceWorker.getRegistration().catch(() => undefined);
}

function register(worker) {
  return navigator.serviceWorker
    .register(worker, { updateViaCache: 'none' })
    .catch((error) => console.info(`This board will not open without the server: ${error.message}`));
}

/**
 * Somebody had the browser forget what it kept, under this open page. By the same address some browsers bring the old worker back, without its text
 * and without its files; by one that was never used a worker is installed. A server that hands out another one by now has its own release kept by the next
 * page, or none at all: there is nothing to look for any more, and the answer is `false`.
 */
async function keepAgain() {
  const worker = await fetch('/sw.js', { cache: 'no-store' });
  const isThis = (await worker.text()).includes(CACHE);
  if (isThis) await register(`/sw.js?again=${Date.now()}`);
  return isThis;
}

function speaksLikeThis(page) {
  return page.includes(`lang="${document.documentElement.lang}"`);
}

// The program asks for its storage when it has been compiled: by then the browser has it open.
try {
  indexedDB.databases().catch(() => {});
} catch {
  // Not to be had: the page will say so.
}
