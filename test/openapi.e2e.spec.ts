import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { PASSWORD } from './support/api-client.ts';
import type { Document, Generated, Hints } from './support/generated-requests.ts';
import { requestsFor } from './support/generated-requests.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { scrape } from './support/prometheus.ts';

/** Another one: WARRENER_TEST_SEED. */
const SEED = Number(process.env['WARRENER_TEST_SEED'] ?? 20_261_121);
const REQUESTS = 2_400;
const AT_ONCE = 8;
const STALL_S = 0.2;

/** These look at the whole cloud, or at every event there is: a few are enough. */
const COSTLY: Readonly<Record<string, number>> = {
  '/v1/doctor': 5,
  '/v1/doctor/orphans/remove': 20,
  '/v1/projections/rebuild': 5,
  '/v1/work-queues': 10,
};

let cloud: TestCloud;
let warrener: Installation;
let document: Document;
let hints: Hints;
const tokens: string[] = [];

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true, env: { WARRENER_METRICS_PORT: '0' } });
  document = (await warrener.api.call('GET', '/v1/openapi.json')).body as unknown as Document;
  hints = await things();
});

afterAll(async () => {
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

/** One of each, so that there is something to be found. */
async function things(): Promise<Hints> {
  const { api } = warrener;
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await api.call('POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return String(answer.body.id);
  };
  const request = { name: 'known', image: 'Mosquitto', flavor: cloud.flavor, network: cloud.network };
  const { broker, job } = await api.launch({ ...request, key: cloud.key });
  const webhook = await made('/v1/webhooks', { url: 'https://9.9.9.9/hook' });
  const tenant = await made('/v1/tenants', { id: 'acme', name: 'Acme' });
  const token = await made('/v1/tenants/acme/tokens', { name: 'known', role: 'reader' });
  for (const role of ['reader', 'member', 'admin']) {
    const issued = await api.call('POST', '/v1/tenants/default/tokens', { name: role, role });
    tokens.push(String(issued.body['token']));
  }
  const event = (await api.call('GET', `/v1/jobs/${job}/events`)).body.items?.[0];
  return {
    broker: [broker, 'known', broker, 'other'],
    job: [job, job, randomUUID()],
    webhook: [webhook, webhook, randomUUID()],
    delivery: [randomUUID()],
    tenant: [tenant, 'default', 'nobody'],
    token: [token, randomUUID()],
    pool: ['default', 'fast', 'slow'],
    image: ['Mosquitto', 'RabbitMQ', 'Debian'],
    flavor: [cloud.flavor],
    network: [cloud.network],
    key: [cloud.key],
    admin_username: ['boss', 'admin'],
    admin_password: [PASSWORD],
    floating_network: ['sandbox-public', 'nope'],
    callback_url: ['https://9.9.9.9/callback', 'http://127.0.0.1/'],
    url: ['https://9.9.9.9/hook', 'http://169.254.169.254/', 'ftp://x', 'https://user:pw@9.9.9.9/'],
    types: ['job.failed', 'broker.*', 'nonsense'],
    type: ['job.failed', 'broker.*,job.*', 'nonsense', 'reload', 'report'],
    priorities: ['a b', 'a,b:2 c', 'a a', ''],
    priority: ['a b', 'a a'],
    secret: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    cursor: [Buffer.from(broker).toString('base64url'), Buffer.from('acme').toString('base64url')],
    ids: [randomUUID()],
    from: [String(event?.['at']), '2020-01-01T00:00:00Z'],
    expires_at: [new Date(Date.now() + 86_400_000).toISOString(), '2020-01-01T00:00:00Z'],
  };
}

test('every operation says what it answers', () => {
  const silent = operations().filter(({ operation }) => {
    const [, first] = Object.entries(operation.responses).find(([status]) => /^2/.test(status)) ?? [];
    return first === undefined || (first.content === undefined && operation.responses['204'] === undefined);
  });
  expect(silent.map(({ method, route }) => `${method} ${route}`)).toEqual([]);
});

function operations() {
  return Object.entries(document.paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route, method, operation })),
  );
}

/** The document's schemas, compiled; each answer is held against its own. */
function validators(): (operation: string, schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'document', components: document.components });
  const known = new Map<string, ValidateFunction>();
  return (name, schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    const compiled = known.get(name) ?? ajv.compile(JSON.parse(text) as object);
    known.set(name, compiled);
    return compiled;
  };
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function ask(request: Generated, token: string | null): Promise<Answered> {
  const leave = new AbortController();
  const answer = await fetch(`${warrener.api.url}${request.path}`, {
    method: request.method,
    headers: { ...request.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.any([leave.signal, AbortSignal.timeout(30_000)]),
  });
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    leave.abort(); // its header is what is looked at
    return { status: answer.status, type, text: '' };
  }
  return { status: answer.status, type, text: await answer.text() };
}

/** What is wrong with an answer; null for nothing. */
function fault(
  { operation }: Generated,
  { status, type, text }: Answered,
  validatorOf: ReturnType<typeof validators>,
): string | null {
  if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
  const told = status < 300 ? operation.responses[String(status)] : operation.responses['default'];
  if (told === undefined) return `${status} is not in the document`;
  if (told.content === undefined) return text === '' ? null : `${status} with a body: ${text.slice(0, 100)}`;
  const [mediaType, { schema }] = Object.entries(told.content)[0] ?? ['', {}];
  if (!type.startsWith(mediaType)) return `${status} is "${type}" and not ${mediaType}`;
  if (mediaType === 'text/event-stream' || schema === undefined) return null;
  const body: unknown = JSON.parse(text);
  if (status >= 400 && (body as { status?: number }).status !== status)
    return `${status} tells of another status`;
  const validate = validatorOf(`${operation.operationId} ${status < 300 ? status : 'default'}`, schema);
  return validate(body)
    ? null
    : `${status} ${JSON.stringify(validate.errors?.slice(0, 2))}: ${text.slice(0, 500)}`;
}

test('what is wrong with an answer is seen', () => {
  const request = plan(1).find(({ method, route }) => method === 'GET' && route === '/v1/brokers');
  if (request === undefined) throw new Error('the document has no list of brokers');
  const wrongIn = (status: number, type: string, body: object): string | null =>
    fault(request, { status, type, text: JSON.stringify(body) }, validators());
  const problem = { type: 'https://x.example/p', title: 'Bad', status: 400, detail: 'Bad.' };
  expect(wrongIn(200, 'application/json', { items: [], next_cursor: null })).toBeNull();
  expect(wrongIn(400, 'application/problem+json', problem)).toBeNull();
  expect(wrongIn(200, 'application/json', { items: [] })).toMatch(/next_cursor/);
  expect(wrongIn(200, 'application/json', { items: [{}], next_cursor: null })).toMatch(/required/);
  expect(wrongIn(201, 'application/json', {})).toMatch(/not in the document/);
  expect(wrongIn(404, 'application/problem+json', problem)).toMatch(/another status/);
  expect(wrongIn(400, 'text/html', problem)).toMatch(/and not/);
  expect(wrongIn(503, 'application/problem+json', { ...problem, status: 503 })).toMatch(/^503/);
});

test(`generated requests to every route: no 5xx, nothing outside its schema, no stall (seed ${SEED})`, async () => {
  const all = operations();
  const each = Math.ceil(REQUESTS / (all.length - Object.keys(COSTLY).length));
  const planned = plan(each);
  const length = { minLength: planned.length, maxLength: planned.length };
  const requests = fc.sample(fc.shuffledSubarray(planned, length), { numRuns: 1, seed: SEED }).flat();
  const validatorOf = validators();
  const faults: string[] = [];
  const answered = new Map<string, number>();
  await scrape(String(warrener.operations)); // what came before does not count
  const began = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index];
      if (request === undefined) return;
      const token = index % 12 === 0 ? null : (tokens[index % 20] ?? tokens[2] ?? null);
      const what = `${request.method} ${request.path} ${request.body ?? ''}`.slice(0, 400);
      const answer = await ask(request, token).catch((error: unknown) => String(error));
      const wrong = typeof answer === 'string' ? answer : fault(request, answer, validatorOf);
      if (wrong !== null) faults.push(`${what}\n    ${wrong}`);
      const kind = typeof answer === 'string' ? 'none' : `${String(answer.status)[0]}xx`;
      answered.set(kind, (answered.get(kind) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  const seconds = (performance.now() - began) / 1_000;
  const measured = await scrape(String(warrener.operations));
  const stall = measured.get('warrener_event_loop_stall_seconds') ?? Infinity;
  const lag = measured.get('nodejs_eventloop_lag_max_seconds') ?? Infinity;
  process.stderr.write(
    `${requests.length} requests in ${seconds.toFixed(1)} s: ${JSON.stringify(Object.fromEntries(answered))}; ` +
      `longest stall ${(stall * 1_000).toFixed(0)} ms (${(lag * 1_000).toFixed(0)} ms with what else the machine was busy with)\n`,
  );
  expect(faults.slice(0, 15).join('\n')).toBe('');
  expect(requests.length).toBeGreaterThanOrEqual(2_000);
  expect(answered.get('2xx')).toBeGreaterThan(requests.length / 10);
  expect(stall).toBeLessThan(STALL_S);
});

/** So many requests for each operation. */
function plan(each: number): Generated[] {
  return operations().flatMap(({ route, method }, index) =>
    fc.sample(requestsFor(document, route, method, hints), {
      numRuns: COSTLY[route] ?? each,
      seed: SEED + index,
    }),
  );
}
