import { randomBytes } from 'node:crypto';

const LIFETIME_MS = 60 * 60_000;

/** The tokens that are valid now; they do not outlive the sandbox. */
export class Tokens {
  readonly #expiry = new Map<string, number>();

  issue(): { id: string; issuedAt: string; expiresAt: string } {
    const id = `gAAAAAB${randomBytes(60).toString('base64url')}`;
    const expires = Date.now() + LIFETIME_MS;
    this.#expiry.set(id, expires);
    return { id, issuedAt: new Date().toISOString(), expiresAt: new Date(expires).toISOString() };
  }

  isValid(id: string | undefined): boolean {
    return id !== undefined && (this.#expiry.get(id) ?? 0) > Date.now();
  }

  expireAll(): void {
    this.#expiry.clear();
  }
}
