import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Service {
  readonly ports: number;
  start(options: {
    dir: string;
    ports: readonly number[];
    password: string;
  }): Promise<Record<string, string>>;
  stop(dir: string): Promise<void>;
}

interface Processes {
  freePorts(count: number): Promise<number[]>;
  running(dir: string, name: string): { readonly pid: number } | null;
}

/** A RabbitMQ or a Redis of a test's own, to be killed. Its port, password and data stay the same. */
export interface PrivateService {
  readonly url: string;
  start(): Promise<void>;
  /** As an operator does it. */
  stop(): Promise<void>;
  /** As a power cut does it. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts one. Whoever calls removes it. */
export async function privateService(name: 'rabbitmq' | 'redis'): Promise<PrivateService> {
  const scripts = new URL('../../../scripts/services/', import.meta.url);
  const { [name]: service } = (await import(new URL(`${name}.mjs`, scripts).href)) as Record<string, Service>;
  const processes = (await import(new URL('process.mjs', scripts).href)) as Processes;
  if (service === undefined) throw new Error(`there is no service ${name}`);
  const dir = await mkdtemp(join(tmpdir(), `warrener-${name}-`));
  const ports = await processes.freePorts(service.ports);
  const start = async (): Promise<string> => {
    const env = await service.start({ dir, ports, password: 'private' });
    return env[name === 'redis' ? 'REDIS_URL' : 'AMQP_URL'] ?? '';
  };
  const stop = (): Promise<void> => service.stop(dir);
  const remove = async (): Promise<void> => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  };
  const url = await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    url,
    start: () => start().then(() => undefined),
    stop,
    kill: async () => {
      const record = processes.running(dir, name);
      if (record === null) throw new Error(`${name} does not run`);
      process.kill(-record.pid, 'SIGKILL'); // its whole group: the script that started RabbitMQ, too
      await stop();
    },
    remove,
  };
}
