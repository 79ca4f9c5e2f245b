import { createConnection } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { find } from './packages.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

/** A private Redis, its data on disk. */
export const redis = {
  name: 'redis',
  ports: 1,
  programs: ['redis-server'],
  async start({ dir, ports: [port], password }) {
    const home = join(resolve(dir), 'redis');
    mkdirSync(home, { recursive: true });
    const config = join(home, 'redis.conf');
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir "${home}"`,
      'appendonly yes',
      'save ""',
      'maxmemory-policy noeviction',
    ];
    writeSecretFile(config, `${lines.join('\n')}\n`);
    start(dir, 'redis', find('redis-server'), [config]);
    await ready(dir, 'redis', () => ping(port, password), 20_000);
    return { REDIS_URL: `redis://:${password}@127.0.0.1:${port}` };
  },
  stop: (dir) => stop(dir, 'redis'),
};

function ping(port, password) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 2_000 });
    let answer = '';
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (!answer.includes('+PONG')) return;
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('Redis does not answer')));
    socket.on('close', () => reject(new Error(`Redis closed the connection: ${answer.trim()}`)));
  });
}
