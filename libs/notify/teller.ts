import type { Cursor, EventLog, StoredEvent } from '#event-log';
import type { PublicEvent } from './core/public-event.ts';
import { publicEvent, toldKinds } from './core/public-event.ts';
import type { StreamContext } from './core/stream-context.ts';
import { learn, nothingYet } from './core/stream-context.ts';

/** An event as it is told outside, and its place in the log. */
export interface Placed {
  readonly event: PublicEvent;
  readonly cursor: Cursor;
}

/** Streams whose context is remembered; another one is read again. */
const MAX_REMEMBERED = 5_000;

/** Tells events of the log, remembering what must be known of their streams. Takes batches in the log's order. */
export class Teller {
  readonly #log: EventLog;
  readonly #contexts = new Map<string, StreamContext>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  async tell(stored: readonly StoredEvent[]): Promise<Placed[]> {
    const placed: Placed[] = [];
    for (const entry of stored) {
      if (!(toldKinds as readonly string[]).includes(entry.kind)) continue;
      const before = await this.#before(entry);
      this.#remember(entry.stream, learn(before, entry));
      const event = publicEvent(entry, before);
      if (event !== undefined) placed.push({ event, cursor: entry.cursor });
    }
    return placed;
  }

  async #before({ stream, version }: StoredEvent): Promise<StreamContext> {
    if (version === 1) return nothingYet;
    const known = this.#contexts.get(stream);
    if (known?.version === version - 1) return known;
    const earlier = await this.#log.events(stream, { limit: version - 1 });
    return earlier.reduce(learn, nothingYet);
  }

  #remember(stream: string, context: StreamContext): void {
    this.#contexts.delete(stream); // the one used last stands last
    this.#contexts.set(stream, context);
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > MAX_REMEMBERED && oldest !== undefined) this.#contexts.delete(oldest);
  }
}
