import { CloudError } from '#openstack';
import type { RetryPolicy, StepRun } from '#workflow';
import type { Failure, Outcome } from '#workflow';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** For calls to the cloud's API: short pauses first, then enough of them to outlast a restart of the cloud. */
export const cloudRetry: RetryPolicy = {
  maxFailures: 12,
  firstDelayMs: 500,
  maxDelayMs: 30 * SECOND,
  patienceMs: 20 * MINUTE,
};

/** For work inside the server. */
export const configRetry: RetryPolicy = {
  maxFailures: 8,
  firstDelayMs: SECOND,
  maxDelayMs: 30 * SECOND,
  patienceMs: 20 * MINUTE,
};

/** How long one run of a step that talks to the cloud may take. */
export const CLOUD_TIMEOUT_MS = 2 * MINUTE;

/** How long one run of a step inside the server may take. */
export const CONFIG_TIMEOUT_MS = 9 * MINUTE;

const AWAY_MS = 3 * SECOND;

/** What a failed cloud call means for the step that made it. */
const meaning = {
  'not-found': 'reject', // image, flavor or network went away after the request was checked
  invalid: 'reject', // the cloud will not understand it next time either
  quota: 'reject', // the tenant's own limit: only deleting or asking for more helps
  denied: 'operator', // policy: a person must look at the roles of our user
  unauthorized: 'operator', // our credentials are refused
  conflict: 'retry', // another action holds the thing
  uncertain: 'uncertain', // the answer was lost: look before doing it again
} as const satisfies Partial<Record<CloudError['kind'], Failure['kind']>>;

/**
 * Turns an error of the cloud into an outcome. A cloud that is away or busy is waited for; anything that is not a
 * CloudError is thrown on, it is a bug.
 */
function cloudOutcome(error: unknown, run: StepRun): Outcome {
  if (!(error instanceof CloudError)) throw error;
  run.note(`${error.kind}: ${error.message}`);
  if (error.kind === 'busy' || error.kind === 'unavailable') {
    return { kind: 'wait', afterMs: Math.max(AWAY_MS, error.retryAfterMs ?? 0), reason: error.message };
  }
  const requestId = error.requestId === null ? {} : { requestId: error.requestId };
  return { kind: meaning[error.kind], reason: error.message, ...requestId };
}

/** Runs a step's calls to the cloud and turns their errors into outcomes. */
export async function againstCloud(run: StepRun, calls: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await calls();
  } catch (error) {
    return cloudOutcome(error, run);
  }
}

/** How long something whose creation was cut off may take to show itself, milliseconds. */
const LATE_MS = 3 * SECOND;

/** The end of a removal. Where the last call was cut off, a creation may still come through: it is looked for once more. */
export const nothingLeft = (run: StepRun): Outcome =>
  run.uncertain
    ? {
        kind: 'wait',
        afterMs: LATE_MS,
        reason: 'The last call was cut off; looking once more what came of it.',
      }
    : { kind: 'done' };

/** Pauses between looks at something that takes its time: short while it is likely to be quick, longer later. */
export function lookAgainMs(sinceMs: number): number {
  if (sinceMs < 10 * SECOND) return 500;
  if (sinceMs < MINUTE) return 2 * SECOND;
  return 10 * SECOND;
}
