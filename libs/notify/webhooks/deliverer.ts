import { Loop } from '#event-log';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { RetryPolicy } from '../core/retries.ts';
import { pauseMs, restMs, retryAfterMs } from '../core/retries.ts';
import type { Logger } from '../logger.ts';
import { Gather } from './gather.ts';
import type { Due, Lane } from './lane.ts';
import { clearLane, overdueLanes, releaseLanes, restLane, skipOwed, takeLane } from './lane.ts';
import type { Attempt, Poster } from './post.ts';
import type { WebhookWorld } from './request.ts';
import { disableWebhook } from './request.ts';
import type { Settlement } from './settle.ts';
import { settle } from './settle.ts';
import { signed } from './signature.ts';

export interface DelivererOptions {
  readonly pool: Pool;
  readonly world: WebhookWorld;
  readonly poster: Poster;
  readonly retries: RetryPolicy;
  /** Has `wake` called at that moment, in one of the processes. May reject; the sweep finds what it missed. */
  readonly wakeAt: (at: Date, webhook: string) => Promise<void>;
  readonly logger: Logger;
  /** Pause between two looks for what is overdue and nobody works on, milliseconds. @default 2_000 */
  readonly sweepMs?: number;
}

/** Requests to one receiver at once; one that fails gets a single one. */
const IN_FLIGHT = 10;
/** Longest a round begins new requests, milliseconds; with the last one's time-out it stays below the lease. */
const ROUND_MS = 5_000;
/** Lanes worked on at once, a fuse for the memory; what comes beyond is found by a sweep. */
const MAX_ACTIVE = 2_000;
/** Deliveries of one round, and of the rounds of all lanes together. */
const ROUND = 1_000;
const ALL_ROUNDS = 50_000;
const SWEPT_AT_ONCE = 500;
const HELD_ELSEWHERE_MS = 1_000;
/** Failures in a row after which a success is news: what waits for its next try need not wait any longer. */
const ABSENT_AFTER = 3;
const GONE = 410;

/**
 * Sends what is owed. Each webhook has a lane of its own: one process sends over it at a time, each broker's events in
 * order, a few brokers at once; whatever its receiver does, no other lane waits for it. What is owed stands in
 * PostgreSQL; a wake-up only says where to look, and a sweep finds what no wake-up came for.
 *
 * Starts once; `stop()` waits for the requests under way, may be called twice, or before `start()`.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #settlements: Gather<Settlement>;
  readonly #releases: Gather<string>;
  readonly #sweep: Loop;
  readonly #holder = randomUUID();
  readonly #active = new Map<string, Active>();
  #stopping = false;

  constructor(options: DelivererOptions) {
    this.#options = options;
    const { pool } = options;
    this.#settlements = new Gather((settlements) => settle(pool, settlements));
    this.#releases = new Gather((webhooks) => releaseLanes(pool, webhooks, this.#holder));
    this.#sweep = new Loop(() => this.#lookForOverdue());
  }

  start(): void {
    this.#sweep.start();
  }

  /** Something may be owed to this webhook. */
  wake(webhook: string): void {
    if (this.#stopping) return;
    const known = this.#active.get(webhook);
    if (known !== undefined) {
      known.again = true;
      return;
    }
    if (this.#active.size >= MAX_ACTIVE) return;
    const active: Active = { again: false, unsettled: new Map(), done: Promise.resolve() };
    this.#active.set(webhook, active);
    active.done = this.#work(webhook, active);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#sweep.stop();
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  /** Works a lane until nothing can be sent over it now. Never rejects. */
  async #work(webhook: string, active: Active): Promise<void> {
    const { logger } = this.#options;
    let next: Next = {};
    try {
      do {
        active.again = false;
        next = await this.#round(webhook, active.unsettled);
      } while (!this.#stopping && (next.more === true || (wasWoken(active) && next.wakeAt === undefined)));
      await Promise.all(active.unsettled.values());
      await this.#releases.add(webhook);
    } catch (error) {
      logger.warn({ error, webhook }, 'deliveries stopped short; the sweep takes them up again');
    }
    this.#active.delete(webhook);
    if (next.wakeAt !== undefined) await this.#wakeLater(webhook, next.wakeAt);
    else if (wasWoken(active)) this.wake(webhook); // while the lane was let go of
  }

  /** Sends what may be sent now, up to a round. */
  async #round(webhook: string, unsettled: Unsettled): Promise<Next> {
    const { pool } = this.#options;
    if (unsettled.size > ROUND) await Promise.all(unsettled.values());
    const limit = Math.min(ROUND, Math.ceil(ALL_ROUNDS / this.#active.size));
    const taken = await takeLane(pool, webhook, this.#holder, limit, [...unsettled.keys()]);
    if (taken === undefined) return { wakeAt: Date.now() + HELD_ELSEWHERE_MS };
    const { lane, due } = taken;
    if (lane.webhook.status === 'disabled' || lane.webhook.status === 'deleted') {
      await skipOwed(pool, webhook);
      return {};
    }
    if (lane.webhook.status === 'paused' || due.length === 0) return {};
    if (lane.restUntil !== null && lane.restUntil > Date.now()) return { wakeAt: lane.restUntil };
    const { failure, succeeded } = await this.#send(lane, due, unsettled);
    if (failure !== undefined || lane.failures > 0) await Promise.all(unsettled.values());
    if (failure !== undefined) return this.#afterFailure(lane, failure, succeeded);
    if (lane.failures > 0 && succeeded) {
      await clearLane(pool, webhook, lane.failures >= ABSENT_AFTER);
      return { more: true };
    }
    return { more: due.length === limit };
  }

  /** Sends a round, each key in order, and stops at the first failure. */
  async #send(
    lane: Lane,
    due: readonly Due[],
    unsettled: Unsettled,
  ): Promise<{ failure: Attempt | undefined; succeeded: boolean }> {
    const keys = lane.secrets.map((secret) => this.#options.world.secrets.key(secret));
    const queues = byKey(due).values();
    const deadline = Date.now() + ROUND_MS;
    let failure: Attempt | undefined;
    let succeeded = false;
    const runner = async (): Promise<void> => {
      for (const queue of queues) {
        for (const delivery of queue) {
          if (failure !== undefined || this.#stopping || Date.now() > deadline) return;
          const headers = signed(delivery.eventId, Math.floor(Date.now() / 1_000), delivery.body, keys);
          const attempt = await this.#options.poster.post(lane.webhook.url, delivery.body, headers);
          if (attempt.error !== null && this.#isStopping()) return; // cut off by us: it stays owed
          if (attempt.error === null) succeeded = true;
          else failure = attempt;
          const settled = this.#settlements.add(this.#settlement(delivery, attempt));
          settled.then(
            () => unsettled.delete(delivery.id),
            () => undefined, // it stays, for whom awaits all of them
          );
          unsettled.set(delivery.id, settled);
        }
      }
    };
    const runners = lane.failures > 0 ? 1 : IN_FLIGHT;
    await Promise.all(Array.from({ length: runners }, runner));
    return { failure, succeeded };
  }

  #isStopping(): boolean {
    return this.#stopping;
  }

  #settlement(delivery: Due, attempt: Attempt): Settlement {
    const number = delivery.attempts + 1;
    const common = { delivery: delivery.id, number, attempt, dueAt: null };
    if (attempt.error === null) return { ...common, status: 'delivered' };
    const now = Date.now();
    const pause = pauseMs(this.#options.retries, delivery.tries + 1, Math.random());
    const dueAt = now + Math.max(pause, retryAfterMs(attempt.retryAfter, now) ?? 0);
    if (attempt.status === GONE || dueAt > delivery.giveUpAt) return { ...common, status: 'failed' };
    return { ...common, status: 'pending', dueAt: new Date(dueAt) };
  }

  async #afterFailure(lane: Lane, failure: Attempt, succeeded: boolean): Promise<Next> {
    const { pool, retries, world, logger } = this.#options;
    const { id } = lane.webhook;
    if (succeeded && lane.failures > 0) await clearLane(pool, id, false);
    const reason = this.#reasonToDisable(lane, failure, succeeded);
    if (reason !== undefined) {
      await disableWebhook(world, id, reason);
      await skipOwed(pool, id);
      logger.warn({ webhook: id, reason }, 'a webhook is disabled');
      return {};
    }
    const rest = restMs(retries, succeeded ? 1 : lane.failures + 1, Math.random());
    const asked = retryAfterMs(failure.retryAfter, Date.now()) ?? 0;
    const restUntil = Date.now() + Math.max(rest, asked);
    await restLane(pool, id, new Date(restUntil));
    return { wakeAt: restUntil };
  }

  #reasonToDisable(lane: Lane, failure: Attempt, succeeded: boolean): string | undefined {
    if (failure.status === GONE) return 'The receiver answered 410 Gone.';
    if (succeeded || lane.failingSince === null) return undefined;
    const failingMs = Date.now() - lane.failingSince;
    if (failingMs < this.#options.retries.disableAfterMs) return undefined;
    const since = new Date(lane.failingSince).toISOString();
    return `No delivery succeeded since ${since}. The last one: ${failure.error ?? 'failed'}.`;
  }

  async #wakeLater(webhook: string, at: number): Promise<void> {
    // Where Redis is away, the sweep finds it.
    await this.#options
      .wakeAt(new Date(at), webhook)
      .catch((error: unknown) => this.#options.logger.debug({ error, webhook }, 'no wake-up could be set'));
  }

  /** Returns how long to pause. */
  async #lookForOverdue(): Promise<number> {
    const { pool, logger, sweepMs = 2_000 } = this.#options;
    try {
      for (const webhook of await overdueLanes(pool, SWEPT_AT_ONCE)) this.wake(webhook);
    } catch (error) {
      logger.warn({ error }, 'could not look for overdue deliveries; trying again');
    }
    return sweepMs;
  }
}

/** What follows a round: `more` can be sent at once, or it makes no sense to look before `wakeAt`. */
interface Next {
  readonly more?: boolean;
  readonly wakeAt?: number;
}

/** What was sent over a lane and is still being written down, by delivery. The next round need not wait for it. */
type Unsettled = Map<string, Promise<void>>;

/** A lane at work; `again` where it was woken meanwhile. */
interface Active {
  again: boolean;
  readonly unsettled: Unsettled;
  done: Promise<void>;
}

const wasWoken = ({ again }: Active): boolean => again;

/** The deliveries of each key, in their order. */
function byKey(due: readonly Due[]): readonly (readonly Due[])[] {
  const queues = new Map<string, Due[]>();
  for (const delivery of due) {
    const queue = queues.get(delivery.key);
    if (queue === undefined) queues.set(delivery.key, [delivery]);
    else queue.push(delivery);
  }
  return [...queues.values()];
}
