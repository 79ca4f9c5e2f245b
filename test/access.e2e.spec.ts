import { randomUUID } from 'node:crypto';
import { readCloudAccess } from '#openstack';
import { PASSWORD } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { until } from './support/until.ts';

const callers = ['nobody', 'expired', 'other tenant', 'reader', 'member', 'admin'] as const;
type Caller = (typeof callers)[number];
const roles = ['reader', 'member', 'admin'] as const;
type Role = (typeof roles)[number];

/** A request that is in order: whoever may make it gets `status`. */
interface Row {
  readonly needs: Role | 'public';
  readonly status: number;
  /** What a member of another tenant gets where `needs` does not shut it out. */
  readonly foreign?: number;
  readonly request?: () => Promise<{ path?: string; body?: unknown }> | { path?: string; body?: unknown };
}

let cloud: TestCloud;
let warrener: Installation;
const tokens = new Map<Caller, string>();
let expired = '';
let ours: { broker: string; job: string };

// Without a worker nothing that is launched goes anywhere, which is all that is needed here.
beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true });
  await newTenant('acme');
  await newTenant('rival');
  const soon = Date.now() + 1_500;
  expired = await newToken('acme', 'admin', new Date(soon).toISOString());
  for (const role of roles) tokens.set(role, await newToken('acme', role));
  tokens.set('other tenant', await newToken('rival', 'member'));
  ours = await newBroker();
  await until('the token to expire', async () => {
    const { status } = await ask(expired, 'GET', '/v1/me');
    expect([200, 401]).toContain(status);
    expect(status === 401 || Date.now() < soon + 1_000).toBe(true);
    return status === 401;
  });
  tokens.set('expired', expired);
});

afterAll(async () => {
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const fresh = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

const launch = () => ({
  name: fresh('b'),
  image: 'Mosquitto',
  flavor: cloud.flavor,
  network: cloud.network,
  key: cloud.key,
  admin_username: 'boss',
  admin_password: PASSWORD,
});

const ofFreshBroker = async () => ({ path: `/v1/brokers/${(await newBroker()).broker}` });
const ofFreshJob = (verb: string) => async () => ({ path: `/v1/jobs/${(await newBroker()).job}/${verb}` });
const ofOurs = (path: (ids: typeof ours) => string) => () => ({ path: path(ours) });

const ofFreshPool = async () => {
  const path = `/v1/worker-pools/${fresh('p')}`;
  expect((await warrener.api.call('PUT', path, { priorities: 'a b' })).status).toBe(200);
  return { path };
};

/** Nothing is posted there: no notifier runs. */
const hook = { url: 'https://9.9.9.9/hook' };

const ofFreshWebhook =
  (rest = '', body?: object) =>
  async () => {
    const made = await ask(tokens.get('member'), 'POST', '/v1/webhooks', hook);
    const { id } = JSON.parse(made.text) as { id: string };
    return { path: `/v1/webhooks/${id}${rest}`, body };
  };

/** Every route there is. One that is missing here fails the test. */
const table: Record<string, Row> = {
  'GET /healthz': { needs: 'public', status: 200 },
  'GET /readyz': { needs: 'public', status: 200 },
  'GET /v1/firehose': { needs: 'public', status: 200 },
  'POST /v1/sign-in': {
    needs: 'public',
    status: 401, // there is nobody of that name
    request: () => ({ body: { user: 'nobody', password: 'nothing', project: 'none' } }),
  },
  'GET /v1/me': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/brokers': { needs: 'reader', status: 200, foreign: 200 },
  'POST /v1/brokers': {
    needs: 'member',
    status: 202,
    foreign: 202, // for itself
    request: () => ({ body: launch() }),
  },
  'GET /v1/brokers/{broker}': {
    needs: 'reader',
    status: 200,
    request: ofOurs(({ broker }) => `/v1/brokers/${broker}`),
  },
  'DELETE /v1/brokers/{broker}': { needs: 'member', status: 202, request: ofFreshBroker },
  'GET /v1/jobs': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/jobs/{job}': { needs: 'reader', status: 200, request: ofOurs(({ job }) => `/v1/jobs/${job}`) },
  'GET /v1/jobs/{job}/events': {
    needs: 'reader',
    status: 200,
    request: ofOurs(({ job }) => `/v1/jobs/${job}/events`),
  },
  'GET /v1/jobs/{job}/stream': {
    needs: 'reader',
    status: 200,
    request: ofOurs(({ job }) => `/v1/jobs/${job}/stream`),
  },
  'POST /v1/jobs/{job}/cancel': { needs: 'member', status: 202, request: ofFreshJob('cancel') },
  'POST /v1/jobs/{job}/retry': { needs: 'member', status: 409, request: ofFreshJob('retry') }, // it is under way
  'GET /v1/events/stream': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/webhooks': { needs: 'reader', status: 200, foreign: 200 },
  'POST /v1/webhooks': { needs: 'member', status: 201, foreign: 201, request: () => ({ body: hook }) },
  'GET /v1/webhooks/{webhook}': { needs: 'reader', status: 200, request: ofFreshWebhook() },
  'PATCH /v1/webhooks/{webhook}': {
    needs: 'member',
    status: 200,
    request: ofFreshWebhook('', { paused: true }),
  },
  'DELETE /v1/webhooks/{webhook}': { needs: 'member', status: 204, request: ofFreshWebhook() },
  'GET /v1/webhooks/{webhook}/secret': { needs: 'member', status: 200, request: ofFreshWebhook('/secret') },
  'POST /v1/webhooks/{webhook}/rotate-secret': {
    needs: 'member',
    status: 200,
    request: ofFreshWebhook('/rotate-secret', {}),
  },
  'POST /v1/webhooks/{webhook}/test': { needs: 'member', status: 202, request: ofFreshWebhook('/test') },
  'GET /v1/webhooks/{webhook}/deliveries': {
    needs: 'reader',
    status: 200,
    request: ofFreshWebhook('/deliveries'),
  },
  // Without a notifier there is no delivery to show or replay.
  'GET /v1/webhooks/{webhook}/deliveries/{delivery}': {
    needs: 'reader',
    status: 404,
    request: ofFreshWebhook(`/deliveries/${randomUUID()}`),
  },
  'POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay': {
    needs: 'member',
    status: 404,
    request: ofFreshWebhook(`/deliveries/${randomUUID()}/replay`),
  },
  'POST /v1/webhooks/{webhook}/replay': {
    needs: 'member',
    status: 202,
    request: ofFreshWebhook('/replay', { from: '2026-01-01T00:00:00Z' }),
  },
  'GET /v1/cloud/images': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/cloud/flavors': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/cloud/networks': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/cloud/keys': { needs: 'reader', status: 200, foreign: 200 },
  'GET /v1/doctor': { needs: 'admin', status: 200 },
  'POST /v1/doctor/orphans/remove': {
    needs: 'admin',
    status: 200,
    request: () => ({ body: { ids: ['none'] } }),
  },
  'POST /v1/projections/rebuild': { needs: 'admin', status: 200 },
  'GET /v1/work-queues': { needs: 'admin', status: 200 },
  'GET /v1/workers': { needs: 'admin', status: 200 },
  'POST /v1/workers/control': { needs: 'admin', status: 202, request: () => ({ body: { type: 'report' } }) },
  'GET /v1/worker-pools': { needs: 'admin', status: 200 },
  'PUT /v1/worker-pools/{pool}': {
    needs: 'admin',
    status: 200,
    request: () => ({ path: '/v1/worker-pools/some', body: { priorities: 'a b' } }),
  },
  'GET /v1/worker-pools/{pool}': { needs: 'admin', status: 200, request: ofFreshPool },
  'DELETE /v1/worker-pools/{pool}': { needs: 'admin', status: 204, request: ofFreshPool },
  'GET /v1/tenants': { needs: 'admin', status: 200 },
  'POST /v1/tenants': {
    needs: 'admin',
    status: 201,
    request: () => ({ body: { id: fresh('t'), name: 'Made' } }),
  },
  'GET /v1/tenants/{tenant}': { needs: 'admin', status: 200, request: () => ({ path: '/v1/tenants/acme' }) },
  'PATCH /v1/tenants/{tenant}': {
    needs: 'admin',
    status: 200,
    request: () => ({ path: '/v1/tenants/acme', body: { name: 'Acme Ltd' } }),
  },
  'DELETE /v1/tenants/{tenant}': {
    needs: 'admin',
    status: 204,
    request: async () => ({ path: `/v1/tenants/${await newTenant(fresh('t'))}` }),
  },
  'GET /v1/tenants/{tenant}/tokens': {
    needs: 'admin',
    status: 200,
    request: () => ({ path: '/v1/tenants/acme/tokens' }),
  },
  'POST /v1/tenants/{tenant}/tokens': {
    needs: 'admin',
    status: 201,
    request: () => ({ path: '/v1/tenants/acme/tokens', body: { name: 'made', role: 'reader' } }),
  },
  'DELETE /v1/tenants/{tenant}/tokens/{token}': {
    needs: 'admin',
    status: 204,
    request: async () => {
      const path = '/v1/tenants/acme/tokens';
      const { body } = await warrener.api.call('POST', path, { name: 'short', role: 'reader' });
      return { path: `${path}/${String(body.id)}` };
    },
  },
};

const matrix = Object.keys(table).flatMap((route) => callers.map((caller) => [route, caller] as const));

test('the table names every route there is', async () => {
  const { body } = await warrener.api.call('GET', '/v1/openapi.json');
  const routes = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(Object.keys(table).sort()).toEqual(routes.sort());
});

test.each(matrix)('%s by %s', async (route, caller) => {
  const row = table[route] as Row;
  const [method = '', template = ''] = route.split(' ');
  const { path = template, body } = (await row.request?.()) ?? {};
  const answer = await ask(tokens.get(caller), method, path, body);
  expect(answer.status).toBe(expected(row, caller));
  if (answer.status >= 400 && answer.status !== row.status)
    expect(answer.text).toContain('https://warrener.dev/problems/');
  if (caller === 'other tenant' && answer.status < 400) {
    expect(answer.text).not.toContain(ours.broker);
    expect(answer.text).not.toContain(ours.job);
  }
});

function expected(row: Row, caller: Caller): number {
  if (row.needs === 'public') return row.status;
  if (caller === 'nobody' || caller === 'expired') return 401;
  const role = caller === 'other tenant' ? 'member' : caller;
  if (roles.indexOf(role) < roles.indexOf(row.needs)) return 403;
  return caller === 'other tenant' ? (row.foreign ?? 404) : row.status;
}

describe('a token', () => {
  test('is shown once, and opens nothing once it is revoked', async () => {
    const path = '/v1/tenants/acme/tokens';
    const { body } = await warrener.api.call('POST', path, { name: 'ci', role: 'reader' });
    const secret = String(body['token']);
    expect((await ask(secret, 'GET', '/v1/me')).text).toBe(
      '{"tenant":"acme","name":"token ci","role":"reader"}',
    );
    const listed = await until('the token to be listed', async () => {
      const { body: list } = await warrener.api.call('GET', `${path}?limit=200`);
      return list.items?.some(({ id }) => id === body.id) === true ? JSON.stringify(list) : undefined;
    });
    expect(listed).not.toContain(secret);
    expect(listed).not.toMatch(/hash/);
    await warrener.api.call('DELETE', `${path}/${String(body.id)}`);
    expect((await ask(secret, 'GET', '/v1/me')).status).toBe(401);
  });

  test('with another secret opens nothing', async () => {
    const good = tokens.get('admin') ?? '';
    const wrong = good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A');
    expect((await ask(wrong, 'GET', '/v1/me')).status).toBe(401);
  });

  test('is not shown again by its idempotency key', async () => {
    const issue = () =>
      warrener.api.call(
        'POST',
        '/v1/tenants/acme/tokens',
        { name: 'twice', role: 'reader' },
        { 'idempotency-key': 'twice' },
      );
    const first = await issue();
    const again = await issue();
    expect(again.body).toEqual({ ...first.body, token: null });
  });

  test('of a deleted tenant opens nothing', async () => {
    const tenant = await newTenant(fresh('t'));
    const token = await newToken(tenant, 'member');
    expect((await ask(token, 'GET', '/v1/me')).status).toBe(200);
    await warrener.api.call('DELETE', `/v1/tenants/${tenant}`);
    expect((await ask(token, 'GET', '/v1/me')).status).toBe(401);
  });

  test.each([
    ['a moment that is over', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a life too long', { expires_at: '2999-01-01T00:00:00Z' }, 'expires_at'],
    ['an unknown role', { role: 'root' }, 'role'],
    ['a name with a control character', { name: 'a\u0000' }, 'name'],
  ])('is refused with %s', async (_what, change, field) => {
    const request = { name: 'x', role: 'reader', ...change };
    const answer = await warrener.api.call('POST', '/v1/tenants/acme/tokens', request);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.field).toBe(field);
  });
});

describe('signing in by Keystone', () => {
  const signIn = (change: object) => ask(undefined, 'POST', '/v1/sign-in', { domain: 'Default', ...change });

  test('answers a token for the project, with what it may do', async () => {
    const { user, password, project } = await keystoneCredential();
    const answer = await signIn({ user: nameOf(user), password, project: nameOf(project) });
    expect(answer.status).toBe(200);
    const { token, ...rest } = JSON.parse(answer.text) as { token: string; tenant: string };
    expect(rest).toMatchObject({ project: nameOf(project), role: 'member' });
    const me = await warrener.api.call('GET', '/v1/me', undefined, {
      authorization: '',
      'x-auth-token': token,
    });
    expect(me).toMatchObject({ status: 200, body: { tenant: rest.tenant, role: 'member' } });
  });

  test('is refused in a sentence that does not say which part was wrong, and not without end', async () => {
    const { user, project } = await keystoneCredential();
    const wrong = { user: nameOf(user), password: 'not-the-password', project: nameOf(project) };
    const refused = await signIn(wrong);
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('check user, password, domain and project');
    expect(refused.text).not.toContain('not-the-password');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 20; attempt += 1) statuses.push((await signIn(wrong)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await signIn(wrong)).text).toContain('/problems/rate-limited');
  });
});

describe('a token of Keystone’s', () => {
  const ask = (token: string, path: string) =>
    warrener.api.call('GET', path, undefined, { authorization: '', 'x-auth-token': token });

  test('stands for its project, which is a tenant from then on', async () => {
    const { token, project } = await keystoneToken();
    const me = await ask(token, '/v1/me');
    expect(me).toMatchObject({ status: 200, body: { tenant: project, role: 'member' } });
    expect((await ask(token, '/v1/tenants')).status).toBe(403);
    expect((await ask(token, `/v1/brokers/${ours.broker}`)).status).toBe(404);
    const tenant = await warrener.api.call('GET', `/v1/tenants/${project}`);
    expect(tenant).toMatchObject({ status: 200, body: { id: project } });
    await warrener.api.call('DELETE', `/v1/tenants/${project}`);
  });

  test.each(['nonsense', 'x'.repeat(9_000), 'gAAAAAB-nobody-has-this'])(
    'that is none opens nothing',
    async (token) => {
      expect((await ask(token, '/v1/me')).status).toBe(401);
    },
  );
});

test('one idempotency key of two tenants is two keys', async () => {
  const body = launch();
  const by = (caller: Caller) =>
    ask(tokens.get(caller), 'POST', '/v1/brokers', body, { 'idempotency-key': 'shared' });
  const mine = await by('member');
  const theirs = await by('other tenant');
  expect([mine.status, theirs.status]).toEqual([202, 202]);
  expect(idsIn(theirs.text)).not.toEqual(idsIn(mine.text));
});

test('a tenant with brokers is not deleted', async () => {
  await until('the broker to be listed', async () => {
    const { status } = await warrener.api.call('DELETE', '/v1/tenants/acme');
    expect(status).toBe(409);
    return true;
  });
  expect((await warrener.api.call('DELETE', '/v1/tenants/default')).status).toBe(409);
});

/** What the cloud's user enters it with. */
async function keystoneCredential() {
  const { authUrl, credential } = await readCloudAccess(cloud.env);
  if (credential.type !== 'password') throw new Error('this cloud is entered without a password');
  return { authUrl, ...credential };
}

const nameOf = (thing: object): string => ('name' in thing ? String(thing.name) : '');

/** Logs in as the cloud's user, for a token of its own. */
async function keystoneToken(): Promise<{ token: string; project: string }> {
  const { authUrl, user, password, project } = await keystoneCredential();
  const auth = {
    identity: { methods: ['password'], password: { user: { ...user, password } } },
    scope: { project },
  };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
    signal: AbortSignal.timeout(30_000),
  });
  const { token } = (await answer.json()) as { token: { project: { id: string } } };
  return { token: answer.headers.get('x-subject-token') ?? '', project: token.project.id };
}

const idsIn = (text: string): string => (JSON.parse(text) as { job: { id: string } }).job.id;

async function newTenant(id: string): Promise<string> {
  const { status } = await warrener.api.call('POST', '/v1/tenants', { id, name: id });
  expect(status).toBe(201);
  return id;
}

async function newToken(tenant: string, role: Role, expires?: string): Promise<string> {
  const request = { name: `a ${role}`, role, expires_at: expires };
  const { status, body } = await warrener.api.call('POST', `/v1/tenants/${tenant}/tokens`, request);
  expect(status).toBe(201);
  return String(body['token']);
}

/** One of acme's. */
async function newBroker(): Promise<{ broker: string; job: string }> {
  const { status, text } = await ask(tokens.get('member'), 'POST', '/v1/brokers', launch());
  expect(status).toBe(202);
  const made = JSON.parse(text) as { broker: { id: string }; job: { id: string } };
  return { broker: made.broker.id, job: made.job.id };
}

/** A stream's answer is its head alone: it would go on. */
async function ask(
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${warrener.api.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await answer.body?.cancel();
    return { status: answer.status, text: '' };
  }
  return { status: answer.status, text: await answer.text() };
}
