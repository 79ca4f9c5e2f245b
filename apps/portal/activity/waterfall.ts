import type { Fact } from '../api/queries.ts';

/** A stretch of a step's time, in milliseconds from the job's submission. */
interface Bar {
  readonly kind: 'worked' | 'failed' | 'waiting' | 'running' | 'undone';
  readonly from: number;
  readonly to: number;
}

export interface Lane {
  readonly step: string;
  readonly bars: readonly Bar[];
}

export interface Waterfall {
  readonly lanes: readonly Lane[];
  /** From the submission to the last moment drawn, milliseconds; at least 1. */
  readonly lengthMs: number;
}

/** Lays a job's facts out in time: when each step ran, failed, waited. `now` ends what has not ended. */
export function waterfallOf(facts: readonly Fact[], now: number): Waterfall {
  const first = facts[0];
  if (first === undefined) return { lanes: [], lengthMs: 1 };
  const origin = Date.parse(first.at);
  const lanes = new Map<string, Bar[]>();
  /** What goes on now: its step, its kind, since when. */
  let open: { step: string; kind: Bar['kind']; from: number } | undefined;
  const close = (at: number, kind?: Bar['kind']): void => {
    if (open === undefined) return;
    const bars = lanes.get(open.step) ?? [];
    lanes.set(open.step, bars);
    bars.push({ kind: kind ?? open.kind, from: open.from, to: at });
    open = undefined;
  };
  let last = 0;
  let over = false;
  for (const { type, at: moment, data } of facts) {
    const at = Date.parse(moment) - origin;
    last = at;
    over = type === 'JobSucceeded' || type === 'JobFailed' || type === 'JobCancelled' || type === 'JobParked';
    const step = typeof data['step'] === 'string' ? data['step'] : undefined;
    if (step === undefined) {
      if (type !== 'JobCancelRequested') close(at);
      continue;
    }
    const undo = data['direction'] === 'undo';
    if (type === 'StepStarted') {
      close(at);
      open = { step, kind: 'running', from: at };
    } else if (type === 'StepSucceeded') close(at, undo ? 'undone' : 'worked');
    else if (type === 'StepDeferred') {
      close(at, undo ? 'undone' : 'worked');
      open = { step, kind: 'waiting', from: at };
    } else if (type === 'StepFailed' || type === 'StepInterrupted') {
      close(at, 'failed');
      if (type === 'StepFailed' && data['until'] !== null) open = { step, kind: 'waiting', from: at };
    }
  }
  const end = over ? last : Math.max(last, now - origin);
  close(end);
  return {
    lanes: [...lanes].map(([step, bars]) => ({ step, bars })),
    lengthMs: Math.max(1, end),
  };
}
