import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestReport } from './index.ts';
import { Cloud, CloudError, readCloudAccess } from './index.ts';

/** Answers one request; undefined leaves it to the default. */
type Script = (request: IncomingMessage, response: ServerResponse, body: string) => boolean | undefined;

/** An OpenStack of few words over real HTTP: logs in, lists a catalogue, and does what the test scripts. */
class FakeCloud implements AsyncDisposable {
  readonly seen: string[] = [];
  readonly versions: string[] = [];
  logins = 0;
  nova = { version: '2.90', min_version: '2.1' };
  novaPath = '/nova/v2.1';
  expiresInMs = 3_600_000;
  script: Script = () => undefined;
  login: Script = () => undefined;
  #server: Server | undefined;

  static async start(): Promise<FakeCloud> {
    const fake = new FakeCloud();
    fake.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => fake.#answer(request, response, body));
    });
    await new Promise<void>((listening) => fake.#server?.listen(0, '127.0.0.1', listening));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}`;
  }

  /** Refuses new connections. */
  stopListening(): void {
    this.#server?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed));
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = '', url = '' } = request;
    if (url === '/v3/auth/tokens') {
      if (this.login(request, response, body) === true) return;
      this.logins += 1;
      const endpoints = (path: string) => [
        { interface: 'public', region_id: 'R1', url: `${this.url}${path}` },
      ];
      const catalog = [
        { type: 'compute', endpoints: endpoints(this.novaPath) },
        { type: 'network', endpoints: endpoints('/neutron') },
        { type: 'image', endpoints: endpoints('/glance') },
      ];
      const expires = new Date(Date.now() + this.expiresInMs).toISOString();
      reply(
        response,
        201,
        { token: { expires_at: expires, project: { id: 'p' }, catalog } },
        { 'x-subject-token': `token-${this.logins}` },
      );
      return;
    }
    if (url === '/nova/v2.1/') {
      reply(response, 200, { version: this.nova });
      return;
    }
    this.seen.push(`${method} ${url}`);
    this.versions.push(String(request.headers['openstack-api-version'] ?? ''));
    if (this.script(request, response, body) !== true)
      reply(response, 404, { itemNotFound: { message: 'nothing here' } });
  }
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-openstack-request-id': 'req-1',
    ...headers,
  });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}

let fake: FakeCloud;
let cloud: Cloud;
const reports: RequestReport[] = [];

const env = (more: Record<string, string> = {}) => ({
  OS_AUTH_URL: fake.url,
  OS_USERNAME: 'demo',
  OS_PASSWORD: 'a secret password',
  OS_PROJECT_NAME: 'demo',
  ...more,
});

beforeEach(async () => {
  fake = await FakeCloud.start();
  reports.length = 0;
  cloud = new Cloud(await readCloudAccess(env()), {
    timeoutMs: 1_000,
    retryBudgetMs: 3_000,
    onRequest: (report) => reports.push(report),
  });
});

afterEach(async () => {
  await cloud.close();
  await fake[Symbol.asyncDispose]();
});

const server = {
  name: 's',
  imageId: 'i',
  flavorId: 'f',
  portId: 'p',
  keyName: 'k',
  metadata: {},
  userData: 'secret user data',
};

/** Each answer once, in order; the last one stays. */
function inTurn(...answers: Script[]): Script {
  let index = 0;
  return (request, response, body) => {
    const answer = answers[Math.min(index, answers.length - 1)];
    index += 1;
    return answer?.(request, response, body);
  };
}

const created: Script = (_request, response) => reply(response, 202, { server: { id: 'made' } });
const answering =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Script =>
  (_request, response) =>
    reply(response, status, body, headers);
const cut: Script = (request) => {
  request.socket.destroy();
  return true;
};
const silent: Script = () => true;

async function failure(call: Promise<unknown>): Promise<CloudError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CloudError)) throw new Error(`expected a CloudError, got ${String(error)}`);
  return error;
}

describe('a change', () => {
  test.each<[string, Script]>([
    ['whose connection is cut', cut],
    ['that is not answered in time', silent],
    ['that a proxy answers 502', answering(502)],
    ['that a proxy answers 504', answering(504)],
    ['that is answered 500', answering(500)],
    ['that is answered 503 without a word when to come back', answering(503)],
    ['that a proxy answers with a page of its own', answering(200, '<html>welcome</html>')],
    [
      'whose answer breaks off',
      (_request, response) => {
        response.writeHead(202, { 'content-length': '1000' });
        response.write('{"server": {');
        setImmediate(() => response.destroy());
        return true;
      },
    ],
  ])('%s is uncertain, and never repeated', async (_what, script) => {
    fake.script = script;
    expect((await failure(cloud.nova.createServer(server))).kind).toBe('uncertain');
    expect(fake.seen).toEqual(['POST /nova/v2.1/servers']);
  });

  test.each<[string, Script]>([
    ['429', answering(429, {}, { 'retry-after': '0' })],
    ['413', answering(413, {}, { 'retry-after': '0' })],
    ['503', answering(503, {}, { 'retry-after': '0' })],
  ])('that was refused with %s is repeated: it did not happen', async (_what, script) => {
    fake.script = inTurn(script, script, created);
    expect(await cloud.nova.createServer(server)).toBe('made');
    expect(fake.seen).toHaveLength(3);
  });

  test('waits as long as Retry-After says, and gives up where that is beyond the budget', async () => {
    fake.script = inTurn(answering(429, {}, { 'retry-after': '1' }), created);
    const began = Date.now();
    await cloud.nova.createServer(server);
    expect(Date.now() - began).toBeGreaterThanOrEqual(950);
    fake.script = answering(429, { overLimit: { message: 'slow down' } }, { 'retry-after': '60' });
    expect(await failure(cloud.nova.createServer(server))).toMatchObject({
      kind: 'busy',
      retryAfterMs: 60_000,
    });
  });

  test('gets a new token where the old one is refused', async () => {
    fake.script = (request, response) =>
      request.headers['x-auth-token'] === 'token-1'
        ? reply(response, 401, {})
        : reply(response, 202, { server: { id: 'made' } });
    expect(await cloud.nova.createServer(server)).toBe('made');
    expect(fake.logins).toBe(2);
  });

  test('whose tokens are refused again and again is an outage, not a matter of our credentials', async () => {
    fake.script = answering(401, {});
    expect(await failure(cloud.nova.createServer(server))).toMatchObject({
      kind: 'unavailable',
      status: 401,
    });
    expect(fake.logins).toBeGreaterThan(4);
  });

  test('that cannot be sent did not happen', async () => {
    await cloud.nova.listServers().catch(() => undefined); // logs in
    fake.script = (request, response) => {
      fake.stopListening();
      return cut(request, response, '');
    };
    await failure(cloud.neutron.listPorts());
    expect(await failure(cloud.nova.createServer(server))).toMatchObject({
      kind: 'unavailable',
      status: null,
    });
  });

  test('that deletes is repeated: twice is as good as once', async () => {
    fake.script = inTurn(cut, answering(500), answering(204, ''));
    await expect(cloud.nova.deleteServer('x')).resolves.toBeUndefined();
    expect(fake.seen).toHaveLength(3);
  });

  test('goes on in another version where Nova was upgraded meanwhile', async () => {
    fake.script = inTurn((_request, response) => {
      fake.nova = { version: '2.60', min_version: '2.1' };
      return reply(response, 406, {});
    }, created);
    expect(await cloud.nova.createServer(server)).toBe('made');
    expect(fake.versions).toEqual(['compute 2.90', 'compute 2.60']);
  });

  test('of something that is gone is fine where it should be gone', async () => {
    await expect(cloud.nova.deleteServer('x')).resolves.toBeUndefined();
    await expect(cloud.neutron.deletePort('x')).resolves.toBeUndefined();
  });
});

describe('a read', () => {
  test('is repeated after a cut, a 500 and an answer that breaks off', async () => {
    const half: Script = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"flavors": [');
      setImmediate(() => response.destroy());
      return true;
    };
    fake.script = inTurn(
      cut,
      answering(500),
      half,
      answering(200, { flavors: [{ id: '1', name: 'small' }] }),
    );
    expect(await cloud.nova.findFlavor('small')).toEqual({
      kind: 'found',
      thing: { id: '1', name: 'small' },
    });
  });

  test('follows the pages, on our host whatever the links say', async () => {
    fake.script = (request, response) =>
      request.url?.includes('marker=1') === true
        ? reply(response, 200, { flavors: [{ id: '2', name: 'b' }] })
        : reply(response, 200, {
            flavors: [{ id: '1', name: 'a' }],
            flavors_links: [{ rel: 'next', href: 'http://elsewhere/v2.1/flavors?marker=1' }],
          });
    expect((await cloud.nova.listFlavors()).map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('takes only what it asked for from a Neutron that ignores filters', async () => {
    fake.script = answering(200, {
      ports: [
        { id: '1', description: 'mine' },
        { id: '2', description: 'theirs' },
      ],
    });
    expect((await cloud.neutron.listPorts({ description: 'mine' })).map(({ id }) => id)).toEqual(['1']);
  });

  test('of a redirect is told, not followed', async () => {
    fake.script = answering(302, '', { location: 'http://elsewhere/' });
    expect(await failure(cloud.nova.listFlavors())).toMatchObject({ kind: 'invalid', status: 302 });
  });

  test('finds the versions of a Nova whose endpoint names the project', async () => {
    fake.novaPath = '/nova/v2.1/0123456789abcdef';
    fake.script = answering(200, { flavors: [] });
    await cloud.nova.listFlavors();
    expect(fake.seen).toEqual(['GET /nova/v2.1/0123456789abcdef/flavors/detail']);
    expect(fake.versions).toEqual(['compute 2.90']);
  });

  test('tells none from ambiguous', async () => {
    fake.script = answering(200, {
      images: [
        { id: '1', name: 'x' },
        { id: '2', name: 'x' },
      ],
    });
    expect(await cloud.glance.findImage('x')).toEqual({ kind: 'ambiguous', ids: ['1', '2'] });
    expect(await cloud.glance.findImage('2')).toMatchObject({ kind: 'found' });
    expect(await cloud.glance.findImage('y')).toEqual({ kind: 'none' });
  });

  test('ends at once when it is aborted', async () => {
    fake.script = silent;
    const aborter = new AbortController();
    const call = cloud.nova.listFlavors(aborter.signal);
    setTimeout(() => aborter.abort(new Error('enough')), 50);
    await expect(call).rejects.toThrow('enough');
  });

  test('does not abandon a change that is under way: its answer is waited for', async () => {
    const aborter = new AbortController();
    fake.script = (request, response, body) => {
      aborter.abort(new Error('enough'));
      setTimeout(() => created(request, response, body), 50);
      return true;
    };
    expect(await cloud.nova.createServer(server, aborter.signal)).toBe('made');
    await expect(cloud.nova.createServer(server, aborter.signal)).rejects.toThrow('enough');
  });
});

test('one login serves calls that come at once, and is renewed before its end', async () => {
  fake.script = answering(200, { flavors: [] });
  await Promise.all(Array.from({ length: 10 }, () => cloud.nova.listFlavors()));
  expect(fake.logins).toBe(1);
});

test('a refused login is not tried again and again, and says so without the password', async () => {
  fake.login = (_request, response) => reply(response, 401, { error: { message: 'no' } });
  const error = await failure(cloud.nova.listFlavors());
  expect(error).toMatchObject({ kind: 'unauthorized', service: 'keystone', requestId: 'req-1' });
  expect(error.message).not.toContain('a secret password');
});

test.each([
  [403, { forbidden: { message: 'Quota exceeded for cores' } }, 'quota'],
  [409, { NeutronError: { message: 'Quota exceeded for resources: port' } }, 'quota'],
  [403, { forbidden: { message: 'Policy does not allow this' } }, 'denied'],
  [409, { conflictingRequest: { message: 'in use' } }, 'conflict'],
  [400, { badRequest: { message: 'Can not find requested image' } }, 'invalid'],
  [404, '<html><body>gone</body></html>', 'not-found'],
])('%d %j means %s', async (status, body, kind) => {
  fake.script = answering(status, body);
  expect(await failure(cloud.nova.createServer(server))).toMatchObject({ kind, status, requestId: 'req-1' });
});

test.each([
  ['2.90', '2.1', 'compute 2.90'],
  ['2.96', '2.1', 'compute 2.90'],
  ['2.60', '2.1', 'compute 2.60'],
  ['', '', ''],
])('a Nova that speaks %s is spoken to in its version', async (version, min, sent) => {
  fake.nova = { version, min_version: min };
  fake.script = answering(200, { flavors: [] });
  await cloud.nova.listFlavors();
  expect(fake.versions).toEqual([sent]);
});

test('what is reported of a request tells no secret', async () => {
  fake.script = created;
  await cloud.nova.createServer(server);
  expect(reports.at(-1)).toMatchObject({
    service: 'nova',
    method: 'POST',
    what: 'create server',
    status: 202,
    requestId: 'req-1',
  });
  expect(JSON.stringify(reports)).not.toMatch(/secret|token-1/);
});

describe('access', () => {
  const file = async (content: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'clouds-')), 'clouds.yaml');
    await writeFile(path, content);
    return path;
  };

  test('comes from clouds.yaml with secure.yaml beside it', async () => {
    const path = await file(
      'clouds: {c: {auth: {auth_url: "http://k:5000", username: u, project_name: p}, region_name: R, interface: internal}}',
    );
    await writeFile(path.replace('clouds.yaml', 'secure.yaml'), 'clouds: {c: {auth: {password: hidden}}}');
    expect(await readCloudAccess({ OS_CLOUD: 'c', OS_CLIENT_CONFIG_FILE: path })).toMatchObject({
      authUrl: 'http://k:5000/v3',
      region: 'R',
      interface: 'internal',
      credential: { type: 'password', password: 'hidden', user: { name: 'u', domain: { id: 'default' } } },
    });
  });

  test('may be an application credential', async () => {
    const path = await file(
      'clouds: {c: {auth_type: v3applicationcredential, auth: {auth_url: "http://k/v3", application_credential_id: i, application_credential_secret: s}}}',
    );
    expect(await readCloudAccess({ OS_CLOUD: 'c', OS_CLIENT_CONFIG_FILE: path })).toMatchObject({
      credential: { type: 'application-credential', id: 'i' },
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['nothing is set', {}, /set OS_CLOUD/],
    [
      'the password is missing',
      { OS_AUTH_URL: 'http://k', OS_USERNAME: 'u', OS_PROJECT_NAME: 'p' },
      /no password/,
    ],
    [
      'the URL is none',
      { OS_AUTH_URL: 'k:5000', OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_PROJECT_NAME: 'p' },
      /no http/,
    ],
    [
      'the file is missing',
      { OS_CLOUD: 'c', OS_CLIENT_CONFIG_FILE: '/nowhere/clouds.yaml' },
      /no clouds\.yaml/,
    ],
  ])('where %s, a sentence says what to change', async (_what, given, message) => {
    await expect(readCloudAccess(given)).rejects.toThrow(message);
  });

  test('a cloud that is not in the file is told with those that are', async () => {
    const path = await file('clouds: {a: {}, b: {}}');
    await expect(readCloudAccess({ OS_CLOUD: 'c', OS_CLIENT_CONFIG_FILE: path })).rejects.toThrow(
      /it has: a, b/,
    );
  });
});
