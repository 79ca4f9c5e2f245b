import fc from 'fast-check';
import pg from 'pg';
import { readdir, readFile } from 'node:fs/promises';
import { freshDatabase } from '../../test/support/services.ts';
import { until } from '../../test/support/until.ts';
import { EventLog, foldProjection, LogTail, Projector, schemaDirectory, START, write } from './index.ts';
import type { StoredEvent, StreamType } from './index.ts';

interface Counted {
  readonly type: 'Counted';
  readonly by: number;
}

const counter: StreamType<{ readonly sum: number }, Counted> = {
  kind: 'counter',
  stateVersion: 1,
  initial: () => ({ sum: 0 }),
  evolve: ({ sum }, { by }) => ({ sum: sum + by }),
};

const counted = (by: number): Counted => ({ type: 'Counted', by });

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: pg.Pool;
let log: EventLog;

beforeEach(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 20 });
  for (const file of (await readdir(schemaDirectory)).sort())
    await pool.query(await readFile(new URL(file, schemaDirectory), 'utf8'));
  log = new EventLog(pool);
});

afterEach(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const create = (stream: string, ...events: Counted[]) =>
  log.append({ writes: [write(counter, { stream, tenant: 't' }, events)] });

/** Adds to a stream, however often somebody else is first. */
async function add(stream: string, by: number): Promise<void> {
  for (;;) {
    const loaded = await log.load(counter, stream);
    const target = loaded ?? { stream, tenant: 't' };
    if ((await log.append({ writes: [write(counter, target, [counted(by)])] })).ok) return;
  }
}

test('an append is read back, with its state, version, author and time', async () => {
  await log.append({
    writes: [write(counter, { stream: 's', tenant: 't' }, [counted(1), counted(2)])],
    meta: { by: 'me' },
  });
  expect(await log.load(counter, 's')).toEqual({ stream: 's', tenant: 't', version: 2, state: { sum: 3 } });
  expect(await log.events('s', { afterVersion: 1 })).toEqual([
    expect.objectContaining({
      stream: 's',
      version: 2,
      type: 'Counted',
      data: { by: 2 },
      meta: { by: 'me' },
    }),
  ]);
  expect(await log.load(counter, 'other')).toBeUndefined();
});

test('a stale version is a conflict, and writes nothing', async () => {
  await create('s', counted(1));
  expect(await create('s', counted(5))).toEqual({ ok: false, conflict: 's' });
  expect(await log.load(counter, 's')).toMatchObject({ version: 1, state: { sum: 1 } });
});

test('100 concurrent appends to one stream lose nothing', async () => {
  await Promise.all(Array.from({ length: 100 }, () => add('s', 1)));
  expect(await log.load(counter, 's')).toMatchObject({ version: 100, state: { sum: 100 } });
  expect((await log.events('s')).map(({ version }) => version)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test('two logs on one database race for new streams: each has one winner', async () => {
  const other = new EventLog(pool);
  for (let round = 0; round < 50; round += 1) {
    const one = { writes: [write(counter, { stream: `race-${round}`, tenant: 't' }, [counted(1)])] };
    const results = await Promise.all([log.append(one), other.append(one)]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  }
});

test('an append over two streams is all or nothing under concurrency', async () => {
  await create('a', counted(0));
  await create('b', counted(0));
  const both = async (by: number): Promise<void> => {
    for (;;) {
      const [a, b] = await Promise.all([log.load(counter, 'a'), log.load(counter, 'b')]);
      if (a === undefined || b === undefined) throw new Error('gone');
      if (
        (await log.append({ writes: [write(counter, a, [counted(by)]), write(counter, b, [counted(-by)])] }))
          .ok
      )
        return;
    }
  };
  await Promise.all([
    ...Array.from({ length: 30 }, (_, index) => both(index)),
    ...Array.from({ length: 30 }, () => add('a', 0)),
  ]);
  const [a, b] = await Promise.all([log.load(counter, 'a'), log.load(counter, 'b')]);
  expect((a?.state.sum ?? 1) + (b?.state.sum ?? 0)).toBe(0);
  expect(b?.version).toBe(31);
});

test('a poisoned append fails alone', async () => {
  const poisoned = log.append({
    writes: [{ ...write(counter, { stream: 'bad', tenant: 't' }, []), state: { text: '\u0000' } }],
  });
  const good = Array.from({ length: 10 }, (_, index) => create(`good-${index}`, counted(1)));
  await expect(poisoned).rejects.toThrow();
  expect((await Promise.all(good)).every(({ ok }) => ok)).toBe(true);
});

test('an event larger than the cap is refused by name', () => {
  expect(() =>
    write(counter, { stream: 's', tenant: 't' }, [{ ...counted(1), text: 'x'.repeat(70_000) } as Counted]),
  ).toThrow(/Counted: \d+ bytes/);
});

test('messages are written with their events, found when overdue, and forgotten once settled', async () => {
  const id = '01890000-0000-7000-8000-000000000001';
  const later = '01890000-0000-7000-8000-000000000002';
  const messages = [
    { id, queue: 'q', body: { n: 1 }, dueAt: null },
    { id: later, queue: 'q', body: { n: 2 }, dueAt: new Date(Date.now() + 60_000).toISOString() },
  ];
  await log.append({ writes: [write(counter, { stream: 's', tenant: 't' }, [counted(1)])], messages });
  const lost = await log.append({
    writes: [write(counter, { stream: 's', tenant: 't' }, [counted(1)])],
    messages: [{ id: '01890000-0000-7000-8000-000000000003', queue: 'q', body: {}, dueAt: null }],
  });
  expect(lost.ok).toBe(false);
  const overdue = await until('the message', async () =>
    (await log.overdueMessages(0, 10)).length > 0 ? log.overdueMessages(0, 10) : undefined,
  );
  expect(overdue).toEqual([expect.objectContaining({ id, body: { n: 1 } })]);
  await log.settleMessages([id]);
  expect(await log.overdueMessages(0, 10)).toEqual([]);
});

test('a settlement rides along with the next append', async () => {
  const id = '01890000-0000-7000-8000-000000000004';
  const messages = [{ id, queue: 'q', body: {}, dueAt: null }];
  await log.append({ writes: [write(counter, { stream: 's', tenant: 't' }, [counted(1)])], messages });
  const settled = log.settleMessages([id]);
  const appended = create('other', counted(1));
  await Promise.all([settled, appended]);
  const { rows } = await pool.query('select id from warrener.outbox');
  expect(rows).toEqual([]);
});

test('an append that broke takes no settlement down with it', async () => {
  const id = '01890000-0000-7000-8000-000000000005';
  const messages = [{ id, queue: 'q', body: {}, dueAt: null }];
  await log.append({ writes: [write(counter, { stream: 's', tenant: 't' }, [counted(1)])], messages });
  const settled = log.settleMessages([id]);
  const poisoned = log.append({
    writes: [{ ...write(counter, { stream: 'bad', tenant: 't' }, []), state: { text: '\u0000' } }],
  });
  await expect(poisoned).rejects.toThrow();
  await settled;
  const { rows } = await pool.query('select id from warrener.outbox');
  expect(rows).toEqual([]);
});

test('an append that builds on the absence of a stream meets a conflict once there is one', async () => {
  const upon = (stream: string, absent: string) =>
    log.append({
      writes: [write(counter, { stream, tenant: 't' }, [counted(1)])],
      absent: [absent],
    });
  const many = await Promise.all(Array.from({ length: 20 }, (_, index) => upon(`upon-${index}`, 'limit')));
  expect(many.every(({ ok }) => ok)).toBe(true); // however many build on it at once
  expect(await log.load(counter, 'limit')).toBeUndefined(); // and looking made none
  await create('limit', counted(1));
  expect((await upon('late', 'limit')).ok).toBe(false);
  expect(await log.load(counter, 'late')).toBeUndefined();
});

test('a snapshot of another state version is folded anew', async () => {
  await create('s', counted(1), counted(2));
  const doubled: typeof counter = {
    ...counter,
    stateVersion: 2,
    evolve: ({ sum }, { by }) => ({ sum: sum + 2 * by }),
  };
  expect(await log.load(doubled, 's')).toMatchObject({ version: 2, state: { sum: 6 } });
});

test('a transaction that commits late is never skipped by a reader of the whole log', async () => {
  const late = await pool.connect();
  await late.query('begin');
  await late.query(
    `insert into warrener.event (epoch, stream, kind, tenant, version, type, data, meta) values (1, 'late', 'counter', 't', 1, 'Counted', '{"by": 1}', '{}')`,
  );
  await create('early', counted(1));
  const seen: string[] = [];
  const tail = new LogTail(log, {
    after: START,
    intervalMs: 10,
    onEvents: async (events) => void seen.push(...events.map(({ stream }) => stream)),
  });
  tail.start();
  expect((await log.readAll(START, 10)).events).toEqual([]); // the open transaction holds the horizon
  expect((await log.horizon()).blocker).not.toBeNull();
  await late.query('commit');
  late.release();
  await until('both', () => seen.length === 2 || undefined);
  await tail.stop();
  expect(seen).toEqual(['late', 'early']);
});

test('after a restore, events of the epoch before stay visible and come first', async () => {
  await create('before', counted(1));
  await pool.query(`update warrener.event set tx = '9223372036854775807'`); // as if the old cluster had counted further
  expect(await log.beginEpoch()).toBe(2);
  await create('after', counted(1));
  const { events } = await log.readAll(START, 10);
  expect(events.map(({ stream }) => stream)).toEqual(['before', 'after']);
});

describe('a projection', () => {
  const projection = foldProjection({
    name: 'sums',
    type: counter,
    table: 'warrener.sums',
    row: ({ sum }) => ({ sum }),
  });
  const rows = async () => (await pool.query<object>('select * from warrener.sums order by stream')).rows;

  beforeEach(async () => {
    await pool.query(`create table warrener.sums (stream text primary key, tenant text not null, state jsonb not null,
      version integer not null, created_at timestamptz not null, updated_at timestamptz not null, sum integer not null)`);
  });

  test('counts every event once, though two processes run it, and comes out equal when made anew', async () => {
    const projectors = [1, 2].map(() => new Projector(pool, log, [projection], { intervalMs: 5 }));
    projectors.forEach((projector) => projector.start());
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`s-${index % 5}`, index)));
    await until(
      'all of it',
      async () =>
        (await rows()).reduce((sum, row) => sum + (row as { sum: number }).sum, 0) === 1_770 || undefined,
    );
    await Promise.all(projectors.map((projector) => projector.stop()));
    const live = await rows();
    expect(await new Projector(pool, log, [projection]).rebuild('sums')).toBe(60);
    expect(await rows()).toEqual(live);
  });

  test('goes on after a batch that failed', async () => {
    let failures = 2;
    const flaky = {
      ...projection,
      apply: async (client: pg.ClientBase, events: readonly StoredEvent[]) => {
        await projection.apply(client, events);
        failures -= 1;
        if (failures >= 0) throw new Error('lost in the middle');
      },
    };
    const projector = new Projector(pool, log, [flaky]);
    await create('s', counted(4));
    await expect(projector.catchUp()).rejects.toThrow('lost in the middle');
    expect(await rows()).toEqual([]);
    await expect(projector.catchUp()).rejects.toThrow('lost in the middle');
    await projector.catchUp();
    expect(await rows()).toMatchObject([{ sum: 4 }]);
    await projector.stop();
  });
});

test('behaves like a map of lists, whatever is appended at once', async () => {
  const one = fc.record({
    stream: fc.constantFrom('a', 'b', 'c'),
    expected: fc.integer({ min: 0, max: 3 }),
    by: fc.integer({ min: -9, max: 9 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 12 }), async (appends) => {
      run += 1;
      const model = new Map<string, number[]>();
      for (const { stream, expected, by } of appends) {
        const name = `${run}-${stream}`;
        const target =
          expected === 0
            ? { stream: name, tenant: 't' }
            : { stream: name, tenant: 't', version: expected, state: { sum: 0 } };
        const { ok } = await log.append({ writes: [write(counter, target, [counted(by)])] });
        const known = model.get(name) ?? [];
        expect(ok).toBe(known.length === expected);
        if (ok) model.set(name, [...known, by]);
      }
      for (const [name, values] of model)
        expect((await log.events(name)).map(({ data }) => data['by'])).toEqual(values);
    }),
    { numRuns: 40 },
  );
});
