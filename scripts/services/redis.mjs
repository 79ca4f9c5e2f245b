import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startContainer, stopContainer } from './docker.mjs';
import { find } from './packages.mjs';
import { converse } from './probe.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

/** A private Redis, its data on disk. */
export const redis = {
  ports: 1,
  programs: ['redis-server'],
  async start({ dir, ports: [port], password, docker = false }) {
    const home = join(resolve(dir), 'redis');
    mkdirSync(home, { recursive: true });
    const config = join(home, 'redis.conf');
    const lines = [
      docker ? 'bind 0.0.0.0' : 'bind 127.0.0.1',
      `port ${docker ? 6379 : port}`,
      `requirepass ${password}`,
      `dir "${docker ? '/data' : home}"`,
      'appendonly yes',
      'save ""',
      'maxmemory-policy noeviction',
    ];
    writeSecretFile(config, `${lines.join('\n')}\n`);
    if (docker) {
      const container = {
        image: 'redis:7.4.5-alpine',
        ports: { [port]: 6379 },
        folders: { [home]: '/data' },
      };
      startContainer(dir, 'redis', { ...container, command: ['redis-server', '/data/redis.conf'] });
    } else start(dir, 'redis', find('redis-server'), [config]);
    await ready(dir, 'redis', () => ping(port, password), docker ? 300_000 : 20_000);
    return { REDIS_URL: `redis://:${password}@127.0.0.1:${port}` };
  },
  stop: (dir, { docker = false, graceMs } = {}) => (docker ? stopContainer : stop)(dir, 'redis', { graceMs }),
};

async function ping(port, password) {
  const answer = await converse(port, `AUTH ${password}\r\nPING\r\n`, (text) => /PONG|^-/.test(text));
  if (!answer.includes('+PONG')) throw new Error(`Redis answers ${answer.toString().trim()}`);
}
