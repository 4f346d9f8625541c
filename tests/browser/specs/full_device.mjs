import { deepEqual, equal } from 'node:assert/strict';
import { openOnASmallDevice } from '../harness/quota.mjs';

export const title = 'a full device says so with what is safe, and nothing is lost when there is room again';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const { board: hers, fill, makeRoom } = await openOnASmallDevice(ada);
  const his = await ben.open();
  await his.isIn('live');
  await hers.increase();
  await hers.isSettled();

  await fill();
  await hers.increase();
  await hers.isIn('cannot-store');
  const line = hers.page.locator('.lines .banner[data-state="storage-full"]');
  await line.getByText('This device is full. Nothing was lost').waitFor();
  await line.getByText('Your 1 edit waits.').waitFor();
  await line.getByText('Details').click();
  await line.getByText(/storage-full · \d\d:\d\d/).waitFor();
  equal(await hers.page.getByText('This device is full').count(), 1, 'it is said once');
  await hers.counts(2);
  await his.counts(1);

  // What it could not keep is not begun; what is there is read as ever.
  await hers.page.getByRole('button', { name: 'Add one' }).waitFor({ state: 'hidden' });
  await hers.page.getByRole('button', { name: 'Add widget' }).waitFor({ state: 'detached' });

  await line.getByRole('button', { name: 'Export what waits' }).waitFor();
  const { waiting } = await hers.exports();
  deepEqual(waiting.map(({ state, reason }) => [state, reason]), [['waiting', 'being saved']]);

  await makeRoom();
  await line.getByRole('button', { name: 'Try again' }).click();
  await line.waitFor({ state: 'detached' });
  await hers.isSettled();
  await his.counts(2);
  await hers.increase();
  await his.counts(3);
}
