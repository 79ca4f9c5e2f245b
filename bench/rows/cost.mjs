import { query, row, start } from '../harness.mjs';

const JOBS = 500;

/** What PostgreSQL did for one job, from its own books: free of noise. */
async function costOf(world, where, atOnce) {
  const contender = await start(world, where, { steps: 3 });
  const { database } = contender;
  try {
    await query(world.env.DATABASE_URL, 'create extension if not exists pg_stat_statements');
    await contender.measure({ atOnce, jobs: 50 }); // warm
    // Sessions report what they did to the books when they are idle for a moment.
    const settle = () => new Promise((resolve) => setTimeout(resolve, 1_500));
    await settle();
    const before = await books(world, database);
    await contender.measure({ atOnce, jobs: JOBS });
    await settle();
    const after = await books(world, database);
    return Object.fromEntries(Object.keys(after).map((key) => [key, (after[key] - before[key]) / JOBS]));
  } finally {
    await contender.close();
  }
}

async function books(world, database) {
  const name = new URL(database).pathname.slice(1);
  const [found] = await query(
    world.env.DATABASE_URL,
    `select (select coalesce(sum(calls), 0)::int from pg_stat_statements where dbid = d.oid) as statements,
            (select xact_commit::int from pg_stat_database where datid = d.oid) as commits,
            (pg_current_wal_insert_lsn() - '0/0')::bigint::float8 as wal
     from pg_database d where d.datname = $1`,
    [name],
  );
  return found;
}

const cost = (atOnce, statements) => ({
  name: `cost-${atOnce}-at-once`,
  run: async (world) => {
    const ours = await costOf(world, 'ours/jobs.mjs#countedJobs', atOnce);
    const peer = await costOf(world, 'peers/dbos.mjs#countedJobs', atOnce);
    const rowOf = (what, unit, aim, met) =>
      row({
        name: `${what}-per-job-${atOnce}-at-once`,
        unit,
        own: [ours[what]],
        peer: [peer[what]],
        against: 'DBOS Transact',
        aim,
        met,
      });
    return [
      rowOf('statements', 'statements', `<= ${statements}`, (_, own) => own <= statements),
      rowOf('commits', 'commits', '<= 1 of theirs', (ratio) => ratio <= 1),
      rowOf('wal', 'bytes', '<= 1 of theirs', (ratio) => ratio <= 1),
    ];
  },
});

export default [cost(1, 6), cost(32, 1)];
