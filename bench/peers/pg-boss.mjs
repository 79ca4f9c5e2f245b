import { PgBoss } from 'pg-boss';
import { randomUUID } from 'node:crypto';
import { closedLoop } from '../load.mjs';

/** Jobs per second, one at a time fetched and completed by each of as many workers as ours has slots. */
export async function jobs({ database, slots }) {
  const boss = new PgBoss({ connectionString: database, max: 20, useListenNotify: true });
  boss.on('error', (error) => console.error(String(error)));
  await boss.start();
  await boss.createQueue('bench', { notify: true });
  const waiting = new Map();
  const options = {
    batchSize: 1,
    localConcurrency: slots,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  };
  await boss.work('bench', options, async ([{ data }]) => {
    setImmediate(() => waiting.get(data.key)?.()); // before its end is recorded: in its favour
  });
  const call = async () => {
    const key = randomUUID();
    const done = new Promise((resolve) => waiting.set(key, resolve));
    await boss.send('bench', { key });
    await done;
    waiting.delete(key);
  };
  const measure = ({ atOnce, seconds }) => closedLoop({ atOnce, seconds, call });
  return { measure, close: () => boss.stop({ graceful: false }) };
}
