import type { AnswerReport } from '#openstack';
import type { Metrics } from '#telemetry';
import type { StepSlots } from '#tenants';
import type { JobEvent, KnownJob } from '#workflow';

/** Counts how OpenStack answers. */
export const countAnswer =
  (metrics: Metrics) =>
  ({ service, method, status, durationMs }: AnswerReport): void =>
    metrics.cloudSeconds.observe({ service, method, status: status ?? 'none' }, durationMs / 1_000);

const ENDED: Partial<Record<JobEvent['type'], string>> = {
  JobSucceeded: 'succeeded',
  JobFailed: 'failed',
  JobCancelled: 'cancelled',
};

/** Counts the jobs that end in this process. */
export function countEnd(metrics: Metrics, events: readonly JobEvent[], { workflow }: KnownJob): void {
  for (const { type } of events) {
    const status = ENDED[type];
    if (status !== undefined) metrics.jobsEnded.inc({ workflow, status });
  }
}

/** The slots, counting how often a step has to wait for one. */
export const countedSlots = (slots: StepSlots, metrics: Metrics): Pick<StepSlots, 'begin' | 'end'> => ({
  begin: async (tenant, turn) => {
    const change = await slots.begin(tenant, turn);
    if (!change.begins) metrics.limitsReached.inc({ limit: 'running_steps' });
    return change;
  },
  end: (tenant, turn) => slots.end(tenant, turn),
});
