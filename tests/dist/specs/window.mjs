import { deepEqual, match } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from '../../browser/harness/server.mjs';
import { eventually } from '../../desktop/harness/inspector.mjs';
import { Screen } from '../../desktop/harness/screen.mjs';
import { WITHOUT_A_CARD } from '../../desktop/harness/window.mjs';
import { alone } from '../harness/alone.mjs';

export const title = 'the package of Debian’s names what it needs, and its program opens a window on the tarball’s server';

export async function play(given) {
  const { installed, debian, folder, closes } = given;
  const told = execFileSync('dpkg-deb', ['--field', debian, 'Depends'], { encoding: 'utf8' }).trim();
  match(told, /libwebkit2gtk-4\.1-0 \(>= /);
  // Where it was built, and is started now, all of that is there.
  const needed = told.split(', ').map((one) => one.split(' ')[0]);
  const states = execFileSync('dpkg-query', ['--show', '--showformat=${db:Status-Status}\n', ...needed], { encoding: 'utf8' });
  deepEqual([...new Set(states.trim().split('\n'))], ['installed']);

  const entry = readFileSync(join(installed, 'usr/share/applications/tideboard.desktop'), 'utf8');
  const named = (key) => new RegExp(`^${key}=(.+)$`, 'm').exec(entry)[1];
  deepEqual(existsSync(join(installed, `usr/share/icons/hicolor/512x512/apps/${named('Icon')}.png`)), true);
  match(String(readdirSync(join(installed, 'usr/lib/tideboard/assets'))), /hanken-grotesk-dxh\d+\.woff2/);
  const program = join(installed, 'usr/bin', named('Exec'));
  match(execFileSync(program, ['--version'], { encoding: 'utf8' }), /^tideboard \d/);

  const server = new Server(alone(given));
  closes(() => server.close());
  await server.start();
  const screen = await Screen.start();
  closes(() => screen.close());
  const options = ['--data', mkdtempSync(join(folder, 'window-')), '--server', `http://127.0.0.1:${server.port}`];
  const child = spawn(program, options, { env: { ...screen.env, ...WITHOUT_A_CARD }, stdio: 'ignore' });
  closes(() => child.kill('SIGKILL'));
  // So it is called when the board has come.
  await eventually(() => screen.titleOf(screen.windowOf(child.pid)) === 'This machine · Tideboard');
}
