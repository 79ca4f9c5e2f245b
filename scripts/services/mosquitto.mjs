import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startContainer, stopContainer } from './docker.mjs';
import { find } from './packages.mjs';
import { converse } from './probe.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

const USER = 'warrener';

/** A private Mosquitto for the firehose: anybody reads, only Warrener writes. */
export const mosquitto = {
  ports: 2,
  programs: ['mosquitto'],
  async start({ dir, ports: [mqtt, websocket], password, docker = false }) {
    const home = join(resolve(dir), 'mosquitto');
    const inside = docker ? '/mosquitto/warrener' : home;
    const address = docker ? '0.0.0.0' : '127.0.0.1';
    mkdirSync(home, { recursive: true });
    writeSecretFile(join(home, 'passwords'), `${USER}:${hash(password)}\n`);
    writeSecretFile(join(home, 'acl'), `topic read warrener/#\n\nuser ${USER}\ntopic readwrite #\n`);
    const lines = [
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `listener ${docker ? 1883 : mqtt} ${address}`,
      `listener ${docker ? 8083 : websocket} ${address}`,
      'protocol websockets',
      'allow_anonymous true',
      `password_file ${inside}/passwords`,
      `acl_file ${inside}/acl`,
      'persistence true',
      `persistence_location ${inside}/`,
    ];
    writeSecretFile(join(home, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    const args = ['-c', `${inside}/mosquitto.conf`];
    if (docker) {
      const ports = { [mqtt]: 1883, [websocket]: 8083 };
      const container = { image: 'eclipse-mosquitto:2.0.22', ports, folders: { [home]: inside } };
      startContainer(dir, 'mosquitto', { ...container, command: ['mosquitto', ...args] });
    } else start(dir, 'mosquitto', find('mosquitto'), args);
    await ready(dir, 'mosquitto', () => connect(mqtt), docker ? 300_000 : 20_000);
    return {
      MQTT_URL: `mqtt://${USER}:${password}@127.0.0.1:${mqtt}`,
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
