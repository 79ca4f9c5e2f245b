import type { Pool } from 'pg';
import type { Append, AppendResult } from './types.ts';

/**
 * Several appends in one statement. Locks the streams in the order of their ids, compares all versions, and writes those
 * appends of which every stream stands where it was expected. The rows returned are the appends that won.
 *
 * A stream that must not exist yet is inserted; where a concurrent transaction was first, the unique key breaks the whole
 * statement, and the caller tries the appends one by one. Never "on conflict do nothing": that reports success and
 * keeps nothing.
 */
const STATEMENT = `
with wanted as (
  select * from jsonb_to_recordset($1::jsonb)
    as w(append int, stream text, kind text, tenant text, expected int, version int, state jsonb, state_version int)
),
locked as (
  select s.id, s.version from warrener.stream s
  where s.id in (select stream from wanted)
  order by s.id
  for update
),
won as (
  select w.append from wanted w left join locked l on l.id = w.stream
  group by w.append
  having bool_and(coalesce(l.version, 0) = w.expected)
),
updated as (
  update warrener.stream s
  set version = w.version, state = w.state, state_version = w.state_version, updated_at = now()
  from wanted w
  where s.id = w.stream and w.expected > 0 and w.append in (select append from won)
),
inserted as (
  insert into warrener.stream (id, kind, tenant, version, state, state_version)
  select w.stream, w.kind, w.tenant, w.version, w.state, w.state_version
  from wanted w
  where w.expected = 0 and w.version > 0 and w.append in (select append from won)
),
recorded as (
  insert into warrener.event (epoch, stream, kind, tenant, version, type, data, meta)
  select (select epoch from warrener.log_meta), e.stream, e.kind, e.tenant, e.version, e.type, e.data, e.meta
  from jsonb_to_recordset($2::jsonb)
    as e(append int, stream text, kind text, tenant text, version int, type text, data jsonb, meta jsonb)
  where e.append in (select append from won)
),
owed as (
  insert into warrener.outbox (id, queue, body, due_at)
  select m.id, m.queue, m.body, coalesce(m.due_at, now())
  from jsonb_to_recordset($3::jsonb) as m(append int, id uuid, queue text, body jsonb, due_at timestamptz)
  where m.append in (select append from won)
),
settled as (
  delete from warrener.outbox where id = any($4::uuid[])
)
select append from won`;

const UNIQUE_VIOLATION = '23505';

/**
 * Writes appends in one statement; the answers come in their order. No stream may be written by two of them. The messages
 * in `settled`, of earlier appends, are forgotten along the way.
 *
 * @throws the database's error, with nothing written
 */
export async function appendTogether(
  pool: Pool,
  appends: readonly Append[],
  settled: readonly string[],
): Promise<readonly AppendResult[]> {
  const { rows } = await pool.query<{ append: number }>({
    name: 'warrener-append',
    text: STATEMENT,
    values: [
      JSON.stringify(streamRows(appends)),
      JSON.stringify(eventRows(appends)),
      JSON.stringify(messageRows(appends)),
      settled,
    ],
  });
  const won = new Set(rows.map((row) => row.append));
  return appends.map((append, index) =>
    won.has(index) ? { ok: true } : { ok: false, conflict: firstStream(append) },
  );
}

/** Writes one append. A stream that somebody else created meanwhile is a conflict, not an error. */
export async function appendAlone(pool: Pool, append: Append): Promise<AppendResult> {
  try {
    const [result] = await appendTogether(pool, [append], []);
    return result ?? { ok: false, conflict: firstStream(append) };
  } catch (error) {
    if (isUniqueViolation(error)) return { ok: false, conflict: firstStream(append) };
    throw error;
  }
}

const firstStream = (append: Append): string => append.writes[0]?.stream ?? '';

function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== UNIQUE_VIOLATION) return false;
  // An outbox id that exists already would be a defect of the caller's, not a conflict.
  return 'table' in error && (error.table === 'stream' || error.table === 'event');
}

const streamRows = (appends: readonly Append[]) =>
  appends.flatMap(({ writes, absent = [] }, append) => [
    ...absent.map((stream) => ({ append, stream, expected: 0, version: 0 })),
    ...writes.map((write) => ({
      append,
      stream: write.stream,
      kind: write.kind,
      tenant: write.tenant,
      expected: write.expectedVersion,
      version: write.expectedVersion + write.events.length,
      state: write.state,
      state_version: write.stateVersion,
    })),
  ]);

const eventRows = (appends: readonly Append[]) =>
  appends.flatMap(({ writes, meta = {} }, append) =>
    writes.flatMap((write) =>
      write.events.map(({ type, data }, index) => ({
        append,
        stream: write.stream,
        kind: write.kind,
        tenant: write.tenant,
        version: write.expectedVersion + index + 1,
        type,
        data,
        meta,
      })),
    ),
  );

const messageRows = (appends: readonly Append[]) =>
  appends.flatMap(({ messages = [] }, append) =>
    messages.map(({ id, queue, body, dueAt }) => ({ append, id, queue, body, due_at: dueAt })),
  );
