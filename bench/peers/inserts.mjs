import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { closedLoop } from '../load.mjs';

const CLIENTS = 8;

/** Single rows inserted per second by 8 clients: by pgbench where there is one, else by a loop over pg. */
export async function inserts({ database }) {
  const pool = new pg.Pool({ connectionString: database, max: CLIENTS });
  pool.on('error', () => undefined);
  await pool.query(
    'create table fact (id bigint generated always as identity primary key, writer int, data jsonb)',
  );
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const script = join(folder, 'insert.sql');
  writeFileSync(script, `insert into fact (writer, data) values (1, '{"by": 1}');\n`);
  const pgbench = async (seconds) => {
    const args = [
      '-n',
      '-c',
      `${CLIENTS}`,
      '-j',
      '2',
      '-M',
      'prepared',
      '-T',
      `${seconds}`,
      '-f',
      script,
      database,
    ];
    const { stdout } = await promisify(execFile)('pgbench', args);
    return Number(/tps = ([\d.]+) \(without/.exec(stdout)[1]);
  };
  const text = 'insert into fact (writer, data) values ($1, $2)';
  const call = () => pool.query({ name: 'insert', text, values: [1, '{"by": 1}'] });
  const measure = async ({ seconds }) =>
    pgbench(seconds).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      return closedLoop({ atOnce: CLIENTS, seconds, call });
    });
  const close = async () => {
    rmSync(folder, { recursive: true });
    await pool.end();
  };
  return { measure, close };
}
