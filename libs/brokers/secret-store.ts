import { seal, unseal } from '#platform';
import type { Pool } from 'pg';

/** What a broker needs kept secret. */
export interface BrokerSecrets {
  readonly adminPassword: string;
  /** Warrener's own way in: an SSH private key made for this broker. */
  readonly loginKey: string;
  readonly loginPublicKey: string;
  /** The server's SSH host key, made by us so that it can be pinned. */
  readonly hostKey: string;
  readonly hostPublicKey: string;
}

const NAME = 'broker';

/** Keeps the secrets of brokers, encrypted at rest and apart from the events. */
export class SecretStore {
  readonly #pool: Pool;
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(pool: Pool, key: Buffer) {
    this.#pool = pool;
    this.#key = key;
  }

  /** Keeps the secrets of a new broker. */
  async put(broker: string, secrets: BrokerSecrets): Promise<void> {
    const sealed = seal(this.#key, JSON.stringify(secrets), context(broker));
    await this.#pool.query('insert into warrener.secret (owner, name, sealed) values ($1, $2, $3)', [
      broker,
      NAME,
      sealed,
    ]);
  }

  /** The secrets of a broker; undefined once they were deleted. */
  async get(broker: string): Promise<BrokerSecrets | undefined> {
    const { rows } = await this.#pool.query<{ sealed: Buffer }>(
      'select sealed from warrener.secret where owner = $1 and name = $2',
      [broker, NAME],
    );
    return rows[0] === undefined
      ? undefined
      : (JSON.parse(unseal(this.#key, rows[0].sealed, context(broker))) as BrokerSecrets);
  }

  /** Forgets the secrets of a broker; nothing happens where there are none. */
  async delete(broker: string): Promise<void> {
    await this.#pool.query('delete from warrener.secret where owner = $1', [broker]);
  }
}

const context = (broker: string): string => `${broker}/${NAME}`;
