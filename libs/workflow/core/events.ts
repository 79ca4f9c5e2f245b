import type { FailureKind, JsonObject } from './outcome.ts';

/** Which kind of work a step is: calls to the cloud's API, or work inside the server. */
export type Stage = 'cloud' | 'config';

/** Forward, or walking back. */
export type Direction = 'do' | 'undo';

/** One step as the job was planned with; `undo` names the step that takes it back. */
export interface PlannedStep {
  readonly name: string;
  readonly stage: Stage;
  readonly undo: { readonly name: string; readonly stage: Stage } | null;
}

/** Why a job walks back, and with it how it will end. */
export type UndoCause = 'failed' | 'cancelled';

/**
 * The facts of a job. `turn` counts the job's dispatches: every message names the turn it was sent for, so an old one
 * is recognised. Times (`until`) are RFC 3339 UTC.
 */
export type JobEvent =
  | {
      readonly type: 'JobSubmitted';
      readonly job: string;
      readonly workflow: string;
      readonly workflow_version: number;
      readonly subject: string;
      readonly input: JsonObject;
      readonly plan: readonly PlannedStep[];
      readonly queues: Readonly<Record<Stage, string>>;
    }
  | StepFact<'StepStarted', { readonly attempt: number; readonly uncertain: boolean; readonly at: string }>
  | StepFact<'StepInterrupted', { readonly reason: string }>
  | StepFact<'StepSucceeded', { readonly output: JsonObject; readonly notes: string }>
  | StepFact<'StepDeferred', { readonly until: string; readonly reason: string; readonly notes: string }>
  | StepFact<
      'StepFailed',
      {
        readonly kind: FailureKind;
        readonly reason: string;
        readonly request_id: string | null;
        /** When it is tried again; null where it is not. */
        readonly until: string | null;
        readonly notes: string;
      }
    >
  | { readonly type: 'JobCancelRequested'; readonly by: string }
  | { readonly type: 'UndoStarted'; readonly cause: UndoCause; readonly reason: string }
  | { readonly type: 'JobParked'; readonly reason: string }
  | { readonly type: 'JobRetried'; readonly by: string }
  | { readonly type: 'JobSucceeded' }
  | { readonly type: 'JobFailed'; readonly reason: string }
  | { readonly type: 'JobCancelled'; readonly reason: string };

type StepFact<Type extends string, Facts> = {
  readonly type: Type;
  readonly step: string;
  readonly direction: Direction;
  readonly turn: number;
} & Facts;
