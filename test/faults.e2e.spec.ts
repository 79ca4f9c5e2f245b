import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import { until } from './support/until.ts';

// What only the sandbox can do: faults on demand. Every one ends with one server, one port, one security group.
let cloud: TestCloud;
let warrener: Installation;

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud);
});

afterAll(async () => {
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

afterEach(async () => {
  await cloud.fault('faults/none', {});
  const { body } = await warrener.api.call('GET', '/v1/brokers');
  for (const broker of body.items ?? [])
    await warrener.api.jobEnds(await warrener.api.delete(String(broker.id)), ['succeeded']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});

const launch = () =>
  warrener.api.launch({
    name: 'it',
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
  });

const oneOfEach = [
  expect.stringMatching(/^server /),
  expect.stringMatching(/^port /),
  expect.stringMatching(/^security group /),
];

const creates = [
  { service: 'nova', method: 'POST', path: '/servers$' },
  { service: 'neutron', method: 'POST', path: '/ports$' },
  { service: 'neutron', method: 'POST', path: '/security-groups$' },
];

describe.each(creates)('$service $path', (match) => {
  test.each([
    ['the answer is lost after it was done', { kind: 'lost-answer' }],
    ['the connection is cut before anything was done', { kind: 'cut-before' }],
    ['500', { kind: 'status', status: 500 }],
    ['503 with Retry-After', { kind: 'status', status: 503, retry_after: '1' }],
    ['429 with Retry-After', { kind: 'status', status: 429, retry_after: '1' }],
    ['409', { kind: 'status', status: 409 }],
    ['502 from a proxy', { kind: 'status', status: 502 }],
  ])('%s: survived with one of each', async (_name, fault) => {
    await cloud.fault('faults', { ...match, ...fault, times: 2 });
    const { job } = await launch();
    await warrener.api.jobEnds(job, ['succeeded']);
    expect(await leftovers(cloud, warrener.name)).toEqual(oneOfEach);
  });
});

test('an answer that was lost is told as uncertain, and looked up before going on', async () => {
  await cloud.fault('faults', { service: 'nova', method: 'POST', path: '/servers$', kind: 'lost-answer' });
  const { job } = await launch();
  await warrener.api.jobEnds(job, ['succeeded']);
  const events = (await warrener.api.call('GET', `/v1/jobs/${job}/events`)).body.items ?? [];
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'StepFailed',
      data: expect.objectContaining({ step: 'ensure-server', kind: 'uncertain' }) as unknown,
    }),
  );
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'StepStarted',
      data: expect.objectContaining({ step: 'ensure-server', uncertain: true, attempt: 2 }) as unknown,
    }),
  );
});

test('tokens that end in the middle are renewed', async () => {
  const { job } = await launch();
  for (let expiries = 0; expiries < 30; expiries += 1) {
    await cloud.fault('expire-tokens', {});
    if ((await warrener.api.job(job)).status !== 'running') break;
  }
  await warrener.api.jobEnds(job, ['succeeded']);
});

test('a launch that is cancelled while Nova still makes its server leaves none behind', async () => {
  await cloud.fault('faults', { ...creates[0], kind: 'delay', delay_ms: 4_000 });
  const { job } = await launch();
  await until('the server to be asked for', async () => {
    const { steps } = await warrener.api.job(job);
    const step = steps?.find(({ name }) => name === 'ensure-server');
    return step?.status === 'running' ? true : undefined;
  });
  expect((await warrener.api.call('POST', `/v1/jobs/${job}/cancel`)).status).toBe(202);
  await warrener.api.jobEnds(job, ['cancelled']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});

test('a server whose deletion Nova forgot half-way is deleted again', async () => {
  const { broker, job } = await launch();
  await warrener.api.jobEnds(job, ['succeeded']);
  await cloud.fault('abandon-deletes', { times: 1 });
  await warrener.api.jobEnds(await warrener.api.delete(broker), ['succeeded'], 60_000);
  await until('the list to know of it', async () => {
    const { items } = (await warrener.api.call('GET', '/v1/brokers')).body;
    return items?.length === 0 ? true : undefined;
  });
});

test('another host key stops the job, and nothing is sent to that server', async () => {
  await cloud.fault('guest-fault', { fault: 'wronghostkey' });
  const { job } = await launch();
  const failed = await warrener.api.jobEnds(job, ['failed']);
  expect(failed.error).toMatch(/host key/);
  expect(failed.steps?.find(({ name }) => name === 'await-login')).toMatchObject({
    status: 'failed',
    attempts: 1,
  });
});

test('a server that boots late is waited for', async () => {
  await cloud.fault('guest-fault', { fault: 'slow:4' });
  const { job } = await launch();
  const done = await warrener.api.jobEnds(job, ['succeeded']);
  expect(Number(done.steps?.find(({ name }) => name === 'await-login')?.['duration_ms'])).toBeGreaterThan(
    3_000,
  );
});

test('only the ports that the engine needs are open', async () => {
  const { broker, job } = await launch();
  await warrener.api.jobEnds(job, ['succeeded']);
  const [group] = await cloud.cloud.neutron.listSecurityGroups({
    description: `warrener:${warrener.name}:${broker}`,
  });
  const open = group?.rules.filter(({ direction }) => direction === 'ingress').map(({ portMin }) => portMin);
  expect(open?.sort()).toEqual([1883, Number(cloud.env['WARRENER_SSH_PORT'])].sort());
});
