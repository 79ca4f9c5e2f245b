import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { CloudError, errorOfAnswer, isRepeatable } from './errors.ts';
import type { Answer, Http } from './http.ts';
import { header } from './session.ts';
import type { Session } from './session.ts';

/** What is told of every answer, for logs and metrics. No bodies, no tokens. */
export interface RequestReport {
  readonly service: string;
  readonly method: string;
  /** What was asked for, e.g. "create server". */
  readonly what: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly durationMs: number;
}

export interface ServiceOptions {
  readonly http: Http;
  readonly session: Session;
  /** Longest time spent on repeating one call, milliseconds. */
  readonly retryBudgetMs: number;
  readonly onRequest: (report: RequestReport) => void;
}

/** How a service names its microversions; null for services without. */
export interface Microversions {
  /** e.g. `compute`: sent as `OpenStack-API-Version: compute 2.90`. */
  readonly name: string;
  /** The highest one this client knows how to read. */
  readonly known: string;
}

export interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  /** Says in words what is asked for; part of error messages. */
  readonly what: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2_000;
/** New tokens one call may ask for: the one it gets can be revoked before it is used. */
const MAX_RENEWALS = 3;

/**
 * Calls to one service. Repeats what can be repeated: reads, and changes that surely did not happen. A change whose
 * answer was lost is never repeated here; its caller looks first.
 */
export class Service {
  readonly #name: string;
  readonly #type: string;
  readonly #microversions: Microversions | null;
  readonly #suffix: string;
  readonly #options: ServiceOptions;
  #negotiated: Promise<string | null> | undefined;

  constructor(
    name: string,
    type: string,
    options: ServiceOptions,
    more: { readonly microversions?: Microversions; readonly suffix?: string } = {},
  ) {
    this.#name = name;
    this.#type = type;
    this.#options = options;
    this.#microversions = more.microversions ?? null;
    this.#suffix = more.suffix ?? '';
  }

  /** Calls and returns the body. @throws CloudError */
  async call(call: Call): Promise<unknown> {
    return (await this.#repeating(call, async () => this.#once(call))).body;
  }

  /** The same, where 404 is an answer: undefined. */
  async find(call: Call): Promise<unknown> {
    try {
      return await this.call(call);
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  /** A list in full, page after page: follows `<key>_links`, `next`, and relative links. */
  async list(call: Omit<Call, 'method'>, key: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    const seen = new Set<string>();
    for (let path: string | null = call.path; path !== null && !seen.has(path);) {
      seen.add(path);
      const body = (await this.call({ ...call, method: 'GET', path })) as Readonly<Record<string, unknown>>;
      items.push(...((body[key] as readonly unknown[] | undefined) ?? []));
      path = nextPath(body, key, call.path);
    }
    return items;
  }

  /** The microversion spoken with this service; null where it has none. */
  async microversion(): Promise<string | null> {
    this.#negotiated ??= this.#negotiate().catch((error: unknown) => {
      this.#negotiated = undefined; // asked again by the next call
      throw error;
    });
    return this.#negotiated;
  }

  /** @see https://docs.openstack.org/api-guide/compute/microversions.html */
  async #negotiate(): Promise<string | null> {
    if (this.#microversions === null) return null;
    const call = { method: 'GET', path: '/', what: 'versions' } as const;
    const url = `${versionRoot(await this.#options.session.endpoint(this.#type))}/`;
    const { body } = await this.#repeating(call, async () => this.#send(call, url, null));
    const { version } = body as { version?: { version?: string; min_version?: string } };
    const highest = version?.version ?? '';
    if (highest === '') return null; // from before microversions
    const chosen =
      compareVersions(highest, this.#microversions.known) < 0 ? highest : this.#microversions.known;
    const lowest = version?.min_version ?? '';
    if (lowest !== '' && compareVersions(chosen, lowest) < 0) {
      throw new CloudError(
        'invalid',
        `${this.#name} speaks ${lowest} to ${highest} only; this client knows up to ${chosen}.`,
        { service: this.#name },
      );
    }
    return chosen;
  }

  async #once(call: Call): Promise<Answer> {
    const version = await this.microversion();
    const endpoint = await this.#options.session.endpoint(this.#type);
    return this.#send(call, `${endpoint}${this.#suffixFor(endpoint)}${call.path}`, version);
  }

  /** Catalogues list some services with their version and some without. */
  #suffixFor(endpoint: string): string {
    return this.#suffix !== '' && endpoint.endsWith(this.#suffix) ? '' : this.#suffix;
  }

  async #send(call: Call, url: string, version: string | null): Promise<Answer> {
    const token = await this.#options.session.token();
    const headers: Record<string, string> = { 'x-auth-token': token };
    if (version !== null && this.#microversions !== null)
      headers['openstack-api-version'] = `${this.#microversions.name} ${version}`;
    const began = performance.now();
    const report = (status: number | null, requestId: string | null): void =>
      this.#options.onRequest({
        service: this.#name,
        method: call.method,
        what: call.what,
        status,
        requestId,
        durationMs: Math.round(performance.now() - began),
      });
    let answer: Answer;
    try {
      answer = await this.#options.http.request(this.#name, call.method, url, {
        headers,
        body: call.body,
        signal: call.signal,
      });
    } catch (error) {
      report(null, null);
      throw error;
    }
    const requestId =
      header(answer.headers, 'x-openstack-request-id') ?? header(answer.headers, 'x-compute-request-id');
    report(answer.status, requestId);
    if (answer.status < 300) return this.#legible(call, answer, requestId);
    if (answer.status === 401) this.#options.session.forget(token);
    if (answer.status === 406) this.#negotiated = undefined; // its version changed since we asked
    throw errorOfAnswer({
      service: this.#name,
      method: call.method,
      what: call.what,
      status: answer.status,
      body: answer.body,
      requestId,
      retryAfter: header(answer.headers, 'retry-after'),
    });
  }

  /** A proxy in between can answer 200 with a page of its own; whether the service did something is then not known. */
  #legible(call: Call, answer: Answer, requestId: string | null): Answer {
    if (call.method === 'DELETE' || (typeof answer.body === 'object' && answer.body !== null)) return answer;
    throw new CloudError(
      isRepeatable(call.method) ? 'unavailable' : 'uncertain',
      `${this.#name} (${call.what}): answered ${answer.status} with something that is no JSON object.`,
      { service: this.#name, status: answer.status, requestId },
    );
  }

  async #repeating(call: Call, attempt: () => Promise<Answer>): Promise<Answer> {
    const deadline = Date.now() + this.#options.retryBudgetMs;
    let renewals = 0;
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        // The token had ended or was revoked. Where the login itself is refused, another one would be too.
        const tokenRefused = error.kind === 'unauthorized' && error.service !== 'keystone';
        if (tokenRefused && renewals < MAX_RENEWALS) {
          renewals += 1;
          continue;
        }
        if (!tokenRefused && error.kind !== 'busy' && error.kind !== 'unavailable') throw error;
        const pause =
          error.retryAfterMs ??
          Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
        if (Date.now() + pause > deadline) throw tokenRefused ? refusedTokens(error) : error;
        await sleep(pause, undefined, { signal: call.signal }).catch(() => call.signal?.throwIfAborted());
      }
    }
  }
}

/**
 * Keystone lets us in and the service does not: its link to Keystone is disturbed, or tokens are revoked as fast as they
 * are made. Our credentials are right, so this is waited for as an outage is.
 */
const refusedTokens = (error: CloudError): CloudError =>
  new CloudError(
    'unavailable',
    `${error.message} (${error.service} refused new tokens from Keystone again and again.)`,
    { service: error.service, status: error.status, requestId: error.requestId, cause: error },
  );

/** The part of a compute endpoint that tells its versions: some catalogues append the project's id. */
const versionRoot = (endpoint: string): string =>
  /^.*?\/v\d+(\.\d+)?(?=\/|$)/.exec(endpoint)?.[0] ?? endpoint;

/** Compares "2.9" and "2.90" as versions, not as numbers. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** Nova and Neutron give full URLs in `<key>_links`, Glance a path in `next`; only the query is taken, the host is ours. */
function nextPath(body: Readonly<Record<string, unknown>>, key: string, path: string): string | null {
  const links = body[`${key}_links`] as
    readonly { readonly rel: string; readonly href: string }[] | undefined;
  const next =
    links?.find(({ rel }) => rel === 'next')?.href ??
    (typeof body['next'] === 'string' ? body['next'] : undefined);
  const query = next === undefined ? undefined : /\?.*$/.exec(next)?.[0];
  return query === undefined ? null : `${path.split('?')[0] ?? path}${query}`;
}
