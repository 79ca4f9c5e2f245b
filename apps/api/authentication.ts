import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EventLog } from '#event-log';
import { Problem } from '#platform';
import { DEFAULT_TENANT, loadTenant, verifyToken } from '#tenants';
import type { Caller } from './caller.ts';
import type { KeystoneCallers } from './keystone-callers.ts';

/** What can be one at all; Fernet's have some 200 characters, PKI's were longer. */
const KEYSTONE_TOKEN = /^[\x21-\x7e]{1,8000}$/;

/** Finds out who calls: by the installation's own token, by one that was issued to a tenant, or by one of Keystone's. */
export class Authentication {
  readonly #keystone: KeystoneCallers;
  readonly #log: EventLog;
  readonly #installationToken: Buffer;

  constructor(log: EventLog, installationToken: string, keystone: KeystoneCallers) {
    this.#keystone = keystone;
    this.#log = log;
    this.#installationToken = digest(installationToken);
  }

  /** @throws Problem `unauthorized`, which never says what was wrong with a token */
  async callerOf(headers: IncomingHttpHeaders): Promise<Caller> {
    const presented = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const keystoneToken = headers['x-auth-token'];
    const caller =
      presented !== undefined
        ? await this.#byToken(presented)
        : typeof keystoneToken === 'string' && KEYSTONE_TOKEN.test(keystoneToken)
          ? await this.#keystone.callerOf(keystoneToken)
          : undefined;
    if (caller === undefined)
      throw new Problem(
        'unauthorized',
        'Present a valid API token as "Authorization: Bearer …", or a token of Keystone\'s as "X-Auth-Token: …". `npm start` prints where its own is kept; an ' +
          'administrator issues others: warrener token issue.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    return caller;
  }

  async #byToken(presented: string): Promise<Caller | undefined> {
    if (timingSafeEqual(this.#installationToken, digest(presented)))
      return { tenant: DEFAULT_TENANT, name: 'admin', role: 'admin' };
    const known = await verifyToken(this.#log, presented, new Date());
    if (known === undefined || (await loadTenant(this.#log, known.tenant)) === undefined) return undefined;
    return { tenant: known.tenant, name: `token ${known.token.name}`, role: known.token.role };
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
