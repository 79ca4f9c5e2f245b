import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, exitCodeOf, exitCodes } from './exit-codes.ts';

/** An object of the API; fields are looked up by name where they are shown. */
export type Thing = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 30_000;
const TRIES = 3;
const PAUSE_MS = 300;

type Env = Readonly<Record<string, string | undefined>>;

/** Where the API is and what opens it. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

/**
 * Finds the API: the option, WARRENER_API_URL and WARRENER_API_TOKEN(_FILE), else what `npm start` wrote into the nearest
 * `.warrener` upwards.
 */
export function findApi(urlOption: string | undefined, env: Env, folder: string): Access {
  const url = urlOption ?? env['WARRENER_API_URL'];
  const tokenFile = env['WARRENER_API_TOKEN_FILE'];
  const token =
    env['WARRENER_API_TOKEN'] ??
    (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
  if (url !== undefined && token !== undefined) return { url: url.replace(/\/+$/, ''), token };
  for (let here = resolve(folder); ; here = dirname(here)) {
    const file = join(here, '.warrener/api.json');
    if (existsSync(file)) {
      const known = JSON.parse(readFileSync(file, 'utf8')) as { url: string; token_file: string };
      return {
        url: url ?? known.url,
        token: token ?? readFileSync(join(here, '.warrener', known.token_file), 'utf8').trim(),
      };
    }
    if (here === dirname(here)) break;
  }
  const missing =
    url === undefined ? 'WARRENER_API_URL (or --api-url)' : 'WARRENER_API_TOKEN or WARRENER_API_TOKEN_FILE';
  throw new CliError(
    exitCodes.usage,
    `Where is the API? Set ${missing}, or run this below the folder of an "npm start".`,
  );
}

/** Talks to the REST API. */
export class Client {
  readonly access: Access;

  constructor(access: Access) {
    this.access = access;
  }

  get(path: string): Promise<Thing> {
    return this.#call('GET', path);
  }

  /** Sent with an idempotency key, so that it may be repeated when the connection breaks. */
  post(path: string, body?: unknown): Promise<Thing> {
    return this.#call('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Thing> {
    return this.#call('PUT', path, body);
  }

  patch(path: string, body: unknown): Promise<Thing> {
    return this.#call('PATCH', path, body);
  }

  delete(path: string): Promise<Thing> {
    return this.#call('DELETE', path);
  }

  /** All pages of a list. */
  async list(path: string): Promise<readonly Thing[]> {
    const items: Thing[] = [];
    for (let cursor: unknown = ''; typeof cursor === 'string';) {
      const page = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      items.push(...((page['items'] as readonly Thing[] | undefined) ?? []));
      cursor = page['next_cursor'];
    }
    return items;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Thing> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.access.token}`,
      accept: 'application/json',
    };
    if (method === 'POST') headers['idempotency-key'] = randomUUID();
    if (body !== undefined) headers['content-type'] = 'application/json';
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    for (let tries = 1; ; tries += 1) {
      let answer: Response;
      try {
        answer = await fetch(`${this.access.url}${path}`, {
          ...init,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
      } catch (error) {
        if (tries < TRIES) {
          await sleep(PAUSE_MS * tries);
          continue;
        }
        throw unreachable(this.access.url, error);
      }
      return read(answer, this.access.url);
    }
  }
}

/** What a connection that does not come about means. */
export function unreachable(url: string, error: unknown): CliError {
  const cause =
    error instanceof Error && error.cause instanceof Error
      ? error.cause.message
      : error instanceof Error
        ? error.message
        : String(error);
  return new CliError(
    exitCodes.unavailable,
    `The API at ${url} cannot be reached (${cause}). Is Warrener running there?`,
  );
}

async function read(answer: Response, url: string): Promise<Thing> {
  const text = await answer.text();
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new CliError(
      exitCodes.unavailable,
      `${url} answered ${answer.status} with something that is not JSON. Is that Warrener's API?`,
    );
  }
  if (answer.ok) return body as Thing;
  const problem = body as {
    detail?: string;
    title?: string;
    errors?: readonly { field: string; message: string }[];
    request_id?: string;
  };
  const fields = problem.errors ?? [];
  const lines =
    fields.length === 0
      ? [problem.detail ?? problem.title ?? `answered ${answer.status}`]
      : fields.map(({ field, message }) => `${field}: ${message}`);
  if (problem.request_id !== undefined) lines.push(`OpenStack's request id: ${problem.request_id}`);
  if (answer.status === 401) lines.push('Set WARRENER_API_TOKEN to a token that is good.');
  throw new CliError(exitCodeOf(answer.status), lines.join('\n'), body);
}
