import { Logger, run } from 'graphile-worker';
import { randomUUID } from 'node:crypto';
import { closedLoop } from '../load.mjs';

/** Jobs per second, each fetched and completed by itself. */
export async function jobs({ database, slots }) {
  const waiting = new Map();
  const runner = await run({
    connectionString: database,
    concurrency: slots,
    maxPoolSize: 20,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: { bench: async () => undefined },
  });
  runner.events.on('job:complete', ({ job }) => waiting.get(job.payload.key)?.());
  const call = async () => {
    const key = randomUUID();
    const done = new Promise((resolve) => waiting.set(key, resolve));
    await runner.addJob('bench', { key });
    await done;
    waiting.delete(key);
  };
  const measure = ({ atOnce, seconds }) => closedLoop({ atOnce, seconds, call });
  return { measure, close: () => runner.stop() };
}
