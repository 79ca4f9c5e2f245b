import type { IncomingHttpHeaders } from 'node:http';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import { isPlainAddress } from './target.ts';

/** Longest wait for a connection, for the answer to begin, and for all of it, milliseconds. */
export interface PostTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly totalMs: number;
}

export const ordinaryTimeouts: PostTimeouts = { connectMs: 5_000, headersMs: 10_000, totalMs: 15_000 };

/** How one attempt went. */
export interface Attempt {
  readonly at: string;
  /** What the receiver answered with; null where it did not. */
  readonly status: number | null;
  /** Why it counts as failed; null where it does not. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The first KiB of the answer's body. */
  readonly answer: string;
  readonly retryAfter: string | undefined;
}

const KEPT_BYTES = 1_024;
const MAX_HEADER_BYTES = 16 * 1_024;
const WATCH_MS = 250;

/** Posts deliveries to where tenants want them: nowhere private, for a bounded time, reading a bounded answer. */
export class Poster {
  readonly #guard: AddressGuard;
  readonly #agent: Agent;
  readonly #totalMs: number;
  readonly #underWay = new Set<Exchange>();
  #watch: NodeJS.Timeout | undefined;

  constructor(guard: AddressGuard, timeouts: PostTimeouts = ordinaryTimeouts) {
    this.#guard = guard;
    this.#totalMs = timeouts.totalMs;
    this.#agent = new Agent({
      connect: { lookup: guard.lookup, timeout: timeouts.connectMs, noDelay: true },
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.headersMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
      pipelining: 1,
    });
  }

  /** Never rejects. Redirects are not followed: a failure says so. */
  async post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Attempt> {
    const exchange = new Exchange();
    try {
      const { origin, pathname, search, hostname } = new URL(url);
      // Names are checked where the connection is made; for an address nothing is looked up there.
      if (isPlainAddress(hostname)) await this.#guard.addresses(hostname);
      this.#underWay.add(exchange);
      this.#watch ??= setInterval(() => this.#endLate(), WATCH_MS);
      this.#agent.dispatch(
        {
          origin,
          path: pathname + search,
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/cloudevents+json; charset=utf-8',
            'user-agent': 'Warrener-Webhooks/1',
            ...headers,
          },
        },
        exchange,
      );
      return await exchange.attempt;
    } catch (error) {
      exchange.fail(error);
      return await exchange.attempt;
    } finally {
      this.#underWay.delete(exchange);
      if (this.#underWay.size === 0) {
        clearInterval(this.#watch);
        this.#watch = undefined;
      }
    }
  }

  /** Ends the connections; what is under way is cut off. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** One timer for all of them: a timer each costs more than the rest of a request. */
  #endLate(): void {
    for (const exchange of this.#underWay) {
      if (exchange.ageMs < this.#totalMs) return; // the oldest stand first
      exchange.cutOff(`did not answer within ${this.#totalMs / 1_000} s`);
    }
  }
}

/** One request and its answer, as undici tells of it. Only the first KiB is read: a longer answer is cut off. */
class Exchange {
  readonly attempt: Promise<Attempt>;
  readonly #at = new Date();
  readonly #began = performance.now();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status: number | null = null;
  #retryAfter: string | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #settle: (attempt: Attempt) => void = () => undefined;

  constructor() {
    this.attempt = new Promise((resolve) => (this.#settle = resolve));
  }

  get ageMs(): number {
    return performance.now() - this.#began;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(_controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return; // the answer is still to come
    this.#status = status;
    const { 'retry-after': retryAfter } = headers as Readonly<Record<string, string | string[] | undefined>>;
    this.#retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > KEPT_BYTES) this.cutOff('');
  }

  onResponseEnd(): void {
    this.#end(null);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.fail(error);
  }

  /** Whatever went wrong: once there is a status, that counts. */
  fail(error: unknown): void {
    this.#end(reasonOf(error));
  }

  cutOff(reason: string): void {
    this.#end(reason);
    this.#controller?.abort(new Error('cut off'));
  }

  #end(reason: string | null): void {
    const answer = Buffer.concat(this.#chunks).subarray(0, KEPT_BYTES).toString('utf8');
    this.#settle({
      at: this.#at.toISOString(),
      status: this.#status,
      error: this.#status === null ? (reason ?? 'gave no answer') : failureOf(this.#status),
      durationMs: Math.round(this.ageMs),
      answer: answer.replaceAll('\u0000', '\ufffd'), // PostgreSQL keeps no NUL
      retryAfter: this.#retryAfter,
    });
  }
}

function failureOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `answered ${status}; redirects are not followed: change the webhook's URL`;
  return `answered ${status}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried, and each has its reason.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const message = first instanceof Error ? first.message : String(first);
  return message.slice(0, 300) || error.name;
}
