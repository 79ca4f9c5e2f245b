import type { Cursor, EventLog, StoredEvent } from '#event-log';
import { isAfter, LogTail } from '#event-log';
import type { Placed, PublicEvent } from '#notify';
import { cloudEvent, Teller } from '#notify';
import type { Logger } from '#platform';
import { once } from 'node:events';
import type { Request, Response } from 'express';

const PING_MS = 15_000;
/** A reader this far behind is cut off; it resumes with Last-Event-ID. Bytes. */
const MAX_BUFFERED = 1024 * 1024;
/** What may happen while a reader is still told what it missed, events; beyond, it is cut off and resumes. */
const MAX_WAITING = 10_000;
const BATCH = 500;

export interface EventStreamsOptions {
  readonly log: EventLog;
  readonly from: Cursor;
  /** Names this installation in the events. */
  readonly source: string;
  readonly logger: Logger;
}

/** What a reader wants to be told. */
export type Wanted = (event: PublicEvent) => boolean;

/**
 * Server-sent events of everything that happens, in the public form. One tail of the log feeds all readers of the
 * process; a reader that resumes first gets what it missed. Ids are places in the log.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreams {
  readonly #log: EventLog;
  readonly #source: string;
  readonly #tail: LogTail;
  readonly #readers = new Set<Reader>();
  /** Everything up to here was handed to the readers. */
  #at: Cursor;

  constructor({ log, from, source, logger }: EventStreamsOptions) {
    this.#log = log;
    this.#source = source;
    this.#at = from;
    const teller = new Teller(log);
    this.#tail = new LogTail(log, {
      after: from,
      onEvents: async (events, next) => {
        if (this.#readers.size > 0) this.#tellAll(await teller.tell(events), next);
        this.#at = next;
      },
      logger,
    });
  }

  start(): void {
    this.#tail.start();
  }

  /** Looks for news at once. */
  nudge(): void {
    this.#tail.nudge();
  }

  /** Ends all readers; they may resume elsewhere. */
  async stop(): Promise<void> {
    for (const reader of this.#readers) reader.response.end();
    await this.#tail.stop();
  }

  /** Sends what is wanted after a place in the log, or from now on, until the reader leaves. */
  async follow(
    wanted: Wanted,
    after: Cursor | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    response
      .status(200)
      .set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.flushHeaders();
    // Listening before reading: what comes in between waits, and nothing comes twice.
    const live = this.#at;
    const reader = new Reader(response, this.#source, wanted, live);
    this.#readers.add(reader);
    const ping = setInterval(() => reader.ping(), PING_MS);
    const leave = (): void => {
      clearInterval(ping);
      this.#readers.delete(reader);
    };
    request.on('close', leave);
    response.on('close', leave);
    try {
      if (after !== undefined) await this.#tellMissed(reader, after, live);
      reader.goLive();
    } catch (error) {
      leave();
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  #tellAll(placed: readonly Placed[], next: Cursor): void {
    for (const reader of this.#readers) reader.hear(placed, next);
  }

  async #tellMissed(reader: Reader, after: Cursor, live: Cursor): Promise<void> {
    const teller = new Teller(this.#log);
    for (let cursor = after; isAfter(live, cursor) && !reader.response.destroyed;) {
      const { events, next } = await this.#log.readAll(cursor, BATCH);
      const missed: StoredEvent[] = events.filter((event) => !isAfter(event.cursor, live));
      for (const placed of await teller.tell(missed)) reader.tell(placed);
      await reader.drained();
      if (missed.length < events.length || events.length === 0) return;
      cursor = next;
    }
  }
}

/** One who listens. */
class Reader {
  readonly response: Response;
  readonly #source: string;
  readonly #wanted: Wanted;
  #at: Cursor;
  #waiting: Placed[] | undefined = [];

  constructor(response: Response, source: string, wanted: Wanted, at: Cursor) {
    this.response = response;
    this.#source = source;
    this.#wanted = wanted;
    this.#at = at;
  }

  /** News from the tail, up to `next`. */
  hear(placed: readonly Placed[], next: Cursor): void {
    this.#at = next;
    if (this.#waiting === undefined) {
      for (const one of placed) this.tell(one);
      if (this.response.writableLength > MAX_BUFFERED) this.response.destroy();
      return;
    }
    this.#waiting.push(...placed.filter(({ event }) => this.#wanted(event)));
    if (this.#waiting.length > MAX_WAITING) this.response.destroy();
  }

  tell({ event, cursor }: Placed): void {
    if (!this.#wanted(event) || this.response.writableEnded) return;
    const data = JSON.stringify(cloudEvent(event, this.#source));
    this.response.write(`id: ${cursor}\nevent: ${event.type}\ndata: ${data}\n\n`);
  }

  /** What was missed is told; from here on events are told as they come. */
  goLive(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const placed of waiting) this.tell(placed);
    this.ping();
  }

  /** A sign of life. It moves the reader's Last-Event-ID on, so that little is read again where little was wanted. */
  ping(): void {
    if (this.#waiting === undefined && !this.response.writableEnded)
      this.response.write(`: ping\nid: ${this.#at}\n\n`);
  }

  /** Waits for a reader that is slower than the log. */
  async drained(): Promise<void> {
    if (!this.response.writableNeedDrain || this.response.destroyed) return;
    await Promise.race([once(this.response, 'drain'), once(this.response, 'close')]);
  }
}
