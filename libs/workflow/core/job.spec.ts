import fc from 'fast-check';
import type { RetryPolicy } from './backoff.ts';
import { backoffMs } from './backoff.ts';
import type { JobEvent, PlannedStep } from './events.ts';
import type { Job, JobCommand } from './job.ts';
import { decide, evolve, initialJob, isCancellable, isOver, nextTurn } from './job.ts';
import type { Outcome } from './outcome.ts';
import { reportJob } from './report.ts';

const AT = '2026-01-01T00:00:00.000Z';
const policy: RetryPolicy = { maxFailures: 2, firstDelayMs: 1_000, maxDelayMs: 8_000, patienceMs: 60_000 };

const step = (name: string, undo: string | null = null): PlannedStep => ({
  name,
  stage: 'cloud',
  undo: undo === null ? null : { name: undo, stage: 'cloud' },
});

const submitted = (...plan: PlannedStep[]): JobEvent => ({
  type: 'JobSubmitted',
  job: 'j',
  workflow: 'w',
  workflow_version: 1,
  subject: 'b',
  input: {},
  plan,
  queues: { cloud: 'warrener.cloud', config: 'warrener.config' },
});

const build = submitted(step('a', 'un-a'), step('b', 'un-b'), step('c'));

/** A job after a list of commands; turns are filled in by what the job waits for. */
function after(
  first: JobEvent,
  ...commands: (JobCommand['type'] | Outcome)[]
): { job: Job; events: JobEvent[] } {
  let job = evolve(initialJob(), first);
  const events: JobEvent[] = [first];
  for (const command of commands) {
    for (const event of decide(job, commandOf(job, command))) {
      job = evolve(job, event);
      events.push(event);
    }
  }
  return { job, events };
}

function commandOf(job: Job, command: JobCommand['type'] | Outcome): JobCommand {
  const turn = 'position' in job ? job.position.turn : 0;
  if (command === 'start') return { type: 'start', turn, at: AT };
  if (command === 'cancel' || command === 'retry') return { type: command, by: 'someone' };
  if (command === 'report') throw new Error('give the outcome instead');
  return { type: 'report', turn, outcome: command, notes: '', at: AT, policy, random: 0 };
}

const done: Outcome = { kind: 'done' };
const reject: Outcome = { kind: 'reject', reason: 'never' };
const retry: Outcome = { kind: 'retry', reason: 'not now' };
const operator: Outcome = { kind: 'operator', reason: 'look' };
const uncertain: Outcome = { kind: 'uncertain', reason: 'answer lost' };
const wait: Outcome = { kind: 'wait', afterMs: 5_000, reason: 'building' };

const types = (events: readonly JobEvent[]): string[] =>
  events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));

describe('a job goes forward', () => {
  test('step by step to its end', () => {
    const { job, events } = after(build, 'start', done, 'start', done, 'start', done);
    expect(job.status).toBe('succeeded');
    expect(types(events).slice(1)).toEqual([
      'StepStarted a',
      'StepSucceeded a',
      'StepStarted b',
      'StepSucceeded b',
      'StepStarted c',
      'StepSucceeded c',
      'JobSucceeded',
    ]);
  });

  test('is owed one message at a time, none while a step runs', () => {
    expect(nextTurn(after(build).job)).toEqual({
      job: 'j',
      step: 'a',
      turn: 1,
      queue: 'warrener.cloud',
      dueAt: null,
    });
    expect(nextTurn(after(build, 'start').job)).toBeNull();
    expect(nextTurn(after(build, 'start', done).job)).toMatchObject({ step: 'b', turn: 2 });
    expect(nextTurn(after(build, 'start', wait).job)).toMatchObject({
      step: 'a',
      turn: 2,
      dueAt: '2026-01-01T00:00:05.000Z',
    });
  });

  test('keeps what steps put out', () => {
    const { job } = after(build, 'start', { kind: 'done', output: { id: 'x' } });
    expect(job).toMatchObject({ outputs: { a: { id: 'x' } } });
  });

  test('waiting spends no attempt, and ends with its patience', () => {
    const waiting = after(build, 'start', wait, 'start', wait, 'start', wait).job;
    expect(waiting).toMatchObject({ status: 'running', position: { failures: 0 } });
    const late = {
      ...commandOf(after(build, 'start').job, wait),
      at: '2026-01-01T00:00:56.000Z',
    } as JobCommand;
    expect(types(decide(after(build, 'start').job, late))).toEqual(['StepFailed a', 'UndoStarted']);
  });

  test('a retry spends an attempt, and the last one turns it back', () => {
    expect(after(build, 'start', retry).job).toMatchObject({
      status: 'running',
      position: { failures: 1, phase: 'waiting' },
    });
    const { job, events } = after(build, 'start', retry, 'start', retry);
    expect(job.status).toBe('undoing');
    expect(types(events).slice(-2)).toEqual(['StepFailed a', 'UndoStarted']);
  });

  test('an unknown outcome is a state of its own: the next run is told to look first', () => {
    const { job, events } = after(build, 'start', uncertain);
    expect(job).toMatchObject({ position: { uncertain: true } });
    expect(decide(job, commandOf(job, 'start'))).toMatchObject([
      { type: 'StepStarted', uncertain: true, attempt: 2 },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'StepFailed',
      kind: 'uncertain',
      until: expect.any(String) as string,
    });
  });
});

describe('messages that come twice', () => {
  test('one for a turn that began is an interruption, and the step runs again, uncertain', () => {
    const { job, events } = after(build, 'start', 'start');
    expect(types(events).slice(-2)).toEqual(['StepInterrupted a', 'StepStarted a']);
    expect(events.at(-1)).toMatchObject({ uncertain: true });
    expect(job).toMatchObject({ position: { phase: 'started', turn: 1 } });
  });

  test('a stale worker changes nothing', () => {
    const { job } = after(build, 'start', done);
    expect(decide(job, { type: 'start', turn: 1, at: AT })).toEqual([]);
    expect(decide(job, { ...commandOf(job, done), turn: 1 } as JobCommand)).toEqual([]);
    expect(decide(job, commandOf(job, done))).toEqual([]); // not begun: nothing to report
  });
});

describe('a job goes back', () => {
  test('over every step that was begun, the last first', () => {
    const { job, events } = after(build, 'start', done, 'start', reject, 'start', done, 'start', done);
    expect(job).toMatchObject({ status: 'failed', reason: 'never' });
    expect(types(events).slice(4)).toEqual([
      'StepFailed b',
      'UndoStarted',
      'StepStarted un-b',
      'StepSucceeded un-b',
      'StepStarted un-a',
      'StepSucceeded un-a',
      'JobFailed',
    ]);
  });

  test('ends at once where nothing was begun', () => {
    expect(after(build, 'cancel').job).toMatchObject({ status: 'cancelled' });
  });

  test('a cancellation waits for the step that runs, then goes back over it', () => {
    expect(after(build, 'start', 'cancel').job).toMatchObject({ status: 'running', cancelRequested: true });
    expect(after(build, 'start', 'cancel', done).job).toMatchObject({
      status: 'undoing',
      position: { index: 0 },
    });
    expect(after(build, 'start', 'cancel', uncertain).job).toMatchObject({
      status: 'undoing',
      position: { index: 0 },
    });
  });

  test('what takes back a step that was cut off is told so, and only once', () => {
    expect(after(build, 'start', 'cancel', uncertain).job).toMatchObject({ position: { uncertain: true } });
    expect(after(build, 'start', uncertain, 'cancel').job).toMatchObject({ position: { uncertain: true } });
    expect(after(build, 'start', 'cancel', done).job).toMatchObject({ position: { uncertain: false } });
    expect(after(build, 'start', 'cancel', uncertain, 'start', wait).job).toMatchObject({
      position: { uncertain: false },
    });
  });

  test('a cancellation of a job that waits for an operator goes back too', () => {
    expect(after(build, 'start', 'cancel', operator).job).toMatchObject({ status: 'undoing' });
    expect(after(build, 'start', 'cancel', 'start', done, 'start', done).job).toMatchObject({
      status: 'cancelled',
    });
  });

  test('an undo that fails for good is parked, never forgotten', () => {
    const { job } = after(build, 'start', reject, 'start', retry, 'start', retry);
    expect(job).toMatchObject({ status: 'parked', undo: { cause: 'failed', reason: 'never' } });
    expect(after(build, 'start', reject, 'start', operator, 'retry', 'start', done).job).toMatchObject({
      status: 'failed',
    });
  });
});

describe('a job is parked', () => {
  test('and goes on where it stopped, told to look first', () => {
    const { job } = after(build, 'start', done, 'start', operator, 'retry');
    expect(job).toMatchObject({ status: 'running', position: { index: 1, failures: 0, uncertain: true } });
  });

  test('and can be cancelled', () => {
    expect(after(build, 'start', operator, 'cancel', 'start', done).job).toMatchObject({
      status: 'cancelled',
    });
  });

  test('where it has nothing to go back to', () => {
    const removal = submitted(step('remove'));
    const { job } = after(removal, 'start', retry, 'start', retry);
    expect(job.status).toBe('parked');
    expect(job.status !== 'new' && isCancellable(job)).toBe(false);
  });
});

test('a failed job starts over', () => {
  const { job } = after(
    build,
    'start',
    reject,
    'start',
    done,
    'retry',
    'start',
    done,
    'start',
    done,
    'start',
    done,
  );
  expect(job.status).toBe('succeeded');
});

test('a report tells each step with its attempts, errors and times', () => {
  const { events } = after(
    build,
    'start',
    retry,
    'start',
    done,
    'start',
    reject,
    'start',
    done,
    'start',
    done,
  );
  const history = events.map((event, index) => ({
    event,
    at: new Date(Date.parse(AT) + index * 1_000).toISOString(),
  }));
  expect(reportJob(history)).toMatchObject({
    status: 'failed',
    error: 'never',
    progress: 0,
    steps: [
      { name: 'a', status: 'undone', attempts: 2, durationMs: 3_000, error: null },
      { name: 'b', status: 'undone', attempts: 1, error: 'never' },
      { name: 'c', status: 'skipped', attempts: 0, startedAt: null },
    ],
  });
});

test('backoff doubles up to its bound and spreads by half', () => {
  expect([1, 2, 3, 9].map((failures) => backoffMs(policy, failures, 0))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(backoffMs(policy, 9, 0.999)).toBe(7_996);
});

describe('after any history', () => {
  const outcome = fc.constantFrom<Outcome>(done, reject, retry, operator, uncertain, wait);
  const command = fc.oneof(
    fc.constantFrom<JobCommand['type']>('start', 'start', 'start', 'cancel', 'retry'),
    outcome,
  );

  test('the turn never falls, a running job is owed a message or runs a step, and what began is undone', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let job = evolve(initialJob(), build);
        let turn = 0;
        const begun = new Set<string>();
        const undone = new Set<string>();
        for (const one of commands) {
          for (const event of decide(job, commandOf(job, one))) {
            job = evolve(job, event);
            if (event.type === 'StepStarted' && event.direction === 'do')
              begun.add(event.step).forEach((name) => undone.delete(`un-${name}`));
            if (event.type === 'StepSucceeded' && event.direction === 'undo') undone.add(event.step);
            if (
              event.type === 'JobRetried' &&
              'position' in job &&
              job.position.index === 0 &&
              job.position.direction === 'do'
            )
              begun.clear();
          }
          if (job.status === 'new') throw new Error('a submitted job is never new');
          const now = 'position' in job ? job.position.turn : job.turn;
          expect(now).toBeGreaterThanOrEqual(turn);
          turn = now;
          if (job.status === 'running' || job.status === 'undoing') {
            expect(nextTurn(job) !== null || job.position.phase === 'started').toBe(true);
          } else {
            expect(nextTurn(job)).toBeNull();
          }
          if (isOver(job) && job.status !== 'succeeded') {
            for (const name of ['a', 'b']) if (begun.has(name)) expect(undone).toContain(`un-${name}`);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
