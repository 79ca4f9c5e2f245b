import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cloud, readCloudAccess } from '#openstack';
import { ApiClient } from './api-client.ts';
import { startProgram } from './processes.ts';
import type { Running } from './processes.ts';
import { freshDatabase, freshRedis, freshVhost } from './services.ts';

/** The cloud the tests run against: the sandbox, or the one that OS_CLOUD names. */
export interface TestCloud extends AsyncDisposable {
  readonly kind: 'sandbox' | 'openstack';
  /** The variables that lead to it. */
  readonly env: Record<string, string>;
  /** A look into it beside Warrener. */
  readonly cloud: Cloud;
  readonly network: string;
  readonly flavor: string;
  readonly key: string;
  /** Asks the sandbox for a fault. */
  fault(path: string, body: object): Promise<void>;
  /** Kills the cloud and starts it again; undefined where it is not ours to kill. */
  readonly restart: (() => Promise<void>) | undefined;
}

const unique = (): string => randomBytes(5).toString('hex');

/** Starts the sandbox, or takes the cloud of the environment. */
export async function openCloud(): Promise<TestCloud> {
  return process.env['WARRENER_TEST_CLOUD'] === 'openstack' ? openStack() : openSandbox();
}

async function openStack(): Promise<TestCloud> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith('OS_')),
  ) as Record<string, string>;
  const cloud = new Cloud(await readCloudAccess(env));
  const restart = process.env['WARRENER_TEST_CLOUD_RESTART']; // a program
  const key = `warrener-test-${unique()}`;
  // Nobody logs in with it; a launch has to name one.
  await cloud.nova.createKeypair(
    key,
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQw7PHYTtxtxOPBPQx1Ns0XZkyvxVDxLk9v8pW0Rd4Y test',
  );
  return {
    kind: 'openstack',
    env,
    cloud,
    network: process.env['WARRENER_TEST_NETWORK'] ?? 'lab-net',
    flavor: process.env['WARRENER_TEST_FLAVOR'] ?? 'lab.small',
    key,
    fault: () => Promise.reject(new Error('only the sandbox has faults on demand')),
    restart:
      restart === undefined
        ? undefined
        : async () => {
            await promisify(execFile)(restart);
          },
    [Symbol.asyncDispose]: async () => {
      await cloud.nova.deleteKeypair(key);
      await cloud.close();
    },
  };
}

async function openSandbox(): Promise<TestCloud> {
  const home = mkdtempSync(join(process.env['WARRENER_TEST_HOME'] ?? tmpdir(), 'sandbox-'));
  const sshPort = process.getuid?.() === 0 ? '22' : '2222';
  const start = () =>
    startProgram(
      'dist/apps/sandbox/main.js',
      { SANDBOX_DIR: home, SANDBOX_SSH_PORT: sshPort },
      { key: 'url' },
    );
  let sandbox: Running = await start();
  const env = {
    OS_CLIENT_CONFIG_FILE: String(sandbox.ready['cloudsYaml']),
    OS_CLOUD: 'sandbox',
    WARRENER_SSH_PORT: sshPort,
  };
  const cloud = new Cloud(await readCloudAccess(env));
  return {
    kind: 'sandbox',
    env,
    cloud,
    network: 'sandbox-net',
    flavor: 'm1.small',
    key: 'demo-key',
    fault: async (path, body) => {
      const method = path === 'faults/none' ? 'DELETE' : 'POST';
      const url = `${String(sandbox.ready['url'])}/sandbox/${path.replace('/none', '')}`;
      const answer = await fetch(url, {
        method,
        ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}: ${await answer.text()}`);
    },
    restart: async () => {
      sandbox.kill('SIGKILL');
      await sandbox.ended;
      sandbox = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await cloud.close();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Warrener, running against a cloud, with a database and a virtual host of its own. */
export interface Installation extends AsyncDisposable {
  readonly api: ApiClient;
  /** Marks what it makes in the cloud. */
  readonly name: string;
  readonly env: Record<string, string>;
  /** Where metrics and health are served; null where the environment has no port for them. */
  readonly operations: string | null;
}

/** Starts Warrener's server side: in one process, or the API alone where the test brings its own workers. */
export async function install(
  cloud: TestCloud,
  options: { readonly apiOnly?: boolean; readonly env?: Record<string, string> } = {},
): Promise<Installation> {
  const closings = new Closings();
  const database = closings.use(await freshDatabase());
  const vhost = closings.use(await freshVhost());
  const name = `test-${unique()}`;
  const token = randomBytes(20).toString('hex');
  const env: Record<string, string> = {
    ...cloud.env,
    DATABASE_URL: database.url,
    AMQP_URL: vhost.url,
    REDIS_URL: freshRedis().url,
    WARRENER_INSTALLATION: name,
    WARRENER_API_PORT: '0',
    WARRENER_API_TOKEN: token,
    WARRENER_SECRET_KEY: randomBytes(32).toString('base64'),
    ...options.env,
  };
  const program = options.apiOnly === true ? 'dist/apps/api/main.js' : 'dist/apps/warrener/main.js';
  const server = closings.use(await startProgram(program, env, { key: 'api' }));
  return {
    api: new ApiClient(String(server.ready['api']), token),
    name,
    env,
    operations: server.ready['operations'] ?? null,
    [Symbol.asyncDispose]: () => closings.dispose(),
  };
}

/** Ends what it was given, the last first. (Node 20 has no AsyncDisposableStack.) */
class Closings {
  readonly #things: AsyncDisposable[] = [];

  use<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.#things.unshift(thing);
    return thing;
  }

  async dispose(): Promise<void> {
    for (const thing of this.#things) await thing[Symbol.asyncDispose]();
  }
}
