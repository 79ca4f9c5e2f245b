/**
 * - `unreachable`: nothing answers, or it is no SSH server (yet).
 * - `host-key-mismatch`: somebody else answers than we were told to expect. Never go on.
 * - `auth-refused`: the server does not take our key (yet: cloud-init may still be at it).
 * - `lost`: the connection ended in the middle; what a command did is not known.
 * - `timed-out`: a command took too long and was ended.
 */
export type SshErrorKind = 'unreachable' | 'host-key-mismatch' | 'auth-refused' | 'lost' | 'timed-out';

/** A connection or command that did not work. The message is a sentence without secrets. */
export class SshError extends Error {
  override readonly name = 'SshError';
  readonly kind: SshErrorKind;

  constructor(kind: SshErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
