import ssh2 from 'ssh2';

/** A key pair for SSH. */
export interface KeyPair {
  /** OpenSSH's PEM. Secret. */
  readonly privateKey: string;
  /** One line, as in `authorized_keys` and `known_hosts`: "ssh-ed25519 AAAA… comment". */
  readonly publicKey: string;
}

/** Makes an Ed25519 key pair. */
export function generateKeyPair(comment: string): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
  return { privateKey: pair.private, publicKey: pair.public };
}

/** The key itself, out of a public key's line: what a server shows. */
export function keyBlob(publicKey: string): Buffer {
  const encoded = publicKey.trim().split(/\s+/)[1];
  if (encoded === undefined) throw new Error('that is no public key line; expected "ssh-ed25519 AAAA…"');
  return Buffer.from(encoded, 'base64');
}
