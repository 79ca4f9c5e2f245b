import { useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/may.ts';
import { isMoving, useJobs } from '../api/queries.ts';
import type { JobStatus, ListedJob } from '../api/queries.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Filter } from '../parts/filter.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, StatusBadge, toneOf } from '../parts/states.tsx';
import { Ago, duration } from '../parts/time.tsx';
import { workflowName } from './words.ts';

const filters = [
  { id: 'all', name: 'All' },
  { id: 'running', name: 'Running' },
  { id: 'undoing', name: 'Undoing' },
  { id: 'parked', name: 'Parked' },
  { id: 'succeeded', name: 'Succeeded' },
  { id: 'failed', name: 'Failed' },
  { id: 'cancelled', name: 'Cancelled' },
] as const satisfies readonly { id: JobStatus | 'all'; name: string }[];
type FilterId = (typeof filters)[number]['id'];

/** Jobs across all brokers, the newest first. */
export function ActivityPage() {
  const [filter, setFilter] = useState<FilterId>('all');
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useJobs(
    filter === 'all' ? {} : { status: filter },
  );
  const mayLaunch = useMay('member');
  const jobs = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHead title="Activity" about="Every job, whichever broker it is about." />
      <div className="filters">
        <Filter label="Show" options={filters} value={filter} onChange={setFilter} />
      </div>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="jobs" />}
      {data !== undefined && jobs.length === 0 && (
        <Empty title={filter === 'all' ? 'Nothing has happened yet' : `No job is ${filter}`}>
          <p>Jobs appear here as brokers are launched and deleted.</p>
          {filter === 'all' && mayLaunch && <LinkButton href="/launch">Launch a broker</LinkButton>}
        </Empty>
      )}
      {jobs.length > 0 && <JobTable jobs={jobs} />}
      {hasNextPage && (
        <div>
          <ActionButton isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            Show more
          </ActionButton>
        </div>
      )}
    </>
  );
}

const JobTable = ({ jobs }: { readonly jobs: readonly ListedJob[] }) => (
  <div className="card">
    <table className="table" role="table" aria-label="Jobs">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Job</th>
          <th role="columnheader">Status</th>
          <th role="columnheader">Progress</th>
          <th role="columnheader">Took</th>
          <th role="columnheader">Submitted</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {jobs.map((job) => (
          <tr key={job.id} role="row">
            <td role="cell" className="name" data-label="Job">
              <Link href={`/activity/${job.id}`}>
                {workflowName(job.workflow)} {job.broker_name ?? ''}
              </Link>
            </td>
            <td role="cell" data-label="Status">
              <div>
                <StatusBadge status={job.status} />
              </div>
            </td>
            <td role="cell" data-label="Progress">
              <div
                className="progress"
                data-tone={toneOf(job.status)}
                role="progressbar"
                aria-label="Progress"
                aria-valuenow={job.progress}
              >
                <div style={{ width: `${job.progress}%` }} />
              </div>
            </td>
            <td role="cell" data-label="Took" className="muted nowrap">
              {isMoving(job) ? '–' : duration(Date.parse(job.updated_at) - Date.parse(job.created_at))}
            </td>
            <td role="cell" data-label="Submitted" className="muted">
              <Ago at={job.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
