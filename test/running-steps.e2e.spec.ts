import { ApiClient } from './support/api-client.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import { startProgram } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { until } from './support/until.ts';

const BROKERS = 4;
const LIMIT = 2;

let cloud: TestCloud;
let warrener: Installation;
const workers: Running[] = [];

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true });
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const startWorker = async (): Promise<void> => {
  workers.push(await startProgram('dist/apps/worker/main.js', warrener.env, { text: 'the worker consumes' }));
};

test('a tenant runs as many steps at once as it may, over several workers, one of which is killed', async () => {
  await warrener.api.call('POST', '/v1/tenants', {
    id: 'slow',
    name: 'Slow',
    limits: { running_steps: LIMIT },
  });
  const { body } = await warrener.api.call('POST', '/v1/tenants/slow/tokens', { name: 't', role: 'member' });
  const api = new ApiClient(warrener.api.url, String(body['token']));
  const jobs = await Promise.all(
    Array.from({ length: BROKERS }, async (_, index) => {
      const request = { name: `s${index}`, image: 'Mosquitto', flavor: cloud.flavor };
      return (await api.launch({ ...request, network: cloud.network, key: cloud.key })).job;
    }),
  );
  // The first step of each takes its time, so that the others meet the limit, and the kill meets a step.
  const slow = { service: 'neutron', method: 'POST', path: '/security-groups$', kind: 'delay' };
  if (cloud.kind === 'sandbox') await cloud.fault('faults', { ...slow, delay_ms: 3_000, times: BROKERS });
  await startWorker();
  await startWorker();
  const told = await until('a job to wait for the limit', async () => {
    const waits = await Promise.all(jobs.map(async (job) => (await api.job(job))['waiting_for']));
    return waits.find((wait) => (wait as { kind?: string } | null)?.kind === 'limit');
  });
  expect(told).toMatchObject({ limit: 'running_steps', of: LIMIT, ahead: expect.any(Number) as number });
  workers[0]?.kill('SIGKILL');
  await startWorker();
  for (const job of jobs) await api.jobEnds(job, ['succeeded']);

  const runs = (await Promise.all(jobs.map((job) => runsOf(api, job)))).flat();
  process.stderr.write(`${runs.length} runs of steps, at most ${mostAtOnce(runs)} at once\n`);
  expect(mostAtOnce(runs)).toBe(LIMIT);

  // Without the limit nobody waits any more.
  await warrener.api.call('PATCH', '/v1/tenants/slow', { limits: { running_steps: null } });
  const removals = await Promise.all(Array.from({ length: BROKERS }, (_, index) => api.delete(`s${index}`)));
  for (const job of removals) await api.jobEnds(job, ['succeeded']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});

interface Run {
  readonly from: number;
  readonly to: number;
}

/** When the job's steps ran, by the log's clock; an interrupted run goes on until the one after it has ended. */
async function runsOf(api: ApiClient, job: string): Promise<readonly Run[]> {
  const { body } = await api.call('GET', `/v1/jobs/${job}/events`);
  const runs: Run[] = [];
  let from: number | undefined;
  for (const { type, at } of body.items ?? []) {
    if (type === 'StepStarted') from ??= Date.parse(String(at));
    if (from === undefined || !/^Step(Succeeded|Deferred|Failed)$/.test(String(type))) continue;
    runs.push({ from, to: Date.parse(String(at)) });
    from = undefined;
  }
  return runs;
}

const mostAtOnce = (runs: readonly Run[]): number =>
  Math.max(...runs.map(({ from }) => runs.filter((run) => run.from <= from && from < run.to).length));
