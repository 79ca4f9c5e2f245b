import type { Server, Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';

/** A guest's addresses, the ports its security groups let in, and the socket that leads inside. */
export interface Reachable {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  readonly socket: string;
}

const SSH = 22;

/**
 * Listens on the addresses of servers, on exactly the ports that are allowed, and leads connections into the guests. What
 * no rule lets in is refused by the kernel.
 */
export class Forwarders {
  readonly #sshPort: number;
  readonly #open = new Map<string, Server>();
  readonly #connections = new Set<Socket>();

  /** @param sshPort the host's port that stands for a guest's port 22 */
  constructor(sshPort: number) {
    this.#sshPort = sshPort;
  }

  /** Opens what is new and closes what is gone. */
  apply(reachable: readonly Reachable[]): void {
    const wanted = new Map<string, { host: string; port: number; socket: string }>();
    for (const { addresses, ports, socket } of reachable) {
      for (const host of addresses)
        for (const port of ports) wanted.set(`${host}:${port} ${socket}`, { host, port, socket });
    }
    for (const [key, server] of this.#open) {
      if (wanted.has(key)) continue;
      server.close();
      this.#open.delete(key);
    }
    for (const [key, { host, port, socket }] of wanted) {
      if (!this.#open.has(key)) this.#open.set(key, this.#listen(host, port, socket));
    }
  }

  async close(): Promise<void> {
    for (const server of this.#open.values()) server.close();
    this.#open.clear();
  }

  /** Breaks what is open; new connections are let in. */
  breakAll(): void {
    for (const connection of this.#connections) connection.resetAndDestroy();
  }

  #listen(host: string, port: number, socket: string): Server {
    const inside = port === this.#sshPort ? SSH : port;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (outer) => {
      const inner = createConnection({ path: socket, allowHalfOpen: true });
      inner.write(`${inside}\n`);
      this.#connections.add(outer);
      outer.once('close', () => this.#connections.delete(outer));
      outer.pipe(inner).pipe(outer);
      const end = (): void => {
        outer.destroy();
        inner.destroy();
      };
      for (const side of [outer, inner]) side.on('error', end).on('close', end);
    });
    server.on('error', (error) =>
      process.stderr.write(`sandbox: ${host}:${port} cannot be listened on: ${error.message}\n`),
    );
    server.listen({ host, port });
    return server;
  }
}
