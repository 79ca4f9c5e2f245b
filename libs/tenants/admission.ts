import type { EventLog, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import type { Tenant } from './core/tenant.ts';
import type { Admission, Listed, Rate } from './core/usage.ts';
import { admit, initialUsage } from './core/usage.ts';
import { usageStream, usageStreamId } from './streams.ts';

/** Room for one launch, found at a moment. */
export interface Room {
  /**
   * Takes it: to be written in the same append as the launch of that broker. Whoever was first has it; the other's
   * append meets a conflict and looks for room again.
   */
  take(broker: string): StreamWrite;
  /** How the rate stands once it is taken; null without one. */
  readonly rate: Rate | null;
}

/** Asks the list of brokers about a tenant, and which of these it knows. */
export type ListedOf = (tenant: string, brokers: readonly string[]) => Promise<Listed>;

/** Whether launches of a tenant are counted at all. */
export const hasLaunchLimits = ({ limits }: Tenant): boolean =>
  limits.brokers !== null || limits.submissions_per_minute !== null;

/**
 * Looks for room for one launch of a tenant that has limits.
 *
 * @throws Problem `rate-limited`, with Retry-After and the RateLimit fields, or `limit-reached`
 */
export async function findRoom(log: EventLog, tenant: Tenant, listedOf: ListedOf): Promise<Room> {
  const stream = usageStreamId(tenant.id);
  const loaded = await log.load(usageStream, stream); // before the list: what it does not know yet is counted here
  const usage = loaded?.state ?? initialUsage();
  const listed = await listedOf(
    tenant.id,
    usage.admitted.map(({ broker }) => broker),
  );
  const at = Date.parse(await log.now());
  const { rate } = orRefuse(tenant.id, admit(usage, tenant.limits, listed, { broker: '', at }));
  return {
    rate,
    take: (broker) => {
      const { event } = orRefuse(tenant.id, admit(usage, tenant.limits, listed, { broker, at }));
      return write(usageStream, loaded ?? { stream, tenant: tenant.id }, [event]);
    },
  };
}

function orRefuse(tenant: string, admission: Admission): Extract<Admission, { kind: 'admitted' }> {
  if (admission.kind === 'admitted') return admission;
  if (admission.kind === 'too-many-brokers')
    throw new Problem(
      'limit-reached',
      `Tenant "${tenant}" may have ${admission.limit} broker(s), failed ones included; delete one first.`,
    );
  const seconds = retryAfter(admission.rate);
  throw new Problem(
    'rate-limited',
    `Tenant "${tenant}" may launch ${admission.rate.limit} broker(s) a minute; try again in ${seconds} s.`,
    { headers: { ...rateHeaders(admission.rate), 'retry-after': String(seconds) } },
  );
}

/**
 * The fields that tell a caller how the rate stands.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (10)
 */
export function rateHeaders(rate: Rate | null): Readonly<Record<string, string>> {
  if (rate === null) return {};
  const seconds = Math.ceil(rate.resetMs / 1_000);
  return {
    'ratelimit-policy': `"launches";q=${rate.limit};w=60`,
    ratelimit: `"launches";r=${rate.remaining};t=${seconds}`,
  };
}

/** With a limit of none nothing ever frees: then a minute is as good as any. */
const retryAfter = ({ limit, resetMs }: Rate): number =>
  limit === 0 ? 60 : Math.max(1, Math.ceil(resetMs / 1_000));
