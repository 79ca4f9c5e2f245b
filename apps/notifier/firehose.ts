import type { Channel } from '#notify';
import {
  firehoseChannel,
  FirehosePublisher,
  FirehoseWatch,
  opaqueIds,
  openSources,
  sourceOf,
  sourceVariables,
} from '#notify';
import type { Logger, Variables } from '#platform';

/** What the firehose needs from the environment. */
export const firehoseVariables = [
  'MQTT_URL',
  'MQTT_READ_URL',
  'WARRENER_SECRET_KEY',
  ...sourceVariables,
] as const;

/** Everything that writes to the firehose. */
export interface Firehose {
  /** Warrener's own events; none where there is no firehose. */
  readonly channels: readonly Channel[];
  start(): void;
  stop(): Promise<void>;
  /** Whether everybody who should be heard on it is, each in a sentence. */
  health(): Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

/**
 * The firehose, as far as it is configured.
 *
 * @param isNamed whether a tenant lets its names be read by everybody
 * @throws ConfigError where a source is configured by halves
 */
export async function openFirehose(
  config: Pick<Variables, (typeof firehoseVariables)[number]>,
  isNamed: (tenant: string) => Promise<boolean>,
  logger: Logger,
): Promise<Firehose> {
  const opaque = opaqueIds(Buffer.from(config.WARRENER_SECRET_KEY, 'base64'));
  const bridges = await openSources(config, { opaque, logger });
  const { MQTT_URL: url, MQTT_READ_URL: readUrl } = config;
  const publisher =
    url === undefined ? undefined : new FirehosePublisher({ url, prefix: 'warrener', logger });
  const publishers = [...(publisher ? ['warrener'] : []), ...bridges.map(({ name }) => name)];
  const watch =
    readUrl === undefined || publishers.length === 0
      ? undefined
      : new FirehoseWatch({ url: readUrl, publishers, logger });
  const source = sourceOf(config.WARRENER_INSTALLATION);
  const all = [publisher, ...bridges, watch].filter((one) => one !== undefined);
  return {
    channels: publisher === undefined ? [] : [firehoseChannel({ publisher, source, opaque, isNamed })],
    start: () => {
      for (const one of all) one.start();
      logger.info({ publishers }, publishers.length === 0 ? 'there is no firehose' : 'the firehose is open');
    },
    stop: async () => {
      await watch?.stop();
      await Promise.all(all.map((one) => one.stop()));
    },
    health: () => ({
      ...(publisher && { warrener: publisher.health() }),
      ...Object.fromEntries(bridges.map((bridge) => [bridge.name, bridge.health()])),
      ...(watch && { watch: watch.check() }),
    }),
  };
}
