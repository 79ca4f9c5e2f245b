import { z } from 'zod';
import type { SkipReason, SourceMessage } from './source.ts';

/** What may be public of the notifications about one kind of thing: these fields, and nothing else. */
interface Shown {
  readonly types: RegExp;
  /** Shown as opaque ids. */
  readonly resource: string;
  readonly project: string;
  /** Shown as they are, where they are a word. */
  readonly words: readonly string[];
}

/** The allow-list. A type that is not here is never told. */
const shown: readonly Shown[] = [
  {
    types: /^compute\.instance\.[a-z_.]+$/,
    resource: 'instance_id',
    project: 'tenant_id',
    words: ['state', 'state_description', 'old_state', 'old_task_state', 'new_task_state'],
  },
  { types: /^volume\.[a-z_.]+$/, resource: 'volume_id', project: 'tenant_id', words: ['status'] },
  { types: /^image\.[a-z_.]+$/, resource: 'id', project: 'owner', words: ['status'] },
];

/** Raised when a field goes or changes its meaning. */
const SCHEMA_VERSION = 1;
const WORD = /^[a-z][a-z_ -]{0,39}$/;

const Envelope = z.object({ 'oslo.version': z.string(), 'oslo.message': z.string() });
const Notification = z.object({
  message_id: z.string().regex(/^[\w-]{1,64}$/),
  event_type: z.string().min(1).max(100),
  priority: z.string().regex(/^[A-Za-z]{1,20}$/),
  /** UTC: "2026-03-01 12:00:00.123456". */
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?$/),
  payload: z.record(z.string(), z.unknown()),
});

/**
 * An oslo.messaging notification as the firehose tells it, to `openstack/<service>/<event_type>`. Besides what is on the
 * allow-list it holds the caller's token, addresses, names and hosts: none of that is looked at.
 *
 * @param service the exchange it came by: each service has its own
 */
export function notificationMessage(
  content: Buffer,
  service: string,
  opaque: (text: string) => string,
): SourceMessage | SkipReason {
  const { success, data } = Notification.safeParse(unwrap(parse(content.toString('utf8'))));
  if (!success) return 'malformed';
  const about = shown.find(({ types }) => types.test(data.event_type));
  if (about === undefined) return 'not public';
  const { payload } = data;
  const words = about.words.flatMap((name) => {
    const value = payload[name];
    return typeof value === 'string' && WORD.test(value) ? [[name, value] as const] : [];
  });
  const hidden = (name: string): string | null => {
    const value = payload[name];
    return typeof value === 'string' && value !== '' ? opaque(value) : null;
  };
  return {
    path: [service, data.event_type],
    body: {
      schema_version: SCHEMA_VERSION,
      id: data.message_id,
      time: `${data.timestamp.replace(' ', 'T').replace(/Z$/, '')}Z`,
      service,
      event_type: data.event_type,
      priority: data.priority.toLowerCase(),
      resource: hidden(about.resource),
      project: hidden(about.project),
      ...Object.fromEntries(words),
    },
  };
}

/** Out of the envelope, where it has one: the driver `messagingv2` makes one, `messaging` does not. */
function unwrap(json: unknown): unknown {
  const { success, data } = Envelope.safeParse(json);
  return success ? parse(data['oslo.message']) : json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
