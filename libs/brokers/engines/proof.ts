import type { Credentials, Progress } from './engine.ts';
import { done } from './engine.ts';

/** How one login went. Only an answer counts as a refusal: a server that is away proves nothing. */
export type Login =
  | { readonly kind: 'worked' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** Tries to log in and to use the broker; null is somebody without a name. Rejects when the signal is aborted. */
export type LogIn = (credentials: Credentials | null, signal: AbortSignal) => Promise<Login>;

/** Somebody who must not get in. */
export interface Stranger {
  /** As in "lets in …". */
  readonly who: string;
  readonly credentials: Credentials | null;
}

/** The administrator with another password than the one that was set. */
export const withWrongPassword = (credentials: Credentials): Stranger => ({
  who: 'the administrator with a wrong password',
  credentials: { ...credentials, adminPassword: `not-${credentials.adminPassword}` },
});

/**
 * Whether the administrator gets in and strangers do not.
 *
 * @param what who is asked, as in "RabbitMQ at 10.0.0.5:5672"
 * @throws the signal's reason where it was aborted
 */
export async function proveLogins(
  what: string,
  logIn: LogIn,
  { credentials, strangers }: { readonly credentials: Credentials; readonly strangers: readonly Stranger[] },
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Progress> {
  const attempt = async (as: Credentials | null): Promise<Login> => {
    signal.throwIfAborted();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await unlessAborted(limit, logIn(as, limit));
    } catch (error) {
      signal.throwIfAborted();
      if (!limit.aborted) throw error;
      return { kind: 'no-answer', reason: `${what} does not answer within ${timeoutMs / 1000} s.` };
    }
  };
  const own = await attempt(credentials);
  if (own.kind === 'refused') return { kind: 'failed', reason: `${what} refuses the administrator’s login.` };
  if (own.kind === 'broken') return { kind: 'failed', reason: own.reason };
  if (own.kind === 'no-answer') return { kind: 'not-yet', reason: own.reason };
  for (const stranger of strangers) {
    const login = await attempt(stranger.credentials);
    if (login.kind === 'no-answer') return { kind: 'not-yet', reason: login.reason };
    if (login.kind !== 'refused') return { kind: 'failed', reason: `${what} lets in ${stranger.who}.` };
  }
  return done;
}

/** Settles like the promise, or rejects as soon as the signal is aborted. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
