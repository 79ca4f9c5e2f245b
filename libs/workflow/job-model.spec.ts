import fc from 'fast-check';
import type { RetryPolicy } from './core/backoff.ts';
import type { JobEvent, PlannedStep } from './core/events.ts';
import type { Job, JobCommand, KnownJob } from './core/job.ts';
import { decide, evolve, initialJob, isOver, nextTurn, stepOf } from './core/job.ts';
import type { Outcome } from './core/outcome.ts';
import { followingMessages } from './runner.ts';

// A small world around the core: a log, a broker that delivers late, twice and again, workers that die at any moment,
// and a cloud in which steps find before they create. Whatever the order, the promises hold.

const policy: RetryPolicy = { maxFailures: 3, firstDelayMs: 1, maxDelayMs: 1, patienceMs: 1_000 };
const AT = '2026-01-01T00:00:00.000Z';
const step = (name: string, undoable: boolean): PlannedStep => ({
  name,
  stage: 'cloud',
  undo: undoable ? { name: `un-${name}`, stage: 'cloud' } : null,
});
const plan = [step('a', true), step('b', true), step('c', false), step('d', true)];
const submitted: JobEvent = {
  type: 'JobSubmitted',
  job: 'j',
  workflow: 'w',
  workflow_version: 1,
  subject: 's',
  input: {},
  plan,
  queues: { cloud: 'cloud', config: 'config' },
};

/** A worker that holds a message; `outcome` once its step has run and is not yet reported. */
interface Worker {
  readonly turn: number;
  readonly outcome: Outcome | undefined;
  readonly running: boolean;
}

class World {
  job = evolve(initialJob(), submitted) as KnownJob;
  readonly history: JobEvent[] = [submitted];
  /** Messages with the broker or owed to it, by turn. */
  messages: number[] = [];
  workers: Worker[] = [];
  /** What the steps made: each a count, because a second one would be a defect. */
  readonly cloud = new Map<string, number>();

  constructor() {
    this.#owe({ status: 'new' });
  }

  #owe(before: Parameters<typeof followingMessages>[0]): void {
    this.messages.push(...followingMessages(before, this.job, 't').map(({ body }) => Number(body['turn'])));
  }

  command(command: JobCommand): boolean {
    const before = this.job;
    const events = decide(before, command);
    this.history.push(...events);
    this.job = events.reduce<Job>(evolve, before) as KnownJob;
    this.#owe(before);
    return events.length > 0;
  }

  /** Some message arrives at some worker, which records the beginning. */
  deliver(pick: number): void {
    if (this.messages.length === 0) return;
    const [turn] = this.messages.splice(pick % this.messages.length, 1);
    if (turn !== undefined && this.command({ type: 'start', turn, at: AT }))
      this.workers.push({ turn, outcome: undefined, running: true });
  }

  /** A message arrives a second time. */
  duplicate(pick: number): void {
    const turn = this.messages[pick % this.messages.length];
    if (turn !== undefined && this.messages.length < 20) this.messages.push(turn);
  }

  /** Some worker's step has its effect, and comes to an outcome: done, or whatever it seems to it. */
  run(pick: number, outcome: Outcome): void {
    const index = this.workers.findIndex(({ running }, at) => running && at >= pick % this.workers.length);
    const worker = this.workers[index];
    // One whose turn is over finds the job gone on, as the look before each change would.
    if (worker === undefined || !this.#isCurrent(worker.turn)) return;
    const { name } = stepOf(this.job as Parameters<typeof stepOf>[0]);
    if (outcome.kind !== 'reject' && outcome.kind !== 'wait') this.#effect(name);
    this.workers[index] = { ...worker, running: false, outcome };
  }

  #effect(name: string): void {
    if (name.startsWith('un-')) this.cloud.delete(name.slice(3));
    else if (!this.cloud.has(name)) this.cloud.set(name, 1);
  }

  /** Some worker reports, late or not. Then its message is acknowledged. */
  report(pick: number): void {
    const index = this.workers.findIndex(({ outcome }, at) => outcome && at >= pick % this.workers.length);
    const [worker] = index < 0 ? [] : this.workers.splice(index, 1);
    if (worker?.outcome === undefined) return;
    const { turn, outcome } = worker;
    this.command({ type: 'report', turn, outcome, notes: '', at: AT, policy, random: 0 });
  }

  /** Some worker dies: its message comes back. */
  crash(pick: number): void {
    if (this.workers.length === 0) return;
    const [worker] = this.workers.splice(pick % this.workers.length, 1);
    if (worker !== undefined) this.messages.push(worker.turn);
  }

  #isCurrent(turn: number): boolean {
    return 'position' in this.job && this.job.status !== 'parked' && this.job.position.turn === turn;
  }

  /** What holds at any moment. */
  check(): void {
    const { job } = this;
    if (job.status === 'running' || job.status === 'undoing') {
      // Nothing is forgotten: a message or a worker is there that moves it on.
      const turns = [...this.messages, ...this.workers.map(({ turn }) => turn)];
      expect(turns).toContain(job.position.turn);
    } else expect(nextTurn(job)).toBeNull();
    if (job.status === 'succeeded') expect([...this.cloud].sort()).toEqual(plan.map(({ name }) => [name, 1])); // each once
    if (job.status === 'failed' || job.status === 'cancelled')
      expect([...this.cloud.keys()].filter((name) => name !== 'c')).toEqual([]); // c leaves nothing to take back
  }

  /** The weather clears: everything is delivered, every step works, and an operator retries what is parked. */
  settle(): void {
    for (let moves = 0; moves < 500; moves += 1) {
      if (this.workers.length > 0) {
        this.run(0, { kind: 'done' });
        if (this.workers.every(({ outcome }) => outcome === undefined)) this.crash(0);
        else this.report(0);
      } else if (this.messages.length > 0) this.deliver(0);
      else if (this.job.status === 'parked') this.command({ type: 'retry', by: 'operator' });
      else break;
      this.check();
    }
  }
}

const outcomes = fc.constantFrom<Outcome>(
  { kind: 'done' },
  { kind: 'done' },
  { kind: 'done' },
  { kind: 'wait', afterMs: 1, reason: 'later' },
  { kind: 'retry', reason: 'not now' },
  { kind: 'uncertain', reason: 'the answer was lost' },
  { kind: 'reject', reason: 'never' },
  { kind: 'operator', reason: 'look' },
);
const moves = fc.oneof(
  { weight: 6, arbitrary: fc.nat(9).map((pick) => (world: World) => world.deliver(pick)) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(9), outcomes).map(
      ([pick, outcome]) =>
        (world: World) =>
          world.run(pick, outcome),
    ),
  },
  { weight: 6, arbitrary: fc.nat(9).map((pick) => (world: World) => world.report(pick)) },
  { weight: 3, arbitrary: fc.nat(9).map((pick) => (world: World) => world.duplicate(pick)) },
  { weight: 3, arbitrary: fc.nat(9).map((pick) => (world: World) => world.crash(pick)) },
  { weight: 1, arbitrary: fc.constant((world: World) => void world.command({ type: 'cancel', by: 'user' })) },
  { weight: 1, arbitrary: fc.constant((world: World) => void world.command({ type: 'retry', by: 'user' })) },
);

const counted = (history: readonly JobEvent[], type: JobEvent['type']): readonly number[] =>
  history.flatMap((event) => (event.type === type && 'turn' in event ? [event.turn] : []));

test('duplicates, delays, deaths and cancellations in any order: the job ends, with what its end implies', () => {
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 120 }), (list) => {
      const world = new World();
      for (const move of list) {
        move(world);
        world.check();
      }
      world.settle();
      expect(isOver(world.job)).toBe(true);
      ends.set(world.job.status, (ends.get(world.job.status) ?? 0) + 1);
      // A turn succeeds once at most, and never after it failed or was put off.
      const reports = (['StepSucceeded', 'StepFailed', 'StepDeferred'] as const).flatMap((type) =>
        counted(world.history, type),
      );
      expect(new Set(reports).size).toBe(reports.length);
      // The state is nothing but the fold of what was recorded.
      expect(world.history.reduce(evolve, initialJob())).toEqual(world.job);
      // A cancellation that was recorded is heeded, unless somebody retried the job since.
      const last = (type: JobEvent['type']): number =>
        world.history.findLastIndex((event) => event.type === type);
      if (last('JobCancelRequested') > last('JobRetried')) expect(world.job.status).not.toBe('succeeded');
    }),
    { numRuns: 600 },
  );
  for (const end of ['succeeded', 'failed', 'cancelled']) expect(ends.get(end)).toBeGreaterThan(5);
});
