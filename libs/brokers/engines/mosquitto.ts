import mqtt from 'mqtt';
import { pbkdf2Sync, randomBytes, randomUUID } from 'node:crypto';
import type { Credentials, Engine, Exec, Progress } from './engine.ts';
import { done, printed } from './engine.ts';
import { asRoot, PUT } from './script.ts';

const MQTT_PORT = 1883;
const BOOTING = 4;
const PASSWORDS = '/etc/mosquitto/warrener.passwords';

/**
 * Our configuration replaces what an image ships: two listeners on one port keep Mosquitto from starting, and one line
 * `allow_anonymous true` anywhere leaves it open. The password's hash comes from stdin.
 */
const CONFIGURE = `${PUT}
install -d -m 0755 /etc/mosquitto /etc/mosquitto/conf.d
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
systemctl enable mosquitto >/dev/null 2>&1 || true
if [ -e "$changed" ]; then
  systemctl restart mosquitto || exit ${BOOTING}
  rm -f "$changed"
else
  systemctl start mosquitto || exit ${BOOTING}
fi`;

/** What keeps a password line that already means the same password: its salt is random, so the hash is made from the one that is there. */
const READ_PASSWORDS = `cat ${PASSWORDS} 2>/dev/null || true`;

/**
 * Mosquitto: a password file, nobody anonymous, persistent.
 *
 * @see https://mosquitto.org/man/mosquitto-conf-5.html
 */
export const mosquitto: Engine = {
  images: ['Mosquitto'],
  ports: [{ port: MQTT_PORT, purpose: 'MQTT' }],
  packages: ['mosquitto'],
  endpoint: (address) => `mqtt://${address}:${MQTT_PORT}`,
  dashboardUrl: () => null,
  usernameRule: { pattern: /^[A-Za-z0-9_.@-]+$/, expected: 'letters, digits, "_", ".", "@" and "-"' },

  async configure(exec: Exec, credentials: Credentials): Promise<Progress> {
    const existing = await asRoot(exec, READ_PASSWORDS);
    const line = passwordLine(credentials, existing.stdout);
    const result = await asRoot(exec, CONFIGURE, [], { stdin: line, timeoutMs: 60_000 });
    if (result.exitCode === 0) return done;
    if (result.exitCode === BOOTING)
      return { kind: 'not-yet', reason: `Mosquitto is starting: ${printed(result)}` };
    return { kind: 'failed', reason: `Mosquitto could not be configured: ${printed(result)}` };
  },

  async verify(address, credentials, { timeoutMs }): Promise<Progress> {
    const passed = await passMessage(address, credentials, timeoutMs);
    if (passed.kind !== 'done') return passed;
    const wrong = { ...credentials, adminPassword: `not-${credentials.adminPassword}` };
    if ((await passMessage(address, wrong, timeoutMs)).kind === 'done')
      return { kind: 'failed', reason: 'Mosquitto accepts a wrong password.' };
    if ((await passMessage(address, null, timeoutMs)).kind === 'done')
      return { kind: 'failed', reason: 'Mosquitto lets in people without a password.' };
    return done;
  },
};

const ITERATIONS = 101; // what mosquitto_passwd writes

/** Mosquitto 2's format: `$7$iterations$salt$hash`, PBKDF2 with SHA-512. The salt of a line that is there is kept. */
function passwordLine({ adminUsername, adminPassword }: Credentials, existing: string): string {
  const before = /\$7\$\d+\$([A-Za-z0-9+/=]+)\$/.exec(
    existing.split('\n').find((line) => line.startsWith(`${adminUsername}:`)) ?? '',
  );
  const salt = before?.[1] === undefined ? randomBytes(12) : Buffer.from(before[1], 'base64');
  const hash = pbkdf2Sync(adminPassword, salt, ITERATIONS, 64, 'sha512');
  return `${adminUsername}:$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

/** Connects, subscribes, and gets back what it published. */
async function passMessage(
  address: string,
  credentials: Credentials | null,
  timeoutMs: number,
): Promise<Progress> {
  const client = mqtt.connect({
    protocol: 'mqtt',
    host: address,
    port: MQTT_PORT,
    connectTimeout: timeoutMs,
    reconnectPeriod: 0,
    clientId: `warrener-verify-${randomUUID()}`,
    ...(credentials === null
      ? {}
      : { username: credentials.adminUsername, password: credentials.adminPassword }),
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Progress>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
      client.once('error', reject);
      client.once('close', () => reject(new Error('connection closed')));
      const body = randomUUID();
      const topic = `warrener/verify/${body}`;
      client.on('message', (_topic, payload) => payload.toString() === body && resolve(done));
      client.once('connect', () => {
        client.subscribe(topic, { qos: 1 }, (error) => {
          if (error === null) client.publish(topic, body, { qos: 1 });
          else reject(error);
        });
      });
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/not authorized|bad user/i.test(reason))
      return { kind: 'failed', reason: 'Mosquitto refused the administrator’s login.' };
    return { kind: 'not-yet', reason: `Mosquitto does not answer at ${address}:${MQTT_PORT} (${reason}).` };
  } finally {
    clearTimeout(timer);
    client.on('error', () => undefined); // it is being closed
    await client.endAsync(true).catch(() => undefined); // lost already
  }
}
