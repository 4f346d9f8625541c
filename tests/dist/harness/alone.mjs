// The server from a tarball in a folder with nothing else, under the name by which the other suites start one.
import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/** Gives the folder. */
export function alone({ unpacked, folder }) {
  const place = mkdtempSync(join(folder, 'alone-'));
  copyFileSync(join(unpacked, 'tideboard'), join(place, 'server'));
  return place;
}
