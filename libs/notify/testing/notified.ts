import { readdir, readFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { EventLog, Projector, schemaDirectory as logSchema, write } from '#event-log';
import type { StreamType } from '#event-log';
import pg from 'pg';
import { freshDatabase } from '../../../test/support/services.ts';
import { webhookChannel } from '../channels/webhooks.ts';
import type { RetryPolicy } from '../core/retries.ts';
import type { WebhookSettings } from '../core/webhook.ts';
import { Follower } from '../follower.ts';
import { schemaDirectory } from '../index.ts';
import type { Logger } from '../logger.ts';
import { AddressGuard } from '../webhooks/address-guard.ts';
import type { Resolve } from '../webhooks/address-guard.ts';
import { Deliverer } from '../webhooks/deliverer.ts';
import type { PostTimeouts } from '../webhooks/post.ts';
import { Poster } from '../webhooks/post.ts';
import type { WebhookWorld } from '../webhooks/request.ts';
import { createWebhook } from '../webhooks/request.ts';
import { WebhookSecrets } from '../webhooks/secrets.ts';
import { webhooksProjection } from '../webhooks/streams.ts';

/** Quick enough to be waited for; the shape is the ordinary one's. */
export const quick: RetryPolicy = {
  pausesMs: [50, 100, 200],
  giveUpAfterMs: 60_000,
  disableAfterMs: 60_000,
  maxRestMs: 200,
};

export interface NotifiedOptions {
  readonly retries?: RetryPolicy;
  readonly timeouts?: PostTimeouts;
  readonly allow?: readonly string[];
  readonly resolve?: Resolve;
}

interface BrokerFact {
  readonly type: string;
  readonly [key: string]: string;
}

/** Brokers as far as they are told of; nobody folds them here. */
const brokerStream: StreamType<object, BrokerFact> = {
  kind: 'broker',
  stateVersion: 1,
  initial: () => ({}),
  evolve: (state) => state,
};

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A log, and everything that tells tenant `t` of it by webhooks, without Redis: the sweep finds what is due. */
export interface Notified extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly log: EventLog;
  readonly world: WebhookWorld;
  /** Creates a webhook of tenant `t`, and returns its id and secret. */
  webhook(url: string, settings?: Partial<WebhookSettings>): Promise<{ id: string; secret: string }>;
  /** Something happens to brokers of tenant `t`: `count` facts each. */
  happen(brokers: readonly string[], count: number): Promise<void>;
}

export async function openNotified(options: NotifiedOptions = {}): Promise<Notified> {
  const database = await freshDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 20 });
  for (const directory of [logSchema, schemaDirectory])
    for (const file of (await readdir(directory)).sort())
      await pool.query(await readFile(new URL(file, directory), 'utf8'));
  const log = new EventLog(pool);
  const world = { log, secrets: new WebhookSecrets(pool, randomBytes(32)) };
  const retries = options.retries ?? quick;
  const poster = new Poster(
    new AddressGuard(options.allow ?? ['127.0.0.0/8'], options.resolve),
    options.timeouts,
  );
  const deliverer = new Deliverer({
    pool,
    world,
    poster,
    retries,
    wakeAt: () => Promise.reject(new Error('there is no Redis here')),
    logger: silent,
    sweepMs: 50,
  });
  const projector = new Projector(pool, log, [webhooksProjection]);
  const channel = webhookChannel({
    pool,
    source: 'urn:warrener:test',
    giveUpAfterMs: retries.giveUpAfterMs,
    refreshWebhooks: () => projector.catchUp(),
    wake: async (webhooks) => webhooks.forEach((webhook) => deliverer.wake(webhook)),
  });
  const follower = new Follower(pool, log, channel, silent);
  projector.start();
  follower.start();
  deliverer.start();
  return {
    pool,
    log,
    world,
    webhook: async (url, settings = {}) => {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const all = { url, types: ['broker.*', 'webhook.test'], description: '', paused: false, ...settings };
      const made = await createWebhook(world, 't', all, secret, () => []);
      if (made === 'conflict') throw new Error('a webhook with a new id met another');
      return { id: made.id, secret };
    },
    happen: async (brokers, count) => {
      for (const broker of brokers) {
        const stream = `broker-${broker}`;
        const known = await log.load(brokerStream, stream);
        const requested =
          known === undefined ? [{ type: 'BrokerRequested', job: randomUUID(), name: broker }] : [];
        const facts = Array.from({ length: count - requested.length }, () => ({
          type: 'BrokerLaunchStarted',
          job: randomUUID(),
        }));
        const target = known ?? { stream, tenant: 't' };
        const { ok } = await log.append({ writes: [write(brokerStream, target, [...requested, ...facts])] });
        if (!ok) throw new Error('somebody else wrote to the broker');
      }
    },
    [Symbol.asyncDispose]: async () => {
      await follower.stop();
      await projector.stop();
      const stopped = deliverer.stop();
      await poster.close();
      await stopped;
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
