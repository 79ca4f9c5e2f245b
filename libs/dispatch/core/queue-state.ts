import type { Charge, Shares } from './shares.ts';

/**
 * unknown: no word yet whether it can be consumed · broken: it cannot, for now · idle: not consumed · opening, open ·
 * closing: cancelled, as soon as the broker says so · gone: no longer listed
 */
type Phase = 'unknown' | 'broken' | 'idle' | 'opening' | 'open' | 'closing' | 'gone';

/** One queue. */
export interface QueueState {
  readonly name: string;
  weight: number;
  shares: Shares;
  phase: Phase;
  /** What is held and has not begun, in order. */
  held: Held[];
  /** What comes now is given back. */
  returning: boolean;
  /** Counts subscriptions. Messages of an earlier one do not count against the prefetch of the present one. */
  generation: number;
  /** Messages of the present subscription that are not answered. */
  window: number;
  /** The broker has nothing more for us, and pushes at once what arrives. */
  caughtUp: boolean;
  /** Changes with every arrival: what was found out about an older one says nothing any more. */
  seq: number;
  /** The `seq` that was listened at. */
  listening: number;
  /** Whose message came last. */
  tenant: string;
}

/** A message that is not answered. */
export interface Held {
  readonly id: number;
  readonly queue: QueueState;
  readonly tenant: string;
  /** Of its subscription; -1 where it has none, or no more. */
  generation: number;
  state: 'unbegun' | 'running' | 'resting' | 'joined';
  charge: Charge | undefined;
  /** Whose `charge` it is: a reload may have given the queue to other shares. */
  shares: Shares;
}

export function newQueue(name: string, weight: number, shares: Shares): QueueState {
  return {
    name,
    weight,
    shares,
    phase: 'unknown',
    held: [],
    returning: false,
    generation: 0,
    window: 0,
    caughtUp: false,
    seq: 0,
    listening: -1,
    tenant: name,
  };
}

/**
 * Whether the queue certainly has nothing to begin. One that cannot be consumed has nothing either: it must not keep
 * anybody from the others.
 */
export function isEmpty({ phase, caughtUp, held }: QueueState): boolean {
  return phase === 'broken' || (phase === 'open' && caughtUp && held.length === 0);
}

/** Whether `a` is to be served before `b`; both are of one level. */
export function isBefore(a: QueueState, b: QueueState): boolean {
  return a.shares.isBefore(a.held[0]?.tenant ?? a.tenant, a.name, b.held[0]?.tenant ?? b.tenant, b.name);
}

/** The queue that is to be served first, or last. */
export function pick(queues: readonly QueueState[], which: 'first' | 'last'): QueueState | undefined {
  return queues.reduce<QueueState | undefined>((best, queue) => {
    if (best === undefined) return queue;
    return (which === 'first' ? isBefore(queue, best) : isBefore(best, queue)) ? queue : best;
  }, undefined);
}
