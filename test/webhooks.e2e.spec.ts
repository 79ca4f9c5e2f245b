import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import type { PrivateService } from '../libs/dispatch/testing/private-service.ts';
import { privateService } from '../libs/dispatch/testing/private-service.ts';
import type { Body } from './support/api-client.ts';
import { followStream } from './support/event-stream.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import type { Running } from './support/processes.ts';
import { startProgram } from './support/processes.ts';
import type { Received } from './support/receiver.ts';
import { inOrder, openReceiver } from './support/receiver.ts';
import { until } from './support/until.ts';

let cloud: TestCloud;
let redis: PrivateService;
let warrener: Installation;
let notifier: Running;

const startNotifier = () => startProgram('dist/apps/notifier/main.js', warrener.env, { key: 'notifier' });

beforeAll(async () => {
  [cloud, redis] = await Promise.all([openCloud(), privateService('redis')]);
  const env = { REDIS_URL: redis.url, WARRENER_WEBHOOK_ALLOW: '127.0.0.0/8' };
  warrener = await install(cloud, { apiOnly: true, env });
  notifier = await startNotifier();
}, 120_000);

afterAll(async () => {
  await notifier[Symbol.asyncDispose]();
  await warrener[Symbol.asyncDispose]();
  await redis.remove();
  await cloud[Symbol.asyncDispose]();
}, 60_000);

async function call(method: string, path: string, body?: unknown, status = 200): Promise<Body> {
  const answer = await warrener.api.call(method, path, body);
  if (answer.status !== status)
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const create = async (url: string, more: object = {}): Promise<string> =>
  String((await call('POST', '/v1/webhooks', { url, ...more }, 201)).id);

test.each<[string, string, string, unknown, string]>([
  ['no URL', 'POST', '', {}, 'url'],
  ['a URL of another kind', 'POST', '', { url: 'ftp://example.com' }, 'url'],
  ['a private address', 'POST', '', { url: 'http://10.0.0.1/' }, 'url'],
  ['the metadata service', 'POST', '', { url: 'http://169.254.169.254/latest' }, 'url'],
  ['an unknown type', 'POST', '', { url: 'http://127.0.0.1/', types: ['job.exploded'] }, 'types'],
  ['a weak secret', 'POST', '', { url: 'http://127.0.0.1/', secret: 'hunter2' }, 'secret'],
  ['a field there is not', 'POST', '', { url: 'http://127.0.0.1/', colour: 'red' }, 'colour'],
  ['a status there is not', 'GET', '/WEBHOOK/deliveries?status=lost', undefined, 'status'],
  ['a period without a beginning', 'POST', '/WEBHOOK/replay', {}, 'from'],
  [
    'a period that ends before',
    'POST',
    '/WEBHOOK/replay',
    { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    'to',
  ],
])('%s gets a problem that names it', async (_what, method, path, body, field) => {
  const webhook = path.includes('WEBHOOK') ? await create('http://127.0.0.1:9/', { paused: true }) : '';
  const answer = await warrener.api.call(method, `/v1/webhooks${path.replace('WEBHOOK', webhook)}`, body);
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(JSON.stringify(answer.body)).toContain(field);
});

test('a webhook that is not there is not found, in whatever is asked of it', async () => {
  const id = '019a6e2c-2a10-7d40-8e21-aa11bb22cc33';
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/secret'],
    ['POST', '/rotate-secret'],
    ['POST', '/test'],
    ['GET', '/deliveries'],
    ['GET', `/deliveries/${id}`],
    ['POST', `/deliveries/${id}/replay`],
  ] as const) {
    const body = method === 'PATCH' || path === '/rotate-secret' ? {} : undefined;
    const answer = await warrener.api.call(method, `/v1/webhooks/${id}${path}`, body);
    expect([method, path, answer.status]).toEqual([method, path, 404]);
  }
});

test('a webhook is created, tested, rotated, looked into, replayed and deleted', async () => {
  await using to = await openReceiver();
  const id = await create(to.url, { types: ['broker.*'], description: 'ours' });
  const { secret } = (await call('GET', `/v1/webhooks/${id}/secret`)) as { secret?: string };
  const { event_id: event } = await call('POST', `/v1/webhooks/${id}/test`, undefined, 202);
  const [first] = await until('the test event', () => to.received.length === 1 && to.received);
  expect(first?.event.id).toBe(event);
  new Webhook(secret ?? '').verify(first!.body, first!.headers as Record<string, string>);

  await call('POST', `/v1/webhooks/${id}/rotate-secret`, {});
  const { secrets } = (await call('GET', `/v1/webhooks/${id}/secret`)) as { secrets?: { secret: string }[] };
  expect(secrets?.map((one) => one.secret)).toEqual([expect.stringMatching(/^whsec_/), secret]);

  const { items = [] } = await call('GET', `/v1/webhooks/${id}/deliveries?status=delivered`);
  expect(items).toMatchObject([
    { event_id: event, type: 'webhook.test', attempts: 1, next_attempt_at: null },
  ]);
  const shown = await call('GET', `/v1/webhooks/${id}/deliveries/${items[0]!.id}`);
  expect(shown).toMatchObject({ event: first!.event, tried: [{ number: 1, status: 204, error: null }] });
  await call('POST', `/v1/webhooks/${id}/deliveries/${items[0]!.id}/replay`, undefined, 202);
  await until('it to come again', () => to.received.length === 2);
  const from = new Date(Date.now() - 60_000).toISOString();
  expect(await call('POST', `/v1/webhooks/${id}/replay`, { from }, 202)).toEqual({ deliveries: 1 });
  await until('it to come a third time', () => to.received.length === 3);
  expect(new Set(to.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

  expect((await call('GET', '/v1/webhooks')).items).toContainEqual(
    expect.objectContaining({ id, description: 'ours' }),
  );
  await call('DELETE', `/v1/webhooks/${id}`, undefined, 204);
  await call('GET', `/v1/webhooks/${id}`, undefined, 404);
});

test('the callback of a launch is told of that launch, and of nothing else', async () => {
  await using to = await openReceiver();
  const common = { image: 'Mosquitto', flavor: cloud.flavor, network: cloud.network, key: cloud.key };
  const admin = { admin_username: 'boss', admin_password: 'correct horse battery staple' };
  const refused = { ...common, ...admin, name: 'refused', callback_url: 'http://192.168.0.1/' };
  expect((await call('POST', '/v1/brokers', refused, 400)).errors).toMatchObject([{ field: 'callback_url' }]);
  await call('POST', '/v1/brokers', { ...common, ...admin, name: 'other' }, 202);
  const launched = await call(
    'POST',
    '/v1/brokers',
    { ...common, ...admin, name: 'it', callback_url: to.url },
    202,
  );
  const callback = launched['callback'] as { webhook_id: string };
  await until('what began', () => to.received.length === 2);
  const { secret } = (await call('GET', `/v1/webhooks/${callback.webhook_id}/secret`)) as { secret?: string };
  for (const one of to.received) {
    new Webhook(secret ?? '').verify(one.body, one.headers as Record<string, string>);
    expect(one.event.data).toMatchObject({ job_id: launched.job?.id });
    expect(one.body).not.toContain(admin.admin_password);
  }
  expect(to.received.map(({ event }) => event.type).sort()).toEqual([
    'dev.warrener.broker.requested',
    'dev.warrener.job.submitted',
  ]);
  const { items } = await call('GET', `/v1/webhooks?job=${String(launched.job?.id)}`);
  expect(items).toMatchObject([{ id: callback.webhook_id, job_id: launched.job?.id }]);
  expect(JSON.stringify(await call('GET', '/v1/webhooks'))).not.toContain(callback.webhook_id);
});

test('the notifier killed, Redis killed and emptied: everything comes everywhere, in order', async () => {
  await using to = await openReceiver();
  await create(to.url, { types: ['webhook.changed'] });
  const amqp = await connect(warrener.env['AMQP_URL'] ?? '');
  const channel = await amqp.createChannel();
  await until('the exchange', async () => {
    await channel.assertExchange('warrener.events', 'topic', { durable: true });
    return true;
  });
  await channel.assertQueue('mine', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('mine', 'warrener.events', 'default.webhook.*');
  const stream = await followStream(warrener.api, '/v1/events/stream?type=webhook.changed');

  const targets = await Promise.all(
    Array.from({ length: 4 }, () => create('http://127.0.0.1:9/', { paused: true })),
  );
  const wanted = new Set(targets.map((id) => `webhook-${id}-1`));
  let version = 1;
  const change = async (rounds: number): Promise<void> => {
    for (const last = version + rounds; version < last;) {
      version += 1;
      for (const id of targets) {
        await call('PATCH', `/v1/webhooks/${id}`, { description: `${version}` });
        wanted.add(`webhook-${id}-${version}`);
      }
    }
  };
  await change(5);
  await until('some of it', () => to.received.length > 0);
  notifier.kill('SIGKILL');
  await notifier.ended;
  await change(5);
  notifier = await startNotifier();
  await change(5);
  await redis.kill();
  await change(5);
  const away = to.received.length;
  await until('something without Redis', () => to.received.length > away, 60_000);
  await redis.start();
  await change(5);
  const client = new Redis(redis.url);
  await client.flushall();
  await client.quit();
  await change(5);

  const missing = (events: readonly { readonly id: string }[]) => {
    const came = new Set(events.map(({ id }) => id));
    return [...wanted].filter((id) => !came.has(id));
  };
  const complete = (what: string, events: () => readonly { readonly id: string }[]) =>
    until(
      `${what} to be complete`,
      () => {
        const left = missing(events());
        if (left.length > 0) throw new Error(`${left.length} are missing, e.g. ${left[0]}`);
        return true;
      },
      60_000,
    );
  await complete('the webhook', () => to.received.map(({ event }) => event));
  expect(inOrder(to.received)).toBe(true);
  await complete('the stream', () => stream.events);
  expect(stream.events.length).toBe(new Set(stream.events.map(({ id }) => id)).size);
  expect(inOrder(stream.events.map((event) => ({ event })))).toBe(true);

  const messages: Received['event'][] = [];
  await channel.consume('mine', (message) => {
    if (message === null) return;
    expect(message.properties.deliveryMode).toBe(2);
    messages.push(JSON.parse(message.content.toString()) as Received['event']);
    channel.ack(message);
  });
  await complete('the queue', () => messages);
  expect(inOrder(messages.map((event) => ({ event })))).toBe(true);
  await amqp.close();

  // A reader that was away is told what it missed, from where it stopped.
  const half = stream.events[60]!;
  await stream.close();
  const resumed = await followStream(warrener.api, '/v1/events/stream?type=webhook.changed', half.place);
  await until('the rest', () => resumed.events.length === stream.events.length - 61 && resumed.events);
  expect(resumed.events.map(({ id }) => id)).toEqual(stream.events.slice(61).map(({ id }) => id));
  await resumed.close();
}, 150_000);

test('a stream that cannot be is refused', async () => {
  const { api } = warrener;
  expect((await api.call('GET', '/v1/events/stream?type=job.exploded')).body.errors).toMatchObject([
    { field: 'type' },
  ]);
  const answer = await api.call('GET', '/v1/events/stream', undefined, { 'last-event-id': 'yesterday' });
  expect(answer.body.errors).toMatchObject([{ field: 'Last-Event-ID' }]);
});
