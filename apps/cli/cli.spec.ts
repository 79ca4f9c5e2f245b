import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from './cli.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let handle: Handler;
const seen: { method: string; url: string; body: string; key: string; lastEventId: string }[] = [];

beforeEach(async () => {
  seen.length = 0;
  handle = (_request, response) => response.writeHead(500).end('{}');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({
        method,
        url,
        body,
        key: String(headers['idempotency-key'] ?? ''),
        lastEventId: String(headers['last-event-id'] ?? ''),
      });
      handle(request, response, body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const answer = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Runs a command line; what it wrote, and its exit code. */
async function cli(words: readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}) {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let out = '';
  let err = '';
  stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  stdin.end(options.stdin ?? '');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = options.env ?? { WARRENER_API_URL: url, WARRENER_API_TOKEN: 'token' };
  const code = await run(words, { stdout, stderr, stdin, env, cwd: mkdtempSync(join(tmpdir(), 'cli-')) });
  return { code, out, err };
}

const broker = {
  id: 'b1',
  name: 'it',
  endpoint: 'mqtt://a:1883',
  dashboard_url: null,
  flavor: 'f',
  key_pair: 'k',
  engine: 'mosquitto',
  status: 'ready',
};
const launch = [
  'broker',
  'launch',
  '--name',
  'it',
  '--image',
  'i',
  '--flavor',
  'f',
  '--network',
  'n',
  '--key',
  'k',
  '--admin-username',
  'boss',
];

describe('a list', () => {
  test('is a table, JSON or YAML, over all pages', async () => {
    handle = (request, response) =>
      answer(
        response,
        200,
        request.url?.includes('cursor=two') === true
          ? { items: [{ ...broker, id: 'b2' }], next_cursor: null }
          : { items: [broker], next_cursor: 'two' },
      );
    expect((await cli(['broker', 'list'])).out).toMatch(/^ID +NAME.*\nb1 +it +mqtt:\/\/a:1883 +- .*\nb2 /);
    const json = await cli(['broker', 'list', '-f', 'json']);
    expect((JSON.parse(json.out) as { id: string }[]).map(({ id }) => id)).toEqual(['b1', 'b2']);
    expect((await cli(['-f', 'yaml', 'broker', 'list'])).out).toContain('- id: b1');
  });

  test('that is empty says so beside the data', async () => {
    handle = (_request, response) => answer(response, 200, { items: [], next_cursor: null });
    expect(await cli(['broker', 'list'])).toEqual({ code: 0, out: '', err: 'none\n' });
  });
});

describe('the password', () => {
  beforeEach(() => {
    handle = (_request, response) => answer(response, 202, { broker, job: { id: 'j1' } });
  });

  test('comes from stdin or a file, its first line', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cli-')), 'password');
    writeFileSync(file, 'from the file\nmore\n');
    expect((await cli([...launch, '--password-file', file])).code).toBe(0);
    expect((await cli([...launch, '--password-stdin'], { stdin: 'from stdin\n' })).code).toBe(0);
    expect(seen.map(({ body }) => (JSON.parse(body) as { admin_password: string }).admin_password)).toEqual([
      'from the file',
      'from stdin',
    ]);
  });

  test('is not waited for where nobody can type it', async () => {
    const { code, err } = await cli(launch);
    expect(code).toBe(2);
    expect(err).toContain('--password-file');
    expect(seen).toEqual([]);
  });
});

test('a launch takes the request from a file, options win, and says how to watch', async () => {
  handle = (_request, response) => answer(response, 202, { broker, job: { id: 'j1' } });
  const file = join(mkdtempSync(join(tmpdir(), 'cli-')), 'request.json');
  const request = {
    name: 'file',
    image: 'i',
    flavor: 'f',
    network: 'n',
    key: 'k',
    admin_username: 'u',
    admin_password: 'p',
  };
  writeFileSync(file, JSON.stringify(request));
  const { code, err } = await cli(['broker', 'launch', '--file', file, '--name', 'option']);
  expect(code).toBe(0);
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ ...request, name: 'option' });
  expect(err).toContain('warrener job watch j1');
});

test('a launch whose connection breaks is repeated with the same key', async () => {
  handle = (request, response) => {
    if (seen.length === 1) request.socket.destroy();
    else answer(response, 202, { broker, job: { id: 'j1' } });
  };
  expect((await cli([...launch, '--password-stdin'], { stdin: 'x' })).code).toBe(0);
  expect(seen).toHaveLength(2);
  expect(seen[0]?.key).toBe(seen[1]?.key);
  expect(seen[0]?.key).not.toBe('');
});

describe('waiting', () => {
  const event = (id: number, type: string, data: object): string =>
    `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ version: id, type, at: '2026-01-01T00:00:00Z', data })}\n\n`;

  test('shows the steps, and goes on where the stream was cut', async () => {
    handle = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (request.headers['last-event-id'] === undefined) {
        response.write(
          event(1, 'JobSubmitted', { plan: [{ name: 'a' }, { name: 'b' }] }) +
            event(2, 'StepSucceeded', { step: 'a', direction: 'do' }),
        );
        setTimeout(() => request.socket.destroy(), 50);
      } else
        response.end(
          `${event(3, 'StepSucceeded', { step: 'b', direction: 'do' })}event: end\ndata: {"status":"succeeded"}\n\n`,
        );
    };
    const { code, err } = await cli(['job', 'watch', 'j1']);
    expect(code).toBe(0);
    expect(err).toMatch(/✓ {2}50 % {2}a.*\n✓ 100 % {2}b/);
    expect(seen.map(({ lastEventId }) => lastEventId)).toEqual(['', '2']);
  });

  test.each([
    ['failed', 1, /job show j1/],
    ['parked', 1, /job retry j1/],
  ])('for a job that is %s ends with %d', async (status, expected, message) => {
    handle = (_request, response) =>
      response.writeHead(200).end(`event: end\ndata: {"status":"${status}"}\n\n`);
    const { code, err } = await cli(['job', 'watch', 'j1']);
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });

  test('gives up in time, and leaves the job running', async () => {
    handle = (_request, response) => void response.writeHead(200).write(': ping\n\n');
    const { code, err } = await cli(['job', 'watch', 'j1', '--timeout', '0.3']);
    expect(code).toBe(7);
    expect(err).toContain('The job goes on');
  });
});

describe('what goes wrong', () => {
  const problem = {
    type: 'https://warrener.dev/problems/x',
    title: 'No',
    detail: 'No such thing.',
    errors: [{ field: 'image', message: 'could be any of 1, 2; use the id' }],
  };

  test.each([
    [400, 4],
    [401, 5],
    [404, 3],
    [409, 4],
    [422, 4],
    [500, 6],
    [503, 6],
  ])('an answer of %d ends with %d', async (status, code) => {
    handle = (_request, response) => answer(response, status, problem);
    const result = await cli(['broker', 'show', 'it']);
    expect(result.code).toBe(code);
    expect(result.out).toBe('');
    expect(result.err).toContain('image: could be any of 1, 2; use the id');
  });

  test('is told as JSON where JSON was asked for', async () => {
    handle = (_request, response) => answer(response, 404, problem);
    expect(JSON.parse((await cli(['broker', 'show', 'it', '-f', 'json'])).err)).toEqual(problem);
  });

  test.each<[string, string[], number]>([
    ['no command', [], 2],
    ['an unknown noun', ['brokr'], 2],
    ['an unknown verb', ['broker', 'lunch'], 2],
    ['an unknown option', ['broker', 'list', '--colour'], 2],
    ['an unknown format', ['broker', 'list', '-f', 'xml'], 2],
    ['a missing argument', ['broker', 'show'], 2],
    ['a missing option', ['broker', 'launch', '--name', 'x'], 2],
    ['a time-out that is none', ['job', 'watch', 'x', '--timeout', 'soon'], 2],
    ['an unknown shell', ['completion', 'fish'], 2],
    ['a file that is not there', ['broker', 'launch', '--file', '/nowhere'], 2],
  ])('%s', async (_what, words, code) => {
    const result = await cli(words);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).not.toBe('');
    expect(seen).toEqual([]);
  });

  test('an API that is not there, and one that is something else', async () => {
    const nowhere = await cli(['broker', 'list'], {
      env: { WARRENER_API_URL: 'http://127.0.0.1:1', WARRENER_API_TOKEN: 't' },
    });
    expect(nowhere.code).toBe(6);
    handle = (_request, response) => response.writeHead(200).end('<html>');
    expect((await cli(['broker', 'list'])).code).toBe(6);
    expect((await cli(['broker', 'list'], { env: {} })).err).toMatch(/WARRENER_API_URL/);
  });
});

test('completes nouns, verbs, options, formats, and names from the API', async () => {
  handle = (request, response) =>
    answer(response, 200, {
      items: [{ id: '1', name: request.url?.includes('images') === true ? 'RabbitMQ' : 'orders' }],
      next_cursor: null,
    });
  const complete = async (...words: string[]) =>
    (await cli(['__complete', '--', ...words])).out.trim().split('\n');
  expect(await complete()).toEqual(expect.arrayContaining(['broker', 'job', 'doctor', 'completion']));
  expect(await complete('broker')).toEqual(expect.arrayContaining(['launch', 'list', 'show', 'delete']));
  expect(await complete('broker', 'launch')).toEqual(expect.arrayContaining(['--image', '--wait']));
  expect(await complete('broker', 'launch', '--image')).toEqual(['RabbitMQ']);
  expect(await complete('broker', 'delete')).toContain('orders');
  expect(await complete('broker', 'list', '-f')).toEqual(['table', 'json', 'yaml']);
});

describe('webhooks', () => {
  const webhook = { id: 'w1', url: 'https://a/', types: [], status: 'active', description: '', error: null };

  test('one that is created is shown with its secret', async () => {
    handle = (request, response) =>
      answer(response, 200, request.url === '/v1/webhooks' ? webhook : { secret: 'whsec_x', secrets: [] });
    const { out } = await cli([
      'webhook',
      'create',
      'https://a/',
      '--type',
      'job.*',
      'broker.ready',
      '--paused',
    ]);
    expect(out).toMatch(/secret +whsec_x/);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      url: 'https://a/',
      types: ['job.*', 'broker.ready'],
      paused: true,
    });
    expect(seen[1]).toMatchObject({ method: 'GET', url: '/v1/webhooks/w1/secret' });
  });

  test('a delivery is shown with its attempts', async () => {
    const tried = [{ number: 1, at: 'then', status: 503, error: 'answered 503', duration_ms: 7, answer: '' }];
    handle = (_request, response) => answer(response, 200, { id: 'd1', status: 'pending', tried });
    const { out } = await cli(['webhook', 'deliveries', 'w1', 'd1']);
    expect(out).toMatch(/status +pending\n\nATTEMPT +AT +STATUS +MS +ERROR\n1 +then +503 +7 +answered 503/);
  });

  test('a replay names a delivery or a period, and not both or neither', async () => {
    handle = (_request, response) => answer(response, 202, { deliveries: 3 });
    for (const words of [['w1'], ['w1', 'd1', '--from', '2026-03-01T12:00:00Z']])
      expect((await cli(['webhook', 'replay', ...words])).code).toBe(2);
    expect((await cli(['webhook', 'replay', 'w1', 'd1'])).code).toBe(0);
    expect((await cli(['webhook', 'replay', 'w1', '--from', 't', '--failed-only'])).out).toMatch(
      /deliveries +3/,
    );
    expect(seen.map(({ url, body }) => [url, body])).toEqual([
      ['/v1/webhooks/w1/deliveries/d1/replay', ''],
      ['/v1/webhooks/w1/replay', '{"from":"t","failed_only":true}'],
    ]);
  });
});

test('events are told line by line, and on from the last one where the connection breaks', async () => {
  const event = {
    time: 'now',
    subject: 'job/j1',
    data: { job_id: 'j1', broker_id: 'b1', step: 'ensure-port', reason: null },
  };
  handle = (_request, response) => {
    if (seen.length > 1) {
      answer(response, 401, { detail: 'no' });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`id: 1\nevent: step.started\ndata: ${JSON.stringify(event)}\n\n: ping\nid: 2\n\n`);
  };
  const tailed = await cli(['events', 'tail', '--job', 'j1', '--type', 'step.*', 'job.failed']);
  expect(tailed).toMatchObject({
    code: 5,
    out: 'now  step.started        job/j1  broker_id=b1 step=ensure-port\n',
  });
  expect(seen.map(({ url, lastEventId }) => [url, lastEventId])).toEqual([
    ['/v1/events/stream?job=j1&type=step.*%2Cjob.failed', ''],
    ['/v1/events/stream?job=j1&type=step.*%2Cjob.failed', '2'],
  ]);
});

describe('tenants, tokens and pools', () => {
  test('a tenant is changed in what is given, and none takes a limit away', async () => {
    handle = (_request, response) =>
      answer(response, 200, { id: 'acme', queues: { q: 'fast' }, limits: { b: null } });
    const words = [
      'tenant',
      'change',
      'acme',
      '--cloud-bulk-queue',
      'fast',
      '--brokers',
      'none',
      '--running-steps',
      '8',
    ];
    const { code, out } = await cli(words);
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'PATCH', url: '/v1/tenants/acme' });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      queues: { cloud_bulk_queue: 'fast' },
      limits: { brokers: null, running_steps: 8 },
    });
    expect(out).toMatch(/^q +fast$/m);
  });

  test('a limit that is no number is refused before anything is sent', async () => {
    expect((await cli(['tenant', 'change', 'acme', '--brokers', 'many'])).code).toBe(2);
    expect(seen).toEqual([]);
  });

  test('a token is printed once, on stdout', async () => {
    handle = (_request, response) => answer(response, 201, { id: 't1', token: 'wrn_secret' });
    const { code, out, err } = await cli(['token', 'issue', 'acme', '--name', 'ci', '-f', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ token: 'wrn_secret' });
    expect(err).not.toContain('wrn_secret');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ name: 'ci', role: 'member' });
  });

  test('a token is revoked', async () => {
    handle = (_request, response) => void response.writeHead(204).end();
    expect((await cli(['token', 'revoke', 'acme', 't1'])).code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'DELETE', url: '/v1/tenants/acme/tokens/t1' });
  });

  test('a pool is set, and workers that keep their own list are named', async () => {
    handle = (_request, response) =>
      answer(response, 200, { name: 'main', priorities: 'a b', overridden_by_environment: ['host/7'] });
    const { code, err } = await cli(['pool', 'set', 'main', 'a b']);
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      url: '/v1/worker-pools/main',
      body: '{"priorities":"a b"}',
    });
    expect(err).toMatch(/host\/7 was started with QUEUE_PRIORITY/);
  });

  test('the doctor fails where nobody consumes a queue', async () => {
    const work_queues = [
      { name: 'lost', misaligned: true },
      { name: 'fine', misaligned: false },
    ];
    handle = (_request, response) => answer(response, 200, { checks: [], orphans: [], work_queues });
    const { code, err } = await cli(['doctor']);
    expect(code).toBe(1);
    expect(err).toMatch(/No worker consumes: lost\./);
  });

  test('a job says what it waits for', async () => {
    const waiting_for = { kind: 'limit', of: 2, ahead: 5 };
    handle = (_request, response) => answer(response, 200, { id: 'j1', steps: [], waiting_for });
    expect((await cli(['job', 'show', 'j1'])).out).toMatch(
      /runs 2 steps at once and no more; 5 are before it/,
    );
  });
});
