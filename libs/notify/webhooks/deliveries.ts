import { Problem } from '#platform';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** A delivery as its owner sees it. */
export interface Delivery {
  readonly id: string;
  readonly event_id: string;
  readonly type: string;
  readonly event_at: Date;
  /** `skipped`: it was owed while the webhook was disabled. */
  readonly status: 'pending' | 'delivered' | 'failed' | 'skipped';
  readonly attempts: number;
  readonly due_at: Date;
  readonly settled_at: Date | null;
}

/** One attempt of a delivery. */
export interface KeptAttempt {
  readonly number: number;
  readonly at: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly duration_ms: number;
  readonly answer: string;
}

const COLUMNS = 'id, event_id, type, event_at, status, attempts, due_at, settled_at';

/** The deliveries of a webhook, newest first, one beyond the limit. */
export async function listDeliveries(
  pool: Pool,
  webhook: string,
  page: { readonly limit: number; readonly before: string | undefined; readonly status: string | undefined },
): Promise<readonly Delivery[]> {
  const { rows } = await pool.query<Delivery>(
    `select ${COLUMNS} from warrener.delivery
     where webhook = $1 and ($2::uuid is null or id < $2::uuid) and ($3::text is null or status = $3)
     order by id desc limit $4`,
    [webhook, page.before ?? null, page.status ?? null, page.limit + 1],
  );
  return rows;
}

/**
 * A delivery with what was sent and every attempt.
 *
 * @throws Problem `not-found`
 */
export async function findDelivery(
  pool: Pool,
  webhook: string,
  id: string,
): Promise<Delivery & { readonly body: string; readonly tried: readonly KeptAttempt[] }> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw notFound(id);
  const { rows } = await pool.query<Delivery & { body: string }>(
    `select ${COLUMNS}, body from warrener.delivery where webhook = $1 and id = $2`,
    [webhook, id],
  );
  if (rows[0] === undefined) throw notFound(id);
  const attempts = await pool.query<KeptAttempt>(
    `select number, at, status, error, duration_ms, answer from warrener.delivery_attempt
     where delivery = $1 order by number`,
    [id],
  );
  return { ...rows[0], tried: attempts.rows };
}

/** Has one delivery sent again, with the same id. */
export async function replayDelivery(
  pool: Pool,
  webhook: string,
  id: string,
  giveUpAfterMs: number,
): Promise<void> {
  await findDelivery(pool, webhook, id);
  await pool.query(`${REPLAY} and id = $3`, [webhook, giveUpAfterMs, id]);
}

/** Has everything that happened in a period sent again. Returns how many deliveries that are. */
export async function replayPeriod(
  pool: Pool,
  webhook: string,
  period: { readonly from: Date; readonly to: Date; readonly failedOnly: boolean },
  giveUpAfterMs: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `${REPLAY} and event_at >= $3 and event_at < $4 and (not $5 or status in ('failed', 'skipped'))`,
    [webhook, giveUpAfterMs, period.from, period.to, period.failedOnly],
  );
  return rowCount ?? 0;
}

const REPLAY = `update warrener.delivery
  set status = 'pending', tries = 0, due_at = now(), settled_at = null,
      give_up_at = now() + $2 * interval '1 millisecond'
  where webhook = $1`;

const KEPT_DAYS = 30;

/** Forgets deliveries that were settled more than 30 days ago; a webhook's page says so. Returns how many. */
export async function forgetOldDeliveries(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    // Ids begin with the time they were made at: the oldest stand first.
    `with old as (
       delete from warrener.delivery where id in (
         select id from warrener.delivery
         where id < $1 and status <> 'pending' and settled_at < now() - interval '${KEPT_DAYS} days'
         order by id limit 5000)
       returning id
     ),
     tried as (delete from warrener.delivery_attempt where delivery in (select id from old))
     select from old`,
    [uuidv7({ msecs: Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1_000, random: new Uint8Array(16) })],
  );
  return rowCount ?? 0;
}

const notFound = (id: string): Problem =>
  new Problem('not-found', `There is no delivery "${id.slice(0, 64)}" of this webhook.`);
