import { Agent, errors, request as undiciRequest } from 'undici';
import type { Dispatcher } from 'undici';
import { CloudError, isRepeatable } from './errors.ts';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed where it is JSON, text where it is not, null where it is empty. */
  readonly body: unknown;
}

export interface HttpOptions {
  readonly ca: string | null;
  readonly verify: boolean;
  readonly timeoutMs: number;
}

/** Largest answer that is read, bytes. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** HTTP with a bound on everything. Knows nothing of OpenStack but which methods change something. */
export class Http {
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor({ ca, verify, timeoutMs }: HttpOptions) {
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({
      connect: {
        timeout: Math.min(10_000, timeoutMs),
        rejectUnauthorized: verify,
        ...(ca === null ? {} : { ca }),
      },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 4_000,
      connections: 32,
    });
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  /**
   * One request, one answer of any status.
   *
   * @throws CloudError `unavailable` where nothing was sent, `uncertain` where a change may have happened; the signal's reason where it was aborted
   *   before a change was sent, or during anything else
   */
  async request(
    service: string,
    method: Dispatcher.HttpMethod,
    url: string,
    options: {
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Answer> {
    options.signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    // A change under way is not abandoned: its answer is the only sure word of whether it happened.
    const signal =
      options.signal === undefined || !isRepeatable(method)
        ? timeout
        : AbortSignal.any([timeout, options.signal]);
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    try {
      const answer = await undiciRequest(url, {
        method,
        dispatcher: this.#agent,
        headers: {
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        body,
        signal,
        // undici repeats nothing by itself; a keep-alive connection that the server just closed shows as a lost answer.
        reset: method !== 'GET' && method !== 'HEAD',
      });
      return { status: answer.statusCode, headers: answer.headers, body: await readBody(answer.body) };
    } catch (error) {
      if (isRepeatable(method)) options.signal?.throwIfAborted();
      throw lost(service, method, error);
    }
  }
}

async function readBody(stream: Dispatcher.ResponseData['body']): Promise<unknown> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_ANSWER) throw new Error('the answer is too large');
  }
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Whether the connection was never made: then the request surely did not happen. An error's code alone does not tell,
 * ETIMEDOUT and EHOSTUNREACH come from established connections too.
 */
function wasNotSent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // By what it has rather than by its class: a tried address each, where a name has several.
  if ('errors' in error && Array.isArray(error.errors))
    return error.errors.length > 0 && error.errors.every(wasNotSent);
  const call = 'syscall' in error ? error.syscall : undefined;
  return call === 'connect' || call === 'getaddrinfo' || error instanceof errors.ConnectTimeoutError;
}

function lost(service: string, method: string, cause: unknown): CloudError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error ? cause.message || code : String(cause);
  if (wasNotSent(cause))
    return new CloudError('unavailable', `${service} cannot be reached (${reason}).`, { service, cause });
  if (isRepeatable(method))
    return new CloudError('unavailable', `${service} did not answer (${reason}).`, { service, cause });
  return new CloudError(
    'uncertain',
    `${service} did not answer (${reason}); whether it did what it was asked is not known.`,
    { service, cause },
  );
}
