// A machine that systemd has started, in namespaces of its own: what is written there is gone with it, and none of its programs is seen or reached from
// outside. It needs root.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../desktop/harness/inspector.mjs';

/** What it must not start: they would speak with the kernel that all share. */
const NOT_STARTED = ['systemd-udevd', 'systemd-udev-trigger', 'systemd-sysctl', 'systemd-modules-load', 'systemd-random-seed'];

/** Where its programs are. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Its files are those of here, under a layer in memory; `install` puts what is tested into that. */
const START = (folder, install) => `
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs ${folder}
mkdir ${folder}/upper ${folder}/work ${folder}/root
root=${folder}/root
mount -t overlay overlay -o lowerdir=/,upperdir=${folder}/upper,workdir=${folder}/work $root
mount -t proc proc $root/proc
mount -t sysfs -o ro sysfs $root/sys
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
for place in run tmp dev; do mount -t tmpfs tmpfs $root/$place; done
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 ptmx:5:2; do
  IFS=: read name major minor <<< $node
  mknod -m 666 $root/dev/$name c $major $minor
done
ln -s /proc/self/fd $root/dev/fd
mkdir $root/dev/shm $root/dev/pts
for unit in ${NOT_STARTED.join(' ')}; do ln -sf /dev/null $root/etc/systemd/system/$unit.service; done
${install}
ip link set lo up
mkdir -p $root/before
cd $root
pivot_root . before
umount --lazy /before
mount --make-rshared /
exec env --ignore-environment container=other PATH=${PATH} /lib/systemd/systemd --system --log-target=journal --unit=basic.target
`;

/** Why there can be none; nothing where there can. */
export function whyNoMachine() {
  if (process.getuid() !== 0) return 'only root can start one';
  return cgroups() === undefined ? 'there are no control groups of the second kind' : undefined;
}

export class Machine {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'tideboard-machine-'));
  #group = join(cgroups(), `tideboard-${process.pid}`);
  #said = '';

  /** Resolves when it has started. `install` are lines of a shell: `$root` is its root. */
  static async start(install) {
    const machine = new Machine();
    const group = machine.#group;
    const script = `mkdir -p ${group} && echo $$ > ${group}/cgroup.procs && exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup bash -c "$0"`;
    machine.#process = spawn('bash', ['-c', script, START(machine.#folder, install)], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [machine.#process.stdout, machine.#process.stderr]) output.on('data', (data) => (machine.#said += data));
    await eventually(async () => ['running', 'degraded'].includes((await machine.tries('systemctl', 'is-system-running')).stdout));
    return machine;
  }

  /** What a command prints there. */
  async asks(...command) {
    const { code, stdout, stderr } = await this.tries(...command);
    if (code !== 0) throw new Error(`${command.join(' ')}: ${code}\n${stdout}\n${stderr}\n${this.#said}`);
    return stdout;
  }

  /** The same of one that may fail. */
  async tries(...command) {
    const { pid } = this.#process;
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const enters = ['--target', first, '--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--root', '--wd'];
    const clean = ['env', '--ignore-environment', 'container=other', `PATH=${PATH}`, 'SYSTEMD_PAGER='];
    try {
      const { stdout, stderr } = await promisify(execFile)('nsenter', [...enters, ...clean, ...command]);
      return { code: 0, stdout: stdout.trim(), stderr };
    } catch ({ code, stdout = '', stderr = '' }) {
      return { code, stdout: stdout.trim(), stderr };
    }
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    // Its groups are empty as soon as the last of its programs is gone.
    await eventually(() => {
      spawnSync('find', [this.#group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
      return !existsSync(this.#group);
    });
    rmSync(this.#folder, { recursive: true });
  }
}

/** Where control groups of the second kind are, if they are. */
function cgroups() {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , kind]) => kind === 'cgroup2')?.[1];
}
