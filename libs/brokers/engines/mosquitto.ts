import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import { pbkdf2Sync, randomBytes, randomUUID } from 'node:crypto';
import type { Credentials, Engine, Exec, Progress } from './engine.ts';
import type { Login } from './proof.ts';
import { messageOf, proveLogins, unlessAborted, withWrongPassword } from './proof.ts';
import { asRoot, progressOf, SERVICE } from './script.ts';

const MQTT_PORT = 1883;
const PASSWORDS = '/etc/mosquitto/warrener.passwords';

/** What is there already; nothing before the first run. */
const READ_PASSWORDS = `[ ! -e ${PASSWORDS} ] || cat ${PASSWORDS}`;

/**
 * Our configuration replaces what an image ships, and includes nothing: two listeners on one port keep Mosquitto from
 * starting, and one line `allow_anonymous true` anywhere leaves it open. The file of passwords comes on stdin.
 */
const CONFIGURE = `${SERVICE}
install -d -m 0755 /etc/mosquitto
install -d -o mosquitto -g mosquitto -m 0750 /var/lib/mosquitto
put ${PASSWORDS} 0600 mosquitto:mosquitto
put /etc/mosquitto/mosquitto.conf 0644 root:root <<'X'
# Written by Warrener; changes are overwritten.
listener ${MQTT_PORT}
allow_anonymous false
password_file ${PASSWORDS}
persistence true
persistence_location /var/lib/mosquitto/
log_dest stderr
X
run_service mosquitto /var/log/mosquitto/mosquitto.log`;

/**
 * Mosquitto: a password file, nobody anonymous, persistent.
 *
 * @see https://mosquitto.org/man/mosquitto-conf-5.html
 */
export const mosquitto: Engine = {
  title: 'Mosquitto',
  images: ['Mosquitto'],
  ports: [{ port: MQTT_PORT, purpose: 'MQTT' }],
  packages: ['mosquitto'],
  endpoint: (address) => `mqtt://${address}:${MQTT_PORT}`,
  dashboardUrl: () => null,
  usernameRule: {
    pattern: /^[A-Za-z0-9_.@-]{1,64}$/, // no colon: it ends the name in the file of passwords
    expected: 'up to 64 letters, digits, "_", ".", "@" and "-"',
  },

  async configure(exec: Exec, credentials: Credentials): Promise<Progress> {
    const before = await asRoot(exec, READ_PASSWORDS);
    const stdin =
      before.exitCode === 0 ? passwordFile(credentials, before.stdout) : passwordFile(credentials);
    return progressOf(await asRoot(exec, CONFIGURE, [], { stdin }), 'Mosquitto could not be configured');
  },

  verify: (address, credentials, options): Promise<Progress> =>
    proveLogins(
      `Mosquitto at ${address}:${MQTT_PORT}`,
      (as, signal) => logIn(address, as, signal),
      {
        credentials,
        strangers: [withWrongPassword(credentials), { who: 'people without a password', credentials: null }],
      },
      options,
    ),
};

/** What mosquitto_passwd writes. More would cost every login: Mosquitto has one thread. */
const ITERATIONS = 101;

/**
 * Mosquitto 2's file of passwords with the administrator in it: `name:$7$iterations$salt$hash`, PBKDF2 with SHA-512.
 *
 * @param before the file as it is; where it says the same already it is kept as it is, with its salt
 */
export function passwordFile({ adminUsername, adminPassword }: Credentials, before = ''): string {
  const fileWith = (salt: Buffer): string => {
    const hash = pbkdf2Sync(adminPassword, salt, ITERATIONS, 64, 'sha512').toString('base64');
    return `${adminUsername}:$7$${ITERATIONS}$${salt.toString('base64')}$${hash}\n`;
  };
  const salt = /:\$7\$\d+\$([A-Za-z0-9+/=]+)\$/.exec(before)?.[1];
  const same = salt === undefined ? undefined : fileWith(Buffer.from(salt, 'base64'));
  return same === before ? before : fileWith(randomBytes(12));
}

async function logIn(address: string, credentials: Credentials | null, signal: AbortSignal): Promise<Login> {
  const client = mqtt.connect({
    protocol: 'mqtt',
    host: address,
    port: MQTT_PORT,
    reconnectPeriod: 0,
    clientId: `warrener-verify-${randomUUID()}`,
    ...(credentials === null
      ? {}
      : { username: credentials.adminUsername, password: credentials.adminPassword }),
  });
  try {
    await unlessAborted(signal, passMessage(client));
    return { kind: 'worked' };
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused' };
    const where = `${address}:${MQTT_PORT}`;
    return { kind: 'no-answer', reason: `Mosquitto takes no connections at ${where} (${messageOf(error)}).` };
  } finally {
    client.on('error', () => undefined); // it is being ended
    client.end(true);
    client.stream.destroy();
  }
}

/** Resolves when what was published has come back. */
function passMessage(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const body = randomUUID();
    const topic = `warrener/verify/${body}`;
    client.once('error', reject);
    client.once('close', () => reject(new Error('it closed the connection')));
    client.on('message', (_topic, payload) => {
      if (payload.toString() === body) resolve();
    });
    client.once('connect', () => {
      client.subscribe(topic, { qos: 1 }, (error) => {
        if (error === null) client.publish(topic, body, { qos: 1 });
        else reject(error);
      });
    });
  });
}

/** CONNACK's return codes for a bad user name or password, and for not authorised. [MQTT-3.2.2.3] */
const REFUSALS: readonly unknown[] = [4, 5];

const isRefusal = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && REFUSALS.includes(error.code);
