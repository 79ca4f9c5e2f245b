import { ConfigError } from '#platform';
import type { Variables } from '#platform';
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { notificationMessage } from './notification.ts';
import { MAX_MESSAGE_BYTES } from './source.ts';
import type { Inlet, OpenedSource, Source, SourceMessage } from './source.ts';

interface OpenStackOptions {
  /** OpenStack's own RabbitMQ. */
  readonly url: string;
  /** The services' exchanges, as `control_exchange` names them. */
  readonly exchanges: readonly string[];
  /** Our queue there. */
  readonly queue: string;
  /** Makes opaque ids of ids. */
  readonly opaque: (text: string) => string;
}

type OpenStackConfig = Pick<
  Variables,
  | 'MQTT_OPENSTACK_URL'
  | 'WARRENER_NOTIFICATIONS_URL'
  | 'WARRENER_NOTIFICATIONS_EXCHANGES'
  | 'WARRENER_INSTALLATION'
>;

/** Undefined where no OpenStack is named. */
export function openOpenStack(
  config: OpenStackConfig,
  opaque: (text: string) => string,
): OpenedSource | undefined {
  const { MQTT_OPENSTACK_URL: to, WARRENER_NOTIFICATIONS_URL: url } = config;
  if (url === undefined) return undefined;
  if (to === undefined)
    throw new ConfigError('MQTT_OPENSTACK_URL is not set, though WARRENER_NOTIFICATIONS_URL is.');
  const queue = `warrener-firehose-${config.WARRENER_INSTALLATION}`;
  return {
    url: to,
    source: openstack({ url, exchanges: config.WARRENER_NOTIFICATIONS_EXCHANGES, queue, opaque }),
  };
}

const CONNECT_TIMEOUT_MS = 10_000;
const OPEN_TIMEOUT_MS = 15_000;
const HEARTBEAT_S = 15;
const PREFETCH = 100;
const KEY = 'notifications.*';

/** OpenStack's RabbitMQ must never suffer because nobody reads the firehose. */
const MAX_LENGTH = 10_000;
const QUEUE = {
  durable: true,
  arguments: {
    'x-queue-type': 'classic',
    'x-max-length': MAX_LENGTH,
    'x-max-length-bytes': 64 * 1024 * 1024,
    'x-overflow': 'drop-head',
    'x-expires': 7 * 24 * 60 * 60 * 1_000, // without a reader
  },
};

/**
 * What OpenStack's services notify of, out of a queue of our own beside theirs: whoever else reads notifications gets
 * them, too. What comes while this is away waits in the queue, up to 10,000 of them.
 */
function openstack({ url, exchanges, queue, opaque }: OpenStackOptions): Source {
  return {
    name: 'openstack',
    read: async (inlet, signal) => {
      const socket = new AbortController();
      const lost = failure();
      const abort = (): void => lost.fail(signal.reason as Error);
      signal.addEventListener('abort', abort);
      const timer = setTimeout(
        () => lost.fail(new Error("OpenStack's RabbitMQ does not answer.")),
        OPEN_TIMEOUT_MS,
      );
      try {
        const connection = await lost.or(opened(url, socket.signal));
        connection.on('error', lost.fail);
        connection.once('close', () => lost.fail(new Error("OpenStack's RabbitMQ closed the connection.")));
        const channel = await lost.or(connection.createChannel());
        channel.on('error', lost.fail);
        channel.once('close', () => lost.fail(new Error("OpenStack's RabbitMQ closed the channel.")));
        const waiting = await lost.or(subscribed(channel, exchanges, queue));
        const inbox = new Inbox(() => lost.fail(new Error(`The queue ${queue} was deleted.`)));
        await lost.or(channel.consume(queue, (message) => inbox.put(message)));
        clearTimeout(timer);
        inlet.connected({ missed: waiting >= MAX_LENGTH });
        for (;;) {
          const messages = await lost.or(inbox.take());
          await lost.or(inlet.tell(messages.flatMap((message) => told(message, opaque, inlet))));
          channel.ack(messages.at(-1) as ConsumeMessage, true);
        }
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        socket.abort();
      }
    },
  };
}

async function opened(url: string, signal: AbortSignal): Promise<ChannelModel> {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  const socketOptions = {
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: 'warrener firehose' },
    signal,
  };
  try {
    return await connect(target.toString(), socketOptions);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`OpenStack's RabbitMQ at ${target.host} cannot be reached (${reason}).`, {
      cause: error,
    });
  }
}

/** Sees to the queue and its bindings; a restart of RabbitMQ takes exchanges that are not durable, and bindings to them. */
async function subscribed(channel: Channel, exchanges: readonly string[], queue: string): Promise<number> {
  await channel.prefetch(PREFETCH);
  const { messageCount } = await channel.assertQueue(queue, QUEUE);
  for (const exchange of exchanges) await channel.bindQueue(queue, exchange, KEY);
  return messageCount;
}

function told(
  { content, fields }: ConsumeMessage,
  opaque: (text: string) => string,
  inlet: Inlet,
): SourceMessage[] {
  const message =
    content.length > MAX_MESSAGE_BYTES ? 'oversized' : notificationMessage(content, fields.exchange, opaque);
  if (typeof message !== 'string') return [message];
  inlet.skip(message);
  return [];
}

/** What has come and is not taken; RabbitMQ sends no more than `PREFETCH` before an acknowledgement. */
class Inbox {
  readonly #onCancel: () => void;
  #messages: ConsumeMessage[] = [];
  #wake: () => void = () => undefined;

  constructor(onCancel: () => void) {
    this.#onCancel = onCancel;
  }

  put(message: ConsumeMessage | null): void {
    if (message === null) {
      this.#onCancel();
      return;
    }
    this.#messages.push(message);
    this.#wake();
  }

  /** All of them, once there is one. */
  async take(): Promise<ConsumeMessage[]> {
    if (this.#messages.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#messages.splice(0);
  }
}

interface Failure {
  readonly fail: (error: Error) => void;
  /** The work's result, unless there is a failure first. */
  or<Value>(work: Promise<Value>): Promise<Value>;
}

function failure(): Failure {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined); // nobody may be waiting just then
  return {
    fail,
    or: (work) => {
      work.catch(() => undefined); // after a failure nobody looks at it
      return Promise.race([work, failed]);
    },
  };
}
