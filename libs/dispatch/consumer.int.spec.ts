import { WorkQueueConsumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer.ts';
import type { DeliveryInfo } from './handling.ts';
import { until } from '../../test/support/until.ts';
import { Publisher } from './publisher.ts';
import { closing } from './testing/closing.ts';
import { proxyTo } from './testing/proxy.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';
import { declareWorkQueue, PARKED } from './topology.ts';

interface Handled extends DeliveryInfo {
  readonly body: unknown;
}

/** A consumer and what it was given. Its handler is the test's, after the message was noted. */
function consume(url: string, options: Partial<ConsumerOptions> = {}) {
  const log = recordedLog();
  const handled: Handled[] = [];
  const consumer = new WorkQueueConsumer({
    url,
    queues: ['work'],
    slots: 1,
    logger: log,
    ...options,
    handler: async (body, delivery) => {
      handled.push({ body, ...delivery });
      await options.handler?.(body, delivery);
    },
  });
  closing(() => consumer.stop());
  consumer.start();
  return { consumer, log, handled };
}

/** Something a test opens; handlers wait for it. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

const ids = (handled: readonly Handled[]) => handled.map(({ messageId }) => messageId);

test('a thousand messages are handled in order, one at a time, and are gone', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  const expected = Array.from({ length: 1_000 }, (_, i) => `m${i}`);
  await Promise.all(expected.map((id) => vhost.send('work', id)));
  const { handled, consumer } = consume(vhost.url);
  await until('all are handled', () => handled.length === 1_000);
  expect(ids(handled)).toEqual(expected);
  expect(handled[7]).toEqual({ body: { id: 'm7' }, queue: 'work', messageId: 'm7', redelivered: false });
  await consumer.stop();
  expect(await vhost.take('work')).toBeUndefined();
});

test('no more than the slots are handled at once, over all queues together', async () => {
  const vhost = await openVhost();
  for (const queue of ['a', 'b']) {
    await declareWorkQueue(vhost.channel, queue);
    for (let i = 0; i < 5; i += 1) await vhost.send(queue, `${queue}${i}`);
  }
  const door = gate();
  let now = 0;
  let most = 0;
  const { handled } = consume(vhost.url, {
    queues: ['a', 'b'],
    slots: 3,
    handler: async () => {
      now += 1;
      most = Math.max(most, now);
      await door.opened;
      now -= 1;
    },
  });
  await until('the slots are full', () => handled.length === 3);
  door.open();
  await until('all are handled', () => handled.length === 10 && now === 0);
  expect(most).toBe(3);
});

test('a message whose handler rejects comes again after a pause, and the error is logged', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  const times: number[] = [];
  const trouble = new Error('the log is down');
  const { handled, log } = consume(vhost.url, {
    failurePauseMs: 200,
    handler: async () => {
      times.push(Date.now());
      if (times.length < 4) throw trouble;
    },
  });
  await until('it is handled at last', () => times.length === 4);
  expect(handled.map(({ redelivered }) => redelivered)).toEqual([false, true, true, true]);
  const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  expect(pauses[0]).toBeGreaterThanOrEqual(99); // half of it is chance
  expect(pauses[2]).toBeGreaterThanOrEqual(399); // doubled twice
  expect(log.lines).toContainEqual({
    level: 'error',
    fields: { error: trouble, queue: 'work', messageId: 'm1' },
    message: 'a message could not be handled; it comes again',
  });
});

test('a message that is not JSON is parked, and the next one is handled', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'bad', '{"job":');
  await vhost.send('work', 'good');
  const { handled } = consume(vhost.url);
  await until('the good one is handled', () => handled.length === 1);
  expect(ids(handled)).toEqual(['good']);
  await until('the bad one is parked', async () => (await vhost.ready(PARKED)) === 1);
  const parked = await vhost.take(PARKED);
  expect(String(parked?.content)).toBe('{"job":');
  expect(parked?.properties.headers?.['x-first-death-queue']).toBe('work');
});

// RabbitMQ 3.10 then answers one of the two before the queue is ready: the consumer loses its connection, or the
// publisher is refused. Either comes again.
test('a publisher and a consumer that declare new queues at the same moment both get on', async () => {
  const vhost = await openVhost();
  const queues = Array.from({ length: 10 }, (_, i) => `new-${i}`);
  const log = recordedLog();
  const publisher = new Publisher({ url: vhost.url, logger: log });
  closing(() => publisher.stop());
  publisher.start();
  await until('the publisher is connected', () => log.has(/^connected/));
  const { handled } = consume(vhost.url, { queues, slots: 10, failurePauseMs: 100 });
  const publishing = queues.map((queue) =>
    until(`${queue} takes a message`, async () => {
      await publisher.publish({ id: queue, queue, body: {} });
      return true;
    }),
  );
  await Promise.all(publishing);
  await until('each queue is consumed', () => new Set(ids(handled)).size === queues.length);
});

test('a queue that is deleted under its consumer is declared and consumed again', async () => {
  const vhost = await openVhost();
  const { handled, log } = consume(vhost.url);
  const consuming = () => log.lines.filter(({ message }) => message === 'consuming').length;
  await until('it consumes', () => consuming() === 1);
  await vhost.channel.deleteQueue('work');
  await until('it consumes again', () => consuming() === 2);
  await vhost.send('work', 'm1');
  await until('a message is handled', () => handled.length === 1);
});

test('a queue that cannot be declared keeps nobody from the others, and is consumed from once it can', async () => {
  const vhost = await openVhost();
  await vhost.channel.assertQueue('foreign', { durable: false });
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  const { handled, log } = consume(vhost.url, { queues: ['foreign', 'work'], failurePauseMs: 100 });
  await until('the other is consumed', () => handled.length === 1);
  await until('it is reported', () => log.has(/cannot be consumed/));
  await vhost.channel.deleteQueue('foreign');
  const consuming = () => log.lines.some(({ fields }) => fields['queue'] === 'foreign' && 'slots' in fields);
  await until('it is consumed as well', consuming);
  await vhost.send('foreign', 'm2');
  await until('its message is handled', () => handled.length === 2);
});

test('stopping gives back what has not begun, in order, and finishes what has', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'a');
  await declareWorkQueue(vhost.channel, 'b');
  const door = gate();
  const { consumer, handled } = consume(vhost.url, {
    queues: ['a', 'b'],
    slots: 2,
    handler: () => door.opened,
  });
  for (let i = 0; i < 6; i += 1) await vhost.send('a', `a${i}`);
  await until('two have begun', () => handled.length === 2);
  for (let i = 0; i < 6; i += 1) await vhost.send('b', `b${i}`);
  const stopping = consumer.stop();
  await until('what had not begun is back', async () => (await vhost.ready('b')) === 6);
  door.open();
  await Promise.all([stopping, consumer.stop()]);
  expect(ids(handled)).toEqual(['a0', 'a1']);
  const left: unknown[] = [];
  for (const queue of [...Array<string>(4).fill('a'), ...Array<string>(6).fill('b')]) {
    left.push((await vhost.take(queue))?.properties.messageId);
  }
  expect(left).toEqual(['a2', 'a3', 'a4', 'a5', 'b0', 'b1', 'b2', 'b3', 'b4', 'b5']);
});

test('stopping cuts a pause short', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  const { consumer, log } = consume(vhost.url, {
    failurePauseMs: 60_000,
    maxFailurePauseMs: 60_000,
    handler: async () => Promise.reject(new Error('no')),
  });
  await until('it pauses', () => log.has(/could not be handled/));
  const began = Date.now();
  await consumer.stop();
  expect(Date.now() - began).toBeLessThan(5_000);
  expect((await vhost.take('work'))?.properties.messageId).toBe('m1');
});

test('stopping does not wait for ever; what is left behind goes to others', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  const door = gate();
  const slow = consume(vhost.url, { drainMs: 200, handler: () => door.opened });
  closing(door.open);
  await until('it has begun', () => slow.handled.length === 1);
  await slow.consumer.stop();
  expect(slow.log.has(/left behind/)).toBe(true);
  const other = consume(vhost.url);
  await until('another has it', () => other.handled.length === 1);
  expect(other.handled[0]).toMatchObject({ messageId: 'm1', redelivered: true });
});

test('stopping before the start, or with RabbitMQ away, is quick', async () => {
  const options = { queues: ['work'], slots: 1, handler: async () => undefined, logger: recordedLog() };
  await new WorkQueueConsumer({ url: 'amqp://127.0.0.1:1', ...options }).stop();
  const started = new WorkQueueConsumer({ url: 'amqp://127.0.0.1:1', ...options });
  started.start();
  const began = Date.now();
  await started.stop();
  expect(Date.now() - began).toBeLessThan(1_000);
});

test('the messages of a consumer that dies are handled by another', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  for (let i = 0; i < 5; i += 1) await vhost.send('work', `m${i}`);
  const network = await proxyTo(vhost.url);
  const door = gate();
  const dying = consume(network.url, { slots: 5, handler: () => door.opened });
  closing(door.open);
  await until('it holds all', () => dying.handled.length === 5);
  const other = consume(vhost.url);
  network.cut(); // to RabbitMQ a process that is killed looks the same
  await until('the other has them', () => other.handled.length === 5);
  expect(ids(other.handled)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect(other.handled.every(({ redelivered }) => redelivered)).toBe(true);
});

test('a message that comes again while it is being handled is not handled twice', async () => {
  const vhost = await openVhost();
  await declareWorkQueue(vhost.channel, 'work');
  await vhost.send('work', 'm1');
  const network = await proxyTo(vhost.url);
  const door = gate();
  const { handled, log, consumer } = consume(network.url, { slots: 2, handler: () => door.opened });
  await until('it has begun', () => handled.length === 1);
  network.cut();
  await until('the connection is lost', () => log.has(/went away/));
  network.mend();
  await until('it is back', () => log.lines.filter(({ message }) => /^connected/.test(message)).length === 2);
  await vhost.send('work', 'm2'); // comes after m1 has come again
  await until('m2 has begun', () => handled.length === 2);
  door.open();
  await consumer.stop();
  expect(ids(handled)).toEqual(['m1', 'm2']);
  expect(await vhost.take('work')).toBeUndefined(); // acknowledged, by the first one's outcome
});
