import { readdir, readFile } from 'node:fs/promises';
import type { EntitySchema, MigrationInterface, QueryRunner } from 'typeorm';
import { DataSource } from 'typeorm';
import pg from 'pg';

export type { DataSource } from 'typeorm';

/** Where a library keeps its numbered schema files, and the name they are recorded under. */
export interface SchemaSource {
  readonly room: string;
  readonly directory: URL;
}

/** A pool for the log and the hot path, with bounds on everything that could hang. */
export function openPool(
  databaseUrl: string,
  options: { readonly name: string; readonly max?: number; readonly onError: (error: Error) => void },
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: options.name,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
  });
  pool.on('error', options.onError); // an idle connection broke; the pool replaces it
  // One that breaks while it is lent out, between two queries, is told by the next query; without a listener it would end
  // the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * The read models' data source. Brings the schema up to date first: every `NNN-*.sql` of the sources, once, in order,
 * each in a transaction of its own, one process at a time.
 *
 * @throws Error with a sentence where the database has the schema of a newer Warrener
 */
export async function openDataSource(
  databaseUrl: string,
  schemas: readonly SchemaSource[],
  entities: readonly EntitySchema[],
): Promise<DataSource> {
  const migrations = (await Promise.all(schemas.map(migrationsOf))).flat();
  const source = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: [...entities],
    migrations,
    migrationsTableName: 'warrener_migration',
    migrationsTransactionMode: 'each',
    // Fixed, or a user called like our schema would look there first, and find another table of migrations.
    extra: {
      max: 10,
      connectionTimeoutMillis: 10_000,
      statement_timeout: 30_000,
      options: '-c search_path=public',
    },
  });
  await source.initialize();
  const lock = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  lock.on('error', () => undefined); // the next query tells
  await lock.connect();
  try {
    await lock.query(`select pg_advisory_lock(hashtext('warrener schema'))`);
    await refuseNewer(lock, migrations);
    await source.runMigrations();
  } finally {
    await lock.end(); // and with it the lock
  }
  return source;
}

/** A newer Warrener may keep things where this one does not look: it would go wrong in silence. */
async function refuseNewer(
  client: pg.Client,
  migrations: readonly (new () => MigrationInterface)[],
): Promise<void> {
  const known = new Set(migrations.map((Migration) => new Migration().name));
  const { rows: exists } = await client.query<{ oid: string | null }>(
    `select to_regclass('public.warrener_migration') as oid`,
  );
  if (exists[0]?.oid === null) return; // an empty database
  const { rows } = await client.query<{ name: string }>(
    'select name from public.warrener_migration order by id',
  );
  const newer = rows.map(({ name }) => name).filter((name) => !known.has(name));
  if (newer.length === 0) return;
  throw new Error(
    `the database has the schema of a newer Warrener (it has ${newer.map((name) => name.replace(/-\d+$/, '')).join(', ')}). ` +
      'Start that version, or restore a backup from before the upgrade.',
  );
}

/** TypeORM orders migrations by the number that ends their name; rooms come in the order given, files in theirs. */
async function migrationsOf(
  source: SchemaSource,
  roomIndex: number,
): Promise<(new () => MigrationInterface)[]> {
  const files = (await readdir(source.directory)).filter((file) => /^\d{3}-.*\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, source.directory), 'utf8');
      const order = 1_700_000_000_000 + Number(file.slice(0, 3)) * 1_000 + roomIndex;
      const name = `${source.room}-${file.replace('.sql', '')}-${order}`;
      return class implements MigrationInterface {
        readonly name = name;
        async up(runner: QueryRunner): Promise<void> {
          await runner.query(sql);
        }
        async down(): Promise<void> {
          throw new Error('schema files are never taken back; restore a backup instead');
        }
      };
    }),
  );
}
