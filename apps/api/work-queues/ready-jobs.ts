import type { DataSource } from '#platform';

/** Jobs that wait for a worker, by queue. */
export interface ReadyJobs {
  readonly queue: string;
  readonly count: number;
  /** Since when the one that waits longest does. */
  readonly oldest: Date;
}

/** The queue of a job's next step, from its state. */
const QUEUE = `state->'queues'->>(
  case state->'position'->>'direction'
    when 'do' then state->'plan'->((state->'position'->>'index')::int)->>'stage'
    else state->'plan'->((state->'position'->>'index')::int)->'undo'->>'stage'
  end)`;

const READY = `status in ('running', 'undoing') and state->'position'->>'phase' = 'ready'`;

/** How many jobs wait on each queue, as the list of jobs knows it. */
export async function readyJobs(dataSource: DataSource): Promise<readonly ReadyJobs[]> {
  const rows = await dataSource.query<{ queue: string; count: string; oldest: Date }[]>(
    `select ${QUEUE} as queue, count(*) as count, min(updated_at) as oldest
     from warrener.job_view where ${READY} group by 1`,
  );
  return rows.map(({ queue, count, oldest }) => ({ queue, count: Number(count), oldest }));
}

/** How many jobs came to a queue before this one and still wait there. */
export async function jobsAhead(dataSource: DataSource, queue: string, job: string): Promise<number> {
  const rows = await dataSource.query<{ ahead: string }[]>(
    `select count(*) as ahead from warrener.job_view
     where ${READY} and ${QUEUE} = $1
       and (updated_at, id) < (select updated_at, id from warrener.job_view where id = $2)`,
    [queue, job],
  );
  return Number(rows[0]?.ahead ?? 0);
}

/** Steps that were begun lately: which, on which queues, and when. */
export interface RecentStart {
  readonly step: string;
  readonly queues: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** The starts among the newest events, within five minutes. */
export async function recentStarts(dataSource: DataSource): Promise<readonly RecentStart[]> {
  return dataSource.query<RecentStart[]>(
    `select e.data->>'step' as step, j.state->'queues' as queues, e.at
     from (select stream, type, data, at from warrener.event
           order by epoch desc, tx desc, position desc limit 1000) e
     join warrener.job_view j on j.stream = e.stream
     where e.type = 'StepStarted' and e.at > now() - interval '5 minutes'`,
  );
}
