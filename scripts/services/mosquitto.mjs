import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { find } from './packages.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

const USER = 'warrener';

/** A private Mosquitto for the firehose: anybody reads, only Warrener writes. */
export const mosquitto = {
  name: 'mosquitto',
  ports: 2,
  programs: ['mosquitto'],
  async start({ dir, ports: [mqtt, websocket], password }) {
    const home = join(resolve(dir), 'mosquitto');
    mkdirSync(home, { recursive: true });
    writeSecretFile(join(home, 'passwords'), `${USER}:${hash(password)}\n`);
    writeSecretFile(join(home, 'acl'), `topic read warrener/#\n\nuser ${USER}\ntopic readwrite #\n`);
    const lines = [
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `listener ${mqtt} 127.0.0.1`,
      `listener ${websocket} 127.0.0.1`,
      'protocol websockets',
      'allow_anonymous true',
      `password_file ${join(home, 'passwords')}`,
      `acl_file ${join(home, 'acl')}`,
      'persistence true',
      `persistence_location ${home}/`,
    ];
    writeSecretFile(join(home, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    start(dir, 'mosquitto', find('mosquitto'), ['-c', join(home, 'mosquitto.conf')]);
    await ready(dir, 'mosquitto', () => connect(mqtt), 20_000);
    return {
      MQTT_URL: `mqtt://${USER}:${password}@127.0.0.1:${mqtt}`,
      MQTT_WEBSOCKET_URL: `ws://127.0.0.1:${websocket}`,
    };
  },
  stop: (dir) => stop(dir, 'mosquitto'),
};

/** Mosquitto 2's password format, so that the password is in nobody's argv. */
function hash(password) {
  const salt = randomBytes(12);
  const iterations = 101;
  const key = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  return `$7$${iterations}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** An MQTT 3.1.1 CONNECT, answered with a CONNACK that accepts. */
function connect(port) {
  const id = Buffer.from(`probe-${process.pid}`);
  const packet = Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4]),
    Buffer.from('MQTT'),
    Buffer.from([4, 2, 0, 10, 0, id.length]),
    id,
  ]);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 2_000 }, () => socket.write(packet));
    socket.on('data', (answer) => {
      socket.destroy();
      if (answer[0] === 0x20 && answer[3] === 0) resolve();
      else reject(new Error('Mosquitto refused the connection'));
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('Mosquitto does not answer')));
  });
}
