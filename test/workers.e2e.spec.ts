import { ApiClient } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { startProgram } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { until } from './support/until.ts';

// Workers as processes of their own: what they announce, what they are told, and whose work they do first.
let cloud: TestCloud;
let warrener: Installation;
const workers: Running[] = [];

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true });
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker[Symbol.asyncDispose]()));
  await until('the workers to have said goodbye', async () => (await alive()).length === 0);
});

afterAll(async () => {
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

async function startWorker(env: Record<string, string>): Promise<Running> {
  const worker = await startProgram(
    'dist/apps/worker/main.js',
    { ...warrener.env, ...env },
    { text: 'the worker consumes' },
  );
  workers.push(worker);
  return worker;
}

const alive = async (): Promise<readonly Record<string, unknown>[]> =>
  (await warrener.api.call('GET', '/v1/workers')).body.items ?? [];

/** The worker of a pool, once it announces what is expected. */
const announced = (pool: string, facts: Record<string, unknown>) =>
  until(`the worker of ${pool} to announce ${JSON.stringify(facts)}`, async () =>
    (await alive()).find(
      (worker) =>
        worker['pool'] === pool && Object.entries(facts).every(([name, value]) => worker[name] === value),
    ),
  );

const control = async (message: object): Promise<void> => {
  expect((await warrener.api.call('POST', '/v1/workers/control', message)).status).toBe(202);
};

/** A tenant with queues of its own, and a client of it. */
async function newTenant(id: string, queues: Record<string, string>): Promise<ApiClient> {
  const made = await warrener.api.call('POST', '/v1/tenants', {
    id,
    name: id,
    queues,
    express_role: 'member',
  });
  expect(made).toMatchObject({ status: 201 });
  const { body } = await warrener.api.call('POST', `/v1/tenants/${id}/tokens`, { name: 't', role: 'member' });
  return new ApiClient(warrener.api.url, String(body['token']));
}

const launch = (name: string, more: object = {}) => ({
  name,
  image: 'Mosquitto',
  flavor: cloud.flavor,
  network: cloud.network,
  key: cloud.key,
  ...more,
});

test('a pool is re-ordered while its workers run; one with QUEUE_PRIORITY keeps its own list, and is named', async () => {
  await warrener.api.call('PUT', '/v1/worker-pools/night', { priorities: 'night.first warrener.cloud' });
  await startWorker({ WARRENER_WORKER_POOL: 'night' });
  await announced('night', { priority: 'night.first warrener.cloud', fixed: false });
  const stubborn = await startWorker({ WARRENER_WORKER_POOL: 'day', QUEUE_PRIORITY: 'warrener.cloud' });

  const began = performance.now();
  await warrener.api.call('PUT', '/v1/worker-pools/night', { priorities: 'a,b:2 night.first' });
  await announced('night', { priority: 'a,b:2 night.first' });
  process.stderr.write(`a pool was re-ordered in ${Math.round(performance.now() - began)} ms\n`);

  await warrener.api.call('PUT', '/v1/worker-pools/day', { priorities: 'a b' });
  const { worker } = await announced('day', { fixed: true, priority: 'warrener.cloud' });
  expect((await warrener.api.call('GET', '/v1/worker-pools/day')).body).toMatchObject({
    overridden_by_environment: [worker],
  });
  await until(
    'the worker to say so',
    () => stubborn.output().includes('what the pool says is ignored') || undefined,
  );

  await warrener.api.call('DELETE', '/v1/worker-pools/night');
  await announced('night', { priority: 'warrener.cloud,warrener.config' });
});

test('a worker that missed a change of its pool is told when it announces itself', async () => {
  await warrener.api.call('PUT', '/v1/worker-pools/late', { priorities: 'first' });
  await startWorker({ WARRENER_WORKER_POOL: 'late' });
  await announced('late', { priority: 'first' });
  // As an operator's tool might do it: the pool in the log wins in the end.
  await control({ type: 'reload', to: { pool: 'late' }, priority: 'second' });
  await announced('late', { priority: 'first' });
});

test('workers drain and resume, and change what they log', async () => {
  const worker = await startWorker({});
  await announced('default', { state: 'working' });
  await control({ type: 'drain', to: { pool: 'default' } });
  await announced('default', { state: 'draining' });
  const { job } = await warrener.api.launch(launch('drained'));
  await control({ type: 'log_level', level: 'warn' });
  expect((await warrener.api.job(job)).steps?.every(({ status }) => status === 'pending')).toBe(true);
  expect(worker.output()).not.toContain('step ran');
  await control({ type: 'resume' });
  await warrener.api.jobEnds(job, ['succeeded']);
  expect(worker.output()).not.toContain('step ran'); // which is told at the level info
  await warrener.api.jobEnds(await warrener.api.delete('drained'), ['succeeded']);
});

test.each([
  ['a list that makes no sense', { type: 'reload', priority: 'a a' }, 'priority'],
  ['an unknown order', { type: 'explode' }, 'type'],
  ['an unknown level', { type: 'log_level', level: 'loud' }, 'level'],
])('%s is refused', async (_what, message, field) => {
  const { status, body } = await warrener.api.call('POST', '/v1/workers/control', message);
  expect({ status, fields: body.errors?.map((error) => error.field) }).toEqual({
    status: 400,
    fields: [field],
  });
});

test('a cancellation reaches the worker that runs the step at once', async () => {
  await startWorker({});
  await cloud.fault('guest-fault', { fault: 'slow:60' });
  const { job } = await warrener.api.launch(launch('slow'));
  await until('the login to be tried', async () => {
    const login = (await warrener.api.job(job)).steps?.find(({ name }) => name === 'await-login');
    return Number(login?.['attempts']) > 0 || undefined;
  });
  expect((await warrener.api.call('POST', `/v1/jobs/${job}/cancel`)).status).toBe(202);
  await warrener.api.jobEnds(job, ['cancelled'], 60_000);
  await cloud.fault('faults/none', {});
});

describe('the two ways to share workers', () => {
  const queuesOf = (tenant: string) => ({
    cloud_express_queue: `${tenant}.cloud`,
    cloud_bulk_queue: `${tenant}.cloud`,
    config_express_queue: `${tenant}.config`,
    config_bulk_queue: `${tenant}.config`,
  });

  test('queues of their own, crossed over two workers: each is served by the other’s when its own is away', async () => {
    const lists = {
      first: 'ada.cloud,ada.config bob.cloud,bob.config',
      second: 'bob.cloud,bob.config ada.cloud,ada.config',
    };
    await startWorker({ WARRENER_WORKER_POOL: 'first', QUEUE_PRIORITY: lists.first });
    const second = await startWorker({ WARRENER_WORKER_POOL: 'second', QUEUE_PRIORITY: lists.second });
    await announced('first', { priority: lists.first });
    await announced('second', { priority: lists.second });
    const ada = await newTenant('ada', queuesOf('ada'));
    const bob = await newTenant('bob', queuesOf('bob'));
    const jobs = await Promise.all([ada.launch(launch('x')), bob.launch(launch('x'))]);
    await ada.jobEnds(jobs[0].job, ['succeeded']);
    await bob.jobEnds(jobs[1].job, ['succeeded']);

    await second[Symbol.asyncDispose]();
    await bob.jobEnds(await bob.delete('x'), ['succeeded']);
    await ada.jobEnds(await ada.delete('x'), ['succeeded']);
  });

  test('one express queue for all, bulk queues of their own: express goes before what waits', async () => {
    const express = { cloud_express_queue: 'all.express', config_express_queue: 'all.express' };
    const list = 'all.express cyd.bulk,dan.bulk:2';
    await startWorker({ QUEUE_PRIORITY: list, WARRENER_WORKER_SLOTS: '1' });
    await announced('default', { priority: list });
    const bulk = (tenant: string) => ({
      ...express,
      cloud_bulk_queue: `${tenant}.bulk`,
      config_bulk_queue: `${tenant}.bulk`,
    });
    const cyd = await newTenant('cyd', bulk('cyd'));
    const dan = await newTenant('dan', bulk('dan'));
    const waiting = await Promise.all(['w1', 'w2', 'w3'].map((name) => cyd.launch(launch(name))));
    const urgent = await dan.launch(launch('urgent', { lane: 'express' }));
    const ends = new Map<string, number>();
    await Promise.all(
      [...waiting.map(({ job }) => [cyd, job] as const), [dan, urgent.job] as const].map(
        async ([api, job]) => {
          const { finished_at: end } = await api.jobEnds(job, ['succeeded']);
          ends.set(job, Date.parse(String(end)));
        },
      ),
    );
    const last = Math.max(...waiting.map(({ job }) => ends.get(job) ?? 0));
    expect(ends.get(urgent.job)).toBeLessThan(last);
    for (const [api, name] of [[dan, 'urgent'] as const, ...['w1', 'w2', 'w3'].map((w) => [cyd, w] as const)])
      await api.jobEnds(await api.delete(name), ['succeeded']);
  });
});
