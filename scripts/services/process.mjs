import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Start time of a process in clock ticks, so that a pid that was given to somebody else is recognised; null where it is gone. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
}

const pidFile = (dir, name) => join(dir, 'pids', `${name}.json`);

/** The recorded process, where it still is the one that was started. */
export function running(dir, name) {
  try {
    const record = JSON.parse(readFileSync(pidFile(dir, name), 'utf8'));
    return startTime(record.pid) === record.started ? record : null;
  } catch {
    return null;
  }
}

/** Records this very process, so that a second one can tell that it runs. */
export function recordSelf(dir, name) {
  mkdirSync(join(dir, 'pids'), { recursive: true });
  writeFileSync(
    pidFile(dir, name),
    JSON.stringify({ pid: process.pid, started: startTime(process.pid), at: Date.now() }),
  );
}

/**
 * Starts a program in a session of its own (a terminal's Ctrl-C does not reach it), its output in `<dir>/logs/<name>.log`,
 * its pid recorded together with its start time.
 */
export function start(dir, name, command, args, options = {}) {
  mkdirSync(join(dir, 'pids'), { recursive: true });
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const log = openSync(logFile(dir, name), 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', options.stdout ?? log, log],
    detached: true,
    ...options.spawn,
  });
  closeSync(log);
  const failed = new Promise((_, reject) =>
    child.once('error', (error) => reject(new Error(`${name}: ${error.message}`))),
  );
  failed.catch(() => undefined);
  if (child.pid !== undefined) {
    writeFileSync(
      pidFile(dir, name),
      JSON.stringify({ pid: child.pid, started: startTime(child.pid), at: Date.now() }),
    );
  }
  child.unref();
  return { child, failed, pid: child.pid };
}

export const logFile = (dir, name) => join(dir, 'logs', `${name}.log`);

/** The last lines a service printed. */
export function logEnd(dir, name, lines = 15) {
  if (!existsSync(logFile(dir, name))) return '';
  return readFileSync(logFile(dir, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Ends a recorded process: a signal, time to obey, then SIGKILL to its group. Touches nothing that is not provably ours. */
export async function stop(dir, name, { signal = 'SIGTERM', graceMs = 15_000 } = {}) {
  const record = running(dir, name);
  if (record !== null) {
    send(record.pid, signal);
    const deadline = Date.now() + graceMs;
    while (running(dir, name) !== null && Date.now() < deadline) await sleep(50);
    if (running(dir, name) !== null) send(-record.pid, 'SIGKILL');
    while (running(dir, name) !== null) await sleep(20);
  }
  rmSync(pidFile(dir, name), { force: true });
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // gone already
  }
}

/** Ports nobody listens on now, all different. */
export async function freePorts(count, host = '127.0.0.1') {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((resolve, reject) =>
        server.once('error', reject).listen(0, host, () => resolve(server)),
      );
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Tries until it works, the process dies, or time is up; then the error shows the end of the service's log. */
export async function ready(dir, name, probe, timeoutMs = 60_000) {
  const deadline = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      last = error;
    }
    const died = running(dir, name) === null;
    if (died || Date.now() > deadline) {
      const what = died ? 'ended at once' : `did not answer within ${timeoutMs / 1000} s (${last.message})`;
      throw new Error(`${name} ${what}. The end of ${logFile(dir, name)}:\n${logEnd(dir, name)}`);
    }
    await sleep(100);
  }
}

/** Writes a file that only its owner reads. */
export function writeSecretFile(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o600 });
}
