import { contest } from '../harness.mjs';

const jobs = (steps, atOnce, factor) =>
  contest({
    name: `jobs-${steps}-steps-${atOnce}-at-once`,
    unit: 'steps/s',
    ours: 'ours/jobs.mjs#jobs',
    peers: { 'DBOS Transact': 'peers/dbos.mjs#jobs' },
    options: { steps, atOnce },
    aim: `>= ${factor}`,
    met: (ratio) => ratio >= factor,
  });

/** Every contender has as many callers and as many workers. */
const oneStep = (name, peers, factor) =>
  contest({
    name,
    unit: 'jobs/s',
    ours: 'ours/jobs.mjs#jobs',
    peers,
    options: { steps: 1, atOnce: 128, slots: 32 },
    aim: `>= ${factor}`,
    met: (ratio) => ratio >= factor,
  });
const durable = {
  'pg-boss': 'peers/pg-boss.mjs#jobs',
  'graphile-worker': 'peers/graphile-worker.mjs#jobs',
};

export default [
  jobs(3, 32, 3),
  jobs(5, 32, 3),
  jobs(3, 1, 2),
  jobs(5, 1, 2),
  oneStep('one-step-jobs', durable, 2),
  oneStep('one-step-jobs-redis', { BullMQ: 'peers/bullmq.mjs#jobs' }, 0.5),
];
