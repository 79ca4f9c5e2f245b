import { Queue, Worker } from 'bullmq';
import { randomBytes, randomUUID } from 'node:crypto';
import { closedLoop } from '../load.mjs';

/** Jobs per second on Redis. */
export async function jobs({ env, slots }) {
  const options = {
    prefix: `bench-${randomBytes(6).toString('hex')}`,
    connection: { url: env.REDIS_URL, maxRetriesPerRequest: null },
  };
  const queue = new Queue('bench', options);
  const worker = new Worker('bench', async () => undefined, { ...options, concurrency: slots });
  const waiting = new Map();
  worker.on('completed', (job) => waiting.get(job.data.key)?.());
  await worker.waitUntilReady();
  const call = async () => {
    const key = randomUUID();
    const done = new Promise((resolve) => waiting.set(key, resolve));
    await queue.add('bench', { key }, { removeOnComplete: true });
    await done;
    waiting.delete(key);
  };
  const measure = ({ atOnce, seconds }) => closedLoop({ atOnce, seconds, call });
  const close = async () => {
    await worker.close();
    await queue.obliterate({ force: true });
    await queue.close();
  };
  return { measure, close };
}
