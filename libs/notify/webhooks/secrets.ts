import { seal, unseal } from '#platform';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { keyOf } from './signature.ts';

/** A sealed secret as it is kept. */
export interface SealedSecret {
  readonly id: string;
  readonly sealed: Buffer;
}

/** Keeps what signs deliveries, encrypted at rest and apart from the events. */
export class WebhookSecrets {
  readonly #pool: Pool;
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(pool: Pool, key: Buffer) {
    this.#pool = pool;
    this.#key = key;
  }

  /** Keeps a further secret. Those before it go on signing until `overlapMs` have passed. Returns its id. */
  async add(webhook: string, secret: string, overlapMs: number): Promise<string> {
    const id = uuidv7();
    await this.#pool.query({
      name: 'warrener-webhook-secret-add',
      text: `with ending as (
               update warrener.webhook_secret
               set expires_at = least(expires_at, now() + $4 * interval '1 millisecond')
               where webhook = $2
             )
             insert into warrener.webhook_secret (id, webhook, sealed) values ($1, $2, $3)`,
      values: [id, webhook, seal(this.#key, secret, id), overlapMs],
    });
    return id;
  }

  /** Those that are valid, the newest first. */
  async of(webhook: string): Promise<readonly { secret: string; expiresAt: string | null }[]> {
    const { rows } = await this.#pool.query<{ id: string; sealed: Buffer; expires_at: Date | null }>(
      `select id, sealed, expires_at from warrener.webhook_secret
       where webhook = $1 and (expires_at is null or expires_at > now()) order by id desc`,
      [webhook],
    );
    return rows.map((row) => ({ secret: this.#open(row), expiresAt: row.expires_at?.toISOString() ?? null }));
  }

  /** The key in a sealed secret. */
  key(sealed: SealedSecret): Buffer {
    return keyOf(this.#open(sealed));
  }

  /** Forgets the secrets of a webhook. */
  async delete(webhook: string): Promise<void> {
    await this.#pool.query('delete from warrener.webhook_secret where webhook = $1', [webhook]);
  }

  #open({ id, sealed }: SealedSecret): string {
    return unseal(this.#key, sealed, id);
  }
}
