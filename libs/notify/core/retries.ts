const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** When deliveries are tried again, and when that ends. Milliseconds. */
export interface RetryPolicy {
  /** Pause after the first, second, … failure of a delivery; the last one stands for all that follow. */
  readonly pausesMs: readonly number[];
  /** How long a delivery is tried. */
  readonly giveUpAfterMs: number;
  /** A webhook that fails without one success for so long is disabled. */
  readonly disableAfterMs: number;
  /** Longest pause of a whole webhook between two looks whether its receiver is back. */
  readonly maxRestMs: number;
}

/** 24 hours of tries; three days of failures. */
export const ordinaryRetries: RetryPolicy = {
  pausesMs: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
  giveUpAfterMs: 24 * HOUR,
  disableAfterMs: 72 * HOUR,
  maxRestMs: MINUTE,
};

/** The pause after a delivery's n-th failure, spread by up to a fifth so that what failed together comes back apart. `random` in [0, 1). */
export function pauseMs(policy: RetryPolicy, failures: number, random: number): number {
  const pause = policy.pausesMs[Math.min(failures, policy.pausesMs.length) - 1] ?? 0;
  return Math.round(pause * (0.8 + 0.4 * random));
}

/** How long a webhook is left alone after its n-th failure in a row. */
export function restMs(policy: RetryPolicy, failures: number, random: number): number {
  const rest = Math.min(policy.maxRestMs, SECOND * 2 ** Math.min(20, failures - 1));
  return Math.round(rest * (0.8 + 0.4 * random));
}

/**
 * What `Retry-After` asks for, milliseconds from now: seconds or a date, a day at most. Undefined where it says nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wanted = /^\d{1,9}$/.test(header.trim()) ? Number(header) * SECOND : Date.parse(header) - now;
  return Number.isNaN(wanted) ? undefined : Math.min(24 * HOUR, Math.max(0, wanted));
}
