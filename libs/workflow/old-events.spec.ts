import { oldEventsAreRead } from '../../test/support/old-events.ts';
import type { JobEvent } from './core/events.ts';
import { jobStream } from './job-stream.ts';

oldEventsAreRead(new URL('./fixtures/', import.meta.url), [
  {
    stream: jobStream,
    types: {
      JobSubmitted: true,
      StepStarted: true,
      StepInterrupted: true,
      StepSucceeded: true,
      StepDeferred: true,
      StepFailed: true,
      JobCancelRequested: true,
      UndoStarted: true,
      JobParked: true,
      JobRetried: true,
      JobSucceeded: true,
      JobFailed: true,
      JobCancelled: true,
    } satisfies Record<JobEvent['type'], true>,
  },
]);
