/** A message for a work queue. Its id goes with it: two messages of the same id are the same message. */
export interface WorkMessage {
  readonly id: string;
  readonly queue: string;
  /** What JSON can carry. */
  readonly body: unknown;
}
