import type { Arrival, Fact, Order } from './facts.ts';
import type { Level } from './priority-list.ts';
import type { Held, QueueState } from './queue-state.ts';
import { isBefore, isEmpty, newQueue, pick } from './queue-state.ts';
import { Shares } from './shares.ts';

export interface Limits {
  /** Messages handled at once. */
  readonly slots: number;
  /** Messages of one subscription that may be unanswered: `slots`, and those that rest after a failure. */
  readonly prefetch: number;
  /** Messages that may rest after a failure without a slot; more keep theirs. */
  readonly resting: number;
  /** Longest wait of a level behind busier ones until it gets one message through, milliseconds. 0 for no end. */
  readonly ageingMs: number;
}

/**
 * What is held unbegun, in prefetches. With fewer, three queues of a level would take turns at being open, and whose turn
 * it is not cannot be given its share.
 */
const MAX_WINDOWS = 4;

interface LevelState {
  readonly queues: readonly QueueState[];
  /** When it last was, or got a message through; undefined until the first tick. */
  servedAt: number | undefined;
  /** Whose turn it is to get an aged message through. */
  turn: number;
}

/**
 * Decides what a worker consumes and begins. It is told facts and answers with orders; it knows no clock and no broker.
 *
 * **The rule.** A message is begun only while every level above its own is empty, and only those levels are consumed
 * whose levels above are all empty; so the first always is. As soon as a level is not empty any more, those below are
 * cancelled and what is held of them and not begun goes back, in order. (A queue of an empty level is subscribed to as
 * well: there is nothing in it, and that is how an arrival is noticed without counting messages.)
 *
 * **Empty** is a conclusion from deliveries. Once a queue has been found empty, the broker pushes what arrives at
 * once, as long as the prefetch is not used up: so with nothing unbegun here, it is empty. Where the prefetch was used up, or
 * the subscription is new, that says nothing: the broker may just not have got round to it. Then, after a moment of
 * quiet, the queue is asked for one message (`probe`). The asking comes after our acknowledgements and our
 * subscription in the queue's own order, so "none" means that there was none. An arrival in between changes `seq`, and
 * the answer counts for nothing.
 *
 * **Bounded.** What is held unbegun is at most four times the prefetch, however many queues a level has. Where more of them have
 * work than fit, they take turns: the one that has had most is cancelled, what is held of it stays to be begun, and
 * the one that has had least is opened. If more arrives at once than fits, the surplus goes back.
 */
export class Consumption {
  readonly #limits: Limits;
  #levels: readonly LevelState[] = [];
  #queues = new Map<string, QueueState>();
  readonly #messages = new Map<number, Held>();
  #connected = false;
  #paused = false;
  #running = 0;
  #resting = 0;
  #aged: Held[] = [];
  #orders: Order[] = [];

  constructor(levels: readonly Level[], limits: Limits) {
    this.#limits = limits;
    this.#configure(levels);
    this.#orders = [];
  }

  apply(fact: Fact): readonly Order[] {
    this.#orders = [];
    this.#record(fact);
    if (this.#connected) {
      this.#beginWhatMay();
      this.#arrange();
    }
    return this.#orders;
  }

  /** Messages that are being handled. */
  get running(): number {
    return this.#running;
  }

  /** Messages that are held and have not begun. */
  get unbegun(): number {
    let count = this.#aged.length;
    for (const queue of this.#queues.values()) count += queue.held.length;
    return count;
  }

  /** Names of the queues that are consumed. */
  consumed(): string[] {
    return [...this.#queues.values()].filter(({ phase }) => phase === 'open').map(({ name }) => name);
  }

  /** Whether a level, counted from 0, certainly has nothing to begin. */
  isEmpty(level: number): boolean {
    return this.#levels[level]?.queues.every(isEmpty) ?? true;
  }

  #record(fact: Fact): void {
    if ('queue' in fact) {
      const queue = this.#queues.get(fact.queue);
      if (queue !== undefined) this.#recordOf(queue, fact);
      return;
    }
    switch (fact.type) {
      case 'connected':
        this.#connected = true;
        for (const queue of this.#queues.keys()) this.#orders.push({ do: 'declare', queue });
        return;
      case 'lost':
        this.#connected = false;
        for (const queue of this.#queues.values()) this.#detach(queue, 'unknown');
        return;
      case 'configured':
        this.#configure(fact.levels);
        return;
      case 'paused':
        this.#paused = true;
        this.#giveBack(this.#aged.splice(0));
        return;
      case 'resumed':
        this.#paused = false;
        return;
      case 'ended':
      case 'failed':
        this.#stopRunning(fact.id, fact.workMs, fact.type === 'failed');
        return;
      case 'answered':
        this.#answered(fact.id);
        return;
      case 'tick':
        this.#age(fact.now);
        return;
    }
  }

  #recordOf(queue: QueueState, fact: Extract<Fact, { readonly queue: string }>): void {
    switch (fact.type) {
      case 'declared':
        queue.phase = 'idle';
        return;
      case 'broken':
        this.#detach(queue, 'broken');
        return;
      case 'opened':
        queue.phase = 'open';
        return;
      case 'cancelled':
        queue.phase = 'idle';
        return;
      case 'delivered':
        this.#delivered(queue, fact.id, fact.tenant, fact.arrival);
        return;
      case 'joined':
        this.#arrived(queue, fact.id, queue.tenant, fact.arrival).state = 'joined';
        return;
      case 'quiet':
        if (fact.seq === queue.seq && mayBeEmpty(queue, this.#limits))
          this.#orders.push({ do: 'probe', queue: queue.name, seq: fact.seq });
        return;
      case 'probed':
        if (fact.seq === queue.seq && mayBeEmpty(queue, this.#limits)) queue.caughtUp = true;
        return;
    }
  }

  #configure(levels: readonly Level[]): void {
    const before = this.#queues;
    this.#queues = new Map();
    this.#levels = levels.map((level) => {
      const shares = new Shares();
      const queues = level.map(({ name, weight }) => {
        const queue = before.get(name) ?? newQueue(name, weight, shares);
        queue.weight = weight;
        queue.shares = shares;
        this.#queues.set(name, queue);
        if (!before.has(name) && this.#connected) this.#orders.push({ do: 'declare', queue: name });
        return queue;
      });
      return { queues, servedAt: undefined, turn: 0 };
    });
    for (const queue of before.values()) if (!this.#queues.has(queue.name)) this.#dismiss(queue);
  }

  #dismiss(queue: QueueState): void {
    this.#giveBack(this.#aged.filter((held) => held.queue === queue));
    this.#aged = this.#aged.filter((held) => held.queue !== queue);
    this.#close(queue);
    this.#giveBack(queue.held.splice(0)); // of one that is not open yet
    queue.phase = 'gone';
    if (this.#connected) this.#orders.push({ do: 'forget', queue: queue.name });
  }

  #delivered(queue: QueueState, id: number, tenant: string, arrival: Arrival): void {
    if (isEmpty(queue)) queue.shares.returns(tenant, queue.name);
    const held = this.#arrived(queue, id, tenant, arrival);
    if (arrival === 'aged' && !this.#paused) this.#aged.push(held);
    else if (arrival === 'aged' || (queue.returning && queue.phase !== 'opening')) this.#giveBack([held]);
    else queue.held.push(held);
  }

  #arrived(queue: QueueState, id: number, tenant: string, arrival: Arrival): Held {
    const generation = arrival === 'pushed' ? queue.generation : -1;
    const { shares } = queue;
    const held: Held = { id, queue, tenant, generation, state: 'unbegun', charge: undefined, shares };
    this.#messages.set(id, held);
    if (arrival !== 'aged') queue.tenant = tenant;
    if (arrival !== 'aged') queue.seq += 1;
    if (arrival === 'pushed') queue.window += 1;
    if (queue.window >= this.#limits.prefetch) queue.caughtUp = false;
    return held;
  }

  /** The queue's channel is gone: what was held is the broker's, what runs goes on. */
  #detach(queue: QueueState, phase: 'unknown' | 'broken'): void {
    for (const held of this.#messages.values()) {
      if (held.queue !== queue) continue;
      if (held.state === 'running') held.generation = -1;
      else this.#answered(held.id);
    }
    this.#aged = this.#aged.filter((held) => held.queue !== queue);
    Object.assign(queue, {
      phase,
      held: [],
      returning: false,
      window: 0,
      caughtUp: false,
      seq: queue.seq + 1,
    });
  }

  #beginWhatMay(): void {
    while (!this.#paused && this.#running < this.#limits.slots) {
      const next = this.#aged.shift() ?? this.#next();
      if (next === undefined) return;
      this.#running += 1;
      next.state = 'running';
      next.shares = next.queue.shares;
      next.charge = next.shares.begin(next.tenant, next.queue.name, next.queue.weight);
      this.#orders.push({ do: 'begin', id: next.id });
    }
  }

  #next(): Held | undefined {
    for (const { queues } of this.#levels) {
      const best = pick(
        queues.filter(({ held, returning }) => held.length > 0 && !returning),
        'first',
      );
      if (best !== undefined) return best.held.shift();
      if (!queues.every(isEmpty)) return undefined;
    }
    return undefined;
  }

  #stopRunning(id: number, workMs: number, failed: boolean): void {
    const held = this.#messages.get(id);
    if (held?.charge === undefined) return;
    held.shares.end(held.charge, workMs);
    held.charge = undefined;
    if (!failed) this.#answered(id);
    else if (this.#resting < this.#limits.resting && held.queue.phase !== 'unknown') {
      held.state = 'resting';
      this.#running -= 1;
      this.#resting += 1;
    }
  }

  #answered(id: number): void {
    const held = this.#messages.get(id);
    if (held === undefined) return;
    this.#messages.delete(id);
    if (held.state === 'running') this.#running -= 1;
    if (held.state === 'resting') this.#resting -= 1;
    if (held.generation === held.queue.generation) held.queue.window -= 1;
  }

  #giveBack(messages: readonly Held[]): void {
    if (messages.length === 0) return;
    for (const { id } of messages) this.#answered(id);
    this.#orders.push({ do: 'give-back', ids: messages.map(({ id }) => id) });
  }

  /** Opens and closes queues so that the rule holds. */
  #arrange(): void {
    let allowed = !this.#paused;
    for (const { queues } of this.#levels) {
      if (allowed) this.#openAll(queues);
      else for (const queue of queues) this.#close(queue);
      allowed &&= queues.every(isEmpty);
    }
  }

  #openAll(queues: readonly QueueState[]): void {
    for (const queue of queues) if (queue.phase === 'opening') queue.returning = false;
    this.#returnSurplus(queues);
    this.#openThoseThatFit(queues);
    this.#takeTurns(queues);
    if (this.#levels.length === 1 && queues.length === 1) return; // nobody waits for it to be empty
    for (const queue of queues) {
      if (!mayBeEmpty(queue, this.#limits) || queue.caughtUp || queue.listening === queue.seq) continue;
      queue.listening = queue.seq;
      this.#orders.push({ do: 'listen', queue: queue.name, seq: queue.seq });
    }
  }

  #returnSurplus(queues: readonly QueueState[]): void {
    while (this.unbegun > MAX_WINDOWS * this.#limits.prefetch) {
      // One that opens would only get it again; it is one at a time.
      const last = pick(
        queues.filter(({ phase, held }) => held.length > 0 && phase !== 'opening'),
        'last',
      );
      if (last === undefined) return;
      this.#close(last);
    }
  }

  #openThoseThatFit(queues: readonly QueueState[]): void {
    const { prefetch } = this.#limits;
    for (;;) {
      const opening = queues.filter(({ phase }) => phase === 'opening').length;
      const next = pick(queues.filter(isIdle), 'first');
      if (next === undefined || this.unbegun + prefetch * opening > (MAX_WINDOWS - 1) * prefetch) return;
      next.phase = 'opening';
      next.returning = false;
      next.generation += 1;
      next.window = 0;
      next.caughtUp = false;
      next.seq += 1;
      this.#orders.push({ do: 'open', queue: next.name });
    }
  }

  /** Cancels the one that has had most for the sake of one that has had less. What is held of it is begun still. */
  #takeTurns(queues: readonly QueueState[]): void {
    const waiting = pick(queues.filter(isIdle), 'first');
    if (waiting === undefined || queues.some(({ phase }) => phase === 'closing' || phase === 'opening'))
      return;
    const open = queues.filter(({ phase }) => phase === 'open');
    const last = pick(
      open.filter(({ held }) => held.length > 0),
      'last',
    );
    if (last === undefined || open.length < 2 || !isBefore(waiting, last)) return;
    last.phase = 'closing';
    this.#orders.push({ do: 'cancel', queue: last.name });
  }

  /** Consumes the queue no more and gives back what is held of it. */
  #close(queue: QueueState): void {
    queue.returning = true;
    if (queue.phase === 'opening') return; // the broker would hand it to us again: when it is open
    if (queue.phase === 'open') {
      queue.phase = 'closing';
      this.#orders.push({ do: 'cancel', queue: queue.name });
    }
    this.#giveBack(queue.held.splice(0));
  }

  /** Fetches one message for each level that has waited too long. */
  #age(now: number): void {
    let allowed = true;
    for (const level of this.#levels) {
      const { queues } = level;
      const waited = now - (level.servedAt ?? now);
      if (allowed || level.servedAt === undefined) level.servedAt = now;
      else if (this.#mayAge(waited)) {
        level.servedAt = now;
        level.turn += 1;
        const queue = queues[level.turn % queues.length];
        if (queue !== undefined && (isIdle(queue) || queue.phase === 'closing'))
          this.#orders.push({ do: 'fetch', queue: queue.name });
      }
      allowed &&= queues.every(isEmpty);
    }
  }

  #mayAge(waitedMs: number): boolean {
    const { ageingMs } = this.#limits;
    return (
      ageingMs > 0 && waitedMs >= ageingMs && this.#connected && !this.#paused && this.#aged.length === 0
    );
  }
}

const isIdle = ({ phase }: QueueState): boolean => phase === 'idle';

/** Whether nothing speaks against the queue being empty: nothing of it is unbegun, and the broker might push more. */
function mayBeEmpty({ phase, held, window }: QueueState, { prefetch }: Limits): boolean {
  return phase === 'open' && held.length === 0 && window < prefetch;
}
