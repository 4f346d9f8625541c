// A tab that the browser freezes, as it does with those that nobody has looked at for a while.

/** Freezes a page behind another one. Answers with how it is thawed, which tells whether it was frozen at all, and with how it is left where it is dead. */
export async function freeze(page) {
  await takesItselfForSeen(page, false);
  const front = await page.context().newPage();
  const session = await page.context().newCDPSession(page);
  await hasStored(page);
  await page.evaluate(() => {
    globalThis.wasFrozen = false;
    document.addEventListener('freeze', () => (globalThis.wasFrozen = true), { once: true });
  });
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  const leave = () => front.close();
  const thaw = async () => {
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await takesItselfForSeen(page, true);
    await leave();
    return page.evaluate(() => globalThis.wasFrozen);
  };
  return { thaw, leave };
}

/** Resolves when a page writes nothing: a browser freezes none that keeps others from the storage, and the debugger asks nobody. */
async function hasStored(page) {
  await page.evaluate(async () => {
    const open = indexedDB.open('tideboard');
    await new Promise((done) => (open.onsuccess = done));
    for (let turn = 0; turn < 3; turn += 1) {
      const transaction = open.result.transaction([...open.result.objectStoreNames], 'readwrite');
      await new Promise((done) => (transaction.oncomplete = done));
    }
    open.result.close();
  });
}

/** Playwright has every page take itself for the one that is looked at, and no browser freezes that; it has no switch for it. */
async function takesItselfForSeen(page, enabled) {
  const { delegate } = page._connection.toImpl(page);
  await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled });
}
