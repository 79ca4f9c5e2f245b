import { randomBytes } from 'node:crypto';
import { privateMosquitto } from '../libs/notify/testing/private-mosquitto.ts';
import type { PrivateMosquitto } from '../libs/notify/testing/private-mosquitto.ts';
import { PASSWORD } from './support/api-client.ts';
import { breakable } from './support/breakable.ts';
import type { Breakable } from './support/breakable.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { receiveTraces } from './support/otlp.ts';
import type { TraceReceiver } from './support/otlp.ts';
import { startProgram } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { scrape, sum } from './support/prometheus.ts';
import { freshDatabase, freshRedis, freshVhost } from './support/services.ts';
import { until } from './support/until.ts';

interface Ready {
  readonly status: string;
  readonly dependencies: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly needed: boolean;
    readonly remedy: string | null;
  }[];
}

let cloud: TestCloud;
let mosquitto: PrivateMosquitto;
let traces: TraceReceiver;
let warrener: Installation;
let worker: Running;
let notifier: Running;
const closings: AsyncDisposable[] = [];
const cuts: Record<'postgresql' | 'rabbitmq' | 'redis', Breakable> = {} as typeof cuts;

beforeAll(async () => {
  [cloud, mosquitto, traces] = await Promise.all([openCloud(), privateMosquitto(), receiveTraces()]);
  const [database, vhost] = await Promise.all([freshDatabase(), freshVhost()]);
  closings.push(database, vhost);
  cuts.postgresql = await breakable(database.url);
  cuts.rabbitmq = await breakable(vhost.url);
  cuts.redis = await breakable(freshRedis().url);
  closings.unshift(...Object.values(cuts));
  warrener = await install(cloud, {
    apiOnly: true,
    env: {
      ...mosquitto.urls,
      DATABASE_URL: cuts.postgresql.url,
      AMQP_URL: cuts.rabbitmq.url,
      REDIS_URL: cuts.redis.url,
      WARRENER_METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
      OTEL_BSP_SCHEDULE_DELAY: '200', // milliseconds until what has ended is sent
    },
  });
  [worker, notifier] = await Promise.all([
    startProgram('dist/apps/worker/main.js', warrener.env, { key: 'worker' }),
    startProgram('dist/apps/notifier/main.js', warrener.env, { key: 'notifier' }),
  ]);
});

afterAll(async () => {
  for (const one of [notifier, worker, warrener, mosquitto, traces, ...closings, cloud])
    await one[Symbol.asyncDispose]();
});

const operationsOf = {
  api: () => String(warrener.operations),
  worker: () => String(worker.ready['operations']),
  notifier: () => String(notifier.ready['operations']),
} as const;

test('a job is seen in the metrics of the API, the worker and the notifier', async () => {
  const request = { name: 'seen', image: 'Mosquitto', flavor: cloud.flavor, network: cloud.network };
  const { job } = await warrener.api.launch({ ...request, key: cloud.key });
  await until(
    'the job to be counted as running',
    async () => sum(await scrape(operationsOf.api()), /^warrener_jobs\{status="running"\}/) === 1,
  );
  await warrener.api.jobEnds(job, ['succeeded']);
  expect((await warrener.api.call('GET', '/v1/brokers/nothing')).status).toBe(404);

  const worked = await scrape(operationsOf.worker());
  expect(worked.get('warrener_jobs_ended_total{workflow="launch-broker",status="succeeded"}')).toBe(1);
  expect(worked.get('warrener_step_seconds_count{step="ensure-server",outcome="done"}')).toBe(1);
  expect(
    sum(worked, /^warrener_cloud_call_seconds_count\{service="nova",method="POST",status="20\d"\}/),
  ).toBeGreaterThan(0);
  expect(sum(worked, /^warrener_cloud_call_seconds_count\{service="keystone"/)).toBeGreaterThan(0);
  expect(worked.get('warrener_worker_slots')).toBe(20);

  const served = await until('everything to have caught up', async () => {
    const samples = await scrape(operationsOf.api());
    const behind = sum(samples, /^warrener_(projection|channel)_lag_seconds|^warrener_outbox_messages/);
    return behind === 0 && sum(samples, /^warrener_jobs\{/) === 0 ? samples : undefined;
  });
  expect(
    served.get('warrener_http_request_seconds_count{method="POST",route="/v1/brokers",status="202"}'),
  ).toBe(1);
  expect(
    served.get('warrener_http_request_seconds_count{method="GET",route="/v1/brokers/:broker",status="404"}'),
  ).toBe(1);
  for (const channel of ['webhooks', 'amqp', 'firehose'])
    expect(served.has(`warrener_channel_lag_seconds{channel="${channel}"}`)).toBe(true);
  for (const queue of ['warrener.cloud', 'warrener.config']) {
    expect(served.get(`warrener_work_queue_consumers{queue="${queue}"}`)).toBe(1);
    expect(served.get(`warrener_work_queue_misaligned{queue="${queue}"}`)).toBe(0);
  }
  expect((await scrape(operationsOf.notifier())).get('warrener_firehose_healthy{publisher="warrener"}')).toBe(
    1,
  );
  const text = [...served.keys(), ...worked.keys()].join('\n');
  expect(text).not.toContain('default'); // the tenant
  expect(text).not.toContain('seen');
});

test('a tenant at its limit and a queue that nobody consumes show', async () => {
  const queues = { cloud_bulk_queue: 'nobody.there' };
  const tenant = { id: 'full', name: 'Full', limits: { brokers: 0 }, queues, force: true };
  expect((await warrener.api.call('POST', '/v1/tenants', tenant)).status).toBe(201);
  const token = await warrener.api.call('POST', '/v1/tenants/full/tokens', { name: 't', role: 'member' });
  const request = { name: 'one', image: 'Mosquitto', flavor: cloud.flavor, network: cloud.network };
  const login = { admin_username: 'boss', admin_password: PASSWORD, key: cloud.key };
  const authorization = `Bearer ${String(token.body['token'])}`;
  const refused = await warrener.api.call('POST', '/v1/brokers', { ...request, ...login }, { authorization });
  expect(refused.body.type).toMatch(/limit-reached$/);
  await until('both to show', async () => {
    const samples = await scrape(operationsOf.api());
    return (
      samples.get('warrener_limits_reached_total{limit="brokers"}') === 1 &&
      samples.get('warrener_work_queue_misaligned{queue="nobody.there"}') === 1
    );
  });
});

test('one trace leads from the request over the log and RabbitMQ to every step, OpenStack and SSH', async () => {
  const traceId = randomBytes(16).toString('hex');
  const request = { name: 'traced', image: 'Mosquitto', flavor: cloud.flavor, network: cloud.network };
  const login = { admin_username: 'boss', admin_password: PASSWORD, key: cloud.key };
  const answer = await warrener.api.call(
    'POST',
    '/v1/brokers',
    { ...request, ...login },
    { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
  );
  expect(answer.status).toBe(202);
  const job = await warrener.api.jobEnds(String(answer.body.job?.id), ['succeeded']);
  const ofTrace = () => traces.spans.filter((span) => span.traceId === traceId);
  const wanted = [
    'warrener-api POST /v1/brokers',
    'warrener-api append',
    'warrener-api publish warrener.cloud',
    'warrener-worker append',
    'warrener-worker publish warrener.config',
    'warrener-worker nova POST',
    'warrener-worker neutron POST',
    'warrener-worker ssh connect',
    'warrener-worker ssh exec',
    ...(job.steps ?? []).map((step) => `warrener-worker step ${String(step['name'])}`),
  ];
  expect(wanted.length).toBeGreaterThan(15);
  const missing = () => {
    const names = new Set(ofTrace().map(({ service, name }) => `${service} ${name}`));
    return wanted.filter((name) => !names.has(name));
  };
  await until('all of it to be told', () => missing().length === 0).catch(() =>
    expect(missing()).toEqual([]),
  );
  // What is not the request itself has a parent in the trace: it hangs together.
  const ids = new Set(ofTrace().map(({ spanId }) => spanId));
  const stray = ofTrace().filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''));
  expect(stray.map(({ name }) => name)).toEqual(['POST /v1/brokers']);
  expect(traces.text()).not.toContain(PASSWORD);
  expect(worker.output()).toContain(`"trace":"${traceId}"`);
});

async function ready(url: string): Promise<{ status: number; report: Ready }> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, report: (await answer.json()) as Ready };
}

const failing = ({ dependencies }: Ready): readonly string[] =>
  dependencies.filter(({ ok }) => !ok).map(({ name }) => name);

const expected = [
  ['redis', { api: [200, 'degraded'], worker: [200, 'degraded'], notifier: [200, 'degraded'] }],
  ['rabbitmq', { api: [200, 'degraded'], worker: [503, 'unavailable'], notifier: [200, 'degraded'] }],
  ['postgresql', { api: [503, 'unavailable'], worker: [503, 'unavailable'], notifier: [503, 'unavailable'] }],
] as const;

test.each(expected)('without %s each process says so, and what to do', async (name, wanted) => {
  for (const operations of Object.values(operationsOf))
    await until('all to be well', async () => (await ready(operations())).report.status === 'ok');
  cuts[name].hang(); // the worst way to be away: without a word
  try {
    await Promise.all(
      Object.entries(wanted).map(async ([program, [status, word]]) => {
        const operations = operationsOf[program as keyof typeof operationsOf]();
        const told = await until(`${program} to miss ${name}`, async () => {
          const answer = await ready(operations);
          return failing(answer.report).includes(name) ? answer : undefined;
        });
        expect(told).toMatchObject({ status, report: { status: word } });
        const dependency = told.report.dependencies.find((one) => one.name === name);
        expect(dependency?.remedy).toMatch(/see whether it runs/);
        if (name !== 'postgresql') expect(failing(told.report)).toEqual([name]);
        expect((await fetch(`${operations}/healthz`)).status).toBe(200); // to restart it would help nobody
      }),
    );
    const told = await fetch(`${warrener.api.url}/readyz`);
    expect(told.status).toBe(wanted.api[0]);
    if (told.status === 503)
      expect(await told.json()).toMatchObject({
        type: expect.stringMatching(/unavailable$/) as string,
        errors: expect.arrayContaining([expect.objectContaining({ field: name })]) as unknown[],
      });
  } finally {
    cuts[name].mend();
  }
  for (const operations of Object.values(operationsOf))
    await until(
      'all to be well again',
      async () => (await ready(operations())).report.status === 'ok',
      60_000,
    );
});
