// A tab that the browser freezes, as it does with those that nobody has looked at for a while.

/** Freezes a page behind another one. Answers with how it is thawed, which tells whether it was frozen at all, and with how it is left where it is dead. */
export async function freeze(page) {
  await takesItselfForSeen(page, false);
  const front = await page.context().newPage();
  const session = await page.context().newCDPSession(page);
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

/** Playwright has every page take itself for the one that is looked at, and no browser freezes that; it has no switch for it. */
async function takesItselfForSeen(page, enabled) {
  const { delegate } = page._connection.toImpl(page);
  await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled });
}
