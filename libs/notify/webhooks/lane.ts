import type { Pool } from 'pg';
import type { Webhook } from '../core/webhook.ts';
import type { SealedSecret } from './secrets.ts';
import { UNFLUSHED } from './unflushed.ts';

/** A delivery that may be sent now. */
export interface Due {
  readonly id: string;
  readonly eventId: string;
  readonly key: string;
  readonly body: string;
  /** All there were, which number them. */
  readonly attempts: number;
  /** Those since it was owed, or replayed. */
  readonly tries: number;
  readonly giveUpAt: number;
}

/** A webhook's lane, held: nobody else sends to it meanwhile. */
export interface Lane {
  readonly webhook: Webhook;
  readonly secrets: readonly SealedSecret[];
  /** Failures in a row. */
  readonly failures: number;
  readonly failingSince: number | null;
  readonly restUntil: number | null;
}

/** How long a lane is held without a word, milliseconds: longer than a round of sending takes. */
const LEASE_MS = 25_000;

interface Row {
  readonly webhook: Webhook;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly rest_until: Date | null;
  readonly secret_ids: readonly string[] | null;
  readonly sealed: readonly Buffer[] | null;
  readonly id: string | null;
  readonly event_id: string;
  readonly lane_key: string;
  readonly body: string;
  readonly attempts: number;
  readonly tries: number;
  readonly give_up_at: Date;
}

/**
 * Takes a webhook's lane, and what may be sent over it now: of each key the oldest that are owed, unless its first one
 * waits for its next try. Undefined where somebody else has the lane, or there is no such webhook.
 *
 * @param limit of deliveries
 * @param unsettled deliveries that were sent, which is still being written down
 */
export async function takeLane(
  pool: Pool,
  webhook: string,
  holder: string,
  limit: number,
  unsettled: readonly string[],
): Promise<{ lane: Lane; due: readonly Due[] } | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'warrener-lane-take',
    text: `with ${UNFLUSHED}, lane as (
             insert into warrener.webhook_lane as l (webhook, holder, leased_until)
             values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
             on conflict (webhook) do update set holder = excluded.holder, leased_until = excluded.leased_until
             where l.holder = excluded.holder or l.leased_until < clock_timestamp()
             returning l.failures, l.failing_since, l.rest_until
           ),
           secret as (
             select array_agg(id::text order by id desc) as ids, array_agg(sealed order by id desc) as sealed
             from warrener.webhook_secret
             where webhook = $1 and (expires_at is null or expires_at > now())
           ),
           due as (
             select d.id, d.event_id, d.lane_key, d.body, d.attempts, d.tries, d.give_up_at, d.position
             from warrener.delivery d
             where d.webhook = $1 and d.status = 'pending' and d.id not in (select unnest($5::uuid[]))
               and d.lane_key not in (
                 select w.lane_key from warrener.delivery w
                 where w.webhook = $1 and w.status = 'pending' and w.due_at > now()
               )
             order by d.position limit $4
           )
           select v.state as webhook, lane.failures, lane.failing_since, lane.rest_until,
                  secret.ids as secret_ids, secret.sealed,
                  due.id, due.event_id, due.lane_key, due.body, due.attempts, due.tries, due.give_up_at
           from lane cross join secret cross join unflushed
           join warrener.webhook_view v on v.id = $1
           left join due on true
           order by due.position`,
    values: [webhook, holder, LEASE_MS, limit, unsettled],
  });
  const first = rows[0];
  if (first === undefined) return undefined;
  const sealed = first.sealed ?? [];
  return {
    lane: {
      webhook: first.webhook,
      secrets: (first.secret_ids ?? []).map((id, index) => ({
        id,
        sealed: sealed[index] ?? Buffer.alloc(0),
      })),
      failures: first.failures,
      failingSince: first.failing_since?.getTime() ?? null,
      restUntil: first.rest_until?.getTime() ?? null,
    },
    due: rows.flatMap((row) =>
      row.id === null
        ? []
        : [
            {
              id: row.id,
              eventId: row.event_id,
              key: row.lane_key,
              body: row.body,
              attempts: row.attempts,
              tries: row.tries,
              giveUpAt: row.give_up_at.getTime(),
            },
          ],
    ),
  };
}

/** Lets go of lanes, so that another process may take them at once. */
export async function releaseLanes(pool: Pool, webhooks: readonly string[], holder: string): Promise<void> {
  await pool.query({
    name: 'warrener-lane-release',
    text: `with ${UNFLUSHED}
           update warrener.webhook_lane set leased_until = '-infinity'
           from unflushed where webhook = any($1) and holder = $2`,
    values: [webhooks, holder],
  });
}

/** The receiver failed: it is left alone until then. */
export async function restLane(pool: Pool, webhook: string, restUntil: Date): Promise<void> {
  await pool.query(
    `update warrener.webhook_lane
     set failures = failures + 1, failing_since = coalesce(failing_since, now()), rest_until = $2
     where webhook = $1`,
    [webhook, restUntil],
  );
}

/** The receiver is well again. After a longer absence, what waited for its next try is tried now. */
export async function clearLane(pool: Pool, webhook: string, hurry: boolean): Promise<void> {
  await pool.query(
    `update warrener.webhook_lane set failures = 0, failing_since = null, rest_until = null where webhook = $1`,
    [webhook],
  );
  if (hurry)
    await pool.query(
      `update warrener.delivery set due_at = now() where webhook = $1 and status = 'pending' and due_at > now()`,
      [webhook],
    );
}

/** Webhooks to which something is overdue, and which nobody works on. */
export async function overdueLanes(pool: Pool, limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ webhook: string }>({
    name: 'warrener-lane-overdue',
    text: `select d.webhook from (
             select webhook, min(due_at) as due_at from warrener.delivery
             where status = 'pending' and due_at < now() group by webhook
           ) d
           join warrener.webhook_view v on v.id = d.webhook and v.status = 'active'
           left join warrener.webhook_lane l on l.webhook = d.webhook
           where (l.leased_until is null or l.leased_until < now()) and (l.rest_until is null or l.rest_until < now())
           order by d.due_at limit $1`,
    values: [limit],
  });
  return rows.map(({ webhook }) => webhook);
}

/** Nothing is sent to a webhook any more: what it is owed is marked as skipped. */
export async function skipOwed(pool: Pool, webhook: string): Promise<void> {
  await pool.query(
    `update warrener.delivery set status = 'skipped', settled_at = now() where webhook = $1 and status = 'pending'`,
    [webhook],
  );
}
