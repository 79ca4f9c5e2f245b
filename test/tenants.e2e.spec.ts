import { declareWorkQueue } from '#dispatch';
import type { ChannelModel } from 'amqplib';
import amqp from 'amqplib';
import { ApiClient, PASSWORD } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { startProgram } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { until } from './support/until.ts';

let cloud: TestCloud;
let warrener: Installation;
let second: Running;

// Two API processes over one database, and no worker: what is launched stays where it is.
beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true });
  second = await startProgram('dist/apps/api/main.js', warrener.env, { key: 'api' });
});

afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const launch = (name: string, more: object = {}) => ({
  name,
  image: 'Mosquitto',
  flavor: cloud.flavor,
  network: cloud.network,
  key: cloud.key,
  admin_username: 'boss',
  admin_password: PASSWORD,
  ...more,
});

/** A tenant with a member; its API in either process. */
async function newTenant(id: string, settings: object, role = 'member'): Promise<[ApiClient, ApiClient]> {
  const made = await warrener.api.call('POST', '/v1/tenants', { id, name: id, force: true, ...settings });
  expect(made.status).toBe(201);
  const { body } = await warrener.api.call('POST', `/v1/tenants/${id}/tokens`, { name: 'test', role });
  const token = String(body['token']);
  return [new ApiClient(warrener.api.url, token), new ApiClient(String(second.ready['api']), token)];
}

const queuesOf = async (api: ApiClient, job: unknown): Promise<unknown> => {
  const { body } = await api.call('GET', `/v1/jobs/${String(job)}/events`);
  return (body.items?.[0]?.['data'] as { queues: unknown }).queues;
};

describe('routing', () => {
  const own = {
    cloud_express_queue: 'fast.cloud',
    cloud_bulk_queue: 'slow.cloud',
    config_express_queue: 'fast.config',
    config_bulk_queue: 'slow.config',
  };

  test('a job goes to the queues of its tenant and lane, and keeps them when they change', async () => {
    const [api] = await newTenant('routed', { queues: own });
    const bulk = await api.call('POST', '/v1/brokers', launch('bulk'));
    const express = await api.call('POST', '/v1/brokers', launch('express', { lane: 'express' }));
    expect(await queuesOf(api, bulk.body.job?.id)).toEqual({ cloud: 'slow.cloud', config: 'slow.config' });
    expect(await queuesOf(api, express.body.job?.id)).toEqual({ cloud: 'fast.cloud', config: 'fast.config' });

    const change = { queues: { cloud_bulk_queue: 'other.cloud' }, force: true };
    expect((await warrener.api.call('PATCH', '/v1/tenants/routed', change)).body).toMatchObject({
      queues: { ...own, cloud_bulk_queue: 'other.cloud' },
    });
    expect(await queuesOf(api, bulk.body.job?.id)).toEqual({ cloud: 'slow.cloud', config: 'slow.config' });
    const removed = await api.call('DELETE', '/v1/brokers/bulk');
    expect(await queuesOf(api, removed.body.job?.id)).toEqual({
      cloud: 'other.cloud',
      config: 'slow.config',
    });
    const hurried = await api.call('DELETE', '/v1/brokers/express?lane=express');
    expect(await queuesOf(api, hurried.body.job?.id)).toEqual({ cloud: 'fast.cloud', config: 'fast.config' });
  });

  test('express may be kept for some', async () => {
    const [api] = await newTenant('modest', { express_role: 'admin' });
    const refused = await api.call('POST', '/v1/brokers', launch('b', { lane: 'express' }));
    expect(refused).toMatchObject({ status: 403, body: { errors: [{ field: 'lane' }] } });
    expect((await api.call('POST', '/v1/brokers', launch('b', { lane: 'faster' }))).status).toBe(400);
    expect((await api.call('POST', '/v1/brokers', launch('b'))).status).toBe(202);
  });

  test.each<[string, object, string]>([
    ['an illegal name', { queues: { cloud_bulk_queue: 'a queue' } }, 'queues.cloud_bulk_queue'],
    ['a name that is RabbitMQ’s', { queues: { cloud_bulk_queue: 'amq.x' } }, 'queues.cloud_bulk_queue'],
    ['an unknown queue', { queues: { fast_queue: 'x' } }, 'queues'],
    ['a negative limit', { limits: { brokers: -1 } }, 'limits.brokers'],
    ['half a broker', { limits: { brokers: 0.5 } }, 'limits.brokers'],
    ['no step at all', { limits: { running_steps: 0 } }, 'limits.running_steps'],
    ['a role that is none', { express_role: 'root' }, 'express_role'],
  ])('%s is refused, and nothing changes', async (_what, change, field) => {
    const before = await warrener.api.call('GET', '/v1/tenants/default');
    const answer = await warrener.api.call('PATCH', '/v1/tenants/default', change);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
    expect((await warrener.api.call('GET', '/v1/tenants/default')).body).toEqual(before.body);
  });
});

describe('limits', () => {
  test('brokers in existence, at 64 launches at once by two processes; another tenant is not delayed', async () => {
    const [here, there] = await newTenant('many', { limits: { brokers: 60 } });
    const [other] = await newTenant('quiet', {});
    const began = performance.now();
    const answers = Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        (index % 2 === 0 ? here : there).call('POST', '/v1/brokers', launch(`m${index}`)),
      ),
    );
    expect((await other.call('POST', '/v1/brokers', launch('mine'))).status).toBe(202);
    const otherMs = performance.now() - began;
    const statuses = (await answers).map(({ status }) => status);
    process.stderr.write(
      `64 launches of a tenant with limits: ${Math.round(performance.now() - began)} ms; another's meanwhile: ${Math.round(otherMs)} ms\n`,
    );
    expect(statuses.filter((status) => status === 202)).toHaveLength(60);
    expect(statuses.filter((status) => status === 409)).toHaveLength(4);
    expect((await here.call('GET', '/v1/brokers/m0')).status).toBe(statuses[0] === 202 ? 200 : 404);
    const refused = await here.call('POST', '/v1/brokers', launch('more'));
    expect(refused.body.type).toMatch(/limit-reached$/);
    await warrener.api.call('PATCH', '/v1/tenants/many', { limits: { brokers: null } });
    expect((await here.call('POST', '/v1/brokers', launch('more'))).status).toBe(202);
  });

  test('submissions a minute: 429 with Retry-After and the RateLimit fields', async () => {
    const [here, there] = await newTenant('hasty', { limits: { submissions_per_minute: 5 } });
    const first = await here.call('POST', '/v1/brokers', launch('h0'), { 'idempotency-key': 'h0' });
    expect(first.headers.get('ratelimit-policy')).toBe('"launches";q=5;w=60');
    expect(first.headers.get('ratelimit')).toBe('"launches";r=4;t=60');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? here : there).call('POST', '/v1/brokers', launch(`h${index + 1}`)),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(4);
    const late = answers.filter(({ status }) => status === 429);
    expect(late).toHaveLength(8);
    for (const { headers, body } of late) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(30);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
      expect(headers.get('ratelimit')).toMatch(/^"launches";r=0;t=\d+$/);
      expect(body.type).toMatch(/rate-limited$/);
    }
    // The answer to what was launched already is not another launch, and removing is never limited.
    const again = await here.call('POST', '/v1/brokers', launch('h0'), { 'idempotency-key': 'h0' });
    expect(again.body).toEqual(first.body);
    expect((await here.call('DELETE', '/v1/brokers/h0')).status).toBe(202);
  });
});

describe('work queues', () => {
  const look = async (name: string) =>
    (await warrener.api.call('GET', '/v1/work-queues')).body.items?.find((queue) => queue['name'] === name);

  test('a queue that nobody consumes is refused, unless forced; then it is told as misaligned', async () => {
    const create = { id: 'lost', name: 'Lost', queues: { cloud_bulk_queue: 'nowhere' } };
    const refused = await warrener.api.call('POST', '/v1/tenants', create);
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'queues.cloud_bulk_queue', message: 'no worker consumes "nowhere"' }] },
    });
    const [api] = await newTenant('lost', { queues: create.queues });
    await until('the tenant to be listed', async () => (await look('nowhere')) !== undefined);
    expect(await look('nowhere')).toMatchObject({ misaligned: true, exists: false, tenants: ['lost'] });

    const first = await api.launch(launch('first'));
    const behind = await api.launch(launch('behind'));
    const waiting = await until('the jobs to be listed', async () => {
      const { waiting_for: told } = await api.job(behind.job);
      return (told as { ahead: number }).ahead === 1 ? told : undefined;
    });
    expect(waiting).toMatchObject({ kind: 'worker', queue: 'nowhere', estimate_seconds: null });
    expect((await api.job(first.job))['waiting_for']).toMatchObject({ ahead: 0 });
    expect(await look('nowhere')).toMatchObject({
      jobs_waiting: 2,
      oldest_seconds: expect.any(Number) as number,
    });
    const { body } = await warrener.api.call('GET', '/v1/doctor');
    expect(body['work_queues']).toContainEqual(
      expect.objectContaining({ name: 'nowhere', misaligned: true }),
    );
  });

  test('a queue that a worker consumes is taken', async () => {
    const consumer = await consume('somewhere');
    const change = { queues: { cloud_bulk_queue: 'somewhere' } };
    expect((await warrener.api.call('PATCH', '/v1/tenants/default', change)).status).toBe(200);
    expect(await until('the change to be listed', () => look('somewhere'))).toMatchObject({
      misaligned: false,
      exists: true,
      consumers: 1,
      tenants: ['default'],
    });
    await consumer.close();
    expect(await look('somewhere')).toMatchObject({ misaligned: true, consumers: 0 });
  });

  test.each([
    ['an empty list', ' ', /empty/],
    ['a name twice', 'a b a', /"a" is listed twice/],
    ['an illegal name', 'a b$', /"b\$"/],
    ['a bad weight', 'a,b:0 c', /"b:0"/],
  ])('a pool with %s is refused, and stays as it was', async (_what, priorities, message) => {
    await warrener.api.call('PUT', '/v1/worker-pools/steady', { priorities: 'a,b:2 c' });
    const answer = await warrener.api.call('PUT', '/v1/worker-pools/steady', { priorities });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'priorities' }] } });
    expect(answer.body.errors?.[0]?.message).toMatch(message);
    const { body } = await warrener.api.call('GET', '/v1/worker-pools/steady');
    expect(body).toEqual({
      name: 'steady',
      priorities: 'a,b:2 c',
      workers: [],
      overridden_by_environment: [],
    });
  });
});

/** Somebody who consumes a queue, as a worker would. */
async function consume(queue: string): Promise<ChannelModel> {
  const connection = await amqp.connect(warrener.env['AMQP_URL'] ?? '');
  const channel = await connection.createChannel();
  await declareWorkQueue(channel, queue);
  await channel.consume(queue, (message) => message !== null && channel.ack(message));
  return connection;
}
