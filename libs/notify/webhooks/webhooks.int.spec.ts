import { HTTP } from 'cloudevents';
import type { CloudEvent } from 'cloudevents';
import { Readable } from 'node:stream';
import { Webhook } from 'standardwebhooks';
import type { Received, Receiver, Respond } from '../../../test/support/receiver.ts';
import { inOrder, openReceiver } from '../../../test/support/receiver.ts';
import { until } from '../../../test/support/until.ts';
import { findDelivery, listDeliveries, replayDelivery, replayPeriod } from './deliveries.ts';
import { changeWebhook, deleteWebhook, findWebhook, rotateSecret, testWebhook } from './request.ts';
import type { Notified, NotifiedOptions } from '../testing/notified.ts';
import { openNotified, quick } from '../testing/notified.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (let one = open.pop(); one !== undefined; one = open.pop()) await one[Symbol.asyncDispose]();
});

async function notified(options?: NotifiedOptions): Promise<Notified> {
  const made = await openNotified(options);
  open.push(made);
  return made;
}

async function receiver(respond?: Respond): Promise<Receiver> {
  const made = await openReceiver(respond);
  open.push(made);
  return made;
}

const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const all = { limit: 100, before: undefined, status: undefined };

/** Hears a number of requests, and those only. */
const heard = (to: Receiver, count: number): Promise<Received[]> =>
  until(`${count} requests`, () => to.received.length >= count && to.received);

test('every event of a broker is posted in its order, signed, as a CloudEvent', async () => {
  const it = await notified();
  const to = await receiver();
  const { secret } = await it.webhook(to.url);
  await it.happen(['a', 'b'], 20);
  await heard(to, 40);
  expect(new Set(to.received.map(({ event }) => event.id)).size).toBe(40);
  expect(inOrder(to.received)).toBe(true);
  for (const one of to.received) {
    expect(() => new Webhook(secret).verify(one.body, headersOf(one))).not.toThrow();
    expect(one.headers['webhook-id']).toBe(one.event.id);
  }
  const first = to.received.find(({ event }) => event.id === 'broker-a-1')!;
  const parsed = HTTP.toEvent({ headers: first.headers, body: first.body }) as CloudEvent<unknown>;
  expect(parsed.validate()).toBe(true);
  expect(parsed).toMatchObject({
    id: 'broker-a-1',
    type: 'dev.warrener.broker.requested',
    subject: 'broker/a',
  });
  const forged = { ...headersOf(first), 'webhook-id': 'broker-a-2' };
  expect(() => new Webhook(secret).verify(first.body, forged)).toThrow();
});

test('during a rotation both secrets verify, and nothing else does', async () => {
  const it = await notified();
  const to = await receiver();
  const { id, secret } = await it.webhook(to.url);
  await rotateSecret(it.world, 't', id, undefined);
  const [now, before] = await it.world.secrets.of(id);
  expect(before).toMatchObject({ secret, expiresAt: expect.any(String) as string });
  await it.happen(['a'], 1);
  const [one] = await heard(to, 1);
  for (const valid of [now!.secret, secret])
    expect(() => new Webhook(valid).verify(one!.body, headersOf(one!))).not.toThrow();
  const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
  expect(() => new Webhook(other).verify(one!.body, headersOf(one!))).toThrow();
});

test('a webhook gets what its filter lets through, and its own test event', async () => {
  const it = await notified();
  const [requests, tested] = [await receiver(), await receiver()];
  const { id } = await it.webhook(requests.url, { types: ['broker.requested'] });
  await it.webhook(tested.url, { types: ['broker.deleted'] });
  await it.happen(['a', 'b'], 5);
  await testWebhook(it.world, 't', id);
  await heard(requests, 3);
  expect(requests.received.map(({ event }) => event.type).sort()).toEqual([
    'dev.warrener.broker.requested',
    'dev.warrener.broker.requested',
    'dev.warrener.webhook.test',
  ]);
  expect(tested.received).toEqual([]);
});

test('what a paused webhook is owed is kept until it goes on', async () => {
  const it = await notified();
  const to = await receiver();
  const { id } = await it.webhook(to.url, { paused: true });
  await it.happen(['a'], 3);
  await until('three to be owed', async () => (await listDeliveries(it.pool, id, all)).length === 3);
  expect(to.received).toEqual([]);
  await changeWebhook(it.world, 't', id, { paused: false });
  await heard(to, 3);
  expect(inOrder(to.received)).toBe(true);
});

test('a hung receiver and one that is not there delay nobody else', async () => {
  const timeouts = { connectMs: 5_000, headersMs: 10_000, totalMs: 10_000 };
  const it = await notified({ timeouts });
  const [well, hung, gone] = [await receiver(), await receiver(() => undefined), await receiver()];
  await gone[Symbol.asyncDispose]();
  const bad = [await it.webhook(hung.url), await it.webhook(gone.url)];
  await it.webhook(well.url);
  await it.happen(['a', 'b', 'c'], 50);
  await heard(hung, 1);
  await heard(well, 150);
  for (const { id } of bad) {
    const pending = await listDeliveries(it.pool, id, { ...all, limit: 200, status: 'pending' });
    expect(pending.length).toBe(150);
  }
  expect(hung.received.length).toBeLessThanOrEqual(10); // few at once
});

test('a failure is tried again with the same id, after what Retry-After asks for, and holds back its broker only', async () => {
  const it = await notified();
  const to = await receiver((response, { event }) => {
    const fails =
      event.id === 'broker-a-2' && to.received.filter((one) => one.event.id === event.id).length === 1;
    response.writeHead(fails ? 503 : 200, fails ? { 'retry-after': '1' } : {}).end('x'.repeat(5_000));
  });
  const { id } = await it.webhook(to.url);
  await it.happen(['a', 'b'], 4);
  await heard(to, 9);
  const times = to.received.filter(({ event }) => event.id === 'broker-a-2').map(({ at }) => at);
  expect(times.length).toBe(2);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1_000);
  expect(inOrder(to.received)).toBe(true);
  const deliveries = await until('all to be settled', async () => {
    const list = await listDeliveries(it.pool, id, all);
    return list.every(({ status }) => status === 'delivered') && list;
  });
  const failed = deliveries.find(({ event_id: event }) => event === 'broker-a-2')!;
  const { tried } = await findDelivery(it.pool, id, failed.id);
  expect(tried).toMatchObject([
    { number: 1, status: 503, error: 'answered 503', answer: 'x'.repeat(1_024) },
    { number: 2, status: 200, error: null },
  ]);
});

test('410 disables a webhook, its owner is told, and what it missed can be sent later', async () => {
  const it = await notified();
  const to = await receiver((response) => void response.writeHead(410).end());
  const owner = await receiver();
  const { id } = await it.webhook(to.url);
  await it.webhook(owner.url, { types: ['webhook.disabled'] });
  await it.happen(['a'], 3);
  const [told] = await heard(owner, 1);
  expect(told!.event).toMatchObject({
    data: { webhook_id: id, reason: expect.stringContaining('410') as string },
  });
  expect((await findWebhook(it.world, 't', id)).state.status).toBe('disabled');
  await it.happen(['a'], 1);
  await until('the fourth to be skipped', async () => {
    const skipped = await listDeliveries(it.pool, id, { ...all, status: 'skipped' });
    return skipped.some(({ event_id: event }) => event === 'broker-a-4');
  });
  expect(to.received.length).toBe(1);
  to.respond = (response) => void response.writeHead(200).end();
  await changeWebhook(it.world, 't', id, { description: 'repaired' });
  const hourAgo = new Date(Date.now() - 3_600_000);
  const period = { from: hourAgo, to: new Date(Date.now() + 60_000), failedOnly: true };
  expect(await replayPeriod(it.pool, id, period, 60_000)).toBe(4);
  await heard(to, 5);
  expect(to.received.slice(1).map(({ event }) => event.id)).toEqual([1, 2, 3, 4].map((n) => `broker-a-${n}`));
});

test('a webhook that fails for too long is disabled', async () => {
  const it = await notified({ retries: { ...quick, disableAfterMs: 300 } });
  const to = await receiver((response) => void response.writeHead(500).end());
  const { id } = await it.webhook(to.url);
  await it.happen(['a'], 1);
  const error = await until(
    'it to be disabled',
    async () => (await findWebhook(it.world, 't', id)).state.error,
  );
  expect(error).toMatch(/^No delivery succeeded since .*answered 500/);
});

test('a delivery that is never taken fails in the end, and can be replayed', async () => {
  const it = await notified({ retries: { ...quick, giveUpAfterMs: 300 } });
  const to = await receiver((response) => void response.writeHead(500).end());
  const { id } = await it.webhook(to.url);
  await it.happen(['a'], 1);
  const [failed] = await until('it to be given up', async () => {
    const list = await listDeliveries(it.pool, id, { ...all, status: 'failed' });
    return list.length === 1 && list;
  });
  const tries = to.received.length;
  to.respond = (response) => void response.writeHead(200).end();
  await replayDelivery(it.pool, id, failed!.id, 60_000);
  await heard(to, tries + 1);
  const ids = new Set(to.received.map(({ headers }) => headers['webhook-id']));
  expect([...ids]).toEqual(['broker-a-1']);
});

test('a receiver that answers without end is cut off, and counts by its status', async () => {
  const it = await notified();
  let wrote = 0;
  const endless = function* () {
    for (; wrote < 2 ** 30; wrote += 65_536) yield 'x'.repeat(65_536);
  };
  const to = await receiver((response) => void Readable.from(endless()).pipe(response));
  const { id } = await it.webhook(to.url);
  await it.happen(['a'], 1);
  const [delivered] = await until('it to be delivered', async () => {
    const list = await listDeliveries(it.pool, id, { ...all, status: 'delivered' });
    return list.length === 1 && list;
  });
  expect((await findDelivery(it.pool, id, delivered!.id)).tried[0]?.answer).toBe('x'.repeat(1_024));
  expect(wrote).toBeLessThan(2 ** 25);
});

test('a redirect is not followed', async () => {
  const it = await notified();
  const secret = await receiver();
  const to = await receiver((response) => void response.writeHead(307, { location: secret.url }).end());
  const { id } = await it.webhook(to.url);
  await it.happen(['a'], 1);
  const [tried] = await until('it to be tried', async () => {
    const [delivery] = await listDeliveries(it.pool, id, all);
    const found = delivery && (await findDelivery(it.pool, id, delivery.id));
    return found !== undefined && found.tried.length > 0 && found.tried;
  });
  expect(tried).toMatchObject({
    status: 307,
    error: expect.stringMatching(/redirects are not followed/) as string,
  });
  expect(secret.received).toEqual([]);
});

test('a name whose answer changes between check and connection leads nowhere private', async () => {
  const to = await receiver();
  let address = '93.184.216.34';
  const it = await notified({ allow: [], resolve: async () => [{ address, family: 4 }] });
  const { id } = await it.webhook(`http://rebound.example:${to.port}/`);
  address = '127.0.0.1';
  await it.happen(['a'], 1);
  const [tried] = await until('it to be tried', async () => {
    const [delivery] = await listDeliveries(it.pool, id, all);
    const found = delivery && (await findDelivery(it.pool, id, delivery.id));
    return found !== undefined && found.tried.length > 0 && found.tried;
  });
  expect(tried).toMatchObject({
    status: null,
    error: 'rebound.example resolves to 127.0.0.1, which is no public address',
  });
  expect(to.received).toEqual([]);
});

test('a connection goes to the very address that was checked', async () => {
  const to = await receiver();
  let asked = 0;
  const it = await notified({
    resolve: async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
  });
  await it.webhook(`http://pinned.example:${to.port}/`);
  await it.happen(['a'], 1);
  await heard(to, 1);
  expect(asked).toBe(1);
});

test('a webhook that is deleted gets nothing more, and is not found', async () => {
  const it = await notified();
  const to = await receiver();
  const { id } = await it.webhook(to.url, { paused: true });
  await it.happen(['a'], 2);
  await until('two to be owed', async () => (await listDeliveries(it.pool, id, all)).length === 2);
  await deleteWebhook(it.world, 't', id);
  await expect(findWebhook(it.world, 't', id)).rejects.toMatchObject({ kind: 'not-found' });
  expect(await it.world.secrets.of(id)).toEqual([]);
  const other = await it.webhook(to.url);
  await it.happen(['a'], 1);
  await until('the next event', async () => (await listDeliveries(it.pool, other.id, all)).length === 1);
  expect((await listDeliveries(it.pool, id, all)).length).toBe(2);
});
