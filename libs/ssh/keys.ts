import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A key pair for SSH. */
export interface KeyPair {
  /** OpenSSH's PEM, without a passphrase. Secret. */
  readonly privateKey: string;
  /** One line, as in `authorized_keys` and `known_hosts`: "ssh-ed25519 AAAA… comment". */
  readonly publicKey: string;
}

const TYPE = 'ssh-ed25519';

/**
 * Makes an Ed25519 key pair.
 *
 * Not with ssh2's own generator: it drops leading zero bytes, so that one key in 256 is malformed (18 of 5,000 with 1.17).
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function generateKeyPair(comment: string): KeyPair {
  if (/[\r\n]/.test(comment)) throw new Error('the comment of a key is one line');
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new Error('an Ed25519 key without its numbers');
  const point = Buffer.from(x, 'base64url');
  const blob = Buffer.concat([field(TYPE), field(point)]);
  const check = randomBytes(4); // twice: how a reader sees that a passphrase was right
  const secret = padded(
    Buffer.concat([
      check,
      check,
      blob,
      field(Buffer.concat([Buffer.from(d, 'base64url'), point])),
      field(comment),
    ]),
  );
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'), // cipher
    field('none'), // key derivation
    field(''), // its options
    Buffer.from([0, 0, 0, 1]), // number of keys
    field(blob),
    field(secret),
  ]);
  return { privateKey: pem(file), publicKey: `${TYPE} ${blob.toString('base64')} ${comment}`.trimEnd() };
}

/**
 * The key itself, out of a public key's line: what a server shows.
 *
 * @throws Error where the line is none of a public key
 */
export function keyBlob(publicKey: string): Buffer {
  const [type = '', encoded = ''] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  if (!blob.subarray(0, 4 + type.length).equals(field(type)))
    throw new Error('that is no line of a public key; expected "ssh-ed25519 AAAA…"');
  return blob;
}

/** A string of the SSH protocol: its length in four bytes, then its bytes. RFC 4251, section 5. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Filled with 1, 2, 3 … to a multiple of the block size of no cipher, which is 8. */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}

function pem(file: Buffer): string {
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}
