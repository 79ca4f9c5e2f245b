import type { JsonObject, StoredEvent } from '#event-log';
import type { JobReport, StepReport } from '#workflow';

/** A step of a job. */
const stepView = (step: StepReport) =>
  ({
    name: step.name,
    stage: step.stage,
    status: step.status,
    attempts: step.attempts,
    started_at: step.startedAt,
    finished_at: step.finishedAt,
    duration_ms: step.durationMs,
    error: step.error,
    waiting_for: step.waitingFor,
    output: step.output,
    notes: step.notes,
  }) satisfies JsonObject;

/** A job with its steps. */
export const jobView = (job: JobReport, brokerName: string | null) =>
  ({
    id: job.id,
    workflow: job.workflow,
    workflow_version: job.workflowVersion,
    broker_id: job.subject,
    broker_name: brokerName,
    status: job.status,
    progress: job.progress,
    current_step: job.currentStep,
    steps: job.steps.map(stepView),
    error: job.error,
    created_at: job.createdAt,
    finished_at: job.finishedAt,
  }) satisfies JsonObject;

/** A fact. */
export const eventView = ({ version, type, at, data }: StoredEvent) =>
  ({ version, type, at, data }) satisfies JsonObject;
