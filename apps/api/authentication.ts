import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EventLog } from '#event-log';
import { Problem } from '#platform';
import { DEFAULT_TENANT, loadTenant, verifyToken } from '#tenants';
import type { Caller } from './caller.ts';

/** Finds out who calls: by the installation's own token, or by one that was issued to a tenant. */
export class Authentication {
  readonly #log: EventLog;
  readonly #installationToken: Buffer;

  constructor(log: EventLog, installationToken: string) {
    this.#log = log;
    this.#installationToken = digest(installationToken);
  }

  /** @throws Problem `unauthorized`, which never says what was wrong with a token */
  async callerOf(headers: IncomingHttpHeaders): Promise<Caller> {
    const presented = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const caller = presented === undefined ? undefined : await this.#byToken(presented);
    if (caller === undefined)
      throw new Problem(
        'unauthorized',
        'Present a valid API token as "Authorization: Bearer …". `npm start` prints where its own is kept; an ' +
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
