/** How often a step may fail, how long it may wait, and how the pauses between failures grow. */
export interface RetryPolicy {
  /** Failures (`retry`, `uncertain`) after which the step is given up. */
  readonly maxFailures: number;
  /** First pause, milliseconds; doubled with every failure. */
  readonly firstDelayMs: number;
  /** Longest pause, milliseconds. */
  readonly maxDelayMs: number;
  /** Longest time from the step's first start to its last look, waiting included, milliseconds. */
  readonly patienceMs: number;
}

/**
 * The pause before the next attempt, milliseconds: exponential, with "equal jitter" (half fixed, half random) so that
 * jobs which failed together do not come back together.
 *
 * @param failures how many failures there were, the one just seen included (1, 2, …)
 * @param random a number in [0, 1)
 */
export function backoffMs(policy: RetryPolicy, failures: number, random: number): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.max(0, failures - 1));
  return Math.round(full / 2 + (full / 2) * random);
}
