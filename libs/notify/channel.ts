import type { PublicEvent } from './core/public-event.ts';

/**
 * A way out for events. Each has a follower and a checkpoint of its own, so that one that is down delays no other.
 *
 * A channel gets batches in the log's order, one at a time, each again after a crash: whatever it does must be harmless
 * to do twice with the same `id`.
 */
export interface Channel {
  /** Names its checkpoint; never changed. */
  readonly name: string;
  /**
   * Resolves once all of them are kept where this channel leads. A rejection brings the same batch again, after a pause.
   * It ends within 30 seconds either way.
   */
  deliver(events: readonly PublicEvent[]): Promise<void>;
}
