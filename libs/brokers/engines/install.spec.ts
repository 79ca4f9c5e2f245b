import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Progress } from './engine.ts';
import { engines } from './index.ts';
import { ensurePackages } from './install.ts';
import { localExec, writeProgram, writeSudo } from './testing/local-exec.ts';

const TOOLS = [
  'sh',
  'cat',
  'chmod',
  'flock',
  'grep',
  'mkdir',
  'mv',
  'rm',
  'setsid',
  'sleep',
  'tail',
  'timeout',
];

/** What `apt-get install` does: once it is let go, it fails as it was told, or installs. */
const APT_GET = `
case " $* " in *" install "*) ;; *) exit 0 ;; esac
echo x >>"$STATE/installs"
echo $$ >"$STATE/pid"
while [ -e "$STATE/hold" ]; do sleep 0.02; done
if text=$(cat "$STATE/error" 2>/dev/null); then echo "$text" >&2; exit 100; fi
for word in "$@"; do last=$word; done
: >"$STATE/installed-$last"`;

/** A machine with apt and dpkg that do as the test says, and nothing else but the tools every Debian has. */
class Machine implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'warrener-install-'));
  readonly #bin = join(this.#folder, 'bin');

  constructor() {
    mkdirSync(this.#bin);
    for (const tool of TOOLS) {
      const found = spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
      symlinkSync(found, join(this.#bin, tool));
    }
    writeSudo(this.#bin);
    writeProgram(
      this.#bin,
      'dpkg',
      '! text=$(cat "$STATE/dpkg" 2>/dev/null) || { echo "$text" >&2; exit 2; }',
    );
    writeProgram(this.#bin, 'apt-get', APT_GET);
    writeProgram(
      this.#bin,
      'dpkg-query',
      'for name in "$@"; do :; done; [ -e "$STATE/installed-$name" ] && echo installed',
    );
  }

  say(file: string, content = ''): void {
    writeFileSync(join(this.#folder, file), content);
  }

  forget(file: string): void {
    rmSync(join(this.#folder, file), { force: true });
  }

  read(file: string): string {
    try {
      return readFileSync(join(this.#folder, file), 'utf8');
    } catch {
      return ''; // not there yet
    }
  }

  /** How often `apt-get install` began. */
  get installs(): number {
    return this.read('installs').length / 2;
  }

  look(): Promise<Progress> {
    const exec = localExec({ PATH: this.#bin, STATE: this.#folder });
    return ensurePackages(exec, engines.mosquitto, join(this.#folder, 'warrener'));
  }

  /** Looks until it is not under way any more. */
  async settle(): Promise<Progress> {
    for (;;) {
      const progress = await this.look();
      if (progress.kind !== 'not-yet') return progress;
      await setTimeout(20);
    }
  }

  /** Waits until `apt-get install` runs. */
  async underWay(): Promise<number> {
    while (this.read('pid') === '') await setTimeout(10);
    const pid = Number(this.read('pid'));
    this.forget('pid');
    return pid;
  }

  [Symbol.dispose](): void {
    this.forget('hold');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

test('what is installed already is left alone', async () => {
  using machine = new Machine();
  machine.say('installed-mosquitto');
  expect(await machine.look()).toEqual({ kind: 'done' });
  expect(machine.installs).toBe(0);
});

test('what is missing is installed while we look now and then', async () => {
  using machine = new Machine();
  expect(await machine.look()).toEqual({ kind: 'not-yet', reason: 'Installing mosquitto.' });
  expect(await machine.settle()).toEqual({ kind: 'done' });
  expect(machine.installs).toBe(1);
});

test('an installation under way is not begun a second time', async () => {
  using machine = new Machine();
  machine.say('hold');
  await machine.look();
  await machine.underWay();
  for (let look = 0; look < 3; look += 1)
    expect(await machine.look()).toEqual({ kind: 'not-yet', reason: 'Packages are being installed.' });
  machine.forget('hold');
  expect(await machine.settle()).toEqual({ kind: 'done' });
  expect(machine.installs).toBe(1);
});

test('an installation whose server went down in the middle begins again', async () => {
  using machine = new Machine();
  machine.say('hold');
  await machine.look();
  const pid = await machine.underWay();
  process.kill(-groupOf(pid), 'SIGKILL'); // the wrapper with it: no status is written
  machine.forget('hold');
  expect(await machine.settle()).toEqual({ kind: 'done' });
  expect(machine.installs).toBe(2);
});

test('a failed installation says why, and the next look begins again', async () => {
  using machine = new Machine();
  machine.say('error', 'Err:1 http://deb.debian.org bookworm\nE: Failed to fetch mosquitto.deb: 503\n');
  expect(await machine.settle()).toEqual({
    kind: 'failed',
    reason: expect.stringMatching(
      /^Mosquitto could not be installed: .*Failed to fetch mosquitto.deb: 503/,
    ) as string,
  });
  machine.forget('error');
  expect(await machine.settle()).toEqual({ kind: 'done' });
});

test.each([
  ['error', 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (unattended-upgr)'],
  ['error', 'E: Unable to lock directory /var/lib/apt/lists/'],
  ['dpkg', 'dpkg: error: dpkg frontend lock was locked by another process with pid 12'],
])('while another package manager is at work we wait: %s %s', async (file, message) => {
  using machine = new Machine();
  machine.say(file, message);
  const reasons = new Set<string>();
  while (!reasons.has('Another package manager is at work in the server.')) {
    const progress = await machine.look();
    if (progress.kind !== 'not-yet') throw new Error(JSON.stringify(progress));
    reasons.add(progress.reason);
    await setTimeout(10);
  }
  machine.forget(file);
  expect(await machine.settle()).toEqual({ kind: 'done' });
});

test('waiting for a lock in between is not mistaken for the failure that came later', async () => {
  using machine = new Machine();
  machine.say(
    'error',
    'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend.\nE: broken archive\n',
  );
  expect(await machine.settle()).toMatchObject({ kind: 'failed' });
});

test.each([
  ['E: Unable to locate package mosquitto', 'no package source of the image has mosquitto'],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", "the server's disk is full"],
  ['dpkg: error processing archive: write error: No space left on device', "the server's disk is full"],
])('what waiting does not mend is told so: %s', async (message, sentence) => {
  using machine = new Machine();
  machine.say('error', message);
  expect(await machine.settle()).toEqual({
    kind: 'never',
    reason: `Mosquitto could not be installed: ${sentence}`,
  });
});

test('a package that is not found while a source is away may be found later', async () => {
  using machine = new Machine();
  machine.say(
    'error',
    'Err:1 http://deb.debian.org bookworm InRelease\nE: Unable to locate package mosquitto\n',
  );
  expect(await machine.settle()).toMatchObject({ kind: 'failed' });
});

test('an image without apt-get is told so', async () => {
  using machine = new Machine();
  machine.forget('bin/apt-get');
  expect(await machine.look()).toEqual({
    kind: 'never',
    reason: 'Mosquitto could not be installed: the image is no Debian: it has no apt-get',
  });
});

/** The process group of a process: the fifth field, after a name in parentheses. */
function groupOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
