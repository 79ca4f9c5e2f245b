import { Problem } from '#platform';
import { isIP } from 'node:net';
import { isFilter } from '../core/webhook.ts';
import type { AddressGuard } from './address-guard.ts';
import { RefusedAddress } from './address-guard.ts';
import { secretFault } from './signature.ts';

const MAX_URL = 2_000;

/**
 * Checks where a webhook is to lead, its addresses included.
 *
 * @returns the URL as it is used
 * @throws Problem naming the field
 */
export async function checkTarget(guard: AddressGuard, text: string, field = 'url'): Promise<string> {
  const url = text.length <= MAX_URL && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid(
      field,
      `expected a URL that starts with https:// or http://, ${MAX_URL} characters at most`,
    );
  if (url.username !== '' || url.password !== '')
    throw invalid(field, 'expected no user name or password; verify the signature instead');
  if (url.hash !== '') throw invalid(field, 'expected no "#…": it would never be sent');
  try {
    await guard.addresses(url.hostname);
  } catch (error) {
    const why = error instanceof RefusedAddress ? error.message : `${url.hostname} cannot be resolved`;
    throw invalid(field, `expected a host with public addresses: ${why}`);
  }
  return url.href;
}

/** Whether the host of a URL is an address already: then nothing is resolved when it is connected to. */
export const isPlainAddress = (hostname: string): boolean => isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;

/** @throws Problem naming what is no type of event */
export function checkTypes(types: readonly string[], field = 'types'): void {
  const unknown = types.filter((type) => !isFilter(type));
  if (unknown.length > 0)
    throw invalid(
      field,
      `there is no ${unknown.map((type) => `"${type.slice(0, 60)}"`).join(', ')}; docs/events.md lists them, "broker.*" takes all of a kind`,
    );
}

/** @throws Problem where a secret of the tenant's own is no good */
export function checkSecret(secret: string): void {
  const fault = secretFault(secret);
  if (fault !== null) throw invalid('secret', fault);
}

const invalid = (field: string, message: string): Problem =>
  new Problem('invalid-request', `${field}: ${message}.`, { errors: [{ field, message }] });
