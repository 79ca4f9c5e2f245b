import { createHash } from 'node:crypto';
import type { EventLog } from '#event-log';
import type { Cloud, KnownToken } from '#openstack';
import { Problem } from '#platform';
import type { Role } from '#tenants';
import { ensureTenant } from '#tenants';
import type { Caller } from './caller.ts';

/** A token is asked about again after so long, milliseconds. */
const REMEMBERED_MS = 30_000;
const MAX_REMEMBERED = 1_000;

/** A project's id that can be a tenant's. */
const PROJECT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Somebody who signed in. */
interface SignedIn {
  readonly token: string;
  readonly expiresAt: Date;
  readonly project: string;
  readonly caller: Caller;
}

interface Remembered {
  readonly caller: Promise<Caller | undefined>;
  until: number;
}

/** Finds out who calls with a token of Keystone's: the project is the tenant, and one is made where it is new. */
export class KeystoneCallers {
  readonly #log: EventLog;
  readonly #keystone: Pick<Cloud['keystone'], 'validate' | 'logIn'>;
  readonly #adminProject: string | undefined;
  /** By hash: a token that can be read out of memory is one that can be used. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(
    log: EventLog,
    keystone: Pick<Cloud['keystone'], 'validate' | 'logIn'>,
    adminProject: string | undefined,
  ) {
    this.#log = log;
    this.#keystone = keystone;
    this.#adminProject = adminProject;
  }

  /**
   * Undefined where the token is none. A good one may be believed for half a minute after Keystone has taken it back.
   *
   * @throws Problem `forbidden` where it is for no project, or with no role that is known here; CloudError where Keystone cannot be asked
   */
  async callerOf(token: string): Promise<Caller | undefined> {
    const key = createHash('sha256').update(token).digest('base64');
    const before = this.#remembered.get(key);
    if (before !== undefined && Date.now() < before.until) return before.caller;
    const remembered = { caller: this.#ask(token), until: Date.now() + REMEMBERED_MS } as Remembered;
    this.#remembered.delete(key); // so that the oldest stay first
    this.#remembered.set(key, remembered);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    try {
      return await remembered.caller;
    } catch (error) {
      remembered.until = 0; // the next call asks again
      throw error;
    }
  }

  /**
   * Gets somebody a token of Keystone's for a project; undefined where Keystone does not let them in.
   *
   * @throws Problem `forbidden` as `callerOf`; CloudError where Keystone cannot be asked
   */
  async signIn(credential: Parameters<Cloud['keystone']['logIn']>[0]): Promise<SignedIn | undefined> {
    const token = await this.#keystone.logIn(credential);
    const known = token === null ? null : await this.#keystone.validate(token);
    const caller = known === null ? undefined : await this.#callerFor(known);
    if (token === null || known === null || caller === undefined) return undefined;
    return { token, expiresAt: known.expiresAt, project: known.project?.name ?? caller.tenant, caller };
  }

  async #ask(token: string): Promise<Caller | undefined> {
    const known = await this.#keystone.validate(token);
    return known === null ? undefined : this.#callerFor(known);
  }

  async #callerFor({ project, roles, user, expiresAt }: KnownToken): Promise<Caller | undefined> {
    if (expiresAt.getTime() <= Date.now()) return undefined;
    if (project === null || !PROJECT_ID.test(project.id))
      throw new Problem('forbidden', 'The Keystone token is for no project; ask for one that is.');
    const role = roleOf(roles, project.id === this.#adminProject);
    if (role === undefined)
      throw new Problem(
        'forbidden',
        'The Keystone token has none of the roles reader, member and admin in its project.',
      );
    const name = `keystone user ${user}`;
    const tenant = await ensureTenant(this.#log, project.id, project.name, name);
    return tenant === undefined ? undefined : { tenant: tenant.id, name, role };
  }
}

/** Whoever administers some project administers that project alone: here that is what a member does. */
export function roleOf(roles: readonly string[], ofInstallation: boolean): Role | undefined {
  if (roles.includes('admin')) return ofInstallation ? 'admin' : 'member';
  if (roles.includes('member')) return 'member';
  return roles.includes('reader') ? 'reader' : undefined;
}
