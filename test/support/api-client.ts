import { until } from './until.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Bodies are looked into by tests; whatever is not there fails the expectation. */
export type Body = { readonly [key: string]: unknown } & {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string | null;
  readonly endpoint?: string;
  readonly detail?: string;
  readonly type?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly broker?: Body;
  readonly job?: Body;
  readonly items?: readonly Body[];
  readonly steps?: readonly Body[];
};

export const PASSWORD = 'correct horse battery staple';

/** The public API, as a user's script would call it. */
export class ApiClient {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? {} : (JSON.parse(text) as Body),
    };
  }

  /** Opens a stream; it stays open until the signal. */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
      signal,
    });
  }

  /** Launches and returns the ids; fails where it is not accepted. */
  async launch(request: Record<string, unknown>): Promise<{ broker: string; job: string }> {
    const answer = await this.call('POST', '/v1/brokers', {
      admin_username: 'boss',
      admin_password: PASSWORD,
      ...request,
    });
    if (answer.status !== 202)
      throw new Error(`the launch was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return { broker: String(answer.body.broker?.id), job: String(answer.body.job?.id) };
  }

  async delete(broker: string): Promise<string> {
    const answer = await this.call('DELETE', `/v1/brokers/${broker}`);
    if (answer.status !== 202)
      throw new Error(`the delete was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return String(answer.body.job?.id);
  }

  async job(id: string): Promise<Body> {
    return (await this.call('GET', `/v1/jobs/${id}`)).body;
  }

  /** Waits until a job has come to one of these ends. */
  async jobEnds(id: string, wanted: readonly string[], timeoutMs = 240_000): Promise<Body> {
    let last: Body = {};
    return until(
      `job ${id} to be ${wanted.join(' or ')}`,
      async () => {
        last = await this.job(id);
        if (wanted.includes(String(last.status))) return last;
        if (['succeeded', 'failed', 'cancelled', 'parked'].includes(String(last.status)))
          throw new Ended(last);
        return undefined;
      },
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}\n${JSON.stringify(last, null, 1)}`,
      );
    });
  }
}

class Ended extends Error {
  constructor(job: Body) {
    super(`it is ${String(job.status)}: ${String(job.error)}`);
  }
}
