import amqp from 'amqplib';

/** What a worker that is alive says of itself. */
interface WorkerAnnouncement {
  readonly worker: string;
  /** The pool it belongs to; null where it belongs to none. */
  readonly pool: string | null;
  /** The queues on its list, also those it does not consume at this moment because of more urgent ones. */
  readonly queues: readonly string[];
  /** Where its list comes from: the environment wins over the pool. */
  readonly source: 'environment' | 'pool';
}

/** A work queue as RabbitMQ sees it. */
interface QueueStats {
  /** Messages that are ready; not those that workers hold. */
  readonly depth: number;
  readonly consumers: number;
}

/** What the API asks of the workers and of RabbitMQ. */
export interface WorkersPort {
  announcements(): readonly WorkerAnnouncement[];
  /** Null for a queue that does not exist. @throws Error where RabbitMQ does not answer */
  queueStats(names: readonly string[]): Promise<ReadonlyMap<string, QueueStats | null>>;
  /** The queues of a priority list. @throws Error with a sentence that names the item at fault */
  readPriorities(text: string): readonly string[];
  /** Tells the workers of a pool that its list has changed; null where it has none any more. */
  poolChanged(pool: string, priorities: string | null): Promise<void>;
}

const TIMEOUT_MS = 5_000;

/** What can be known by looking at the queues alone; workers that announce themselves and listen know more. */
export const workersByLooking = (amqpUrl: string): WorkersPort => ({
  announcements: () => [],
  queueStats: (names) => queueStats(amqpUrl, names),
  readPriorities,
  poolChanged: async () => undefined,
});

async function queueStats(
  amqpUrl: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, QueueStats | null>> {
  const connection = await amqp.connect(amqpUrl, { timeout: TIMEOUT_MS, noDelay: true });
  connection.on('error', () => undefined); // whatever it does is the rejection of a call as well
  const timer = setTimeout(() => void connection.close().catch(() => undefined), TIMEOUT_MS);
  try {
    const stats = new Map<string, QueueStats | null>();
    for (const name of names) {
      const channel = await connection.createChannel(); // a missing queue closes its channel
      channel.on('error', () => undefined);
      try {
        const { messageCount: depth, consumerCount: consumers } = await channel.checkQueue(name);
        stats.set(name, { depth, consumers });
        await channel.close();
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 404)) throw error;
        stats.set(name, null);
      }
    }
    return stats;
  } finally {
    clearTimeout(timer);
    await connection.close().catch(() => undefined);
  }
}

function readPriorities(text: string): readonly string[] {
  const items = text.split(/[\s,]+/).filter(Boolean);
  if (items.length === 0) throw new Error('the list of queues is empty; name at least one queue');
  const names = items.map((item) => {
    const [name = '', weight = '1', ...more] = item.split(':');
    if (!/^[\w.-]{1,200}$/.test(name) || name.startsWith('amq.') || more.length > 0)
      throw new Error(`"${item}" is no name for a queue; use letters, digits, ".", "_" and "-"`);
    if (!/^[1-9]\d{0,2}$/.test(weight))
      throw new Error(`"${item}" has no good weight; expected a whole number from 1 to 999`);
    return name;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`"${twice}" is listed twice; a queue has one place`);
  return names;
}
