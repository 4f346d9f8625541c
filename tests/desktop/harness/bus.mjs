// A desktop's bus that belongs to a test alone, with a keyring or with somebody who shows notifications on it; nobody is started by it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './inspector.mjs';

const CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export class Bus {
  #processes = [];
  #folder = mkdtempSync(join(tmpdir(), 'tideboard-bus-'));
  #address;
  /** What was shown, as `{ summary, body }`, the first first. */
  shown = [];

  static async start() {
    const bus = new Bus();
    const config = join(bus.#folder, 'bus.conf');
    writeFileSync(config, CONFIG);
    const daemon = bus.#spawn('dbus-daemon', ['--nofork', '--print-address=1', `--config-file=${config}`], process.env);
    const [address] = await once(daemon.stdout, 'data');
    bus.#address = String(address).trim();
    return bus;
  }

  /** The environment of who is on it. */
  get env() {
    return { DBUS_SESSION_BUS_ADDRESS: this.#address };
  }

  /** There is a keyring from now on, unlocked, of a person whose password is empty. */
  async addKeyring() {
    const home = join(this.#folder, 'home');
    const env = { ...process.env, ...this.env, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: this.#folder };
    const daemon = this.#spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', '--unlock'], env);
    // The password is what is written there, and has no letter.
    daemon.stdin.end('\n');
    await eventually(() => this.#call('org.freedesktop.secrets', '/org/freedesktop/secrets/aliases/default', [
      'org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Locked',
    ]).includes('boolean false'));
  }

  /** The keyring is locked, and asks for its password from now on, in a window that nobody sees. */
  async lockKeyring(screen) {
    const prompter = this.#spawn('/usr/libexec/gcr-prompter', [], { ...screen.env, ...this.env });
    await eventually(() => this.#call('org.freedesktop.DBus', '/org/freedesktop/DBus', [
      'org.freedesktop.DBus.NameHasOwner', 'string:org.gnome.keyring.SystemPrompter',
    ]).includes('boolean true'));
    prompter.kill('SIGSTOP');
    this.#call('org.freedesktop.secrets', '/org/freedesktop/secrets', [
      'org.freedesktop.Secret.Service.Lock', 'array:objpath:/org/freedesktop/secrets/aliases/default,/org/freedesktop/secrets/collection/login',
    ]);
  }

  /** What the keyring has for a server and a folder; `undefined` where it has nothing. */
  secretOf(server, folder) {
    try {
      return execFileSync('secret-tool', ['lookup', 'server', server, 'folder', folder], { env: { ...process.env, ...this.env }, encoding: 'utf8' });
    } catch {
      return undefined;
    }
  }

  /** Somebody shows notifications on a screen from now on. */
  async addNotifications(screen) {
    const daemon = this.#spawn('dunst', ['-print', '-config', '/dev/null'], { ...screen.env, ...this.env });
    let lines = [];
    createInterface({ input: daemon.stdout }).on('line', (line) => {
      lines.push(line);
      if (line !== '}') return;
      const [, summary] = /^\s*summary: '(.*)'$/m.exec(lines.join('\n'));
      const [, body] = /^\s*body: '(.*)'$/m.exec(lines.join('\n'));
      this.shown.push({ summary, body });
      lines = [];
    });
    await eventually(() => this.displayed() === 0);
  }

  /** So many notifications are on the screen. */
  displayed() {
    return Number(this.#dunst('count', 'displayed'));
  }

  /** A person presses the one that is there. */
  press() {
    this.#dunst('action');
  }

  close() {
    // One that was stopped hears of nothing else.
    for (const child of this.#processes.reverse()) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(program, words, env) {
    const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#processes.push(child);
    return child;
  }

  #call(name, path, words) {
    return execFileSync('dbus-send', ['--session', '--print-reply', `--dest=${name}`, path, ...words], {
      env: { ...process.env, ...this.env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  #dunst(...words) {
    return execFileSync('dunstctl', words, { env: { ...process.env, ...this.env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }
}
