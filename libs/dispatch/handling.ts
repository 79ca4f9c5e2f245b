import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import { idOf } from './message.ts';
import type { Delivery, Verdict } from './queue-channel.ts';

/** What a handler can know of a message beside its body. */
export interface DeliveryInfo {
  readonly queue: string;
  /** As its publisher gave it. */
  readonly messageId: string | undefined;
  /** Whether it was delivered before: it may have been handled, wholly or in part, or have been given back unbegun. */
  readonly redelivered: boolean;
}

/** Handles a message. Resolving acknowledges it; rejecting gives it back after a pause. */
export type Handler = (body: unknown, delivery: DeliveryInfo) => Promise<void>;

export interface HandlingOptions {
  readonly handler: Handler;
  readonly logger: Logger;
  /** Pause before a message whose handling failed is given back; doubles with each failure, milliseconds. @default 1_000 */
  readonly failurePauseMs?: number;
  /** Longest such pause, milliseconds. @default 15_000 */
  readonly maxFailurePauseMs?: number;
  /** Failures in this process after which a message is parked. @default 20 */
  readonly maxFailures?: number;
}

/** A message that is being handled. Neither promise rejects. */
export interface Run {
  /** Resolves as soon as the handler has ended. */
  readonly outcome: Promise<'handled' | 'failed' | 'hopeless'>;
  /** Resolves when the message is to be answered: after a failure, when its pause is over. */
  readonly verdict: Promise<Verdict>;
}

/** Messages whose failures are remembered; the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;

/** Runs the handler, and decides what becomes of a message whose handling fails. */
export class Handling {
  readonly #options: HandlingOptions;
  readonly #stopping: AbortSignal;
  readonly #runs = new Set<Promise<Verdict>>();
  /** Those whose message has an id, by it. */
  readonly #underWay = new Map<string, Run>();
  readonly #failures = new Map<string, number>();

  constructor(options: HandlingOptions, stopping: AbortSignal) {
    this.#options = options;
    this.#stopping = stopping;
  }

  /** Messages that are being handled, or rest after a failure. */
  get count(): number {
    return this.#runs.size;
  }

  /** Resolves when nothing is being handled any more. */
  async idle(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  /** How the same message is faring, if it is being handled. */
  of(delivery: Delivery): Promise<Verdict> | undefined {
    return this.#underWay.get(identity(delivery) ?? '')?.verdict;
  }

  /** Handles a message, or waits with the same one that is being handled already. */
  begin(delivery: Delivery): Run {
    const id = identity(delivery);
    const same = id === undefined ? undefined : this.#underWay.get(id);
    if (same !== undefined) return same;
    const outcome = this.#handle(delivery);
    const verdict = outcome.then(async (result) => this.#judge(result, delivery));
    const run = { outcome, verdict };
    this.#runs.add(verdict);
    if (id !== undefined) this.#underWay.set(id, run);
    void verdict.then(() => {
      this.#runs.delete(verdict);
      if (id !== undefined) this.#underWay.delete(id);
    });
    return run;
  }

  /** A pause that grows with the failures before it; cut short when stopping. Never rejects. */
  async pause(failures: number): Promise<void> {
    const { failurePauseMs = 1_000, maxFailurePauseMs = 15_000 } = this.#options;
    const pause = Math.min(maxFailurePauseMs, failurePauseMs * 2 ** failures);
    const jittered = pause / 2 + (pause / 2) * Math.random();
    await sleep(jittered, undefined, { signal: this.#stopping }).catch(() => undefined); // stopping
  }

  async #handle(delivery: Delivery): Promise<'handled' | 'failed' | 'hopeless'> {
    const { handler, logger, maxFailures = 20 } = this.#options;
    const { queue, message } = delivery;
    const messageId = idOf(message);
    let body: unknown;
    try {
      body = JSON.parse(message.content.toString('utf8'));
    } catch {
      logger.error({ queue, messageId }, 'a message is not JSON; it is parked');
      return 'hopeless';
    }
    try {
      const info = { queue, messageId, redelivered: message.fields.redelivered };
      const traced = propagation.extract(ROOT_CONTEXT, message.properties.headers ?? {});
      await context.with(traced, () => handler(body, info));
      if (this.#failures.size > 0) this.#failures.delete(failureKey(delivery));
      return 'handled';
    } catch (error) {
      const failures = this.#countFailure(delivery);
      if (failures < maxFailures) {
        logger.error({ error, queue, messageId }, 'a message could not be handled; it comes again');
        return 'failed';
      }
      logger.error(
        { error, queue, messageId, failures },
        'a message could not be handled too often; it is parked',
      );
      return 'hopeless';
    }
  }

  async #judge(outcome: 'handled' | 'failed' | 'hopeless', delivery: Delivery): Promise<Verdict> {
    if (outcome === 'handled') return 'done';
    if (outcome === 'hopeless') return 'park';
    // It returns to the head of its queue: without a pause a log that is down would make it spin.
    await this.pause((this.#failures.get(failureKey(delivery)) ?? 1) - 1);
    return 'back';
  }

  /**
   * Counted here and not by the broker: its count has in it how often a message was given back unbegun, which must bring
   * none to where it is parked.
   */
  #countFailure(delivery: Delivery): number {
    const key = failureKey(delivery);
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.delete(key);
    if (failures < (this.#options.maxFailures ?? 20)) this.#failures.set(key, failures);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_REMEMBERED && oldest !== undefined) this.#failures.delete(oldest);
    return failures;
  }
}

function identity({ queue, message }: Delivery): string | undefined {
  const id = idOf(message);
  return id === undefined ? undefined : `${queue}/${id}`;
}

function failureKey(delivery: Delivery): string {
  return (
    identity(delivery) ??
    `${delivery.queue}#${createHash('sha256').update(delivery.message.content).digest('base64')}`
  );
}
