import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `expected a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  });
const mqtt = url('mqtt', 'mqtts', 'ws', 'wss');
const queue = z
  .string()
  .regex(/^[\w.-]{1,200}$/, 'expected queue names of letters, digits, ".", "_" and "-"');
const bytes32 = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    'expected 32 random bytes in base64; `openssl rand -base64 32` makes some',
  );

const cidrs = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .pipe(
    z.array(
      z.union([z.cidrv4(), z.cidrv6()], 'expected ranges like 10.1.0.0/16 or fd00::/8, separated by spaces'),
    ),
  );

/** Every variable Warrener reads, besides OpenStack's own (`OS_*`, `clouds.yaml`). A docstring here is its documentation. */
/** What workers consume that nobody told otherwise: one level, because strict order would starve the later steps. */
export const DEFAULT_QUEUE_PRIORITY = 'warrener.cloud,warrener.config';

const variables = z.object({
  /** Where the event log and the read models live. */
  DATABASE_URL: url('postgres', 'postgresql'),
  /** The RabbitMQ that carries the step messages. */
  AMQP_URL: url('amqp', 'amqps'),
  /** The Redis that keeps the timers. */
  REDIS_URL: url('redis', 'rediss'),
  /** Address the API listens on. */
  WARRENER_API_HOST: z.string().min(1).default('127.0.0.1'),
  /** Port the API listens on; 0 takes a free one. */
  WARRENER_API_PORT: port.default(8080),
  /** What a caller has to present as `Authorization: Bearer …`. At least 24 characters. */
  WARRENER_API_TOKEN: z
    .string()
    .min(24, 'expected at least 24 characters; `openssl rand -hex 24` makes some'),
  /** Keystone project whose administrators are this installation's; those of any other are members of their tenant. */
  WARRENER_ADMIN_PROJECT: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, "expected a project's id")
    .optional(),
  /** Encrypts the secrets at rest: 32 bytes, base64. */
  WARRENER_SECRET_KEY: bytes32,
  /** Names this installation on the resources it makes, so that two of them can share a project. */
  WARRENER_INSTALLATION: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'expected 1 to 40 of a-z, 0-9 and "-"')
    .default('warrener'),
  /** Port of the sshd inside the servers. */
  WARRENER_SSH_PORT: port.default(22),
  /** Work queues this worker consumes, the most urgent first; docs/priority-queues.md. Where set, no pool changes it. */
  QUEUE_PRIORITY: z
    .string()
    .default(DEFAULT_QUEUE_PRIORITY)
    .transform((text) => text.split(/\s+/).filter(Boolean)),
  /** The pool this worker belongs to, whose order of queues it takes over while it runs. */
  WARRENER_WORKER_POOL: z.string().min(1).max(63).default('default'),
  /** Longest wait of queues behind busier ones until one of their messages is let through, milliseconds; 0 for no end. */
  WARRENER_WORKER_AGEING_MS: z.coerce.number().int().min(0).default(0),
  /** Steps one worker process runs at once. */
  WARRENER_WORKER_SLOTS: z.coerce.number().int().min(1).max(1_000).default(20),
  /** Ranges that webhooks may lead to although they are private, as CIDR; none by default. */
  WARRENER_WEBHOOK_ALLOW: cidrs.default([]),
  /** The firehose's Mosquitto, with the user and password of Warrener; without it there is no firehose. */
  MQTT_URL: mqtt.optional(),
  /** The same Mosquitto as readers see it: what is told is listened to there, and a silence raises an alarm. */
  MQTT_READ_URL: mqtt.optional(),
  /** The same as browsers reach it, over WebSocket; the portal reads the firehose there. */
  MQTT_WEBSOCKET_URL: url('ws', 'wss').optional(),
  /** The same, as the publisher of Gerrit's events. */
  MQTT_GERRIT_URL: mqtt.optional(),
  /** The same, as the publisher of OpenStack's notifications. */
  MQTT_OPENSTACK_URL: mqtt.optional(),
  /** A Gerrit whose events the firehose tells, like `ssh://user@review.example.com:29418`. */
  WARRENER_GERRIT_URL: url('ssh').optional(),
  /** File of the private key to log in to Gerrit with. */
  WARRENER_GERRIT_KEY_FILE: z.string().min(1).optional(),
  /** The one host key that Gerrit may show, as a line like `ssh-ed25519 AAAA…`. */
  WARRENER_GERRIT_HOST_KEY: z.string().min(1).optional(),
  /** The RabbitMQ of an OpenStack whose notifications the firehose tells. */
  WARRENER_NOTIFICATIONS_URL: url('amqp', 'amqps').optional(),
  /** The exchanges of its services, separated by spaces: what they call `control_exchange`. */
  WARRENER_NOTIFICATIONS_EXCHANGES: z
    .string()
    .default('nova')
    .transform((text) => text.split(/\s+/).filter(Boolean))
    .pipe(z.array(queue).min(1, 'expected at least one exchange')),
  /** Port for metrics and health, asked for without a token; 0 takes a free one. Without it they are not served. */
  WARRENER_METRICS_PORT: port.optional(),
  /** Address of that port; loopback unless somebody else has to reach it. */
  WARRENER_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  /** Where traces are sent, by OTLP over HTTP; without it there are none. OpenTelemetry's other variables apply too. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
  WARRENER_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Variables = z.infer<typeof variables>;
type Name = keyof Variables;

/** The names of all variables, in the order of the documentation. */
export const variableNames = Object.keys(variables.shape) as readonly Name[];

/** A variable is missing or makes no sense. The message names each one, what it is and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the variables a process needs, and only those, from the environment.
 *
 * @throws ConfigError naming every variable at fault, never its value where it is a secret
 */
export function readConfig<const Needed extends readonly Name[]>(
  env: Readonly<Record<string, string | undefined>>,
  needed: Needed,
): Readonly<Pick<Variables, Needed[number]>> {
  const shape = z.object(Object.fromEntries(needed.map((name) => [name, variables.shape[name]])));
  const given = Object.fromEntries(needed.map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const result = shape.safeParse(given);
  if (result.success)
    return Object.freeze(result.data) as unknown as Readonly<Pick<Variables, Needed[number]>>;
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigError(`${lines.join('; ')}.`);
}

/** The environment of this process. The one place that reads it. */
// eslint-disable-next-line no-restricted-properties
export const environment = (): Readonly<Record<string, string | undefined>> => process.env;
