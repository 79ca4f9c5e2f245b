import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, Note } from '../parts/states.tsx';
import { duration } from '../parts/time.tsx';
import { useWorkers, useWorkQueues } from './queries.ts';
import type { WorkQueue } from './queries.ts';
import { ShareChart } from './share-chart.tsx';

/** Where work waits, and who does it. */
export default function WorkQueuesPage() {
  const { data, error, isPending, refetch } = useWorkQueues();
  useWorkers(); // for the chart
  const misaligned = data?.items.filter((queue) => queue.misaligned) ?? [];
  return (
    <>
      <PageHead title="Work queues" about="Where steps wait for a worker, and who takes them." />
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="work queues" />}
      {misaligned.length > 0 && (
        <Note tone="bad">
          <span>
            Nobody consumes {misaligned.map(({ name }) => name).join(', ')}: what goes there waits for ever.
            Add {misaligned.length === 1 ? 'it' : 'them'} to a worker pool, or route the tenants elsewhere.
          </span>
        </Note>
      )}
      {data !== undefined && data.items.length === 0 && (
        <Empty title="No work queues">
          <p>They appear with the first tenant and the first worker.</p>
        </Empty>
      )}
      {data !== undefined && data.items.length > 0 && <QueueTable queues={data.items} />}
      <ShareChart />
    </>
  );
}

const QueueTable = ({ queues }: { readonly queues: readonly WorkQueue[] }) => (
  <div className="card">
    <table className="table" role="table" aria-label="Work queues">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Queue</th>
          <th role="columnheader">State</th>
          <th role="columnheader" className="number">
            Messages
          </th>
          <th role="columnheader" className="number">
            Jobs waiting
          </th>
          <th role="columnheader">Longest wait</th>
          <th role="columnheader" className="number">
            Consumers
          </th>
          <th role="columnheader">Tenants</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {queues.map((queue) => (
          <tr key={queue.name} role="row">
            <td role="cell" className="name" data-label="Queue">
              <span className="mono whole">{queue.name}</span>
            </td>
            <td role="cell" data-label="State">
              <div>
                {queue.misaligned ? (
                  <span className="badge" data-tone="bad">
                    misaligned
                  </span>
                ) : (
                  <span className="badge" data-tone="good">
                    consumed
                  </span>
                )}
              </div>
            </td>
            <td role="cell" className="number" data-label="Messages">
              {queue.exists ? queue.depth : '–'}
            </td>
            <td role="cell" className="number" data-label="Jobs waiting">
              {queue.jobs_waiting}
            </td>
            <td role="cell" data-label="Longest wait" className="muted">
              {queue.oldest_seconds === null ? '–' : duration(queue.oldest_seconds * 1_000)}
            </td>
            <td role="cell" className="number" data-label="Consumers">
              <span title={queue.workers.join(', ')}>{queue.consumers}</span>
            </td>
            <td role="cell" data-label="Tenants">
              <span className="small anywhere">{queue.tenants.join(', ') || '–'}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
