import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EventLog } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from './core/access.ts';
import type { Token } from './core/token.ts';
import { decideRevoke, isGood } from './core/token.ts';
import { tokenStream, tokenStreamId } from './streams.ts';
import type { AlsoWrite } from './tenants.ts';

/** What a new token is for. */
export interface TokenRequest {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

const SECRET_BYTES = 32;
/** `wrn_`, so that scanners for leaked secrets can know it; the token's id; its secret. */
const FORM = /^wrn_([0-9a-f]{32})_([\w-]{43})$/;

/**
 * Issues a token. Its secret is in what is returned and nowhere else: the log keeps a hash. SHA-256 without salt or
 * stretching is right for it, because nobody can guess 256 random bits. 'conflict' means to look again, as with launches.
 */
export async function issueToken(
  log: EventLog,
  request: TokenRequest,
  by: string,
  alsoWrite: AlsoWrite<Token>,
): Promise<{ token: Token; secret: string } | 'conflict'> {
  const id = uuidv7();
  const secret = `wrn_${id.replaceAll('-', '')}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const issued = {
    type: 'TokenIssued',
    token: id,
    name: request.name,
    role: request.role,
    hash: hash(secret).toString('hex'),
    expires_at: request.expiresAt.toISOString(),
  } as const;
  const target = { stream: tokenStreamId(id), tenant: request.tenant };
  const token = tokenStream.evolve(null, issued);
  if (token === null) throw new Error(`token ${id} was issued and is none`);
  const writes = [write(tokenStream, target, [issued]), ...alsoWrite(token)];
  return (await log.append({ writes, meta: { by } })).ok ? { token, secret } : 'conflict';
}

/** The token somebody presents, where it is one of ours and good at that moment; undefined else, without saying why. */
export async function verifyToken(
  log: EventLog,
  presented: string,
  now: Date,
): Promise<{ token: Token; tenant: string } | undefined> {
  const hex = FORM.exec(presented)?.[1];
  if (hex === undefined) return undefined;
  const loaded = await log.load(tokenStream, tokenStreamId(uuidOf(hex)));
  if (loaded === undefined || loaded.state === null) return undefined;
  const { state: token, tenant } = loaded;
  if (!timingSafeEqual(Buffer.from(token.hash, 'hex'), hash(presented))) return undefined;
  return isGood(token, now.getTime()) ? { token, tenant } : undefined;
}

/**
 * Revokes a token of a tenant; it opens nothing from the moment this returns.
 *
 * @throws Problem `not-found`
 */
export async function revokeToken(log: EventLog, tenant: string, id: string, by: string): Promise<void> {
  for (;;) {
    const loaded = await log.load(tokenStream, tokenStreamId(id));
    if (loaded?.tenant !== tenant || loaded.state === null)
      throw new Problem('not-found', `Tenant "${tenant}" has no token "${id}".`);
    const events = decideRevoke(loaded.state);
    if (events.length === 0) return;
    const result = await log.append({ writes: [write(tokenStream, loaded, events)], meta: { by } });
    if (result.ok) return; // a conflict can only mean that it was revoked: the next look ends it
  }
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
