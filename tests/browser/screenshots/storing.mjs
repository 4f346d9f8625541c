// Where the device stores nothing, or nothing more.
import { openOnASmallDevice } from '../harness/quota.mjs';

export async function cannotStore(scene) {
  const me = await scene.me();
  await hasNewerStorage(me);
  const board = await me.open(scene.path);
  await board.page.locator('[data-state="cannot-store"]').first().waitFor({ state: 'attached' });
  await board.page.locator('article[data-state="live"]').first().waitFor();
  return board;
}

/** This person's browser has a storage that was written by a newer version of the page. */
export async function hasNewerStorage(me) {
  await (await me.open('healthz')).page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('tideboard', 1_000);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
      }),
  );
}

export async function storageFull(scene) {
  const { board, fill } = await openOnASmallDevice(await scene.me());
  await fill();
  await board.increase();
  const line = board.page.locator('.banner[data-state="storage-full"]', { hasText: '1 edit' });
  await line.getByText('Details').click();
  return board;
}
