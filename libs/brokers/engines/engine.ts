import type { ExecOptions, ExecResult } from '#ssh';

/** Runs a command in the server as Warrener's own user, who may `sudo -n`. */
export type Exec = (command: string, options?: ExecOptions) => Promise<ExecResult>;

/** The broker's administrator, as the tenant chose. */
export interface Credentials {
  readonly adminUsername: string;
  readonly adminPassword: string;
}

/**
 * How a piece of work in the server went. `not-yet` gets better by waiting (a lock is held, the broker boots); `failed`
 * may work when tried again; `never` does not. Reasons are sentences without secrets.
 */
export type Progress =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-yet'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'never'; readonly reason: string };

/** A kind of broker: everything Warrener knows about it stands in one file. */
export interface Engine {
  /** As people write it. */
  readonly title: string;
  /** Names of images that have it installed. An image of another name is a plain Debian. */
  readonly images: readonly string[];
  /** TCP ports that people use it by; opened in the security group, besides SSH. */
  readonly ports: readonly { readonly port: number; readonly purpose: string }[];
  /** Debian's packages of it. */
  readonly packages: readonly string[];
  /** What it is reached by, e.g. `amqp://127.61.1.5:5672`. */
  endpoint(address: string): string;
  /** The page to look at it with, e.g. `http://127.61.1.5:15672/`; null where it has none. */
  dashboardUrl(address: string): string | null;
  /** Rules of its own for the administrator; the ones for all are checked elsewhere. */
  readonly usernameRule: { readonly pattern: RegExp; readonly expected: string };
  /**
   * Makes the installed broker what the tenant asked for: this administrator, nobody else by default, on all addresses,
   * also after a reboot. May be run again at any moment, also with another password, and restarts only what it changed.
   */
  configure(exec: Exec, credentials: Credentials): Promise<Progress>;
  /**
   * Really logs in and uses it, and is refused where it must be.
   *
   * @param options.timeoutMs longest wait for one login, milliseconds
   * @throws the signal's reason where it was aborted
   */
  verify(
    address: string,
    credentials: Credentials,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Progress>;
}

export const done: Progress = { kind: 'done' };

/** What a command printed last, short enough for a sentence. */
export const printed = ({ stdout, stderr, exitCode, signal }: ExecResult): string => {
  const text = `${stderr}\n${stdout}`.trim().split('\n').slice(-4).join(' ').slice(0, 500);
  return text === '' ? `it ended with ${exitCode ?? signal ?? 'no exit code'}` : text;
};
