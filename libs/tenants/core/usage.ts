/** A launch that was let in: its broker, and when (milliseconds since 1970). */
export type Admitted = { readonly broker: string; readonly at: number };

/** The facts of what a tenant with limits used. */
export type UsageEvent = {
  readonly type: 'LaunchAdmitted';
  readonly broker: string;
  readonly at: number;
  /** Brokers that need not be remembered here any more: their minute is over and the list of brokers knows them. */
  readonly forgotten: readonly string[];
};

/**
 * What has to be remembered to hold the limits exactly although the list of brokers lags behind: the launches of the
 * last minute, and those that the list does not know yet.
 */
export type Usage = { readonly admitted: readonly Admitted[] };

export const initialUsage = (): Usage => ({ admitted: [] });

/** The state after an event. */
export const evolveUsage = (usage: Usage, event: UsageEvent): Usage => ({
  admitted: [
    ...usage.admitted.filter(({ broker }) => !event.forgotten.includes(broker)),
    { broker: event.broker, at: event.at },
  ],
});

/** What the list of brokers says of a tenant, at some moment after the usage was loaded. */
export interface Listed {
  /** How many brokers it lists that are not deleted. */
  readonly existing: number;
  /** Which of the remembered ones it knows, deleted or not. */
  readonly known: ReadonlySet<string>;
}

/** How a rate stands. */
export interface Rate {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until one more is let in, or until all are, where some remain. */
  readonly resetMs: number;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly event: UsageEvent; readonly rate: Rate | null }
  | { readonly kind: 'too-many-brokers'; readonly limit: number }
  | { readonly kind: 'too-fast'; readonly rate: Rate };

interface AdmissionLimits {
  readonly brokers: number | null;
  readonly submissions_per_minute: number | null;
}

const WINDOW_MS = 60_000;
const MAX_FORGOTTEN = 1_000;

/** How the rate of launches stands at that moment; null without a limit. */
export function rateOf(usage: Usage, limits: AdmissionLimits, now: number): Rate | null {
  const limit = limits.submissions_per_minute;
  if (limit === null) return null;
  // Sorted, because the clocks of several API processes differ a little.
  const times = recent(usage, now)
    .map(({ at }) => at)
    .sort((left, right) => left - right);
  const remaining = Math.max(0, limit - times.length);
  // Used up: the one that has to leave the window first. Else: the last one.
  const leaving = remaining === 0 ? times.at(times.length - limit) : times.at(-1);
  return { limit, remaining, resetMs: leaving === undefined ? 0 : Math.max(0, leaving + WINDOW_MS - now) };
}

/** Lets a launch in, or says which limit it meets. */
export function admit(usage: Usage, limits: AdmissionLimits, listed: Listed, launch: Admitted): Admission {
  const rate = rateOf(usage, limits, launch.at);
  if (rate !== null && rate.remaining === 0) return { kind: 'too-fast', rate };
  const unlisted = usage.admitted.filter(({ broker }) => !listed.known.has(broker)).length;
  if (limits.brokers !== null && listed.existing + unlisted >= limits.brokers)
    return { kind: 'too-many-brokers', limit: limits.brokers };
  const still = new Set(recent(usage, launch.at));
  const forgotten = usage.admitted
    .filter((admitted) => !still.has(admitted) && listed.known.has(admitted.broker))
    .map(({ broker }) => broker)
    .slice(0, MAX_FORGOTTEN); // an event has its bound; the rest is forgotten by the next launch
  const event = { type: 'LaunchAdmitted', ...launch, forgotten } as const;
  return { kind: 'admitted', event, rate: rateOf(evolveUsage(usage, event), limits, launch.at) };
}

const recent = (usage: Usage, now: number): readonly Admitted[] =>
  usage.admitted.filter(({ at }) => at > now - WINDOW_MS);
