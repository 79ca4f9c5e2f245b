import { randomUUID } from 'node:crypto';
import type { BrokerEvent } from '#brokers';
import { Timers, TopicPublisher } from '#dispatch';
import { Projector } from '#event-log';
import type { Channel } from '#notify';
import {
  AddressGuard,
  amqpChannel,
  Deliverer,
  EVENTS_EXCHANGE,
  facts,
  Follower,
  forgetOldDeliveries,
  ordinaryRetries,
  Poster,
  sourceOf,
  webhookChannel,
  WebhookSecrets,
  webhooksProjection,
} from '#notify';
import type { Variables } from '#platform';
import { openPool } from '#platform';
import type { TenantEvent } from '#tenants';
import { loadTenant } from '#tenants';
import type { Runtime } from '#runtime';
import type { JobEvent } from '#workflow';
import type { Firehose } from './firehose.ts';
import { firehoseVariables, openFirehose } from './firehose.ts';

/** What the notifier needs from the environment besides the runtime's variables. */
export const notifierVariables = ['WARRENER_WEBHOOK_ALLOW', ...firehoseVariables] as const;

type NotifierConfig = Pick<
  Variables,
  | (typeof notifierVariables)[number]
  | 'DATABASE_URL'
  | 'AMQP_URL'
  | 'REDIS_URL'
  | 'WARRENER_INSTALLATION'
  | 'WARRENER_SECRET_KEY'
>;

// A fact that nobody tells outside would leave gaps in the sequences: it does not compile.
facts.job satisfies Record<JobEvent['type'], unknown>;
facts.broker satisfies Record<BrokerEvent['type'], unknown>;
facts.tenant satisfies Record<TenantEvent['type'], unknown>;

/** Tells operators whether everybody who should be heard on the firehose is. */
function watchFirehose({ metrics, health }: Runtime, firehose: Firehose): void {
  metrics.lookUp('firehose', [metrics.firehoseHealthy], async () => {
    for (const [publisher, { ok }] of Object.entries(firehose.health()))
      metrics.firehoseHealthy.set({ publisher }, ok ? 1 : 0);
  });
  for (const publisher of Object.keys(firehose.health()))
    health.add({
      name: `firehose-${publisher}`,
      needed: false,
      remedy: `The publisher "${publisher}" of the firehose is not heard: see whether Mosquitto runs, whether MQTT_URL and its like lead to it, and the log.`,
      look: async () => {
        const now = firehose.health()[publisher];
        if (now?.ok !== true) throw new Error(now?.detail);
      },
    });
}

const FORGET_EVERY_MS = 60 * 60 * 1_000;

/** Starts telling what happens, from where each channel stopped. */
export async function startNotifier(
  runtime: Runtime,
  config: NotifierConfig,
): Promise<{ stop(): Promise<void> }> {
  const { log, logger } = runtime;
  // Its own, so that a channel that waits takes no connection from anybody else.
  const pool = openPool(config.DATABASE_URL, {
    name: 'warrener notifier',
    max: 20,
    onError: (error) => logger.warn({ error }, 'an idle database connection broke'),
  });
  const source = sourceOf(config.WARRENER_INSTALLATION);
  const isNamed = async (tenant: string) => (await loadTenant(log, tenant))?.public_names ?? false;
  const firehose = await openFirehose(config, isNamed, logger);
  watchFirehose(runtime, firehose);
  const poster = new Poster(new AddressGuard(config.WARRENER_WEBHOOK_ALLOW));
  const timers: Timers = new Timers({
    redisUrl: config.REDIS_URL,
    prefix: `${config.WARRENER_INSTALLATION}-webhooks`,
    logger,
    onDue: async ({ body }) => deliverer.wake((body as { webhook: string }).webhook),
  });
  const deliverer: Deliverer = new Deliverer({
    pool,
    world: { log, secrets: new WebhookSecrets(pool, Buffer.from(config.WARRENER_SECRET_KEY, 'base64')) },
    poster,
    retries: ordinaryRetries,
    // One wake-up a webhook and moment.
    wakeAt: (at, webhook) =>
      timers.wakeAt(at, { id: `${webhook}-${at.getTime()}`, queue: 'webhooks', body: { webhook } }),
    logger,
  });
  const publisher = new TopicPublisher({ url: config.AMQP_URL, exchange: EVENTS_EXCHANGE, logger });
  const webhooks = new Projector(pool, log, [webhooksProjection], { logger });
  const channels: readonly Channel[] = [
    webhookChannel({
      pool,
      source,
      giveUpAfterMs: ordinaryRetries.giveUpAfterMs,
      refreshWebhooks: () => webhooks.catchUp(),
      wake: async (owed) => {
        const wake = (webhook: string) =>
          timers
            .wakeAt(new Date(), { id: randomUUID(), queue: 'webhooks', body: { webhook } })
            .catch(() => deliverer.wake(webhook)); // Redis is away: then here
        await Promise.all(owed.map(wake));
      },
    }),
    amqpChannel({ source, publish: (messages) => publisher.publish(messages) }),
    ...firehose.channels,
  ];
  const followers = channels.map((channel) => new Follower(pool, log, channel, logger));
  const forget = setInterval(() => {
    forgetOldDeliveries(pool).catch((error: unknown) =>
      logger.warn({ error }, 'old deliveries could not be forgotten; trying again in an hour'),
    );
  }, FORGET_EVERY_MS);

  timers.start();
  publisher.start();
  firehose.start();
  deliverer.start();
  for (const follower of followers) follower.start();
  runtime.onCommit(() => followers.forEach((follower) => follower.nudge()));
  logger.info({ channels: channels.map(({ name }) => name) }, 'the notifier tells what happens');
  return {
    stop: async () => {
      clearInterval(forget);
      await Promise.all(followers.map((follower) => follower.stop()));
      await timers.stop();
      await publisher.stop();
      await firehose.stop();
      const stopped = deliverer.stop();
      await poster.close(); // what it cuts off stays owed
      await stopped;
      await pool.end();
    },
  };
}
