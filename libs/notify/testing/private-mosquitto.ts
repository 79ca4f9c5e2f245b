import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../test/support/until.ts';

interface Urls {
  readonly MQTT_URL: string;
  readonly MQTT_GERRIT_URL: string;
  readonly MQTT_OPENSTACK_URL: string;
  readonly MQTT_READ_URL: string;
  readonly MQTT_WEBSOCKET_URL: string;
}

interface Scripts {
  readonly mosquitto: {
    start(options: { dir: string; ports: readonly number[]; password: string }): Promise<Urls>;
    stop(dir: string): Promise<void>;
  };
  readonly freePorts: (count: number) => Promise<number[]>;
  readonly running: (dir: string, name: string) => { readonly pid: number } | null;
}

/** A Mosquitto of a test's own, as `npm start` makes it, to be killed. Its ports, passwords and data stay the same. */
export interface PrivateMosquitto extends AsyncDisposable {
  readonly urls: Urls;
  start(): Promise<void>;
  /** As an operator does it. */
  stop(): Promise<void>;
  /** As a power cut does it. */
  kill(): Promise<void>;
  /** Resolves once it has written down everything that it has acknowledged by now. */
  saved(): Promise<void>;
  /** It is there and does nothing, until `wake()`. */
  freeze(): void;
  wake(): void;
}

/** Starts one. */
export async function privateMosquitto(): Promise<PrivateMosquitto> {
  const scripts = new URL('../../../scripts/services/', import.meta.url);
  const { mosquitto } = (await import(new URL('mosquitto.mjs', scripts).href)) as Scripts;
  const { freePorts, running } = (await import(new URL('process.mjs', scripts).href)) as Scripts;
  const dir = await mkdtemp(join(tmpdir(), 'warrener-mosquitto-'));
  const ports = await freePorts(3);
  const start = (): Promise<Urls> => mosquitto.start({ dir, ports, password: 'private' });
  const signal = (name: NodeJS.Signals): void => {
    const record = running(dir, 'mosquitto');
    if (record === null) throw new Error('Mosquitto does not run');
    process.kill(record.pid, name);
  };
  const stop = (): Promise<void> => mosquitto.stop(dir);
  const remove = async (): Promise<void> => {
    if (running(dir, 'mosquitto') !== null) signal('SIGCONT');
    await stop();
    await rm(dir, { recursive: true, force: true });
  };
  const urls = await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    urls,
    start: () => start().then(() => undefined),
    stop,
    kill: async () => {
      signal('SIGKILL');
      await stop();
    },
    saved: async () => {
      const file = join(dir, 'mosquitto', 'mosquitto.db');
      const now = Date.now();
      await until('Mosquitto to save', async () => (await stat(file)).mtimeMs > now);
    },
    freeze: () => signal('SIGSTOP'),
    wake: () => signal('SIGCONT'),
    [Symbol.asyncDispose]: remove,
  };
}
