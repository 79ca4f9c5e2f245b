import type { Level } from './priority-list.ts';

/** How a message came: pushed by the broker, fetched to see whether there is one, or fetched because its level is aged. */
export type Arrival = 'pushed' | 'fetched' | 'aged';

/** What the shell saw. Facts about a queue are about its present channel. */
export type Fact =
  | { readonly type: 'connected' }
  /** With every channel: what was held is the broker's again; what had begun goes on. */
  | { readonly type: 'lost' }
  | { readonly type: 'configured'; readonly levels: readonly Level[] }
  /** Nothing more is begun; what is held goes back. */
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  /** The queue exists, and has a channel. */
  | { readonly type: 'declared'; readonly queue: string }
  /** It has none, for now. */
  | { readonly type: 'broken'; readonly queue: string }
  | { readonly type: 'opened'; readonly queue: string }
  | { readonly type: 'cancelled'; readonly queue: string }
  | {
      readonly type: 'delivered';
      readonly queue: string;
      readonly id: number;
      readonly tenant: string;
      readonly arrival: Arrival;
    }
  /** A message that is being handled here already came again; it waits for the first one's outcome. */
  | { readonly type: 'joined'; readonly queue: string; readonly id: number; readonly arrival: Arrival }
  /** A moment passed since `listen`. */
  | { readonly type: 'quiet'; readonly queue: string; readonly seq: number }
  /** `probe` has been answered, and everything sent before that answer has been delivered. */
  | { readonly type: 'probed'; readonly queue: string; readonly seq: number }
  /** Handled or given up, and answered. */
  | { readonly type: 'ended'; readonly id: number; readonly workMs: number }
  /** Handling it failed; it is answered after a pause. */
  | { readonly type: 'failed'; readonly id: number; readonly workMs: number }
  /** A message that failed or joined has been answered. */
  | { readonly type: 'answered'; readonly id: number }
  /** The time, now and then; milliseconds. */
  | { readonly type: 'tick'; readonly now: number };

/** What the shell is to do, in this order. */
export type Order =
  /** Declare the queue on a channel of its own; report `declared` or, for each try, `broken`. */
  | { readonly do: 'declare'; readonly queue: string }
  /** Close its channel once what has begun over it is answered. */
  | { readonly do: 'forget'; readonly queue: string }
  | { readonly do: 'open'; readonly queue: string }
  | { readonly do: 'cancel'; readonly queue: string }
  | { readonly do: 'give-back'; readonly ids: readonly number[] }
  | { readonly do: 'begin'; readonly id: number }
  /** Report `quiet` in a moment. */
  | { readonly do: 'listen'; readonly queue: string; readonly seq: number }
  /** Ask the queue for one message, and report `probed`. */
  | { readonly do: 'probe'; readonly queue: string; readonly seq: number }
  /** Fetch one message, if there is one. */
  | { readonly do: 'fetch'; readonly queue: string };
