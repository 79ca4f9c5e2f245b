import type { Pool } from 'pg';
import type { Attempt } from './post.ts';
import { UNFLUSHED } from './unflushed.ts';

/** What an attempt means for its delivery. */
export interface Settlement {
  readonly delivery: string;
  readonly number: number;
  readonly attempt: Attempt;
  readonly status: 'pending' | 'delivered' | 'failed';
  /** When it is tried again, while it is pending. */
  readonly dueAt: Date | null;
}

/** Writes down attempts, and what they mean for their deliveries. */
export async function settle(pool: Pool, settlements: readonly Settlement[]): Promise<void> {
  const rows = settlements.map(({ delivery, number, attempt, status, dueAt }) => ({
    delivery,
    number,
    status,
    due_at: dueAt,
    at: attempt.at,
    code: attempt.status,
    error: attempt.error,
    duration_ms: attempt.durationMs,
    answer: attempt.answer,
  }));
  await pool.query({
    name: 'warrener-delivery-settle',
    text: `with ${UNFLUSHED}, told as (
             select * from jsonb_to_recordset($1::jsonb) as t(delivery uuid, number int, status text, due_at timestamptz,
               at timestamptz, code int, error text, duration_ms int, answer text)
           ),
           kept as (
             insert into warrener.delivery_attempt (delivery, number, at, status, error, duration_ms, answer)
             select delivery, number, at, code, error, duration_ms, answer from told
             on conflict (delivery, number) do nothing
           )
           update warrener.delivery d
           set status = told.status, attempts = told.number, tries = d.tries + 1, due_at = coalesce(told.due_at, d.due_at),
               settled_at = case when told.status = 'pending' then null else now() end
           from told, unflushed where d.id = told.delivery`,
    values: [JSON.stringify(rows)],
  });
}
