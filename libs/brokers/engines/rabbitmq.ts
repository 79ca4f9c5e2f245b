import { connect as connectAmqp } from 'amqplib';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Credentials, Engine, Exec, Progress } from './engine.ts';
import { done, printed } from './engine.ts';
import { asRoot, PUT } from './script.ts';

const AMQP_PORT = 5672;
const MANAGEMENT_PORT = 15_672;

const BOOTING = 4;

/**
 * The service runs, listens to everybody, and has the management plugin. An image that is so already is not restarted:
 * that would cost more than all the rest.
 */
const CONFIGURE = `${PUT}
systemctl enable rabbitmq-server >/dev/null 2>&1 || true
up() { timeout 60 rabbitmqctl -q await_startup || exit ${BOOTING}; listeners=$(rabbitmq-diagnostics -q listeners); }
listens() { printf '%s\\n' "$listeners" | grep -Eq "interface: (\\[::\\]|0\\.0\\.0\\.0), port: $1,"; }
systemctl start rabbitmq-server || exit ${BOOTING}
up
if ! listens ${AMQP_PORT}; then
  install -d -m 0755 /etc/rabbitmq
  put /etc/rabbitmq/rabbitmq.conf 0644 root:root <<'X'
# Written by Warrener; changes are overwritten.
listeners.tcp.default = ${AMQP_PORT}
management.tcp.port = ${MANAGEMENT_PORT}
X
  systemctl restart rabbitmq-server || exit ${BOOTING}
  up
fi
listens ${MANAGEMENT_PORT} || rabbitmq-plugins -q enable rabbitmq_management`;

/**
 * The administrator comes as a definition from stdin, with a hash: no password is in any argv or environment. Importing it
 * again, also with another password, ends the same way.
 */
const ADMINISTRATOR = `
rabbitmqctl -q import_definitions
if rabbitmqctl -q list_users --no-table-headers </dev/null | cut -f1 | grep -qx guest; then
  rabbitmqctl -q delete_user guest </dev/null
fi`;

/** @see https://www.rabbitmq.com/docs/definitions and https://www.rabbitmq.com/docs/passwords */
function administratorDefinition({ adminUsername, adminPassword }: Credentials): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(adminPassword).digest();
  const user = {
    name: adminUsername,
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: ['administrator'],
  };
  const permission = { user: adminUsername, vhost: '/', configure: '.*', write: '.*', read: '.*' };
  return JSON.stringify({ users: [user], permissions: [permission] });
}

/**
 * RabbitMQ: AMQP and the management API, the default user gone.
 *
 * @see https://www.rabbitmq.com/docs/man/rabbitmqctl.8
 */
export const rabbitmq: Engine = {
  images: ['RabbitMQ'],
  ports: [
    { port: AMQP_PORT, purpose: 'AMQP' },
    { port: MANAGEMENT_PORT, purpose: 'management' },
  ],
  packages: ['rabbitmq-server'],
  endpoint: (address) => `amqp://${address}:${AMQP_PORT}`,
  dashboardUrl: (address) => `http://${address}:${MANAGEMENT_PORT}/`,
  usernameRule: {
    pattern: /^(?!guest$)[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$/,
    expected: 'letters, digits, "_", ".", "@" and "-", not "-" first, and not "guest"',
  },

  async configure(exec: Exec, credentials: Credentials): Promise<Progress> {
    const configured = await asRoot(exec, CONFIGURE, [], { timeoutMs: 120_000 });
    if (configured.exitCode === BOOTING)
      return { kind: 'not-yet', reason: `RabbitMQ is starting: ${printed(configured)}` };
    if (configured.exitCode !== 0)
      return { kind: 'failed', reason: `RabbitMQ could not be configured: ${printed(configured)}` };
    const administrator = await asRoot(exec, ADMINISTRATOR, [], {
      stdin: administratorDefinition(credentials),
      timeoutMs: 120_000,
    });
    if (administrator.exitCode === 0) return done;
    return { kind: 'failed', reason: `The administrator could not be set: ${printed(administrator)}` };
  },

  async verify(address, credentials, { timeoutMs, signal }): Promise<Progress> {
    const passed = await passMessage(address, credentials, timeoutMs);
    if (passed.kind !== 'done') return passed;
    const dashboard = await whoami(address, credentials, timeoutMs, signal);
    if (dashboard.kind !== 'done') return dashboard;
    for (const wrong of [
      { ...credentials, adminPassword: `not-${credentials.adminPassword}` },
      { adminUsername: 'guest', adminPassword: 'guest' },
    ]) {
      if ((await passMessage(address, wrong, timeoutMs)).kind === 'done') {
        return {
          kind: 'failed',
          reason: `RabbitMQ lets in ${wrong.adminUsername} with a wrong or default password.`,
        };
      }
    }
    return done;
  },
};

/** Logs in by AMQP and passes a message through a queue of its own. */
async function passMessage(
  address: string,
  { adminUsername, adminPassword }: Credentials,
  timeoutMs: number,
): Promise<Progress> {
  try {
    const connection = await connectAmqp(
      {
        protocol: 'amqp',
        hostname: address,
        port: AMQP_PORT,
        username: adminUsername,
        password: adminPassword,
        heartbeat: 10,
      },
      { timeout: timeoutMs, noDelay: true },
    );
    connection.on('error', () => undefined); // the call under way rejects
    try {
      const channel = await connection.createConfirmChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
      const body = randomUUID();
      channel.sendToQueue(queue, Buffer.from(body));
      await channel.waitForConfirms();
      const message = await channel.get(queue, { noAck: true });
      return message !== false && message.content.toString() === body
        ? done
        : { kind: 'failed', reason: 'A message did not come back out of RabbitMQ.' };
    } finally {
      await connection.close().catch(() => undefined); // lost already
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/ACCESS_REFUSED|403/.test(reason))
      return { kind: 'failed', reason: 'RabbitMQ refused the administrator’s login.' };
    return {
      kind: 'not-yet',
      reason: `RabbitMQ does not take connections at ${address}:${AMQP_PORT} (${reason}).`,
    };
  }
}

/** @see https://www.rabbitmq.com/docs/http-api-reference */
async function whoami(
  address: string,
  { adminUsername, adminPassword }: Credentials,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Progress> {
  const authorization = `Basic ${Buffer.from(`${adminUsername}:${adminPassword}`).toString('base64')}`;
  try {
    const answer = await request(`http://${address}:${MANAGEMENT_PORT}/api/whoami`, {
      headers: { authorization },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = (await answer.body.json()) as { tags?: string | readonly string[] };
    const tags = typeof body.tags === 'string' ? body.tags.split(',') : (body.tags ?? []);
    if (answer.statusCode === 200 && tags.includes('administrator')) return done;
    return {
      kind: 'failed',
      reason: `The management API answers ${answer.statusCode}, tags ${tags.join(',') || 'none'}.`,
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      kind: 'not-yet',
      reason: `The management API does not answer (${error instanceof Error ? error.message : String(error)}).`,
    };
  }
}
