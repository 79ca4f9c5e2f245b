import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { unshareMounts } from './namespaces.ts';

export interface GuestOptions {
  readonly folder: string;
  readonly id: string;
  readonly hostname: string;
  /** The folder that makes the image, laid over this machine's own root. */
  readonly image: string;
  /** Services that start with the server. */
  readonly services: readonly string[];
  readonly userData: string | null;
  /** The tenant's public key; null for none. */
  readonly publicKey: string | null;
  readonly delayMs: number;
  readonly sshd: boolean;
  /** Shows a host key of its own instead of the one it was given. */
  readonly ownHostKey: boolean;
}

/** What the first process inside is told, as JSON. */
export interface GuestSpec extends Omit<GuestOptions, 'folder'> {
  readonly home: string;
  /** Folders of the host that are hidden. */
  readonly hide: readonly string[];
}

const BOOT_MS = 30_000;
const HALT_MS = 10_000;

/** The program that is the guest's init, beside this file. */
const INIT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './init.ts' : './init.js', import.meta.url),
);

/**
 * A server's inside: processes in namespaces of their own (files, processes, network, host name), over a copy-on-write
 * view of this machine's root. Its network is reached through a unix socket only.
 */
export class Guest {
  readonly socket: string;
  readonly #options: GuestOptions;
  readonly #home: string;

  constructor(options: GuestOptions) {
    this.#options = options;
    this.#home = join(options.folder, options.id);
    this.socket = join(this.#home, 'net.sock');
  }

  /** Resolves when the inside has been set up; its services may still be starting. */
  async boot(): Promise<void> {
    mkdirSync(this.#home, { recursive: true, mode: 0o755 });
    const { folder, ...spec } = this.#options;
    const full: GuestSpec = { ...spec, home: this.#home, hide: ['/root', '/home', process.cwd()] };
    const specFile = join(this.#home, 'spec.json');
    writeFileSync(specFile, JSON.stringify(full), { mode: 0o600 });
    rmSync(this.socket, { force: true });
    const log = openSync(join(this.#home, 'console.log'), 'a');
    const namespaces = [...unshareMounts(), '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'];
    // A shell as process 1: it reaps what is left without a parent, which Node does not.
    const script = `"$0" "$1" "$2" & child=$!; trap 'kill -TERM $child' TERM; while kill -0 $child 2>/dev/null; do wait $child; done`;
    const guest = spawn('unshare', [...namespaces, 'sh', '-c', script, process.execPath, INIT, specFile], {
      stdio: ['ignore', log, log],
      detached: true,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    });
    if (guest.pid !== undefined)
      writeFileSync(
        join(this.#home, 'pid.json'),
        JSON.stringify({ pid: guest.pid, started: startTime(guest.pid) }),
      );
    let failure: Error | undefined;
    guest.once('error', (error) => (failure = error));
    const deadline = Date.now() + BOOT_MS;
    while (!existsSync(this.socket)) {
      if (failure !== undefined || guest.exitCode !== null || Date.now() > deadline)
        throw new Error(`the guest did not boot: ${failure?.message ?? consoleEnd(this.#home)}`);
      await sleep(20);
    }
  }

  /** Ends every process inside. */
  async halt(): Promise<void> {
    await killRecorded(this.#home);
  }

  /** Removes a server's files; its guest is halted already. */
  static async remove(folder: string, id: string): Promise<void> {
    const home = join(folder, id);
    await killRecorded(home);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Ends guests that a killed sandbox left behind, and removes files of servers that are no more. */
  static async cleanUp(folder: string, known: readonly string[]): Promise<void> {
    if (!existsSync(folder)) return;
    for (const id of readdirSync(folder)) {
      await killRecorded(join(folder, id));
      if (!known.includes(id)) await Guest.remove(folder, id);
    }
  }
}

/**
 * Ends a guest by the pid recorded for it, where that still is the same process: its init first, so that services may end
 * in order, then everything. `unshare --kill-child` takes the namespaces with it.
 */
async function killRecorded(home: string): Promise<void> {
  const file = join(home, 'pid.json');
  if (!existsSync(file)) return;
  const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; started: string | null };
  const alive = (): boolean => started !== null && startTime(pid) === started;
  if (alive()) {
    const inits = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    inits.forEach((init) => signal(init, 'SIGTERM'));
    const deadline = Date.now() + HALT_MS;
    while (alive() && Date.now() < deadline) await sleep(20);
    if (alive()) {
      inits.forEach((init) => signal(init, 'SIGKILL'));
      signal(pid, 'SIGKILL');
      while (alive()) await sleep(20);
    }
  }
  rmSync(file, { force: true });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // gone already
  }
}

/** Start time of a process in clock ticks; null where it is gone. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function consoleEnd(home: string): string {
  const file = join(home, 'console.log');
  return existsSync(file)
    ? readFileSync(file, 'utf8').trim().split('\n').slice(-5).join(' | ')
    : 'no console';
}
