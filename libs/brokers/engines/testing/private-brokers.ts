import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Credentials, Exec, Progress } from '../engine.ts';
import { passwordFile } from '../mosquitto.ts';
import { setAdministrator } from '../rabbitmq.ts';
import { localExec, writeSudo } from './local-exec.ts';

/** A real broker on the engine's own ports of a loopback address of its own. */
export interface PrivateBroker extends AsyncDisposable {
  readonly address: string;
  /** Closes the way in that a fresh broker leaves open to everybody. */
  closeUp(): Promise<void>;
  /** Stops it in its tracks: it takes connections and does not answer. */
  freeze(): void;
  thaw(): void;
}

/** A RabbitMQ, with a `rabbitmqctl` that talks to it. */
export interface PrivateRabbitmq extends PrivateBroker {
  /** Runs commands where `rabbitmqctl` means this node, and `sudo` nothing. */
  readonly exec: Exec;
}

/** Starts a node that has the administrator, and still its default user. */
export async function startPrivateRabbitmq(administrator: Credentials): Promise<PrivateRabbitmq> {
  const address = freshAddress();
  const folder = mkdtempSync(join(tmpdir(), 'warrener-rabbitmq-'));
  const [epmd, distribution] = [await freePort(), await freePort()];
  const conf = [
    `listeners.tcp.1 = ${address}:5672`,
    `management.tcp.ip = ${address}`,
    'management.tcp.port = 15672',
    'log.console.level = warning',
    '',
  ];
  writeFileSync(join(folder, 'rabbitmq.conf'), conf.join('\n'));
  writeFileSync(join(folder, 'plugins'), '[rabbitmq_management].\n');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeSudo(bin);
  const env = {
    PATH: [bin, '/usr/lib/rabbitmq/bin', process.env['PATH']].join(delimiter),
    HOME: folder, // the cookie is made here
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: `engines-${epmd}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none',
  };
  const broker = new BrokerProcess(folder, 'rabbitmq-server', [], env);
  const exec = localExec(env);
  try {
    await broker.listensAt(address, 15_672);
    expectDone(await setAdministrator(exec, administrator));
    // What a fresh node has, and the lines above took away again.
    await must(
      exec,
      `printf 'guest\\n' | rabbitmqctl -q add_user guest && rabbitmqctl -q set_permissions guest .\\* .\\* .\\*`,
    );
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return {
    address,
    exec,
    closeUp: async () => expectDone(await setAdministrator(exec, administrator)),
    freeze: () => broker.signal('SIGSTOP'),
    thaw: () => broker.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await broker.stop();
      // It has a port of its own and is nobody else's; it stays until the node is off its books.
      while (spawnSync('epmd', ['-kill'], { env }).status !== 0) await setTimeout(50);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a Mosquitto that knows the administrator, and still lets in everybody. */
export async function startPrivateMosquitto(administrator: Credentials): Promise<PrivateBroker> {
  const address = freshAddress();
  const folder = mkdtempSync(join(tmpdir(), 'warrener-mosquitto-'));
  const passwords = join(folder, 'passwords');
  writeFileSync(passwords, passwordFile(administrator));
  const start = async (anonymous: boolean): Promise<BrokerProcess> => {
    const conf = [
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `listener 1883 ${address}`,
      `allow_anonymous ${anonymous}`,
      `password_file ${passwords}`,
      '',
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), conf.join('\n'));
    const started = new BrokerProcess(folder, 'mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
      PATH: [process.env['PATH'], '/usr/sbin'].join(delimiter),
    });
    await started.listensAt(address, 1883);
    return started;
  };
  let broker = await start(true);
  return {
    address,
    async closeUp() {
      await broker.stop();
      broker = await start(false);
    },
    freeze: () => broker.signal('SIGSTOP'),
    thaw: () => broker.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One of 65,000 addresses that only this machine has; the standard ports there are nobody else's. */
export const freshAddress = (): string => `127.62.${randomInt(256)}.${randomInt(1, 255)}`;

/** A program with its children, its output in a file. */
class BrokerProcess {
  readonly #child: ChildProcess;
  readonly #log: string;

  constructor(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#log = join(folder, 'output');
    const output = openSync(this.#log, 'a');
    const path = onPath(program, env['PATH'] ?? '');
    this.#child = spawn(path, args, { env, stdio: ['ignore', output, output], detached: true });
  }

  async listensAt(address: string, port: number): Promise<void> {
    const deadline = Date.now() + 100_000;
    while (!(await accepts(address, port))) {
      if (this.#child.exitCode === null && Date.now() < deadline) await setTimeout(50);
      else
        throw new Error(
          `nobody listens at ${address}:${port}:\n${readFileSync(this.#log, 'utf8').slice(-2_000)}`,
        );
    }
  }

  /** To it and all of its children. */
  signal(name: NodeJS.Signals): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) process.kill(-this.#child.pid, name);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.signal('SIGKILL');
    await gone;
  }
}

function onPath(program: string, path: string): string {
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // not here
      }
    });
  if (found === undefined) throw new Error(`These tests need ${program}: apt-get install ${program}`);
  return found;
}

async function accepts(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // not yet
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function must(exec: Exec, command: string): Promise<void> {
  const { exitCode, stderr } = await exec(command);
  if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
}

function expectDone(progress: Progress): void {
  if (progress.kind !== 'done') throw new Error(progress.reason);
}
