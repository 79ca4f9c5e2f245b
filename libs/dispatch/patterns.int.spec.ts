import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/until.ts';
import { WorkQueueConsumer } from './consumer.ts';
import { closing } from './testing/closing.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { declareWorkQueue } from './topology.ts';

// The two ways to share workers of docs/priority-queues.md.

/** A worker; the queues of what it began, in order. */
function work(url: string, list: string) {
  const begun: { queue: string; id: string }[] = [];
  const consumer = new WorkQueueConsumer({
    url,
    queues: list.split(' '),
    slots: 2,
    logger: recordedLog(),
    handler: async (_, { queue, messageId = '' }) => {
      begun.push({ queue, id: messageId });
      await sleep(5);
    },
  });
  closing(() => consumer.stop());
  return { begun, start: () => consumer.start() };
}

async function queues(...names: string[]) {
  const vhost = await openVhost();
  for (const name of names) await declareWorkQueue(vhost.channel, name);
  const fill = (queue: string, from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => vhost.send(queue, `${queue}-${from + i}`)));
  return { vhost, fill };
}

test('own queues and crossed workers: each tenant has a worker, and both while the other has nothing to do', async () => {
  const { vhost, fill } = await queues('acme_express', 'beta_express', 'acme_bulk', 'beta_bulk');
  await fill('acme_bulk', 0, 300);
  await fill('beta_bulk', 0, 300);
  const one = work(vhost.url, 'acme_express beta_express acme_bulk beta_bulk');
  const two = work(vhost.url, 'beta_express acme_express beta_bulk acme_bulk');
  for (const worker of [one, two]) worker.start();
  await until('both are at work', () => one.begun.length > 50 && two.begun.length > 50);
  expect(new Set(one.begun.slice(0, 50).map(({ queue }) => queue))).toEqual(new Set(['acme_bulk']));
  expect(new Set(two.begun.slice(0, 50).map(({ queue }) => queue))).toEqual(new Set(['beta_bulk']));
  const handled = () => [...one.begun, ...two.begun];
  await until('all is done', () => handled().length === 600);
  const [before, beforeTwo] = [one.begun.length, two.begun.length];
  await fill('acme_bulk', 300, 700);
  await until('that is done', () => handled().length === 1_000);
  for (const [worker, from] of [
    [one, before],
    [two, beforeTwo],
  ] as const)
    expect(worker.begun.length - from).toBeGreaterThan(50);
  await fill('beta_bulk', 300, 600);
  await until('the first helps as well', () => one.begun.at(-1)?.queue === 'beta_bulk');
  await fill('acme_express', 0, 1);
  await until('the express step', () => handled().some(({ queue }) => queue === 'acme_express'));
  expect(handled().length).toBeLessThan(1_301); // it did not wait for the bulk
});

test('shared express and own bulk: first come, first served; then a fair part for each', async () => {
  const { vhost, fill } = await queues('express', 'acme_bulk', 'beta_bulk');
  await fill('acme_bulk', 0, 500);
  await fill('beta_bulk', 0, 500);
  await fill('express', 0, 50);
  const { begun, start } = work(vhost.url, 'express acme_bulk,beta_bulk');
  start();
  await until('enough has begun', () => begun.length > 450);
  expect(begun.slice(0, 50).map(({ id }) => id)).toEqual(
    Array.from({ length: 50 }, (_, i) => `express-${i}`),
  );
  const acme = begun.slice(50, 450).filter(({ queue }) => queue === 'acme_bulk').length;
  expect(Math.abs(acme / 400 - 0.5)).toBeLessThan(0.05);
});
