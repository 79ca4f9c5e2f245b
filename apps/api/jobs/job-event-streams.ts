import type { Cursor, EventLog, StoredEvent } from '#event-log';
import { LogTail } from '#event-log';
import type { Logger } from '#platform';
import type { Job, JobEvent } from '#workflow';
import { evolve, initialJob, isOver } from '#workflow';
import type { Request, Response } from 'express';
import { eventView } from './views.ts';

const PING_MS = 15_000;
/** A reader this far behind is cut off; it resumes with Last-Event-ID. Bytes. */
const MAX_BUFFERED = 1024 * 1024;

type Listener = (event: StoredEvent) => void;

/**
 * Server-sent events of jobs. One tail of the log feeds all readers of the process; each reader first gets what the
 * stream holds already.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class JobEventStreams {
  readonly #log: EventLog;
  readonly #tail: LogTail;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #open = new Set<Response>();

  constructor(log: EventLog, from: Cursor, logger: Logger) {
    this.#log = log;
    this.#tail = new LogTail(log, {
      after: from,
      onEvents: async (events) => {
        for (const event of events) this.#listeners.get(event.stream)?.forEach((listener) => listener(event));
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
    for (const response of this.#open) response.end();
    await this.#tail.stop();
  }

  /** Sends a stream's events after `version` until the job is over or the reader leaves. */
  async follow(stream: string, version: number, request: Request, response: Response): Promise<void> {
    response
      .status(200)
      .set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.flushHeaders();
    this.#open.add(response);
    const waiting: StoredEvent[] = [];
    const reader = new Reader(response, version);
    let listener: Listener = (event) => void waiting.push(event);
    const dispatch: Listener = (event) => listener(event);
    const listeners = this.#listeners.get(stream) ?? new Set();
    this.#listeners.set(stream, listeners.add(dispatch));
    const ping = setInterval(() => response.write(': ping\n\n'), PING_MS);
    const leave = (): void => {
      clearInterval(ping);
      this.#open.delete(response);
      listeners.delete(dispatch);
      if (listeners.size === 0) this.#listeners.delete(stream);
    };
    request.on('close', leave);
    response.on('close', leave);
    try {
      // Listening before reading: what is appended in between comes twice and is told once.
      for (const event of await this.#log.events(stream)) reader.take(event);
      listener = (event) => reader.take(event);
      waiting.forEach(listener);
      reader.caughtUp();
    } catch (error) {
      leave();
      response.destroy(error instanceof Error ? error : undefined);
    }
  }
}

/** Folds a job while telling it, to know when it is over. */
class Reader {
  readonly #response: Response;
  readonly #after: number;
  #seen = 0;
  #job: Job = initialJob();
  #live = false;

  constructor(response: Response, after: number) {
    this.#response = response;
    this.#after = after;
  }

  take(event: StoredEvent): void {
    if (event.version <= this.#seen || this.#response.writableEnded) return;
    this.#seen = event.version;
    this.#job = evolve(this.#job, { ...event.data, type: event.type } as unknown as JobEvent);
    if (event.version > this.#after) {
      this.#response.write(
        `id: ${event.version}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`,
      );
      if (this.#response.writableLength > MAX_BUFFERED) this.#response.destroy();
    }
    if (this.#live) this.#endIfOver();
  }

  /** Everything stored was told; from here on events are live. */
  caughtUp(): void {
    this.#live = true;
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#job.status === 'new' || (!isOver(this.#job) && this.#job.status !== 'parked')) return;
    this.#response.end(`event: end\ndata: ${JSON.stringify({ status: this.#job.status })}\n\n`);
  }
}
