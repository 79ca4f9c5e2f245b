import { ConfigError } from '#platform';
import type { Variables } from '#platform';
import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { ClientChannel } from 'ssh2';
import { gerritMessage } from './gerrit-event.ts';
import { Lines } from './lines.ts';
import { MAX_MESSAGE_BYTES } from './source.ts';
import type { Inlet, OpenedSource, Source } from './source.ts';

interface GerritOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** PEM, OpenSSH's or another, without a passphrase. */
  readonly privateKey: string;
  /** The one key the server may show, as a public key's line: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
}

type GerritConfig = Pick<
  Variables,
  'MQTT_GERRIT_URL' | 'WARRENER_GERRIT_URL' | 'WARRENER_GERRIT_KEY_FILE' | 'WARRENER_GERRIT_HOST_KEY'
>;

/** Undefined where no Gerrit is named. */
export async function openGerrit(config: GerritConfig): Promise<OpenedSource | undefined> {
  const { WARRENER_GERRIT_URL: from, WARRENER_GERRIT_KEY_FILE: keyFile } = config;
  const { MQTT_GERRIT_URL: url, WARRENER_GERRIT_HOST_KEY: hostKey } = config;
  if (from === undefined) return undefined;
  if (url === undefined || keyFile === undefined || hostKey === undefined)
    throw new ConfigError(
      'WARRENER_GERRIT_URL needs MQTT_GERRIT_URL, WARRENER_GERRIT_KEY_FILE and WARRENER_GERRIT_HOST_KEY, too.',
    );
  const { hostname: host, port, username } = new URL(from);
  const privateKey = await readFile(keyFile, 'utf8').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`WARRENER_GERRIT_KEY_FILE names a file that cannot be read (${code}).`);
  });
  const source = gerrit({ host, port: Number(port || 29_418), username, privateKey, hostKey });
  return { url, source };
}

const CONNECT_TIMEOUT_MS = 15_000;
/** A peer that is silent is asked this often, and is gone after this many questions without an answer. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;
const COMMAND = 'gerrit stream-events';

/**
 * What happens in a Gerrit, read by SSH as long as this runs. Gerrit keeps nothing for those who are away: what happens
 * without a connection is missed, which the status says. While Mosquitto is away nothing is read, and what Gerrit drops then
 * it tells itself, as `dropped-output`.
 *
 * @throws ConfigError where the host key is no line of a public key
 */
function gerrit(options: GerritOptions): Source {
  const pinned = publicKey(options.hostKey);
  let connectedBefore = false;
  return {
    name: 'gerrit',
    read: async (inlet, signal) => {
      const client = new ssh2.Client();
      const end = (): void => void client.destroy();
      signal.addEventListener('abort', end);
      try {
        const stream = await opened(client, options, pinned);
        inlet.connected({ missed: connectedBefore });
        connectedBefore = true;
        throw new Error(await read(stream, inlet));
      } finally {
        signal.removeEventListener('abort', end);
        client.destroy();
      }
    },
  };
}

/** Logs in and starts the stream. */
async function opened(
  client: ssh2.Client,
  { host, port, username, privateKey }: GerritOptions,
  pinned: PublicKey,
): Promise<ClientChannel> {
  const shownKey = { isAnother: false };
  try {
    return await new Promise<ClientChannel>((resolve, reject) => {
      client.on('error', reject); // stays: after the login 'close' follows it
      client.once('close', () => reject(new Error('it closed the connection')));
      client.once('ready', () =>
        client.exec(COMMAND, (error, stream) => (error === undefined ? resolve(stream) : reject(error))),
      );
      client.connect({
        host,
        port,
        username,
        privateKey,
        readyTimeout: CONNECT_TIMEOUT_MS,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVES,
        algorithms: { serverHostKey: [...pinned.algorithms] },
        hostVerifier: (shown: Buffer) => {
          shownKey.isAnother = !shown.equals(pinned.blob);
          return !shownKey.isAnother;
        },
      });
    });
  } catch (error) {
    const { message, level } = error as Error & { level?: string };
    if (shownKey.isAnother || /no matching host key/i.test(message))
      throw new Error(
        `${host}:${port} shows another host key than WARRENER_GERRIT_HOST_KEY: somebody else may be answering. Nothing was sent to it.`,
        { cause: error },
      );
    if (level === 'client-authentication')
      throw new Error(`${host}:${port} does not accept the key of ${username}.`, { cause: error });
    throw new Error(`${host}:${port} cannot be read by SSH (${message}).`, { cause: error });
  }
}

/** Hands on every line until the stream ends; says why it did. */
async function read(stream: ClientChannel, inlet: Inlet): Promise<string> {
  const lines = new Lines(MAX_MESSAGE_BYTES, () => inlet.skip('oversized'));
  let complaint = '';
  stream.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(0, 300);
  });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const messages = lines.add(chunk).flatMap((line) => {
        if (line.length === 0) return [];
        const message = gerritMessage(line);
        if (typeof message !== 'string') return [message];
        inlet.skip(message);
        return [];
      });
      await inlet.tell(messages);
    }
  } catch (error) {
    return `The connection to Gerrit was lost (${error instanceof Error ? error.message : String(error)}).`;
  }
  return `Gerrit ended the stream${complaint === '' ? '' : `: ${complaint.trim()}`}.`;
}

interface PublicKey {
  readonly blob: Buffer;
  /** How a server may sign with it. */
  readonly algorithms: readonly ssh2.ServerHostKeyAlgorithm[];
}

const ALGORITHMS: Readonly<Record<string, readonly ssh2.ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

function publicKey(line: string): PublicKey {
  const [type = '', encoded = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  const algorithms = ALGORITHMS[type];
  if (algorithms === undefined || blob.subarray(4, 4 + type.length).toString() !== type)
    throw new ConfigError(
      'WARRENER_GERRIT_HOST_KEY is no public key; expected a line like "ssh-ed25519 AAAA…".',
    );
  return { blob, algorithms };
}
