import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
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

/** What is told of every request, for metrics: any that went out, Keystone's too. */
export interface AnswerReport {
  readonly service: string;
  readonly method: string;
  /** Null where there was no answer. */
  readonly status: number | null;
  readonly durationMs: number;
}

export interface HttpOptions {
  readonly ca: string | null;
  readonly verify: boolean;
  readonly timeoutMs: number;
  readonly onAnswer?: ((report: AnswerReport) => void) | undefined;
}

const tracer = trace.getTracer('warrener');

/** Largest answer that is read, bytes. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** HTTP with a bound on everything. Knows nothing of OpenStack but which methods change something. */
export class Http {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  readonly #onAnswer: HttpOptions['onAnswer'];

  constructor({ ca, verify, timeoutMs, onAnswer }: HttpOptions) {
    this.#timeoutMs = timeoutMs;
    this.#onAnswer = onAnswer;
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
    const span = tracer.startSpan(`${service} ${method}`, { kind: SpanKind.CLIENT });
    const began = performance.now();
    let status: number | null = null;
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
      const read = await readBody(answer.body);
      status = answer.statusCode;
      return { status, headers: answer.headers, body: read };
    } catch (error) {
      if (isRepeatable(method)) options.signal?.throwIfAborted();
      throw lost(service, method, error);
    } finally {
      if (status === null) span.setStatus({ code: SpanStatusCode.ERROR });
      else span.setAttribute('http.response.status_code', status);
      span.end();
      this.#onAnswer?.({ service, method, status, durationMs: performance.now() - began });
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
