import type { RetryPolicy } from './core/backoff.ts';
import type { PlannedStep, Stage } from './core/events.ts';
import type { JsonObject, Outcome } from './core/outcome.ts';

/** What a step is given besides the world it acts on. */
export interface StepRun {
  readonly job: string;
  readonly tenant: string;
  /** What the job is about: the broker's id. */
  readonly subject: string;
  readonly input: JsonObject;
  /** What the steps before put out, by step name. */
  readonly outputs: Readonly<Record<string, JsonObject>>;
  /** 1 on the first run, one more after every failure. */
  readonly attempt: number;
  /** An earlier run may have had its effect without anybody seeing it: look before acting. */
  readonly uncertain: boolean;
  /** Ends the run: its time is up, the job was cancelled, or the worker stops. */
  readonly signal: AbortSignal;
  /** Keeps a line with the run's events; bounded, and cleaned of what `secrets` names. */
  note(line: string): void;
  /** Never to appear in notes, outputs or reasons of this run. */
  secret(value: string): void;
}

/** The unit of progress and of retry; safe to run again at any moment. `World` is what it acts on. */
export interface Step<World> {
  readonly name: string;
  readonly stage: Stage;
  /** One run takes no longer than this, milliseconds; ten minutes at most (a delivery held longer is taken back). */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  run(world: World, run: StepRun): Promise<Outcome>;
}

/** A named, versioned list of steps, each with the name of the step that takes it back, or null. */
export interface Workflow {
  readonly name: string;
  /** Raised whenever the list changes; jobs under way keep the list they were submitted with. */
  readonly version: number;
  readonly steps: readonly { readonly step: string; readonly undo: string | null }[];
}

/** The plan a new job carries. Throws where the workflow names a step that is not in the list. */
export function planOf<World>(
  workflow: Workflow,
  steps: ReadonlyMap<string, Step<World>>,
): readonly PlannedStep[] {
  const stageOf = (name: string): { name: string; stage: Stage } => {
    const step = steps.get(name);
    if (step === undefined) throw new Error(`workflow ${workflow.name} names an unknown step: ${name}`);
    return { name, stage: step.stage };
  };
  return workflow.steps.map(({ step, undo }) => ({
    ...stageOf(step),
    undo: undo === null ? null : stageOf(undo),
  }));
}
