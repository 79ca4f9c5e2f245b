import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { PublicEvent } from '../core/public-event.ts';
import { cloudEvent } from '../core/public-event.ts';
import type { Webhook } from '../core/webhook.ts';
import { wants } from '../core/webhook.ts';
import { UNFLUSHED } from './unflushed.ts';

interface Target {
  readonly webhook: Webhook;
  readonly createdAt: number;
}

/** One delivery as it is planned. */
interface Owed {
  readonly id: string;
  readonly webhook: string;
  readonly tenant: string;
  readonly event_id: string;
  readonly type: string;
  readonly event_at: string;
  readonly lane_key: string;
  readonly body: string;
  readonly status: 'pending' | 'skipped';
}

/** What a batch of events owes to whom, in its order. To a disabled webhook too, as skipped: it can be replayed. */
export async function planDeliveries(
  pool: Pool,
  events: readonly PublicEvent[],
  source: string,
): Promise<readonly Owed[]> {
  const targets = await targetsOf(pool, events);
  return events.flatMap((event) => {
    const wanting = (targets.get(event.tenant) ?? []).filter((target) => isFor(target, event));
    if (wanting.length === 0) return [];
    const body = JSON.stringify(cloudEvent(event, source));
    return wanting.map(({ webhook }) => ({
      id: uuidv7(),
      webhook: webhook.id,
      tenant: event.tenant,
      event_id: event.id,
      type: event.type,
      event_at: event.time,
      lane_key: orderOf(event),
      body,
      status: webhook.status === 'disabled' ? 'skipped' : 'pending',
    }));
  });
}

/** Keeps what is owed; what is kept already stays as it is. Returns the webhooks that something new is owed to. */
export async function keepOwed(
  pool: Pool,
  owed: readonly Owed[],
  giveUpAfterMs: number,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ webhook: string }>({
    name: 'warrener-delivery-keep',
    text: `with ${UNFLUSHED}, kept as (
             insert into warrener.delivery
               (id, webhook, tenant, event_id, type, event_at, lane_key, body, status, give_up_at, settled_at)
             select id, webhook, tenant, event_id, type, event_at, lane_key, body, status,
                    now() + $2 * interval '1 millisecond', case when status = 'pending' then null else now() end
             from rows from (jsonb_to_recordset($1::jsonb) as (id uuid, webhook text, tenant text, event_id text,
               type text, event_at timestamptz, lane_key text, body text, status text))
               with ordinality as o(id, webhook, tenant, event_id, type, event_at, lane_key, body, status, place),
               unflushed
             order by place
             on conflict (webhook, event_id) do nothing
             returning webhook, status
           )
           select distinct webhook from kept where status = 'pending'`,
    values: [JSON.stringify(owed), giveUpAfterMs],
  });
  return rows.map(({ webhook }) => webhook);
}

async function targetsOf(pool: Pool, events: readonly PublicEvent[]): Promise<Map<string, Target[]>> {
  const tenants = new Set(events.map(({ tenant }) => tenant));
  const jobs = new Set(events.flatMap(({ data }) => ('job_id' in data ? [data.job_id] : [])));
  const { rows } = await pool.query<{ tenant: string; state: Webhook; created_at: Date }>({
    name: 'warrener-webhook-targets',
    text: `select tenant, state, created_at from warrener.webhook_view
           where status <> 'deleted' and (job is null and tenant = any($1) or job = any($2)) order by id`,
    values: [[...tenants], [...jobs]],
  });
  const targets = new Map<string, Target[]>();
  for (const { tenant, state, created_at: created } of rows) {
    const known = targets.get(tenant) ?? [];
    targets.set(tenant, [...known, { webhook: state, createdAt: created.getTime() }]);
  }
  return targets;
}

function isFor({ webhook, createdAt }: Target, event: PublicEvent): boolean {
  if (event.type === 'webhook.test') return event.data.webhook_id === webhook.id;
  if (webhook.job !== null) return 'job_id' in event.data && event.data.job_id === webhook.job;
  // An event that is older than the webhook comes by where the log is followed anew.
  return Date.parse(event.time) >= createdAt && wants(webhook.types, event.type);
}

/** What is told in order: everything about one broker; where there is none, about the subject. */
const orderOf = ({ subject, data }: PublicEvent): string =>
  'broker_id' in data && data.broker_id !== null
    ? `broker/${data.broker_id}`
    : `${subject.kind}/${subject.id}`;
