import type { Pool } from 'pg';
import { START } from './types.ts';

/** How far a reader of the whole log is behind: the age of the oldest visible event it has not taken, milliseconds. */
export interface ReaderLag {
  readonly reader: string;
  readonly lagMs: number;
}

/**
 * How far behind the readers of the whole log are: these, and where there is a prefix any other whose name begins with it. One that has
 * never read is as far behind as the log is old. What the horizon hides counts for nobody: see `EventLog.horizon`.
 */
export async function readerLags(
  pool: Pool,
  readers: readonly string[],
  prefix: string | null,
): Promise<readonly ReaderLag[]> {
  const { rows } = await pool.query<{ reader: string; ms: string | null }>({
    name: 'warrener-reader-lags',
    text: `with reader as (
             select name, coalesce(cursor, $3) as cursor
             from unnest($1::text[]) as name left join warrener.checkpoint on consumer = name
             union
             select consumer, cursor from warrener.checkpoint where starts_with(consumer, $2))
           select name as reader, extract(epoch from clock_timestamp() - (
             select at from warrener.event
             where (epoch, tx, position) > (
                 split_part(reader.cursor, '-', 1)::int,
                 split_part(reader.cursor, '-', 2)::xid8,
                 split_part(reader.cursor, '-', 3)::bigint)
               and (epoch < (select epoch from warrener.log_meta) or tx < pg_snapshot_xmin(pg_current_snapshot()))
             order by epoch, tx, position limit 1)) * 1000 as ms
           from reader`,
    values: [readers, prefix, START],
  });
  return rows.map(({ reader, ms }) => ({ reader, lagMs: Math.max(0, Math.round(Number(ms ?? 0))) }));
}

/** Messages that are due and not settled: how many, and for how long the oldest has been, milliseconds. */
export async function outboxLag(pool: Pool): Promise<{ readonly count: number; readonly oldestMs: number }> {
  const { rows } = await pool.query<{ count: string; ms: string | null }>({
    name: 'warrener-outbox-lag',
    text: `select count(*) as count, extract(epoch from clock_timestamp() - min(due_at)) * 1000 as ms
           from warrener.outbox where due_at < now()`,
  });
  return { count: Number(rows[0]?.count ?? 0), oldestMs: Math.max(0, Math.round(Number(rows[0]?.ms ?? 0))) };
}
