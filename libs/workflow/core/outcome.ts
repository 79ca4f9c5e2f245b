/** Plain data, as it is stored in events and sent in messages. */
type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * What a step says when it returns. A step throws only when it has a bug; the runner treats a throw as `retry`.
 *
 * - `done`: the effect is there; `output` is kept and handed to the steps that follow.
 * - `wait`: nothing is wrong, look again later. Spends no attempt, but the step's patience.
 * - `retry`: it failed and may work next time. Spends an attempt.
 * - `uncertain`: it may or may not have happened (an answer was lost). The next run is told so and probes first. Spends an attempt.
 * - `reject`: the request can never work. What happened so far is undone.
 * - `operator`: a person must look. The job is parked and keeps what exists.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly output?: JsonObject }
  | { readonly kind: 'wait'; readonly afterMs: number; readonly reason: string }
  | Failure;

/** The outcomes that did not work, with a sentence for the reader and, where a remote service failed, its request id. */
export interface Failure {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly requestId?: string;
}

export type FailureKind = 'retry' | 'uncertain' | 'reject' | 'operator';
