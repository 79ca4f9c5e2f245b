import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/until.ts';
import { WorkQueueConsumer } from './consumer.ts';
import { Publisher } from './publisher.ts';
import { closing } from './testing/closing.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { declareWorkQueue, PARKED } from './topology.ts';

interface Begun {
  readonly queue: string;
  readonly id: string;
  readonly at: number;
}

/** Workers over a vhost of their own; what they begin is recorded in the order in which it begins. */
async function workers(
  queues: readonly string[],
  count: number,
  options: { slots?: number; workMs?: () => number },
) {
  const vhost = await openVhost();
  const names = queues
    .join(' ')
    .split(/[ ,]/)
    .map((item) => item.split(':')[0] ?? '');
  for (const name of names) await declareWorkQueue(vhost.channel, name);
  const log = recordedLog();
  const publisher = new Publisher({ url: vhost.url, logger: log });
  closing(() => publisher.stop());
  publisher.start();
  await until('the publisher is connected', () => log.has(/^connected/));
  const begun: Begun[] = [];
  const handled: string[] = [];
  const consumers = Array.from({ length: count }, () => {
    const consumer = new WorkQueueConsumer({
      url: vhost.url,
      queues,
      slots: options.slots ?? 2,
      logger: log,
      handler: async (_, { queue, messageId = '' }) => {
        begun.push({ queue, id: messageId, at: performance.now() });
        await sleep(options.workMs?.() ?? 2);
        handled.push(messageId);
      },
    });
    closing(() => consumer.stop());
    return consumer;
  });
  const start = (): void => consumers.forEach((consumer) => consumer.start());
  const publish = (queue: string, id: string, tenant?: string) =>
    publisher.publish({ id, queue, body: {}, tenant });
  const fill = (queue: string, many: number, prefix = queue) =>
    Promise.all(Array.from({ length: many }, (_, i) => publish(queue, `${prefix}-${i}`, prefix)));
  return { vhost, begun, handled, consumers, start, publish, fill };
}

test('levels are emptied one after the other, from the first on', async () => {
  const { begun, start, fill } = await workers(['a', 'b', 'c'], 1, {});
  for (const queue of ['c', 'b', 'a']) await fill(queue, 100);
  start();
  await until('all have begun', () => begun.length === 300);
  const order = begun.map(({ queue }) => queue).join('');
  expect(order).toBe('a'.repeat(100) + 'b'.repeat(100) + 'c'.repeat(100));
  for (const name of ['a', 'b', 'c'])
    expect(begun.filter(({ queue }) => queue === name).map(({ id }) => id)).toEqual(
      Array.from({ length: 100 }, (_, i) => `${name}-${i}`),
    );
});

test('a level in the middle interrupts those below it, and what they had not begun goes back in order', async () => {
  const { begun, start, fill, publish } = await workers(['a', 'b', 'c'], 1, {});
  await fill('c', 1_500);
  start();
  for (let burst = 0; burst < 5; burst += 1) {
    const before = begun.length;
    await until('the last level is at work', () => begun.length > before + 20);
    await fill('b', 20, `b${burst}`);
    await until(
      'the burst has begun',
      () => begun.filter(({ queue }) => queue === 'b').length === 20 * (burst + 1),
    );
  }
  await publish('a', 'last');
  await until('all have begun', () => begun.length === 1_601);
  const last = begun.filter(({ queue }) => queue === 'c').map(({ id }) => Number(id.slice(2)));
  // One that was fetched, to see whether there is one, may overtake those that RabbitMQ was just pushing.
  for (const [place, number] of last.entries()) expect(Math.abs(number - place)).toBeLessThanOrEqual(4);
  expect(new Set(last).size).toBe(1_500);
  for (let burst = 0; burst < 5; burst += 1) {
    const indices = begun.flatMap(({ id }, i) => (id.startsWith(`b${burst}-`) ? [i] : []));
    const between = (indices.at(-1) ?? 0) - (indices[0] ?? 0) + 1 - 20;
    expect(between).toBeLessThanOrEqual(2); // of the slots; they were free while the burst was being published
  }
});

test('twenty workers over six queues begin nothing below a queue that has work', async () => {
  const queues = ['a', 'b', 'c', 'd', 'e', 'f'];
  const world = await workers(queues, 20, { slots: 2, workMs: () => 40 + Math.random() * 60 });
  const total = 1_800;
  world.start();
  // The truth to compare with: what was confirmed and has not begun, at every start.
  const confirmed = new Map<string, number>();
  const publishing = Array.from({ length: 8 }, async (_, thread) => {
    for (let i = thread; i < total; i += 8) {
      const queue = queues[Math.floor(Math.random() * queues.length)] ?? 'a';
      await world.publish(queue, `m${i}`);
      confirmed.set(`m${i}`, performance.now());
      if (Math.random() < 0.02) await sleep(50);
    }
  });
  await Promise.all(publishing);
  await until('all are handled', () => world.handled.length >= total, 25_000);
  expect(new Set(world.handled).size).toBe(total);
  expect(world.handled).toHaveLength(total); // none twice
  const startedAt = new Map(world.begun.map(({ id, at }) => [id, at]));
  const level = (queue: string): number => queues.indexOf(queue);
  // A higher message that lay in its queue before a lower one began and long after. Near its end a level's last
  // messages are held by workers that have no slot free for them, a tenth of a second here, while others go on.
  const waited = world.begun.map((upper) => ({ ...upper, since: confirmed.get(upper.id) ?? 0 }));
  const violations = world.begun.filter((lower) =>
    waited.some(
      (upper) =>
        level(upper.queue) < level(lower.queue) &&
        upper.since + GRACE_MS < lower.at &&
        upper.at > lower.at + GRACE_MS,
    ),
  );
  expect(startedAt.size).toBe(total);
  expect(violations).toEqual([]);
}, 60_000);

/** As long as a message may be on its way to one of twenty workers in one process of a busy machine, and wait there. */
const GRACE_MS = 400;

test('a level is shared by weight in work, and a flood over many queues gains nothing', async () => {
  const { start, fill, begun, vhost } = await workers(['acme:2,beta:1,beta2:1'], 1, {
    slots: 4,
    workMs: () => 5,
  });
  await fill('acme', 600, 'acme');
  await fill('beta', 600, 'beta');
  await Promise.all(Array.from({ length: 600 }, (_, i) => vhost.send('beta2', `x-${i}`))); // no tenant: its queue's
  start();
  await until('enough has begun', () => begun.length >= 600);
  const part = (queue: string): number =>
    begun.slice(0, 600).filter((message) => message.queue === queue).length / 600;
  expect(Math.abs(part('acme') - 0.5)).toBeLessThan(0.05);
  expect(Math.abs(part('beta') - 0.25)).toBeLessThan(0.05);
});

test('a message that always fails is parked, and holds nobody else up', async () => {
  const vhost = await openVhost();
  for (const queue of ['a', 'b']) await declareWorkQueue(vhost.channel, queue);
  await vhost.send('a', 'poison');
  for (let i = 0; i < 50; i += 1) await vhost.send(i % 2 === 0 ? 'a' : 'b', `m${i}`);
  const handled: string[] = [];
  let tries = 0;
  const consumer = new WorkQueueConsumer({
    url: vhost.url,
    queues: ['a', 'b'],
    slots: 1,
    logger: recordedLog(),
    failurePauseMs: 100,
    maxFailures: 4,
    handler: async (_, { messageId = '' }) => {
      if (messageId === 'poison') {
        tries += 1;
        throw new Error('never');
      }
      handled.push(messageId);
    },
  });
  closing(() => consumer.stop());
  consumer.start();
  await until('it is parked', async () => (await vhost.ready(PARKED)) === 1);
  await until('the others are handled', () => handled.length === 50);
  expect(tries).toBe(4);
  expect((await vhost.take(PARKED))?.properties.messageId).toBe('poison');
});
