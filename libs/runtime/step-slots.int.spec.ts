import { EventLog, schemaDirectory as logSchema, write } from '#event-log';
import { openDataSource, openPool } from '#platform';
import { changeTenant, createTenant, StepSlots } from '#tenants';
import type { Step, StepMessage } from '#workflow';
import { Runner, submission } from '#workflow';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { freshDatabase } from '../../test/support/services.ts';
import { until } from '../../test/support/until.ts';

const JOBS = 60;
const LIMIT = 3;
const WORKERS = 3;

let database: Awaited<ReturnType<typeof freshDatabase>>;
const pools: Pool[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const schema = await openDataSource(database.url, [{ room: 'event-log', directory: logSchema }], []);
  await schema.destroy();
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database[Symbol.asyncDispose]();
});

const newLog = (): EventLog => {
  const pool = openPool(database.url, { name: 'test', max: 5, onError: () => undefined });
  pools.push(pool);
  return new EventLog(pool);
};

test('many jobs of a tenant contend for its slots over several workers: each gets on, never too many at once', async () => {
  const log = newLog();
  const tenant = 'busy';
  await createTenant(log, tenant, { name: 'Busy', limits: { running_steps: LIMIT } }, 'test');

  // By job: a message that comes twice may run its own step twice, as after a death; that is one slot, and none once
  // the first of the two has reported.
  const running = new Set<string>();
  const ran = new Set<string>();
  let most = 0;
  const step = (name: string): Step<null> => ({
    name,
    stage: 'cloud',
    timeoutMs: 5_000,
    retry: { maxFailures: 3, firstDelayMs: 1, maxDelayMs: 1, patienceMs: 0 },
    run: async (_world, { job }) => {
      if (!ran.has(`${job} ${name}`)) running.add(job);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running.delete(job);
      ran.add(`${job} ${name}`);
      return { kind: 'done' };
    },
  });
  const steps = new Map([step('first'), step('second')].map((one) => [one.name, one]));
  const workflow = {
    name: 'test',
    version: 1,
    steps: [
      { step: 'first', undo: null },
      { step: 'second', undo: null },
    ],
  };

  // Every message arrives at some worker, every third one at another as well.
  const handling: Promise<void>[] = [];
  const failures: unknown[] = [];
  let sent = 0;
  const send = (messages: readonly { readonly body: unknown }[]): void => {
    for (const { body } of messages) {
      sent += 1;
      for (let copy = 0; copy < (sent % 3 === 0 ? 2 : 1); copy += 1) {
        const runner = runners[(sent + copy) % WORKERS] as Runner<null>;
        handling.push(
          runner.handle(body as StepMessage).catch((error: unknown) => void failures.push(error)),
        );
      }
    }
  };
  const silent = () => undefined;
  const runners = Array.from({ length: WORKERS }, (_, index) => {
    const own = newLog();
    return new Runner<null>({
      log: own,
      dispatcher: { send: async (messages) => send(messages) },
      steps,
      world: null,
      alongside: async () => [],
      slots: new StepSlots(own),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      worker: `worker ${index}`,
    });
  });

  const began = performance.now();
  for (let index = 0; index < JOBS; index += 1) {
    const started = submission({
      job: uuidv7(),
      tenant,
      subject: uuidv7(),
      workflow,
      steps,
      input: {},
      queues: { cloud: 'cloud', config: 'config' },
    });
    await log.append({ writes: [started.write], messages: started.messages });
    send(started.messages);
  }
  await until('all steps to have run', () => failures.length > 0 || ran.size === 2 * JOBS);
  const ms = Math.round(performance.now() - began);
  await Promise.all(handling);
  process.stderr.write(`${ran.size} steps of ${JOBS} jobs, at most ${most} at once, in ${ms} ms\n`);
  expect(failures).toEqual([]);
  expect(most).toBe(LIMIT);
  expect(ran.size).toBe(2 * JOBS);

  // All slots came back: with a limit of one somebody can still begin, and nobody is left in the line.
  await changeTenant(log, tenant, { limits: { running_steps: 1 } }, 'test');
  const changes = await log.events(`tenant/${tenant}`);
  expect(changes.map(({ type, meta }) => [type, meta['by']])).toEqual([
    ['TenantCreated', 'test'],
    ['TenantLimited', 'test'],
  ]);
  const slots = new StepSlots(log);
  const begin = (job: string) => slots.begin(tenant, { job, turn: 1, step: 'first', queue: 'cloud' });
  expect(await begin('any')).toMatchObject({ begins: true, messages: [] });
});

test('a limit that is set later holds at once, although a worker remembers that there was none', async () => {
  const log = newLog();
  const tenant = 'late';
  await createTenant(log, tenant, { name: 'Late' }, 'test');
  const slots = new StepSlots(log);
  const turn = (job: string) => ({ job, turn: 1, step: 'first', queue: 'cloud' });
  const counter = {
    kind: 'counter',
    stateVersion: 1,
    initial: () => 0,
    evolve: (count: number) => count + 1,
  };
  const beginning = async (job: string, again: boolean) => {
    const { begins, writes, messages, absent } = await slots.begin(tenant, turn(job), again);
    const fact = write(counter, { stream: `fact-${job}`, tenant }, [{ type: 'Begun' }]);
    return { begins, append: () => log.append({ writes: [fact, ...writes], messages, absent }) };
  };
  const before = await beginning('a', false);
  expect((await before.append()).ok).toBe(true);

  await changeTenant(log, tenant, { limits: { running_steps: 1 } }, 'test');
  const remembered = await beginning('b', false);
  expect(remembered.begins).toBe(true);
  expect((await remembered.append()).ok).toBe(false);
  const looked = await beginning('b', true);
  expect([looked.begins, (await looked.append()).ok]).toEqual([true, true]);
  expect((await beginning('c', false)).begins).toBe(false); // and remembers no more
});
