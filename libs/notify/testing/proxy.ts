import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A network on the way to a service, to be cut. */
export interface TcpProxy {
  /** The service's, by way of the proxy. */
  readonly url: string;
  readonly port: number;
  /** Breaks every connection, without a goodbye. */
  cut(): void;
  /** Breaks every connection and refuses new ones, until `open()`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Opens one to where a URL leads. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const url = new URL(target);
  const to = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createServer((near) => {
    if (isShut) {
      near.destroy();
      return;
    }
    const far = connect(to);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  url.port = String(port);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: url.toString(),
    port,
    cut,
    shut: () => {
      isShut = true;
      cut();
    },
    open: () => (isShut = false),
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
