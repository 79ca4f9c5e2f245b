/** What is told to everybody who subscribed to a topic. */
export interface FirehoseMessage {
  readonly topic: string;
  /** JSON; empty to clear what is retained. */
  readonly payload: string;
  /** Kept by Mosquitto for those who subscribe later. @default false */
  readonly retain?: boolean;
  /** @default application/json */
  readonly contentType?: string;
}
