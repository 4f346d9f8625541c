import { equal } from 'node:assert/strict';

export const title = 'a page goes on with a server that is newer, and waits with one that is older until that is updated';

const same = { toServer: (text) => text, toPage: (text) => text };

/** It says more in each frame than this page knows, and reads what is older. */
const newer = {
  toServer: (text) => text,
  toPage: (text) => {
    const [[kind, said]] = Object.entries(JSON.parse(text));
    const more = kind === 'welcome' ? { ...said, schema: said.schema + 1 } : said;
    return JSON.stringify({ [kind]: { ...more, hologram: { of: 'deck' } } });
  },
};

/** It is of the data model before this one, and reads no operation of this. */
const older = {
  toServer: (text) => text.replaceAll('"schema":1', '"schema":2'),
  toPage: (text) => text.replace(/^(\{"welcome":.*"schema":)1/, '$10'),
};

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const version = { ...newer };
  await ada.translates(version);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.increase();
  await Promise.all([hers.counts(1), his.counts(1)]);
  await his.set(23);
  await hers.isSetTo(23);
  await hers.isSettled();

  // The server is put back to the version before: what it can't read waits, on the screen and on this device.
  Object.assign(version, older);
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  ada.network.heal();
  const line = hers.page.locator('.banner[data-state="page-newer"]');
  await line.getByText('This page is newer than the server.').waitFor();
  await hers.increase();
  await line.getByText('Your 1 edit waits safely.').waitFor();
  await hers.counts(2);
  await his.set(24);
  await hers.isSetTo(24);
  await hers.page.reload();
  await line.getByText('Your 1 edit waits safely.').waitFor();
  await hers.counts(2);
  await his.counts(1);

  // Updated again, it takes what waited, once.
  Object.assign(version, same);
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  ada.network.heal();
  await hers.isIn('live', 'pending');
  await hers.openDetails();
  await hers.page.getByRole('button', { name: 'Sync now' }).click();
  await hers.isSettled();
  await Promise.all([hers.counts(2), his.counts(2)]);
  equal(await line.count(), 0);
}
