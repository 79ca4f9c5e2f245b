import { PASSWORD } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import { until } from './support/until.ts';
import { useBroker } from './support/use-broker.ts';

// The same cases run on the sandbox (npm test) and on a real OpenStack (npm run test:openstack).

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
  // Whatever a test did, it cleans up after itself, and so did Warrener.
  const { body } = await warrener.api.call('GET', '/v1/brokers');
  for (const broker of body.items ?? [])
    await warrener.api.jobEnds(await warrener.api.delete(String(broker.id)), ['succeeded']);
  expect(
    await until('an empty cloud', async () =>
      (await leftovers(cloud, warrener.name)).length === 0 ? 'empty' : undefined,
    ),
  ).toBe('empty');
});

const launch = (name: string, more: Record<string, unknown>) =>
  warrener.api.launch({ name, flavor: cloud.flavor, network: cloud.network, key: cloud.key, ...more });

describe.each([
  ['rabbitmq', 'RabbitMQ'],
  ['mosquitto', 'Mosquitto'],
  ['rabbitmq', 'Debian'],
  ['mosquitto', 'Debian'],
])('%s from the image %s', (engine, image) => {
  test('is launched, used, shown, and leaves nothing behind', async () => {
    const { broker, job } = await launch('it', { image, engine });
    const done = await warrener.api.jobEnds(job, ['succeeded']);
    expect(done).toMatchObject({ progress: 100, workflow: 'launch-broker', broker_name: 'it', error: null });

    const shown = (await warrener.api.call('GET', '/v1/brokers/it')).body;
    expect(shown).toMatchObject({
      id: broker,
      name: 'it',
      status: 'ready',
      engine,
      flavor: cloud.flavor,
      key_pair: cloud.key,
    });
    expect(shown['server']).toMatchObject({ status: 'ACTIVE', key_name: cloud.key });
    expect(shown['timings']).toHaveLength(done.steps?.length ?? -1);
    expect(shown['dashboard_url'] === null).toBe(engine === 'mosquitto');

    const endpoint = String(shown.endpoint);
    await useBroker(endpoint, 'boss', PASSWORD);
    await expect(useBroker(endpoint, 'boss', 'a wrong password')).rejects.toThrow();
    await expect(useBroker(endpoint, 'guest', 'guest')).rejects.toThrow();

    const facts = JSON.stringify((await warrener.api.call('GET', `/v1/jobs/${job}/events`)).body);
    for (const secret of [PASSWORD, 'PRIVATE KEY']) expect(facts).not.toContain(secret);
    expect(JSON.stringify(shown)).not.toMatch(/PRIVATE KEY|user_data|adminPass/);
  });
});

describe.each([
  ['lab.toobig', /No valid host/],
  ['lab.notrait', /No valid host/],
  ['lab.abort', /aborted/],
  ['lab.resched', /Exceeded maximum number of retries|No valid host/],
  ['lab.overquota', /Quota exceeded/],
])('on the flavor %s', (flavor, reason) => {
  test('a launch fails with what Nova says, and is undone', async () => {
    const { broker, job } = await launch('it', { image: 'Mosquitto', flavor });
    const failed = await warrener.api.jobEnds(job, ['failed']);
    expect(failed.error).toMatch(reason);
    expect(await leftovers(cloud, warrener.name)).toEqual([]);
    expect((await warrener.api.call('GET', `/v1/brokers/${broker}`)).body).toMatchObject({
      status: 'failed',
      endpoint: null,
    });
  });
});

test('a broker is deleted while it is launched', async () => {
  const { broker, job } = await launch('it', { image: 'RabbitMQ' });
  await until('a server', async () =>
    (await leftovers(cloud, warrener.name)).some((thing) => thing.startsWith('server')) ? true : undefined,
  );
  const removal = await warrener.api.delete('it');
  await warrener.api.jobEnds(removal, ['succeeded']);
  expect(await warrener.api.job(job)).toMatchObject({ status: 'cancelled' });
  expect((await warrener.api.call('GET', `/v1/brokers/${broker}`)).body).toMatchObject({ status: 'deleted' });
  expect((await warrener.api.call('GET', '/v1/brokers/it')).status).toBe(404);
});

test('a job is cancelled, undone, and cannot be cancelled a second time to another end', async () => {
  const { job } = await launch('it', { image: 'Mosquitto' });
  await until('a port', async () =>
    (await leftovers(cloud, warrener.name)).some((thing) => thing.startsWith('port')) ? true : undefined,
  );
  expect((await warrener.api.call('POST', `/v1/jobs/${job}/cancel`)).status).toBe(202);
  await warrener.api.jobEnds(job, ['cancelled']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
  expect((await warrener.api.call('POST', `/v1/jobs/${job}/retry`)).status).toBe(409);
});

test('a cloud that is killed and started again in the middle is waited for', async () => {
  if (cloud.restart === undefined) return; // a cloud that is not ours to kill
  if (cloud.kind === 'sandbox') await cloud.fault('build-delay', { ms: 2_000 });
  const { job } = await launch('it', { image: 'Mosquitto' });
  await until('a server', async () =>
    (await leftovers(cloud, warrener.name)).some((thing) => thing.startsWith('server')) ? true : undefined,
  );
  await cloud.restart();
  const { status, error } = await warrener.api.jobEnds(job, ['succeeded', 'failed'], 120_000);
  if (cloud.kind === 'openstack' && status === 'failed') {
    // A Nova whose Keystone dies under a build gives the build up, which is its right. Nothing may stay of it.
    expect(error).toContain('Nova could not build the server');
    expect(await leftovers(cloud, warrener.name)).toEqual([]);
    expect((await warrener.api.call('POST', `/v1/jobs/${job}/retry`)).status).toBe(202);
    await warrener.api.jobEnds(job, ['succeeded'], 120_000);
  } else expect(status).toBe('succeeded');
  const made = (await leftovers(cloud, warrener.name)).map((thing) => thing.replace(/ \S+$/, ''));
  expect(made.sort()).toEqual(['port', 'security group', 'server']);
  if (cloud.kind === 'sandbox') await cloud.fault('build-delay', { ms: 0 });
});

test('a failed launch is retried in the same job', async () => {
  const { job } = await launch('it', { image: 'Mosquitto', flavor: 'lab.abort' });
  await warrener.api.jobEnds(job, ['failed']);
  expect((await warrener.api.call('POST', `/v1/jobs/${job}/retry`)).status).toBe(202);
  await until(
    'the second failure',
    async () => {
      const events = (await warrener.api.call('GET', `/v1/jobs/${job}/events`)).body.items ?? [];
      return events.filter((event) => event.type === 'JobFailed').length === 2 ? true : undefined;
    },
    120_000,
  );
});

test('what is found in the cloud without an owner is listed and removed', async () => {
  const { neutron } = cloud.cloud;
  const stranger = '01890000-0000-7000-8000-000000000000';
  const group = await neutron.createSecurityGroup({
    name: 'left-behind',
    description: `warrener:${warrener.name}:${stranger}`,
  });
  const doctor = (await warrener.api.call('GET', '/v1/doctor')).body;
  expect(doctor['orphans']).toEqual([
    {
      type: 'security-group',
      id: group.id,
      name: 'left-behind',
      broker_id: stranger,
      reason: 'its broker is not known here',
    },
  ]);
  const removed = await warrener.api.call('POST', '/v1/doctor/orphans/remove', {
    ids: [group.id, 'no-such-id'],
  });
  expect(removed.body).toMatchObject({ removed: [group.id], failed: [{ id: 'no-such-id' }] });
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});
