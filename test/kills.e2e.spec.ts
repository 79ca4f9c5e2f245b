import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';
import { startProgram } from './support/processes.ts';
import { useBroker } from './support/use-broker.ts';
import { PASSWORD } from './support/api-client.ts';

// A worker is killed (SIGKILL, by itself) at every boundary of every step and inside every step, once each.
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

/** Runs workers that kill themselves, one after the other, until a job has ended; returns where they died. */
async function withDyingWorkers(job: string, wanted: string): Promise<readonly string[]> {
  const ledger = join(
    mkdtempSync(join(process.env['WARRENER_TEST_HOME'] ?? tmpdir(), 'kills-')),
    'killed-at',
  );
  writeFileSync(ledger, '');
  // The next one loads while the present one works: hundreds of starts would be most of the test's time.
  const load = () =>
    startProgram(
      'test/support/dying-worker.mjs',
      { ...warrener.env, WARRENER_TEST_LEDGER: ledger },
      { text: 'loaded' },
    );
  let next = load();
  try {
    for (let incarnation = 0; incarnation < 200; incarnation += 1) {
      await using worker = await next;
      next = load();
      worker.kill('SIGUSR2');
      const ended = warrener.api.jobEnds(job, [wanted]).then(() => 'job over');
      ended.catch(() => undefined); // told below, or the worker died first
      if ((await Promise.race([worker.ended, ended])) !== 'SIGKILL') break;
    }
  } finally {
    await (await next)[Symbol.asyncDispose]();
  }
  expect((await warrener.api.jobEnds(job, [wanted])).status).toBe(wanted);
  return readFileSync(ledger, 'utf8').trim().split('\n');
}

/** The places a step can die at; the ones inside depend on what it does. */
const boundaries = ['before start', 'after start', 'before report', 'after report'];

test('a launch survives a kill at every boundary and inside every step', async () => {
  const { broker, job } = await warrener.api.launch({
    name: 'it',
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
  });
  const deaths = await withDyingWorkers(job, 'succeeded');

  const steps = (await warrener.api.job(job)).steps ?? [];
  for (const { name } of steps)
    for (const place of boundaries) expect(deaths).toContain(`${place} ${String(name)}`);
  for (const name of ['ensure-security-group', 'ensure-port', 'ensure-server'])
    expect(deaths).toContain(`inside, after POST ${name}`);
  for (const name of ['await-login', 'ensure-packages', 'ensure-configured'])
    expect(deaths).toContain(`inside, after a command ${name}`);

  expect(await leftovers(cloud, warrener.name)).toEqual([
    expect.stringMatching(/^server /),
    expect.stringMatching(/^port /),
    expect.stringMatching(/^security group /),
  ]);
  const shown = (await warrener.api.call('GET', `/v1/brokers/${broker}`)).body;
  expect(shown.status).toBe('ready');
  await useBroker(String(shown.endpoint), 'boss', PASSWORD);
}, 900_000);

test('a delete survives the same', async () => {
  const job = await warrener.api.delete('it');
  const deaths = await withDyingWorkers(job, 'succeeded');
  for (const name of ['remove-server', 'remove-port', 'remove-security-group'])
    expect(deaths).toContain(`inside, after DELETE ${name}`);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
}, 900_000);
