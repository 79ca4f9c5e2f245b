import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freshDatabase } from '../../test/support/services.ts';
import { openDataSource, openPool } from './index.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

/** A room whose schema has these files, each of which makes a table. */
function schema(...files: string[]): { room: string; directory: URL } {
  const folder = mkdtempSync(join(tmpdir(), 'warrener-schema-'));
  for (const file of files)
    writeFileSync(join(folder, `${file}.sql`), `create table public.t${file.slice(0, 3)} ()`);
  return { room: 'room', directory: pathToFileURL(`${folder}/`) };
}

const start = async (...files: string[]): Promise<void> => {
  const source = await openDataSource(database.url, [schema(...files)], []);
  await source.destroy();
};

test('a schema is brought up to date, once', async () => {
  await start('001-one');
  await start('001-one', '002-two');
  await start('001-one', '002-two');
});

test('the schema of a newer version is refused in a sentence, and nothing is changed', async () => {
  await start('001-one', '003-three');
  await expect(start('001-one', '002-two')).rejects.toThrow(
    /newer Warrener \(it has room-003-three\).*Start that version/,
  );
  await start('001-one', '003-three');
});

test('a connection that breaks while it is lent out ends its query, not the process', async () => {
  const pool = openPool(database.url, { name: 'test', onError: () => undefined });
  const lent = await pool.connect();
  try {
    const broke = new Promise((resolve) => lent.once('end', resolve));
    const { rows } = await lent.query<{ pid: number }>('select pg_backend_pid() as pid');
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await broke;
    await expect(lent.query('select 1')).rejects.toThrow();
  } finally {
    lent.release(true);
  }
  expect((await pool.query('select 1')).rowCount).toBe(1);
  await pool.end();
});
