import { connect as connectAmqp } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Credentials, Engine, Exec, Progress } from './engine.ts';
import { done, printed } from './engine.ts';
import { asRoot, PUT } from './script.ts';

const AMQP_PORT = 5672;
const MANAGEMENT_PORT = 15_672;

const BOOTING = 4;

/** Configuration, service, plugin; then waits until the node answers. Restarts only where the configuration changed. */
const CONFIGURE = `${PUT}
install -d -m 0755 /etc/rabbitmq
put /etc/rabbitmq/rabbitmq.conf 0644 root:root <<'X'
# Written by Warrener; changes are overwritten.
listeners.tcp.default = ${AMQP_PORT}
management.tcp.port = ${MANAGEMENT_PORT}
X
# Not with rabbitmq-plugins: that talks to a node which may still be booting.
put /etc/rabbitmq/enabled_plugins 0644 root:root <<'X'
[rabbitmq_management].
X
systemctl enable rabbitmq-server >/dev/null 2>&1 || true
if [ -e "$changed" ]; then
  systemctl restart rabbitmq-server || exit ${BOOTING}
  rm -f "$changed"
else
  systemctl start rabbitmq-server || exit ${BOOTING}
fi
timeout 60 rabbitmqctl -q await_startup || exit ${BOOTING}`;

/**
 * The administrator, from stdin: the password is in no argv and no environment. Adding and changing are both tried, so
 * that a second run, also with another password, ends the same way.
 */
const ADMINISTRATOR = `
user=$1
IFS= read -r password
if rabbitmqctl -q list_users --no-table-headers | cut -f1 | grep -qxF -- "$user"; then
  printf '%s\\n' "$password" | rabbitmqctl -q change_password -- "$user"
else
  printf '%s\\n' "$password" | rabbitmqctl -q add_user -- "$user"
fi
rabbitmqctl -q set_user_tags -- "$user" administrator
rabbitmqctl -q set_permissions -p / -- "$user" '.*' '.*' '.*'
if [ "$user" != guest ] && rabbitmqctl -q list_users --no-table-headers | cut -f1 | grep -qx guest; then
  rabbitmqctl -q delete_user guest
fi`;

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

  async configure(exec: Exec, { adminUsername, adminPassword }: Credentials): Promise<Progress> {
    const configured = await asRoot(exec, CONFIGURE, [], { timeoutMs: 120_000 });
    if (configured.exitCode === BOOTING)
      return { kind: 'not-yet', reason: `RabbitMQ is starting: ${printed(configured)}` };
    if (configured.exitCode !== 0)
      return { kind: 'failed', reason: `RabbitMQ could not be configured: ${printed(configured)}` };
    const administrator = await asRoot(exec, ADMINISTRATOR, [adminUsername], {
      stdin: `${adminPassword}\n`,
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
