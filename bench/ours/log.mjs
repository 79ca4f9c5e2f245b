import { Projector, write } from '#event-log';
import { jobsProjection, jobStream, jobStreamId } from '#workflow';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { closedLoop } from '../load.mjs';
import { openEngine, openLog } from './engine.mjs';

const EVENTS_PER_JOB = 8;

/** The facts of a job of three steps. */
function factsOf(job) {
  const names = ['step-1', 'step-2', 'step-3'];
  const stage = 'cloud';
  const steps = names.flatMap((step, index) => {
    const fact = { step, direction: 'do', turn: index + 1 };
    return [
      { type: 'StepStarted', ...fact, attempt: 1, uncertain: false, at: '2026-01-01T00:00:00.000Z' },
      { type: 'StepSucceeded', ...fact, output: {}, notes: '' },
    ];
  });
  const plan = names.map((name) => ({ name, stage, undo: null }));
  const queues = { cloud: 'q', config: 'q' };
  const submitted = { job, workflow: 'bench', workflow_version: 1, subject: job, input: {}, plan, queues };
  return [{ type: 'JobSubmitted', ...submitted }, ...steps, { type: 'JobSucceeded' }];
}

/** Events per second, making the list of jobs anew. */
export async function rebuild({ database, events }) {
  const { pool, log } = await openLog(database);
  let left = events / EVENTS_PER_JOB;
  const appender = async () => {
    while ((left -= 1) >= 0) {
      const job = uuidv7();
      await log.append({
        writes: [write(jobStream, { stream: jobStreamId(job), tenant: 't' }, factsOf(job))],
      });
    }
  };
  await Promise.all(Array.from({ length: 200 }, appender));
  const projector = new Projector(pool, log, [jobsProjection]);
  const measure = async () => {
    const began = performance.now();
    const count = await projector.rebuild('jobs');
    return (count / (performance.now() - began)) * 1_000;
  };
  return { measure, close: () => pool.end() };
}

/** Events per second, read by a cursor and nothing else; over the other's database. */
export async function readByCursor({ database }) {
  const client = new pg.Client({ connectionString: database });
  client.on('error', () => undefined);
  await client.connect();
  const measure = async () => {
    const began = performance.now();
    let count = 0;
    await client.query('begin');
    await client.query(
      'declare reading cursor for select * from warrener.event order by epoch, tx, position',
    );
    for (;;) {
      const { rows } = await client.query('fetch 500 from reading');
      count += rows.length;
      if (rows.length === 0) break;
    }
    await client.query('commit');
    return (count / (performance.now() - began)) * 1_000;
  };
  return { measure, close: () => client.end() };
}

/** Milliseconds a job of three steps takes, one at a time, over a log that has so many events of other jobs already. */
export async function jobsOverLog(options) {
  const engine = await openEngine({ ...options, steps: 3 });
  await fill(engine.pool, options.events);
  const call = async () => {
    const job = uuidv7();
    const ended = engine.ended(job);
    await engine.submit(job);
    await ended;
  };
  const measure = async ({ seconds }) => 1_000 / (await closedLoop({ atOnce: 1, seconds, call }));
  return { measure, close: engine.close };
}

/** Jobs that ended long ago, made by PostgreSQL itself. */
async function fill(pool, events) {
  const client = await pool.connect();
  await client.query('set statement_timeout = 0');
  const jobs = Math.ceil(events / EVENTS_PER_JOB);
  await client.query(
    `insert into warrener.stream (id, kind, tenant, version, state, state_version)
     select 'job-old-' || n, 'job', 't', $1, $2, 1 from generate_series(1, $3) n`,
    [EVENTS_PER_JOB, JSON.stringify(jobStream.initial()), jobs],
  );
  const facts = factsOf('old').map(({ type, ...data }) => ({ type, data }));
  await client.query(
    `insert into warrener.event (epoch, stream, kind, tenant, version, type, data, meta)
     select 1, 'job-old-' || n, 'job', 't', f.number, f.fact ->> 'type', f.fact -> 'data', '{"worker": "old"}'
     from generate_series(1, $1) n, jsonb_array_elements($2::jsonb) with ordinality f(fact, number)`,
    [jobs, JSON.stringify(facts)],
  );
  await client.query('vacuum analyze warrener.event, warrener.stream');
  client.release();
}
