/**
 * Why a message is not known to be with the broker:
 * - `unroutable`: there is no such queue (any more);
 * - `refused`: the broker said no: the queue is full or is not one of ours, memory or disk run out;
 * - `disconnected`: there is no connection, or it went away before the confirmation came;
 * - `timeout`: no confirmation came in time.
 *
 * After the last two the message may be there all the same. Publishing it again, with the same id, is right after each.
 */
export type PublishFailure = 'unroutable' | 'refused' | 'disconnected' | 'timeout';

/** A message that is not known to be with the broker. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly kind: PublishFailure;

  constructor(kind: PublishFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
