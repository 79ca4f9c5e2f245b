import type { FirehoseMessage } from './firehose-message.ts';

/** Mosquitto writes down what it acknowledged every second (`autosave_interval`); that it is gone is noticed within 20 s. */
const KEPT_MS = 30_000;
/** More than this in that time, and the oldest go: some megabytes at most. */
const MAX_MESSAGES = 10_000;
const FORGET_EVERY = 100;

/** What Mosquitto acknowledged lately, and may have lost if it was killed. */
export class RecentMessages {
  #messages: { readonly at: number; readonly message: FirehoseMessage }[] = [];
  #added = 0;

  add(message: FirehoseMessage): void {
    this.#messages.push({ at: Date.now(), message });
    this.#added += 1;
    if (this.#added % FORGET_EVERY === 0) this.forgetOlder();
  }

  /** In the order in which they were acknowledged. */
  all(): readonly FirehoseMessage[] {
    return this.#messages.map(({ message }) => message);
  }

  /** Forgets what Mosquitto has written down by now; to be called when the connection is lost, not when there is a new one. */
  forgetOlder(): void {
    const since = Date.now() - KEPT_MS;
    this.#messages = this.#messages.filter(({ at }) => at >= since).slice(-MAX_MESSAGES);
  }
}
