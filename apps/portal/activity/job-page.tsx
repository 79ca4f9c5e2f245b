import { Link } from 'wouter';
import { ProblemError } from '../api/problem.ts';
import { isOver, useJob, useJobFacts } from '../api/queries.ts';
import type { Job } from '../api/queries.ts';
import { LinkButton } from '../parts/button.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading } from '../parts/states.tsx';
import { Ago, duration, useNow } from '../parts/time.tsx';
import { JobPanel } from './job-panel.tsx';
import { waterfallOf } from './waterfall.ts';
import type { Lane } from './waterfall.ts';
import { inWords, stepName, workflowName } from './words.ts';

/** One job: where its time went, its steps, and every fact about it. */
export function JobPage({ id }: { readonly id: string }) {
  const { data: job, error, refetch } = useJob(id);
  if (error instanceof ProblemError && error.problem.status === 404)
    return (
      <>
        <PageHead title="No such job" />
        <Empty title="It is not here">
          <p>There is no such job, or it belongs to another project.</p>
          <LinkButton href="/activity">To all activity</LinkButton>
        </Empty>
      </>
    );
  if (job === undefined)
    return (
      <>
        <PageHead title="Job" />
        {error === null ? <Loading what="the job" /> : <Failure error={error} again={() => void refetch()} />}
      </>
    );
  return (
    <>
      <PageHead
        title={`${workflowName(job.workflow)} ${job.broker_name ?? ''}`.trim()}
        about={
          <>
            Submitted <Ago at={job.created_at} /> ·{' '}
            <Link href={`/brokers/${job.broker_id}`}>to the broker</Link>
          </>
        }
      />
      <JobWaterfall job={job} />
      <div className="columns">
        <JobPanel id={id} link={false} />
        <Facts job={id} />
      </div>
    </>
  );
}

function JobWaterfall({ job }: { readonly job: Job }) {
  const { data } = useJobFacts(job.id);
  const now = useNow(isOver(job) || job.status === 'parked' ? 60_000 : 500);
  if (data === undefined) return <Loading what="where the time went" />;
  const { lanes, lengthMs } = waterfallOf(data.items, now);
  return (
    <section className="card" aria-labelledby="waterfall">
      <div className="card-head">
        <h2 id="waterfall">Where the time went</h2>
        <p className="legend">
          <span>worked</span>
          <span data-kind="running">running</span>
          <span data-kind="waiting">waiting</span>
          <span data-kind="failed">failed</span>
          <span data-kind="undone">undone</span>
        </p>
      </div>
      <div className="card-body">
        {lanes.length === 0 && <p className="muted">No step has started yet.</p>}
        <ol className="waterfall">
          {lanes.map((lane) => (
            <WaterfallLane key={lane.step} lane={lane} lengthMs={lengthMs} />
          ))}
        </ol>
      </div>
    </section>
  );
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(3)}%`;

function WaterfallLane({
  lane: { step, bars },
  lengthMs,
}: {
  readonly lane: Lane;
  readonly lengthMs: number;
}) {
  const from = bars[0]?.from ?? 0;
  const took = (bars.at(-1)?.to ?? from) - from;
  const failures = bars.filter(({ kind }) => kind === 'failed').length;
  return (
    <li>
      <span className="truncate" title={stepName(step)}>
        {stepName(step)}
        {failures > 0 && (
          <span className="hidden-visually">
            , failed {failures} {failures === 1 ? 'time' : 'times'}
          </span>
        )}
      </span>
      <span className="lane" aria-hidden="true">
        {bars.map((bar) => (
          <span
            key={bar.from}
            className="bar"
            data-kind={bar.kind}
            title={`${bar.kind} for ${duration(bar.to - bar.from)}`}
            style={{ left: percent(bar.from, lengthMs), width: percent(bar.to - bar.from, lengthMs) }}
          />
        ))}
      </span>
      <span className="step-time small muted">{duration(took)}</span>
    </li>
  );
}

/** StepSucceeded → Step succeeded. */
const factWords = (type: string): string =>
  inWords(type.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

function Facts({ job }: { readonly job: string }) {
  const { data, error } = useJobFacts(job);
  if (error !== null) return <Failure error={error} />;
  return (
    <section className="card" aria-labelledby="facts">
      <div className="card-head">
        <h2 id="facts">Everything that happened</h2>
        <span className="muted small">{data?.items.length ?? 0} facts</span>
      </div>
      <ol className="card-body history">
        {data?.items.toReversed().map(({ version, type, at, data: { step, reason } }) => (
          <li key={version}>
            <span>
              {factWords(type)}
              {typeof step === 'string' && <span className="muted"> · {step}</span>}
              {typeof reason === 'string' && <span className="small muted"> – {reason}</span>}
            </span>
            <time className="muted small nowrap" dateTime={at} title={at}>
              + {duration(Date.parse(at) - Date.parse(data.items[0]?.at ?? at))}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
