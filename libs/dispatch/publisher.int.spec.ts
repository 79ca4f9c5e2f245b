import { Publisher } from './publisher.ts';
import type { PublisherOptions } from './publisher.ts';
import { until } from '../../test/support/until.ts';
import { closing } from './testing/closing.ts';
import { proxyTo } from './testing/proxy.ts';
import { openVhost } from './testing/rabbitmq.ts';
import { recordedLog } from './testing/recorded-log.ts';

const message = (id: string, queue = 'work') => ({ id, queue, body: { id } });

async function publisherTo(url: string, options: Partial<PublisherOptions> = {}) {
  const log = recordedLog();
  const publisher = new Publisher({ url, logger: log, ...options });
  closing(() => publisher.stop());
  publisher.start();
  await until('connected', () => log.has(/connected/));
  return { publisher, log };
}

async function outcomeOf(publishing: Promise<void>): Promise<string> {
  return publishing.then(
    () => 'confirmed',
    (error: unknown) => (error as { kind?: string }).kind ?? String(error),
  );
}

test('a confirmed message is in its queue, persistent, with its id', async () => {
  const vhost = await openVhost();
  const { publisher } = await publisherTo(vhost.url);
  await publisher.publish(message('m1'));
  const taken = await vhost.take('work');
  expect(JSON.parse(String(taken?.content))).toEqual({ id: 'm1' });
  expect(taken?.properties).toMatchObject({
    messageId: 'm1',
    deliveryMode: 2,
    contentType: 'application/json',
  });
});

test('a thousand messages published at once arrive in order, though few may be under way', async () => {
  const vhost = await openVhost();
  const { publisher } = await publisherTo(vhost.url, { maxInFlight: 7 });
  const ids = Array.from({ length: 1_000 }, (_, i) => `m${i}`);
  await Promise.all(ids.map((id) => publisher.publish(message(id))));
  const arrived: unknown[] = [];
  for (let taken = await vhost.take('work'); taken !== undefined; taken = await vhost.take('work')) {
    arrived.push(taken.properties.messageId);
  }
  expect(arrived).toEqual(ids);
});

test('a message that finds no queue is rejected, and the next one declares the queue again', async () => {
  const vhost = await openVhost();
  const { publisher, log } = await publisherTo(vhost.url);
  await publisher.publish(message('m1'));
  await vhost.channel.deleteQueue('work');
  expect(await outcomeOf(publisher.publish(message('m2')))).toBe('unroutable');
  expect(log.lines).toContainEqual({
    level: 'error',
    fields: { queue: 'work', messageId: 'm2' },
    message: 'a message found no queue',
  });
  expect(await outcomeOf(publisher.publish(message('m3')))).toBe('confirmed');
  expect((await vhost.take('work'))?.properties.messageId).toBe('m3');
});

test('a queue that is not one of ours is refused, and disturbs no other', async () => {
  const vhost = await openVhost();
  await vhost.channel.assertQueue('foreign', { durable: false });
  const { publisher } = await publisherTo(vhost.url);
  const outcomes = await Promise.all(
    ['work', 'foreign', 'work', 'foreign'].map((queue, i) =>
      outcomeOf(publisher.publish(message(`m${i}`, queue))),
    ),
  );
  expect(outcomes).toEqual(['confirmed', 'refused', 'confirmed', 'refused']);
});

test('a full queue refuses, and nothing is dropped from it', async () => {
  const vhost = await openVhost();
  const { publisher } = await publisherTo(vhost.url);
  await publisher.publish(message('first'));
  await vhost.setPolicy({ 'max-length': 1 });
  // A quorum queue takes a little more than its limit before it tells publishers.
  let refused = 0;
  await until('the queue refuses', async () => {
    const outcome = await outcomeOf(publisher.publish(message('more')));
    if (outcome === 'refused') refused += 1;
    return refused > 0;
  });
  expect((await vhost.take('work'))?.properties.messageId).toBe('first');
});

test('without a connection it rejects at once', async () => {
  const publisher = new Publisher({ url: 'amqp://127.0.0.1:1', logger: recordedLog() });
  closing(() => publisher.stop());
  const began = Date.now();
  expect(await outcomeOf(publisher.publish(message('before the start')))).toBe('disconnected');
  publisher.start();
  expect(await outcomeOf(publisher.publish(message('before the connection')))).toBe('disconnected');
  expect(Date.now() - began).toBeLessThan(1_000);
});

test('a connection that is cut rejects what was unconfirmed, and comes back', async () => {
  const vhost = await openVhost();
  const network = await proxyTo(vhost.url);
  const { publisher } = await publisherTo(network.url, { maxInFlight: 10 });
  await publisher.publish(message('m0'));
  network.hang();
  const publishing = Array.from({ length: 30 }, (_, i) => outcomeOf(publisher.publish(message(`m${i}`))));
  network.cut();
  expect(new Set(await Promise.all(publishing))).toEqual(new Set(['disconnected']));
  network.mend();
  await until(
    'it is back',
    async () => (await outcomeOf(publisher.publish(message('later')))) === 'confirmed',
  );
});

test('a broker that does not answer is a time-out, and no more than the limit is sent to it', async () => {
  const vhost = await openVhost();
  const network = await proxyTo(vhost.url);
  const { publisher } = await publisherTo(network.url, { maxInFlight: 3, confirmTimeoutMs: 300 });
  await publisher.publish(message('m0'));
  network.hang();
  for (let round = 0; round < 2; round += 1) {
    const publishing = Array.from({ length: 5 }, (_, i) => outcomeOf(publisher.publish(message(`m${i}`))));
    expect(new Set(await Promise.all(publishing))).toEqual(new Set(['timeout']));
  }
  network.mend();
  expect(await publisher.ping()).toBe('answers; 3 messages unconfirmed');
});

test('a declaration that hangs is a time-out too', async () => {
  const vhost = await openVhost();
  const network = await proxyTo(vhost.url);
  const { publisher } = await publisherTo(network.url, { confirmTimeoutMs: 300 });
  network.hang();
  expect(await outcomeOf(publisher.publish(message('m1', 'never-seen')))).toBe('timeout');
});

test('stopping waits for confirmations, and may be done twice', async () => {
  const vhost = await openVhost();
  const { publisher } = await publisherTo(vhost.url, { maxInFlight: 5 });
  const publishing = Array.from({ length: 100 }, (_, i) => outcomeOf(publisher.publish(message(`m${i}`))));
  await Promise.all([publisher.stop(), publisher.stop()]);
  expect(new Set(await Promise.all(publishing))).toEqual(new Set(['confirmed']));
  expect(await outcomeOf(publisher.publish(message('late')))).toBe('disconnected');
});

test('stopping does not wait for a broker that hangs', async () => {
  const vhost = await openVhost();
  const network = await proxyTo(vhost.url);
  const { publisher } = await publisherTo(network.url);
  network.hang();
  const began = Date.now();
  await publisher.stop();
  expect(Date.now() - began).toBeLessThan(6_000);
});

test('a message that is no JSON is the caller’s mistake', async () => {
  const vhost = await openVhost();
  const { publisher } = await publisherTo(vhost.url);
  await expect(publisher.publish({ id: 'm1', queue: 'work', body: 1n })).rejects.toThrow(TypeError);
});
