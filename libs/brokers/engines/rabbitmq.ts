import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Credentials, Engine, Exec, Progress } from './engine.ts';
import type { Login } from './proof.ts';
import { messageOf, proveLogins, unlessAborted, withWrongPassword } from './proof.ts';
import { asRoot, progressOf, SERVICE, WAIT } from './script.ts';

const AMQP_PORT = 5672;
const MANAGEMENT_PORT = 15_672;

/** Who a fresh RabbitMQ lets in, from its own host. */
const DEFAULT_USER = 'guest';

/** Longest wait for a node that starts, in one run of the script, seconds. */
const STARTUP_S = 60;

/**
 * Configuration, service, plugin. Our configuration is what a node does without one, so that it needs a restart only where
 * the image said something else: a restart takes three times as long as the plugin, which a running node just starts.
 */
const CONFIGURE = `${SERVICE}
install -d -m 0755 /etc/rabbitmq
before=$(grep -E '^[^#]' /etc/rabbitmq/rabbitmq.conf 2>/dev/null || true)
put /etc/rabbitmq/rabbitmq.conf 0644 root:root <<'X'
# Written by Warrener; changes are overwritten.
listeners.tcp.default = ${AMQP_PORT}
management.tcp.port = ${MANAGEMENT_PORT}
X
[ -n "$before" ] || rm -f "$changed"
run_service rabbitmq-server /var/log/rabbitmq/rabbitmq-server.error.log
timeout ${STARTUP_S} rabbitmqctl -q await_startup </dev/null >/dev/null 2>&1 || { echo "RabbitMQ is starting."; exit ${WAIT}; }
umask 022 # the node reads the list of plugins, too
rabbitmq-plugins -q enable --online rabbitmq_management </dev/null >&2`;

/**
 * The administrator comes as definitions on stdin, and with a hash: the password is in no argv, no environment and not
 * even in the server, and a name is data. As an argument it would not be: Debian's rabbitmqctl hands its arguments to a
 * second shell, in double quotes. Importing what is there already changes it, so a second run ends the same way.
 */
const ADMINISTRATOR = `
rabbitmqctl -q import_definitions >&2
gone=0; rabbitmqctl -q delete_user ${DEFAULT_USER} </dev/null >/dev/null 2>&1 || gone=$?
case $gone in 0|67) ;; *) echo "the default user could not be deleted" >&2; exit 1 ;; esac # 67: there is none`;

/**
 * RabbitMQ: AMQP and the management API, the default user gone.
 *
 * @see https://www.rabbitmq.com/docs/man/rabbitmqctl.8
 */
export const rabbitmq: Engine = {
  title: 'RabbitMQ',
  images: ['RabbitMQ'],
  ports: [
    { port: AMQP_PORT, purpose: 'AMQP' },
    { port: MANAGEMENT_PORT, purpose: 'management' },
  ],
  packages: ['rabbitmq-server'],
  endpoint: (address) => `amqp://${address}:${AMQP_PORT}`,
  dashboardUrl: (address) => `http://${address}:${MANAGEMENT_PORT}/`,
  usernameRule: {
    pattern: /^(?!guest$)[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,63}$/,
    expected: 'up to 64 letters, digits, "_", ".", "@" and "-", not "-" first, and not "guest"',
  },

  async configure(exec: Exec, credentials: Credentials): Promise<Progress> {
    const timeoutMs = 3 * STARTUP_S * 1_000;
    const doing = 'RabbitMQ could not be configured';
    const running = progressOf(await asRoot(exec, CONFIGURE, [], { timeoutMs }), doing);
    return running.kind === 'done' ? setAdministrator(exec, credentials) : running;
  },

  async verify(address, credentials, options): Promise<Progress> {
    const amqp = await proveLogins(
      `RabbitMQ at ${address}:${AMQP_PORT}`,
      (as, signal) => logInByAmqp(address, as, signal),
      {
        credentials,
        strangers: [
          withWrongPassword(credentials),
          {
            who: 'its default user',
            credentials: { adminUsername: DEFAULT_USER, adminPassword: DEFAULT_USER },
          },
        ],
      },
      options,
    );
    if (amqp.kind !== 'done') return amqp;
    return proveLogins(
      `RabbitMQ’s management API at ${address}:${MANAGEMENT_PORT}`,
      (as, signal) => logInToManagement(address, as, signal),
      { credentials, strangers: [withWrongPassword(credentials)] },
      options,
    );
  },
};

/** Sees to it that the node has the administrator, with this password, and not the default user. */
export async function setAdministrator(exec: Exec, credentials: Credentials): Promise<Progress> {
  const stdin = JSON.stringify(definitionsOf(credentials));
  const result = await asRoot(exec, ADMINISTRATOR, [], { stdin });
  return progressOf(result, 'RabbitMQ’s administrator could not be set');
}

/** @see https://www.rabbitmq.com/docs/passwords#computing-password-hash */
function definitionsOf({ adminUsername, adminPassword }: Credentials) {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(adminPassword, 'utf8').digest();
  return {
    vhosts: [{ name: '/' }],
    users: [
      {
        name: adminUsername,
        password_hash: Buffer.concat([salt, hash]).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: 'administrator',
      },
    ],
    permissions: [{ user: adminUsername, vhost: '/', configure: '.*', write: '.*', read: '.*' }],
  };
}

async function logInByAmqp(
  address: string,
  credentials: Credentials | null,
  signal: AbortSignal,
): Promise<Login> {
  const socket = new AbortController();
  const socketOptions = { noDelay: true, signal: AbortSignal.any([signal, socket.signal]) };
  try {
    const connection = await connect(
      {
        protocol: 'amqp',
        hostname: address,
        port: AMQP_PORT,
        username: credentials?.adminUsername ?? '',
        password: credentials?.adminPassword ?? '',
      },
      socketOptions,
    );
    connection.on('error', () => undefined); // what is under way rejects
    const passed = await unlessAborted(signal, passMessage(connection));
    await unlessAborted(signal, connection.close());
    return passed ? { kind: 'worked' } : { kind: 'broken', reason: 'RabbitMQ lost a message.' };
  } catch (error) {
    const reason = messageOf(error);
    if (/ACCESS.REFUSED|NOT.ALLOWED/.test(reason)) return { kind: 'refused' };
    return {
      kind: 'no-answer',
      reason: `RabbitMQ takes no connections at ${address}:${AMQP_PORT} (${reason}).`,
    };
  } finally {
    socket.abort(); // amqplib would only half-close it
  }
}

/** Whether what is put into a queue comes out of it. The queue goes with the connection. */
async function passMessage(connection: ChannelModel): Promise<boolean> {
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
  const body = randomUUID();
  channel.sendToQueue(queue, Buffer.from(body));
  await channel.waitForConfirms();
  const message = await channel.get(queue, { noAck: true });
  return message !== false && message.content.toString() === body;
}

/**
 * The administrator is one, and the default user is not only refused from here (it always is from another host) but gone.
 *
 * @see https://www.rabbitmq.com/docs/http-api-reference
 */
async function logInToManagement(
  address: string,
  credentials: Credentials | null,
  signal: AbortSignal,
): Promise<Login> {
  const get = async (path: string) => {
    const { adminUsername = '', adminPassword = '' } = credentials ?? {};
    const authorization = `Basic ${Buffer.from(`${adminUsername}:${adminPassword}`).toString('base64')}`;
    const url = `http://${address}:${MANAGEMENT_PORT}/api/${path}`;
    const { statusCode, body } = await request(url, { headers: { authorization }, signal, reset: true });
    return { statusCode, text: await body.text() };
  };
  try {
    const self = await get('whoami');
    if (self.statusCode === 401) return { kind: 'refused' };
    if (self.statusCode !== 200)
      return { kind: 'no-answer', reason: `RabbitMQ’s management API answers ${self.statusCode}.` };
    if (!tagsIn(self.text).includes('administrator'))
      return { kind: 'broken', reason: 'RabbitMQ knows the administrator, but not as one.' };
    const { statusCode } = await get(`users/${DEFAULT_USER}`);
    return statusCode === 404
      ? { kind: 'worked' }
      : { kind: 'broken', reason: `RabbitMQ still has its default user "${DEFAULT_USER}".` };
  } catch (error) {
    const where = `${address}:${MANAGEMENT_PORT}`;
    return {
      kind: 'no-answer',
      reason: `RabbitMQ’s management API is not there at ${where} (${messageOf(error)}).`,
    };
  }
}

/** Tags were one string before 3.9, and are a list since. */
function tagsIn(whoami: string): readonly string[] {
  const { tags = [] } = JSON.parse(whoami) as { tags?: string | readonly string[] };
  return typeof tags === 'string' ? tags.split(',') : tags;
}
