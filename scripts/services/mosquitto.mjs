import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startContainer, stopContainer } from './docker.mjs';
import { find } from './packages.mjs';
import { converse } from './probe.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

/** Who writes; each by a password of its own, below a topic of its own name. */
const PUBLISHERS = ['warrener', 'gerrit', 'openstack'];

/** A file of the folder beside this one. */
const template = (name) => readFileSync(new URL(`./mosquitto/${name}`, import.meta.url), 'utf8');

/** A private Mosquitto for the firehose: anybody reads, only Warrener writes. */
export const mosquitto = {
  ports: 3,
  programs: ['mosquitto'],
  async start({ dir, ports: [write, read, websocket], password, docker = false }) {
    const home = join(resolve(dir), 'mosquitto');
    const inside = docker ? '/mosquitto/data' : home;
    const listeners = docker ? {} : { 1884: write, 1883: read, 8083: websocket };
    mkdirSync(home, { recursive: true });
    const secrets = PUBLISHERS.map((user) => [
      user,
      createHmac('sha256', password).update(user).digest('hex').slice(0, 36),
    ]);
    writeSecretFile(
      join(home, 'passwords'),
      secrets.map(([user, secret]) => `${user}:${hash(secret)}\n`).join(''),
    );
    for (const acl of ['readers.acl', 'publishers.acl']) writeSecretFile(join(home, acl), template(acl));
    const conf = template('mosquitto.conf')
      .replaceAll('/mosquitto/data/', `${inside}/`)
      .replace(/^listener (\d+)$/gm, (line, port) =>
        docker ? line : `listener ${listeners[port]} 127.0.0.1`,
      );
    const asRoot = process.getuid?.() === 0 ? 'user root\n' : '';
    writeSecretFile(join(home, 'mosquitto.conf'), `${asRoot}${conf}`);
    const args = ['-c', `${inside}/mosquitto.conf`];
    if (docker) {
      const ports = { [write]: 1884, [read]: 1883, [websocket]: 8083 };
      const container = { image: 'eclipse-mosquitto:2.0.22', ports, folders: { [home]: inside } };
      startContainer(dir, 'mosquitto', { ...container, command: ['mosquitto', ...args] });
    } else start(dir, 'mosquitto', find('mosquitto'), args);
    await ready(dir, 'mosquitto', () => connect(read), docker ? 300_000 : 20_000);
    const [warrener, gerrit, openstack] = secrets.map(
      ([user, secret]) => `mqtt://${user}:${secret}@127.0.0.1:${write}`,
    );
    return {
      MQTT_URL: warrener,
      MQTT_GERRIT_URL: gerrit,
      MQTT_OPENSTACK_URL: openstack,
      MQTT_READ_URL: `mqtt://127.0.0.1:${read}`,
      MQTT_WEBSOCKET_URL: `ws://127.0.0.1:${websocket}`,
    };
  },
  stop: (dir, { docker = false, graceMs } = {}) =>
    (docker ? stopContainer : stop)(dir, 'mosquitto', { graceMs }),
};

/** Mosquitto 2's password format, so that the password is in nobody's argv. */
function hash(password) {
  const salt = randomBytes(12);
  const iterations = 101;
  const key = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  return `$7$${iterations}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** An MQTT 3.1.1 CONNECT, answered with a CONNACK that accepts. */
async function connect(port) {
  const id = Buffer.from(`probe-${process.pid}`);
  const packet = Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4]),
    Buffer.from('MQTT'),
    Buffer.from([4, 2, 0, 10, 0, id.length]),
    id,
  ]);
  const answer = await converse(port, packet, ({ length }) => length >= 4);
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error('Mosquitto refused the connection');
}
