import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** In the environment of everything that is started here, so that what outlives its parent is still known as ours. */
const MARK = 'WARRENER_PROCESS';

/** What the kernel says of a process, from its state on; null where it is gone or only waits to be collected. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : fields;
  } catch {
    return null;
  }
}

/** In clock ticks, so that a pid that was given to somebody else is recognised; null where the process is gone. */
const startTime = (pid) => statOf(pid)?.[19] ?? null;

/** Of every process of this machine. */
export const pids = () =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** The processes of a process group. */
export const inGroup = (group) => pids().filter((pid) => statOf(pid)?.[2] === String(group));

/** Start times count from the boot, and start over with the next one. */
const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Whether a process that was recorded with its start time still is the same one. */
const isAlive = ({ pid, started, boot: then = boot() }) =>
  typeof started === 'string' && then === boot() && startTime(pid) === started;

const pidFile = (dir, name) => join(dir, 'pids', `${name}.json`);

function recorded(dir, name) {
  try {
    return JSON.parse(readFileSync(pidFile(dir, name), 'utf8'));
  } catch {
    return null; // none, or half written when the machine went down
  }
}

/** Notes a process down, so that a later run knows it again. */
export function record(dir, name, pid, mark) {
  mkdirSync(join(dir, 'pids'), { recursive: true });
  const content = { pid, started: startTime(pid), boot: boot(), mark, at: Date.now() };
  writeFileSync(pidFile(dir, name), JSON.stringify(content));
}

/** The recorded process, where it still is the one that was started. */
export function running(dir, name) {
  const found = recorded(dir, name);
  return found !== null && isAlive(found) ? found : null;
}

/** Records this very process, so that a second one can tell that it runs. */
export const recordSelf = (dir, name) => record(dir, name, process.pid);

/** Does something that must not be done twice at once in a folder; waits for another process that is at it. */
export async function alone(dir, what, work) {
  while (running(dir, what) !== null) await sleep(200);
  recordSelf(dir, what);
  try {
    return await work();
  } finally {
    rmSync(pidFile(dir, what), { force: true });
  }
}

export const logFile = (dir, name) => join(dir, 'logs', `${name}.log`);

const LOG_BYTES = 5_000_000;

/** Opens a log for appending; one that has grown large is put aside first, one old log is kept. */
function openLog(dir, name) {
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const file = logFile(dir, name);
  if (existsSync(file) && statSync(file).size > LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

/**
 * Starts a program in a session of its own (a terminal's Ctrl-C does not reach it), its output in `<dir>/logs/<name>.log`,
 * its pid recorded together with its start time. `logOffset` is where its part of the log begins.
 */
export function start(dir, name, command, args, options = {}) {
  const log = openLog(dir, name);
  const logOffset = statSync(logFile(dir, name)).size;
  const mark = randomUUID();
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    ...options,
    env: { ...(options.env ?? process.env), [MARK]: mark },
  });
  closeSync(log);
  child.on('error', () => undefined); // nothing is recorded then, and whoever waits for it finds it ended
  if (child.pid !== undefined) record(dir, name, child.pid, mark);
  child.unref();
  return { pid: child.pid, logOffset };
}

/** The last lines a service printed. */
export function logEnd(dir, name, lines = 15) {
  if (!existsSync(logFile(dir, name))) return '';
  return readFileSync(logFile(dir, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * Ends a recorded process: a signal, time to obey, then SIGKILL. What it left behind when it was killed itself goes with it.
 * Touches nothing that is not provably ours.
 */
export async function stop(dir, name, { signal = 'SIGTERM', graceMs = 15_000 } = {}) {
  const found = recorded(dir, name);
  if (found === null) return;
  if (isAlive(found) && graceMs > 0) {
    send(found.pid, signal);
    const deadline = Date.now() + graceMs;
    while (isAlive(found) && Date.now() < deadline) await sleep(30);
  }
  const rest = () => [
    ...(isAlive(found) ? [found.pid] : []),
    ...(found.mark === undefined ? [] : marked(found.mark)),
  ];
  for (let left = rest(); left.length > 0; left = rest()) {
    for (const pid of left) send(pid, 'SIGKILL');
    await sleep(30);
  }
  rmSync(pidFile(dir, name), { force: true });
}

/** Processes that carry a mark, except this one, which may have been started from one of them. */
function marked(mark) {
  const ours = (pid) => statOf(pid) !== null && environmentOf(pid).includes(`${MARK}=${mark}`);
  return pids().filter((pid) => pid !== process.pid && ours(pid));
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // gone, or somebody else's
  }
}

/** A signal to a process, or with a negative pid to a group; it may be gone already. */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Ends the servers of a sandbox that was killed. Each has its first process recorded in `<folder>/servers/<id>/pid.json`,
 * with which everything inside ends.
 */
export async function endGuests(folder) {
  const servers = join(folder, 'servers');
  if (!existsSync(servers)) return;
  const files = readdirSync(servers).map((id) => join(servers, id, 'pid.json'));
  const guests = files
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  for (const guest of guests) {
    if (isAlive(guest)) send(guest.pid, 'SIGKILL');
    while (isAlive(guest)) await sleep(30);
  }
}

/** Removes a folder, also where the sandbox of an ordinary user wrote files there as the users inside of its servers. */
export function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    const inside = ['--user', '--map-root-user', '--map-auto', 'rm', '-rf', folder];
    if (spawnSync('unshare', inside, { stdio: 'ignore' }).status !== 0) throw error;
  }
}

/** Below the ports that the kernel gives to outgoing connections, which could otherwise take one before its service is up. */
const PORTS = { first: 28_100, count: 1_900 };
const given = new Set();

/** Ports nobody listens on now, all different, and different from those that this process was told before. */
export async function freePorts(count, host = '127.0.0.1') {
  const ports = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries > PORTS.count) throw new Error(`There are no ${count} free ports from ${PORTS.first} on.`);
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (given.has(port) || !(await isFree(port, host))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

/** Whether nobody listens on a port. */
export function isFree(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Tries until it works, the process dies, or time is up; then the error shows the end of the service's log. */
export async function ready(dir, name, probe, timeoutMs = 60_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last;
    try {
      return await probe();
    } catch (error) {
      last = error;
    }
    const died = running(dir, name) === null;
    if (died || Date.now() > deadline) {
      const what = died ? 'ended' : `did not answer within ${timeoutMs / 1000} s (${last.message})`;
      throw new Error(`${name} ${what}. The end of ${logFile(dir, name)}:\n${logEnd(dir, name)}`);
    }
    await sleep(100);
  }
}

/** Writes a file that only its owner reads; a crash leaves the old content or the new. */
export function writeSecretFile(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path); // whole or not at all
}
