import createClient from 'openapi-fetch';
import type { paths } from './schema.ts';
import { lost } from './connection.ts';
import { ConnectionError, ProblemError } from './problem.ts';
import type { ProblemDocument } from './problem.ts';
import { credentialOf, currentSession, leave } from './session.ts';

const TIMEOUT_MS = 20_000;

/**
 * Calls the API with the session's token; a refused token ends the session.
 *
 * @param options.timeoutMs null for a stream, which ends by its signal alone
 */
export async function call(
  request: Request,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number | null } = {},
): Promise<Response> {
  const session = ['authorization', 'x-auth-token'].some((name) => request.headers.has(name))
    ? undefined
    : currentSession();
  if (session !== undefined) request.headers.set(...credentialOf(session));
  try {
    const signals = timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)];
    const signal = AbortSignal.any([request.signal, ...signals]);
    const response = await fetch(request, { signal });
    lost.set(false);
    if (response.status === 401 && session !== undefined) leave(session);
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    lost.set(true);
    throw new ConnectionError('Warrener cannot be reached. Trying again as soon as it answers.', {
      cause: error,
    });
  }
}

/** The API, typed by its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => call(request) });

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: ProblemDocument;
  readonly response: Response;
}

/** The body of a good answer. @throws ProblemError for any other */
export async function answered<Data>(asked: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  if (data !== undefined && data !== null) return data;
  const fallback = {
    type: '',
    title: '',
    status: response.status,
    detail: `The API answered ${response.status}.`,
  };
  throw new ProblemError(typeof error === 'object' && 'detail' in error ? error : fallback);
}

/** A good answer that has no body. @throws ProblemError for any other */
export async function settled(asked: Promise<Answer<unknown>>): Promise<void> {
  const answer = await asked;
  if (!answer.response.ok) await answered(Promise.resolve(answer));
}

/** A new Idempotency-Key. (randomUUID exists only on pages that came over TLS or from this machine.) */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
