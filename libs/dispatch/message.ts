/** A message for a work queue. The id travels with it, so that a reader of logs can follow it. */
export interface WorkMessage {
  readonly id: string;
  readonly queue: string;
  /** JSON. */
  readonly body: unknown;
}
