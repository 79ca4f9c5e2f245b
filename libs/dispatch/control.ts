import type { Channel } from 'amqplib';
import { z } from 'zod';

/** The exchange that reaches every worker. */
export const BROADCAST = 'broadcast';

/** The exchange by which workers say what they consume. */
export const ANNOUNCEMENTS = 'warrener.announcements';

/** How often a worker announces itself, milliseconds. */
export const ANNOUNCE_EVERY_MS = 10_000;

/** Unread messages kept for one listener; the oldest go first. */
const MAX_UNREAD = 1_000;

const text = z.string().min(1).max(255);
const to = z.strictObject({ pool: text.optional(), worker: text.optional() }).optional();

/** The schema of what running workers are told. */
export const Control = z.discriminatedUnion('type', [
  /** A job was cancelled: whoever runs a step of it may look. */
  z.strictObject({ type: z.literal('abort'), to, job: text }),
  z.strictObject({
    type: z.literal('log_level'),
    to,
    level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
  /** The order of a pool's queues; `priority` is a list as `parsePriorityList` takes it. */
  z.strictObject({ type: z.literal('reload'), to, priority: z.string().max(60_000) }),
  /** Begin nothing more, until `resume`. What has begun goes on. */
  z.strictObject({ type: z.literal('drain'), to }),
  z.strictObject({ type: z.literal('resume'), to }),
  /** Announce yourself now. */
  z.strictObject({ type: z.literal('report'), to }),
]);

/** What running workers are told. Without `to` it is for all of them. */
export type Control = z.infer<typeof Control>;

/** The schema of what a worker says of itself. */
export const Announcement = z.strictObject({
  worker: text,
  pool: text,
  host: z.string(),
  pid: z.number().int(),
  /** RFC 3339. */
  started_at: z.string(),
  /** `stopped` is its last word. */
  state: z.enum(['working', 'draining', 'stopped']),
  /** What it consumes, the most urgent first; a list as `parsePriorityList` takes it. */
  priority: z.string(),
  /** The environment of the worker says so: a pool's list does not change it. */
  fixed: z.boolean(),
  slots: z.number().int(),
  /** Messages it is handling. */
  running: z.number().int(),
  /** Messages it holds that have not begun. */
  unbegun: z.number().int(),
  /** Queues it has a subscription to at the moment. */
  consumed: z.array(z.string()),
});

/** What a worker is and does. */
export type Announcement = z.infer<typeof Announcement>;

/** What a message says, if it says anything: one from a newer version may not. */
export function readControl(content: Buffer): Control | undefined {
  return read(Control, content);
}

export function readAnnouncement(content: Buffer): Announcement | undefined {
  return read(Announcement, content);
}

/** Both exchanges are there afterwards. */
export async function declareControl(channel: Pick<Channel, 'assertExchange'>): Promise<void> {
  for (const exchange of [BROADCAST, ANNOUNCEMENTS]) {
    await channel.assertExchange(exchange, 'fanout', { durable: true });
  }
}

/** Reads an exchange over a queue of one's own, which is gone with the channel. */
export async function listenTo(
  channel: Channel,
  exchange: string,
  take: (content: Buffer) => void,
): Promise<void> {
  const { queue } = await channel.assertQueue('', {
    durable: false,
    exclusive: true,
    autoDelete: true,
    arguments: { 'x-queue-type': 'classic', 'x-max-length': MAX_UNREAD, 'x-overflow': 'drop-head' },
  });
  await channel.bindQueue(queue, exchange, '');
  // Not acknowledged: a control message is worth something now or not at all, and no prefetch holds it up.
  await channel.consume(queue, (message) => message !== null && take(message.content), { noAck: true });
}

function read<T>(schema: z.ZodType<T>, content: Buffer): T | undefined {
  try {
    const result = schema.safeParse(JSON.parse(content.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
