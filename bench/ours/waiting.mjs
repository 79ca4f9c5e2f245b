import { Timers } from '#dispatch';
import { randomBytes } from 'node:crypto';
import { openEngine, quiet } from './engine.mjs';

/** Megabytes of a worker: idle, and while many jobs wait for a slow cloud. */
export async function waiting(options) {
  const timers = new Timers({
    redisUrl: options.env.REDIS_URL,
    prefix: `bench-${randomBytes(6).toString('hex')}`,
    logger: quiet,
    onDue: async () => undefined,
  });
  timers.start();
  let waits = 0;
  const run = async () => {
    waits += 1;
    return { kind: 'wait', afterMs: 600_000, reason: 'The server is being built.' };
  };
  const wakeAt = (at, message) => timers.wakeAt(at, message);
  const engine = await openEngine({ ...options, steps: 1, run, wakeAt });
  const measure = async ({ jobs }) => {
    const until = waits + jobs;
    for (let made = 0; made < jobs; made += 200)
      await Promise.all(Array.from({ length: Math.min(200, jobs - made) }, () => engine.submit()));
    while (waits < until) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let time = 0; time < 3; time += 1) globalThis.gc();
    return process.memoryUsage().rss / 2 ** 20;
  };
  const close = async () => {
    await engine.close();
    await timers.stop();
  };
  return { measure, close };
}
