import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const FORM = /^whsec_[A-Za-z0-9+/]+={0,2}$/;

/** What is wrong with a secret; null where nothing is. */
export function secretFault(secret: string): string | null {
  const bytes = FORM.test(secret) ? Buffer.from(secret.slice(PREFIX.length), 'base64').length : 0;
  return bytes >= 24 && bytes <= 64 ? null : 'expected "whsec_" and 24 to 64 random bytes in base64';
}

/** A new secret. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** The key inside a secret. */
export const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(PREFIX.length), 'base64');

/**
 * The headers that sign a delivery, with one signature for each key.
 *
 * @param at seconds since 1970
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signed(
  id: string,
  at: number,
  body: string,
  keys: readonly Buffer[],
): Readonly<Record<string, string>> {
  const content = `${id}.${at}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signatures.join(' ') };
}
