// Other suites, with what was installed.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from '../../browser/harness/tools.mjs';

/** Plays a suite of the project to its end; fails with what it said. */
export async function plays(suite, options) {
  try {
    await promisify(execFile)(process.execPath, [join(project, suite), ...options]);
  } catch (error) {
    throw new Error(error.stdout || String(error));
  }
}
