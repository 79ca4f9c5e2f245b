import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { PASSWORD } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import { until } from './support/until.ts';

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

const good = () => ({
  name: 'it',
  image: 'Mosquitto',
  flavor: cloud.flavor,
  network: cloud.network,
  key: cloud.key,
  admin_username: 'boss',
  admin_password: PASSWORD,
});

describe('bad input gets a problem that names the field, and nothing is made', () => {
  test.each<[string, Record<string, unknown>, number, string]>([
    ['an unknown engine', { engine: 'kafka' }, 400, 'engine'],
    ['a plain image without an engine', { image: 'Debian' }, 400, 'engine'],
    ['an unknown image', { image: 'nope' }, 422, 'image'],
    ['an unknown flavor', { flavor: 'nope' }, 422, 'flavor'],
    ['an unknown network', { network: 'nope' }, 422, 'network'],
    ['an unknown key', { key: 'nope' }, 422, 'key'],
    [
      'an internal network for floating addresses',
      { floating_network: 'sandbox-net' },
      422,
      'floating_network',
    ],
    ['no image', { image: undefined }, 400, 'image'],
    ['no key', { key: undefined }, 400, 'key'],
    ['an empty name', { name: '' }, 400, 'name'],
    ['an illegal name', { name: 'not a name' }, 400, 'name'],
    ['a name too long', { name: 'x'.repeat(41) }, 400, 'name'],
    ['a name with a NUL', { name: 'a\u0000b' }, 400, 'name'],
    ['an image with a NUL', { image: 'a\u0000b' }, 400, 'image'],
    ['a key with half a character', { key: '\ud800' }, 400, 'key'],
    ['a weak password', { admin_password: 'password123!' }, 400, 'admin_password'],
    ['a short password', { admin_password: 'short' }, 400, 'admin_password'],
    ['an empty password', { admin_password: '' }, 400, 'admin_password'],
    ['an illegal user name', { admin_username: 'a:b' }, 400, 'admin_username'],
    ['a wrong type', { name: 7 }, 400, 'name'],
    ['null', { flavor: null }, 400, 'flavor'],
  ])('%s', async (_what, change, status, field) => {
    const answer = await warrener.api.call('POST', '/v1/brokers', { ...good(), ...change });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
    expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
  });

  test('extra keys are named', async () => {
    const answer = await warrener.api.call('POST', '/v1/brokers', { ...good(), colour: 'red' });
    expect(answer).toMatchObject({
      status: 400,
      body: { type: expect.stringMatching(/invalid-request$/) as string },
    });
    expect(answer.body.detail).toContain('colour');
  });

  test('several mistakes are told at once', async () => {
    const answer = await warrener.api.call('POST', '/v1/brokers', {
      ...good(),
      image: 'nope',
      flavor: 'nope',
      key: 'nope',
    });
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['image', 'flavor', 'key']);
  });

  test.each([
    ['malformed JSON', '{"name": ', 400],
    ['an array', '[]', 400],
    ['a number', '7', 400],
    ['a body too large', JSON.stringify({ name: 'x'.repeat(100_000) }), 413],
    ['deep nesting', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400],
  ])('%s', async (_what, body, status) => {
    expect((await warrener.api.call('POST', '/v1/brokers', body)).status).toBe(status);
  });

  afterAll(async () => {
    expect(await leftovers(cloud, warrener.name)).toEqual([]);
    expect((await warrener.api.call('GET', '/v1/brokers')).body.items).toEqual([]);
  });
});

describe('nothing a caller sends yields a 5xx', () => {
  test.each([
    ['GET', '/v1/brokers/nope', 404],
    ['GET', '/v1/brokers/%00', 404],
    ['GET', '/v1/brokers/%ff', 400],
    ['GET', `/v1/brokers/${'x'.repeat(3_000)}`, 404],
    ['GET', '/v1/brokers?limit=0', 400],
    ['GET', '/v1/brokers?limit=many', 400],
    ['GET', '/v1/brokers?cursor=nonsense', 400],
    ['GET', '/v1/brokers?status=happy', 400],
    ['GET', '/v1/brokers?name=%00', 400],
    ['GET', '/v1/jobs/nope', 404],
    ['GET', `/v1/jobs/${randomUUID()}`, 404],
    ['GET', `/v1/jobs/${randomUUID()}/stream`, 404],
    ['GET', '/v1/jobs?broker=nope', 400],
    ['GET', '/v1/nothing', 404],
    ['POST', '/v1/jobs/nope/cancel', 404],
    ['POST', `/v1/jobs/${randomUUID()}/retry`, 404],
    ['DELETE', '/v1/brokers/nope', 404],
    ['PUT', '/v1/brokers', 404],
    ['POST', '/v1/doctor/orphans/remove', 400],
  ])('%s %s', async (method, path, status) => {
    const answer = await warrener.api.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body.type).toMatch(/^https:\/\/warrener\.dev\/problems\//);
  });

  test('bytes that are no HTTP', async () => {
    const { hostname, port } = new URL(warrener.api.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write('\0\0\0 nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});

test('without a token, and with a wrong one, there is nothing to see', async () => {
  for (const path of ['/v1/brokers', '/v1/jobs', '/v1/doctor', '/v1/cloud/images']) {
    expect((await warrener.api.call('GET', path, undefined, { authorization: 'Bearer wrong' })).status).toBe(
      401,
    );
    expect((await warrener.api.call('GET', path, undefined, { authorization: '' })).status).toBe(401);
  }
  expect((await fetch(`${warrener.api.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${warrener.api.url}/readyz`)).status).toBe(200);
});

test('the OpenAPI document describes the launch with its bounds', async () => {
  const { body } = await warrener.api.call('GET', '/v1/openapi.json');
  expect(body).toMatchObject({
    components: {
      schemas: {
        LaunchBroker: {
          additionalProperties: false,
          required: expect.arrayContaining(['name', 'image']) as unknown,
        },
      },
    },
  });
});

describe('a launched broker', () => {
  const key = randomUUID();
  let first: Awaited<ReturnType<Installation['api']['call']>>;

  beforeAll(async () => {
    first = await warrener.api.call('POST', '/v1/brokers', good(), { 'idempotency-key': key });
    expect(first.status).toBe(202);
    await warrener.api.jobEnds(String(first.body.job?.id), ['succeeded']);
  });

  afterAll(async () => {
    await warrener.api.jobEnds(await warrener.api.delete('it'), ['succeeded']);
  });

  test('is answered with 202, the job, and its Location', () => {
    expect(first.headers.get('location')).toBe(`/v1/jobs/${String(first.body.job?.id)}`);
    expect(Object.keys(first.body.broker ?? {})).toEqual(
      expect.arrayContaining([
        'id',
        'name',
        'endpoint',
        'dashboard_url',
        'flavor',
        'key_pair',
        'engine',
        'status',
      ]),
    );
  });

  test('is not launched a second time by the same key: the first answer comes again', async () => {
    const again = await warrener.api.call('POST', '/v1/brokers', good(), { 'idempotency-key': key });
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  });

  test('refuses its key for another body', async () => {
    const other = await warrener.api.call(
      'POST',
      '/v1/brokers',
      { ...good(), name: 'other' },
      { 'idempotency-key': key },
    );
    expect(other).toMatchObject({
      status: 409,
      body: { type: expect.stringMatching(/key-reused$/) as string },
    });
  });

  test('keeps its name to itself', async () => {
    const again = await warrener.api.call('POST', '/v1/brokers', good());
    expect(again).toMatchObject({
      status: 409,
      body: { type: expect.stringMatching(/name-in-use$/) as string },
    });
    expect(again.body.errors?.[0]?.field).toBe('name');
  });

  test('is listed, by pages too', async () => {
    const listed = await until('the list', async () => {
      const { body } = await warrener.api.call('GET', '/v1/brokers?limit=1&status=ready');
      return body.items?.length === 1 ? body : undefined;
    });
    expect(listed).toMatchObject({
      next_cursor: null,
      items: [{ name: 'it', status: 'ready', engine: 'mosquitto' }],
    });
  });

  test('tells its job by server-sent events, and goes on after Last-Event-ID', async () => {
    const path = `/v1/jobs/${String(first.body.job?.id)}`;
    const facts = (await warrener.api.call('GET', `${path}/events`)).body.items ?? [];
    const whole = await stream(`${path}/stream`);
    expect(whole.map(({ id }) => id)).toEqual(facts.map(({ version }) => String(version)));
    const rest = await stream(`${path}/stream`, String(facts.length - 2));
    expect(rest.map(({ event }) => event)).toEqual(facts.slice(-2).map(({ type }) => type));
  });

  test('has the same lists after they were made anew', async () => {
    const lists = async () => [
      (await warrener.api.call('GET', '/v1/brokers')).body,
      (await warrener.api.call('GET', '/v1/jobs')).body,
    ];
    const before = await lists();
    const rebuilt = await warrener.api.call('POST', '/v1/projections/rebuild');
    expect(rebuilt.body).toMatchObject({
      rebuilt: expect.arrayContaining(
        ['brokers', 'jobs', 'tenants', 'tokens', 'pools'].map(
          (name) => expect.objectContaining({ name }) as unknown,
        ),
      ) as unknown,
    });
    expect(await lists()).toEqual(before);
  });

  async function stream(path: string, lastEventId = ''): Promise<{ id: string; event: string }[]> {
    const headers = {
      authorization: `Bearer ${warrener.env['WARRENER_API_TOKEN'] ?? ''}`,
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    };
    const text = await (await fetch(`${warrener.api.url}${path}`, { headers })).text(); // ends by itself: the job is over
    const events = text.split('\n\n').filter((block) => block.includes('event: '));
    expect(events.at(-1)).toContain('event: end');
    return events.slice(0, -1).map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1] ?? '',
      event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
    }));
  }
});

test('many launches of one name at once: one is accepted', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      warrener.api.call('POST', '/v1/brokers', { ...good(), name: 'popular' }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(11).fill(409)]);
  await warrener.api.jobEnds(await warrener.api.delete('popular'), ['succeeded']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});

test('many launches with one key at once: one broker, one answer', async () => {
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      warrener.api.call('POST', '/v1/brokers', { ...good(), name: 'once' }, { 'idempotency-key': key }),
    ),
  );
  expect(new Set(answers.map(({ body }) => body.job?.id)).size).toBe(1);
  await warrener.api.jobEnds(await warrener.api.delete('once'), ['succeeded']);
});
