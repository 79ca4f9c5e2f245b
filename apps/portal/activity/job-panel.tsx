import { useState } from 'react';
import { Link } from 'wouter';
import { useJobEvents } from '../api/live.ts';
import type { Liveness } from '../api/live.ts';
import { useMay } from '../api/may.ts';
import { isOver, useJob, useJobCommand, useRefresh } from '../api/queries.ts';
import type { Job } from '../api/queries.ts';
import { ActionButton } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Failure, Loading, Note, StatusBadge, toneOf } from '../parts/states.tsx';
import { duration, useNow } from '../parts/time.tsx';
import { Timeline } from './timeline.tsx';
import { workflowName } from './words.ts';

/** A job with its steps, as they happen, and what can be done about it. */
export function JobPanel({ id, link = true }: { readonly id: string; readonly link?: boolean }) {
  const { data: job, error, refetch } = useJob(id);
  const refresh = useRefresh();
  const open = job === undefined || !(isOver(job) || job.status === 'parked');
  const liveness = useJobEvents(id, open, refresh);
  if (job === undefined)
    return error === null ? (
      <Loading what="the job" />
    ) : (
      <Failure error={error} again={() => void refetch()} />
    );
  return (
    <section className="card" aria-labelledby="job">
      <div className="card-head">
        <h2 id="job">
          {link ? <Link href={`/activity/${job.id}`}>{workflowName(job.workflow)}</Link> : 'Steps'}
        </h2>
        <div className="actions">
          {open && <Live liveness={liveness} />}
          <StatusBadge status={job.status} />
        </div>
      </div>
      <div className="card-body">
        <Progress job={job} />
        {job.error !== null && !open && (
          <Note tone={job.status === 'failed' ? 'bad' : 'warn'}>
            <span>{job.error}</span>
          </Note>
        )}
        <Timeline steps={job.steps} />
        <Commands job={job} />
      </div>
    </section>
  );
}

const liveWords = { live: 'Live', connecting: 'Connecting…', over: 'Over' } as const;

const Live = ({ liveness }: { readonly liveness: Liveness }) => (
  <span className="live" data-live={liveness} role="status">
    {liveWords[liveness]}
  </span>
);

function Progress({ job }: { readonly job: Job }) {
  const now = useNow(1_000);
  const done = job.steps.filter(({ status }) => status === 'succeeded').length;
  const tookMs = (job.finished_at === null ? now : Date.parse(job.finished_at)) - Date.parse(job.created_at);
  return (
    <div className="field">
      <div
        className="progress"
        data-tone={toneOf(job.status)}
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={job.progress}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${job.progress}%` }} />
      </div>
      <p className="small muted">
        {done} of {job.steps.length} steps · {duration(Math.max(0, tookMs))}
      </p>
    </div>
  );
}

function Commands({ job }: { readonly job: Job }) {
  const [asking, setAsking] = useState(false);
  const cancel = useJobCommand('cancel');
  const retry = useJobCommand('retry');
  const may = useMay('member');
  const launches = job.workflow === 'launch-broker';
  const cancellable = may && launches && (job.status === 'running' || job.status === 'parked');
  const retryable = may && (job.status === 'parked' || job.status === 'failed');
  const error = retry.error ?? cancel.error;
  if (!cancellable && !retryable && error === null) return null;
  return (
    <>
      {error !== null && !asking && <Failure error={error} />}
      <div className="actions">
        {retryable && (
          <ActionButton
            kind="primary"
            isPending={retry.isPending}
            onPress={() => {
              retry.mutate(job.id);
            }}
          >
            {job.status === 'parked' ? 'Go on' : 'Try again'}
          </ActionButton>
        )}
        {cancellable && (
          <ActionButton
            kind="danger"
            onPress={() => {
              setAsking(true);
            }}
          >
            Cancel
          </ActionButton>
        )}
      </div>
      {asking && (
        <Confirm
          title="Cancel this launch?"
          action="Cancel the launch"
          busy={cancel.isPending}
          error={cancel.error}
          onClose={() => {
            setAsking(false);
          }}
          onConfirm={() => {
            cancel.mutate(job.id, {
              onSuccess: () => {
                setAsking(false);
              },
            });
          }}
        >
          What it did so far is undone: the server, the address and the ports it opened are removed.
        </Confirm>
      )}
    </>
  );
}
