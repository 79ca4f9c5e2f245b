import { createConnection } from 'node:net';

const TIMEOUT_MS = 2_000;

/** Connects, sends the first words of a protocol, and returns what comes back as soon as it is enough. */
export function converse(port, words, isEnough = () => true) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: TIMEOUT_MS });
    let answer = Buffer.alloc(0);
    socket.on('connect', () => socket.write(words));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (!isEnough(answer)) return;
      resolve(answer);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('it does not answer')));
    socket.on('close', () => reject(new Error(`it closed the connection: ${answer.toString().trim()}`)));
  });
}
