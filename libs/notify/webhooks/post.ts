import { Agent, request } from 'undici';
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

/** Posts deliveries to where tenants want them: nowhere private, for a bounded time, reading a bounded answer. */
export class Poster {
  readonly #guard: AddressGuard;
  readonly #agent: Agent;
  readonly #totalMs: number;

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
    const at = new Date();
    const began = performance.now();
    const done = (fields: Partial<Attempt>): Attempt => ({
      at: at.toISOString(),
      status: null,
      error: null,
      durationMs: Math.round(performance.now() - began),
      answer: '',
      retryAfter: undefined,
      ...fields,
    });
    try {
      const target = new URL(url);
      // Names are checked where the connection is made; for an address nothing is looked up there.
      if (isPlainAddress(target.hostname)) await this.#guard.addresses(target.hostname);
      const answer = await request(target, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': 'Warrener-Webhooks/1',
          ...headers,
        },
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(this.#totalMs),
      });
      const { statusCode: status } = answer;
      const retryAfter = answer.headers['retry-after'];
      return done({
        status,
        error: failureOf(status),
        answer: await beginningOf(answer.body),
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      });
    } catch (error) {
      return done({ error: reasonOf(error, this.#totalMs) });
    }
  }

  /** Ends the connections; what is under way is cut off. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** The first KiB of a body. The rest is not read: a long one is cut off, and so is one that does not end. */
async function beginningOf(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > KEPT_BYTES) break; // ends the connection
    }
  } catch {
    // cut off by the receiver or by us: its status counts all the same
  }
  return Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString('utf8').replaceAll('\u0000', '\ufffd'); // PostgreSQL keeps no NUL
}

function failureOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `answered ${status}; redirects are not followed: change the webhook's URL`;
  return `answered ${status}`;
}

function reasonOf(error: unknown, totalMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `did not answer within ${totalMs / 1_000} s`;
  // Several addresses were tried, and each has its reason.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const message = first instanceof Error ? first.message : String(first);
  return message.slice(0, 300) || error.name;
}
