import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A network on the way to a service, until its owner disposes of it. */
export interface Breakable extends AsyncDisposable {
  /** The service's URL, by way of this process. */
  readonly url: string;
  /** Carries nothing any more, without a word. New connections are accepted, and mute. */
  hang(): void;
  /** Breaks whatever hung, and carries again. */
  mend(): void;
}

/** Opens one to where a URL leads. */
export async function breakable(target: string): Promise<Breakable> {
  const url = new URL(target);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  let hung = false;
  const server = createServer((near) => {
    const far = createConnection(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (data) => hung || to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const destroyAll = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.toString(),
    hang: () => (hung = true),
    mend: () => {
      hung = false;
      destroyAll();
    },
    [Symbol.asyncDispose]: async () => {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
