import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A network on the way to a service, that can break. */
export interface Proxy extends AsyncDisposable {
  /** The service's URL, by way of this process. */
  through(url: string): string;
  /** Breaks what is open, and refuses what is new until `mend()`. */
  cut(): void;
  /** Holds back every byte in both directions until `mend()`, without a word; nothing is lost. */
  stall(): void;
  mend(): void;
}

/** @param look sees everything that goes through, either way; a piece of one connection at a time */
export async function proxyTo(
  target: string,
  look: (connection: object, bytes: Buffer) => void,
): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'stalled' = 'whole';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = createConnection(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        look(from, bytes);
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => state === 'stalled' || from.resume());
      });
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === 'stalled') from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    state = 'cut';
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    through: (text) => {
      const url = new URL(text);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.toString();
    },
    cut,
    stall: () => {
      state = 'stalled';
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      state = 'whole';
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
