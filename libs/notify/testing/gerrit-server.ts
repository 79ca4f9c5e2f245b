import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import type { Connection, ParsedKey, ServerChannel } from 'ssh2';

/** An SSH server that answers `gerrit stream-events`, and nothing else. */
export interface GerritServer {
  readonly port: number;
  /** Its host key, as a public key's line. */
  readonly hostKey: string;
  /** Logs in a user `warrener`. */
  readonly clientKey: string;
  /** Those who read now. */
  readers(): number;
  /** To everybody who reads. */
  write(text: string | Buffer): void;
  /** Ends the streams in order, as Gerrit does when it restarts. */
  end(): void;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts one. */
export async function gerritServer(): Promise<GerritServer> {
  const host = keyPair();
  const client = keyPair();
  const allowed = client.parsed;
  const streams = new Set<ServerChannel>();
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [host.pem] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey' || context.username !== 'warrener') {
        context.reject(['publickey']);
        return;
      }
      const { key, blob, signature, hashAlgo } = context;
      const isKnown = key.data.equals(allowed.getPublicSSH());
      // The first time, the client asks only whether the key would do.
      const isSigned = signature === undefined || verified(allowed, blob, signature, hashAlgo);
      if (isKnown && isSigned) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) =>
      accept().on('exec', (acceptExec, reject, { command }) => {
        if (command !== 'gerrit stream-events') {
          reject();
          return;
        }
        const stream = acceptExec();
        streams.add(stream);
        stream.on('error', () => undefined);
        connection.on('close', () => streams.delete(stream));
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    streams.clear();
    for (const connection of connections)
      (connection as unknown as { _sock: { destroy(): void } })._sock.destroy();
  };
  return {
    port,
    hostKey: `${host.parsed.type} ${host.parsed.getPublicSSH().toString('base64')}`,
    clientKey: client.pem,
    readers: () => streams.size,
    write: (text) => streams.forEach((stream) => stream.write(text)),
    end: () =>
      streams.forEach((stream) => {
        stream.exit(0);
        stream.end();
      }),
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Not by ssh2, whose own generator makes a malformed key now and then. */
function keyPair(): { readonly pem: string; readonly parsed: ParsedKey } {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return { pem: privateKey, parsed };
}

const verified = (
  key: ParsedKey,
  blob: Buffer | undefined,
  signature: Buffer,
  hash: string | undefined,
): boolean => {
  const answer: unknown = key.verify(blob ?? Buffer.alloc(0), signature, hash);
  return answer === true; // or an Error
};
