import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startServices, stopServices } from '../scripts/services.mjs';
import { format, query } from './harness.mjs';
import { rows } from './rows/index.mjs';

const DIRECTORY = '.warrener/bench';
const QUICK_SECONDS = 3;
const SECONDS = 30;

/** Runs the rows that are asked for and prints them. Answers the exit code: 1 where an aim is not met. */
export async function main(args, say) {
  const { values: flags } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const wanted = rows.filter(({ name }) => flags.only === undefined || name === flags.only);
  if (wanted.length === 0) {
    say(`There is no row ${flags.only}; there are:\n  ${rows.map(({ name }) => name).join('\n  ')}`);
    return 2;
  }
  const { quick } = flags;
  const env = await startAll(say);
  const world = { env, say, quick, seconds: quick ? QUICK_SECONDS : SECONDS };
  const results = [];
  try {
    for (const { name, run } of wanted) {
      say(name);
      results.push(...[await run(world)].flat());
      if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
    }
  } finally {
    await stopServices(DIRECTORY);
  }
  console.table(results.map(printed));
  return results.every(({ met }) => met) ? 0 : 1;
}

/** PostgreSQL counts statements only where a library was there from its start. */
async function startAll(say) {
  const up = () => startServices({ dir: DIRECTORY, want: ['postgres', 'rabbitmq', 'redis'], say });
  let { env } = await up();
  const [{ shared_preload_libraries: loaded }] = await query(
    env.DATABASE_URL,
    'show shared_preload_libraries',
  );
  if (process.env['DATABASE_URL'] === undefined && !loaded.includes('pg_stat_statements')) {
    await query(env.DATABASE_URL, `alter system set shared_preload_libraries = 'pg_stat_statements'`);
    await stopServices(DIRECTORY);
    ({ env } = await up());
  }
  const durable = await query(
    env.DATABASE_URL,
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  const off = durable.filter(({ setting }) => setting !== 'on').map(({ name }) => name);
  if (off.length > 0) throw new Error(`PostgreSQL is not durable: ${off.join(', ')} is not on`);
  return env;
}

const percent = (share) => (share === undefined ? '' : `±${Math.round(share * 50)} %`);

const printed = ({
  name,
  unit = '',
  ours,
  ours_spread,
  peer,
  peer_spread,
  against = '',
  ratio,
  aim,
  met,
}) => ({
  name,
  unit,
  ours: format(ours),
  '±': percent(ours_spread),
  peer: format(peer),
  '± ': percent(peer_spread),
  against,
  ratio: Number(ratio.toPrecision(3)),
  aim,
  met: met ? 'yes' : 'NO',
});
