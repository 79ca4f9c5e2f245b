import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import type { Running } from './support/processes.ts';
import { startProgram } from './support/processes.ts';
import { until } from './support/until.ts';

// SIGTERM: what runs is finished or handed back within a bound, nothing is lost, and the program ends with 0.
const BOUND_MS = 20_000;

let cloud: TestCloud;
let warrener: Installation;

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud, { apiOnly: true });
});

afterAll(async () => {
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const startWorker = (): Promise<Running> =>
  startProgram('dist/apps/worker/main.js', warrener.env, { text: 'the worker consumes' });

async function terminate(program: Running): Promise<number | string> {
  const began = Date.now();
  program.kill('SIGTERM');
  const end = await program.ended;
  expect(Date.now() - began).toBeLessThan(BOUND_MS);
  return end;
}

test('a worker hands back the step it is at, and another one finishes the job, with one of each', async () => {
  await cloud.fault('faults', {
    service: 'nova',
    method: 'POST',
    path: '/servers$',
    kind: 'delay',
    delay_ms: 5_000,
  });
  const first = await startWorker();
  const { job } = await warrener.api.launch({
    name: 'it',
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
  });
  await until('the server to be asked for', async () => {
    const { steps } = await warrener.api.job(job);
    return steps?.some(({ name, status }) => name === 'ensure-server' && status === 'running');
  });
  expect(await terminate(first)).toBe(0);
  expect((await warrener.api.job(job)).status).toBe('running');

  const second = await startWorker();
  await warrener.api.jobEnds(job, ['succeeded']);
  expect(await leftovers(cloud, warrener.name)).toHaveLength(3);
  await warrener.api.jobEnds(await warrener.api.delete('it'), ['succeeded']);
  expect(await terminate(second)).toBe(0);
});

test('everything in one process ends with 0, too', async () => {
  expect(
    await terminate(await startProgram('dist/apps/warrener/main.js', warrener.env, { key: 'api' })),
  ).toBe(0);
});
