import { createHmac } from 'node:crypto';
import type { EventLog, JsonObject, StreamType, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import type { Caller } from './caller.ts';

/** What a request was answered with. */
export type Answer = { readonly status: number; readonly location: string | null; readonly body: JsonObject };

type RequestEvent = {
  readonly type: 'RequestAnswered';
  readonly fingerprint: string;
  readonly answer: Answer;
};
type RequestState = { readonly fingerprint: string; readonly answer: Answer } | null;

const requestStream: StreamType<RequestState, RequestEvent> = {
  kind: 'request',
  stateVersion: 1,
  initial: () => null,
  evolve: (_state, { fingerprint, answer }) => ({ fingerprint, answer }),
};

/** A request, as far as two of them can be the same one. */
export interface Asked {
  readonly key: string | undefined;
  readonly route: string;
  readonly body: unknown;
}

/** Puts the answer into the append that does the work; none where the caller gave no key. */
export type Remember = (answer: Answer) => readonly StreamWrite[];

const KEY = /^[\x21-\x7e]{1,200}$/;
const MAX_ROUNDS = 10;

/**
 * Idempotency-Key: the first answer is remembered in the log, in the same append as what it did, so that a repeated
 * request has no second effect, however it was cut off.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export class Idempotency {
  readonly #log: EventLog;
  readonly #secret: Buffer;

  /** @param secret keys the fingerprints, so that a remembered request tells nothing about its password */
  constructor(log: EventLog, secret: Buffer) {
    this.#log = log;
    this.#secret = secret;
  }

  /**
   * Does the work once. `work` returns 'conflict' where its append met one; then it is looked again whether somebody else
   * answered this very request.
   *
   * @throws Problem `key-reused` where the key came with another request before; `invalid-request` for an illegal key
   */
  async once(
    caller: Caller,
    asked: Asked,
    work: (remember: Remember) => Promise<Answer | 'conflict'>,
  ): Promise<Answer> {
    const { key } = asked;
    if (key !== undefined && !KEY.test(key)) {
      throw new Problem(
        'invalid-request',
        'Idempotency-Key: expected 1 to 200 printable ASCII characters without spaces.',
        {
          errors: [
            {
              field: 'Idempotency-Key',
              message: 'expected 1 to 200 printable ASCII characters without spaces',
            },
          ],
        },
      );
    }
    const fingerprint = this.#hash(JSON.stringify([asked.route, asked.body]));
    const stream =
      key === undefined ? undefined : `request-${this.#hash(JSON.stringify([caller.tenant, key]))}`;
    const first = async (): Promise<Exclude<RequestState, null> | undefined> =>
      stream === undefined ? undefined : ((await this.#log.load(requestStream, stream))?.state ?? undefined);
    const remember: Remember = (given) =>
      stream === undefined
        ? []
        : [
            write(requestStream, { stream, tenant: caller.tenant }, [
              { type: 'RequestAnswered', fingerprint, answer: given },
            ]),
          ];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = await first();
      if (before !== undefined) return repeated(before, fingerprint);
      try {
        const answer = await work(remember);
        if (answer !== 'conflict') return answer;
      } catch (error) {
        // What stands in the way may be the very thing that the same request, come twice, has just made.
        const meanwhile = await first();
        if (meanwhile === undefined) throw error;
        return repeated(meanwhile, fingerprint);
      }
    }
    throw new Problem('unavailable', 'Too many requests at once for the same thing; try again.');
  }

  /** The same for work that is harmless to repeat: done first, remembered after. */
  async after(caller: Caller, asked: Asked, work: () => Promise<Answer>): Promise<Answer> {
    return this.once(caller, asked, async (remember) => {
      const answer = await work();
      const writes = remember(answer);
      if (writes.length === 0) return answer;
      return (await this.#log.append({ writes })).ok ? answer : 'conflict';
    });
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, 48);
  }
}

function repeated(first: Exclude<RequestState, null>, fingerprint: string): Answer {
  if (first.fingerprint === fingerprint) return first.answer;
  throw new Problem(
    'key-reused',
    'This Idempotency-Key came with another request before. Use a new key for a new request.',
    {
      errors: [{ field: 'Idempotency-Key', message: 'used for another request before' }],
    },
  );
}
