import { readdir, readFile } from 'node:fs/promises';
import { EventLog, schemaDirectory, write } from '#event-log';
import type { OutboxMessage, StreamType } from '#event-log';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { freshDatabase } from '../../test/support/services.ts';
import { Dispatcher } from './dispatcher.ts';

const HOUR = 3_600_000;
const silent = (): void => undefined;
const realNow = Date.now;

const thing: StreamType<Record<string, never>, { type: 'Happened' }> = {
  kind: 'thing',
  stateVersion: 1,
  initial: () => ({}),
  evolve: (state) => state,
};

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: pg.Pool;
let log: EventLog;

beforeEach(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 3 });
  for (const file of (await readdir(schemaDirectory)).sort())
    await pool.query(await readFile(new URL(file, schemaDirectory), 'utf8'));
  log = new EventLog(pool);
});

afterEach(async () => {
  Date.now = realNow;
  await pool.end();
  await database[Symbol.asyncDispose]();
});

test('the log’s clock is the database’s, whatever happens to this machine’s', async () => {
  const ofDatabase = async (): Promise<number> => {
    const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
    return rows[0]?.now.getTime() ?? 0;
  };
  expect(Math.abs(Date.parse(await log.now()) - (await ofDatabase()))).toBeLessThan(1_000);
  Date.now = () => realNow() + HOUR;
  expect(Math.abs(Date.parse(await log.now()) - (await ofDatabase()))).toBeLessThan(1_000);
});

test('a timer that fires by a wrong clock is not heeded; its message stays with the log until it is due', async () => {
  const published: string[] = [];
  const dispatcher = new Dispatcher({
    log,
    publish: async ({ id }) => void published.push(id),
    wakeAt: async () => undefined,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    graceMs: 0,
  });
  const message = (dueIn: number): OutboxMessage => ({
    id: uuidv7(),
    queue: 'q',
    body: {},
    dueAt: new Date(realNow() + dueIn).toISOString(),
  });
  const [later, now] = [message(HOUR), message(-1)];
  const happened = write(thing, { stream: 's', tenant: 't' }, [{ type: 'Happened' }]);
  await log.append({ writes: [happened], messages: [later, now] });
  Date.now = () => realNow() + HOUR;
  await dispatcher.due(later);
  await dispatcher.due(now);
  await dispatcher.sweep();
  expect(published).toEqual([now.id]);
  expect((await pool.query('select id from warrener.outbox')).rows).toEqual([{ id: later.id }]);
});
