import type { Consumption } from '../core/consumption.ts';
import type { Arrival, Fact, Order } from '../core/facts.ts';

export interface Message {
  readonly name: string;
  readonly queue: string;
  readonly tenant: string;
}

/** A channel for one queue, with the shell's part. What is sent over a wire arrives in order, but later. */
interface Channel {
  readonly queue: Queue;
  toBroker: (() => void)[];
  toWorker: (() => void)[];
  /** What the shell waits for by itself. */
  timers: (() => void)[];
  /** The broker's side. */
  open: boolean;
  subscribed: number;
  readonly unacked: Map<number, { readonly message: Message; readonly subscription: number }>;
  /** The shell's side: the machine is told of what comes. */
  listed: boolean;
  /** Gives back only when the cancellation has been answered. */
  cancelling: boolean;
  returns: number[];
}

interface Queue {
  readonly name: string;
  /** Nobody holds them. What was given back comes first. */
  readonly returned: Message[];
  readonly ready: Message[];
  readonly channels: Set<Channel>;
  /** It has not got round yet to what is new: a subscription is confirmed before anything is pushed over it. */
  lazy: boolean;
  channel: Channel | undefined;
}

/**
 * RabbitMQ as far as `Consumption` has to do with it, with the shell's part: prefetch for each consumer, order within each
 * channel, messages given back to the head in the order of their return. Nothing moves by itself: the caller says which
 * wire carries its next thing.
 */
export class SimulatedBroker {
  readonly queues = new Map<string, Queue>();
  readonly handled: Message[] = [];
  /** Begun over a channel that was lost before the broker knew of their end: they come again, rightly. */
  readonly repeatable = new Set<Message>();
  /** By id, as the machine knows them. */
  readonly running = new Map<number, Message>();
  /** Messages that the asking for emptiness brought. */
  fetched = 0;
  readonly #resting = new Map<number, Message>();
  readonly #held = new Map<number, { readonly message: Message; readonly channel: Channel }>();
  /** Copies that came again, by what is at work. */
  readonly #joined = new Map<number, Message>();
  readonly #machine: Consumption;
  readonly #prefetch: number;
  readonly #onBegin: (message: Message) => void;
  #ids = 0;
  #subscriptions = 0;

  constructor(machine: Consumption, prefetch: number, onBegin: (message: Message) => void) {
    this.#machine = machine;
    this.#prefetch = prefetch;
    this.#onBegin = onBegin;
  }

  /** What has begun and is not answered. */
  get atWork(): number {
    return this.running.size + this.#resting.size;
  }

  tell(fact: Fact): void {
    for (const order of this.#machine.apply(fact)) this.#execute(order);
  }

  publish(message: Message): void {
    const queue = this.#queue(message.queue);
    queue.ready.push(message);
    this.#push(queue);
  }

  /** Everything that is under way is lost, and what is held is the broker's. */
  disconnect(): void {
    for (const queue of this.queues.values()) for (const channel of queue.channels) this.#lose(channel);
    this.tell({ type: 'lost' });
  }

  /** One queue's channel is lost, and another is opened. */
  break(name: string): void {
    const { channel } = this.#queue(name);
    if (channel === undefined) return;
    this.#lose(channel);
    this.tell({ type: 'broken', queue: name });
    this.#declare(name);
  }

  /** What runs has ended. */
  end(id: number, workMs: number): void {
    const message = this.running.get(id);
    if (message === undefined) return;
    this.running.delete(id);
    this.handled.push(message);
    this.#answer(id, 'done');
    this.tell({ type: 'ended', id, workMs });
    this.#answerCopies(message, 'done');
  }

  /** What runs has failed; it goes back after its pause. */
  fail(id: number, workMs: number): void {
    const message = this.running.get(id);
    if (message === undefined) return;
    this.running.delete(id);
    this.#resting.set(id, message);
    this.tell({ type: 'failed', id, workMs });
  }

  endRest(): void {
    for (const [id, message] of [...this.#resting].slice(0, 1)) {
      this.#resting.delete(id);
      this.#answer(id, 'back');
      this.tell({ type: 'answered', id });
      this.#answerCopies(message, 'back');
    }
  }

  /** Carries the next thing over each wire that has one. */
  wires(): (() => void)[] {
    const channels = [...this.queues.values()].flatMap((queue) => [...queue.channels]);
    const lazy = [...this.queues.values()].filter((queue) => queue.lazy);
    const carried = channels
      .flatMap(({ toBroker, toWorker, timers }) => [toBroker, toWorker, timers])
      .filter((wire) => wire.length > 0)
      .map((wire) => () => wire.shift()?.());
    return [...carried, ...lazy.map((queue) => () => this.#pump(queue))];
  }

  /** Messages that nobody holds, of a queue with nothing on its way that would tell of them. */
  unnoticed(name: string): number {
    const { ready, returned, channel } = this.#queue(name);
    if (channel === undefined || channel.toBroker.length + channel.toWorker.length > 0) return 0;
    return ready.length + returned.length;
  }

  #execute(order: Order): void {
    switch (order.do) {
      case 'declare':
        this.#declare(order.queue);
        return;
      case 'give-back':
        for (const id of order.ids) this.#giveBack(id);
        return;
      case 'begin':
        this.#begin(order.id);
        return;
      case 'forget':
      case 'open':
      case 'cancel':
      case 'listen':
      case 'probe':
      case 'fetch': {
        const { channel } = this.#queue(order.queue);
        if (channel !== undefined) this.#ask(order, channel);
      }
    }
  }

  #ask(order: Extract<Order, { readonly queue: string }>, channel: Channel): void {
    const { queue } = order;
    const report = (fact: Fact): void => {
      if (channel.listed) this.tell(fact);
    };
    switch (order.do) {
      case 'declare':
        return;
      case 'forget':
        channel.listed = false;
        channel.queue.channel = undefined;
        this.#cancel(channel, () => undefined);
        return;
      case 'open':
        this.#send(
          channel,
          () => {
            channel.subscribed = this.#subscriptions += 1;
            channel.queue.lazy = true;
          },
          () => report({ type: 'opened', queue }),
        );
        return;
      case 'cancel':
        this.#cancel(channel, () => report({ type: 'cancelled', queue }));
        return;
      case 'listen':
        channel.timers.push(() => report({ type: 'quiet', queue, seq: order.seq }));
        return;
      case 'probe':
        this.#send(channel, () => this.#get(channel, 'fetched'));
        this.#send(
          channel,
          () => undefined,
          () => report({ type: 'probed', queue, seq: order.seq }),
        );
        return;
      case 'fetch':
        this.#send(channel, () => this.#get(channel, 'aged'));
    }
  }

  #begin(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`begins ${id}, which it does not hold`);
    this.running.set(id, held.message);
    this.#onBegin(held.message);
  }

  #declare(name: string): void {
    const queue = this.#queue(name);
    const channel: Channel = {
      queue,
      toBroker: [],
      toWorker: [],
      timers: [],
      open: true,
      subscribed: 0,
      unacked: new Map(),
      listed: true,
      cancelling: false,
      returns: [],
    };
    queue.channel = channel;
    queue.channels.add(channel);
    channel.toWorker.push(() => {
      if (channel.listed) this.tell({ type: 'declared', queue: name });
    });
  }

  #cancel(channel: Channel, answered: () => void): void {
    channel.cancelling = true;
    this.#send(
      channel,
      () => (channel.subscribed = 0),
      () => {
        channel.cancelling = false;
        for (const id of channel.returns.splice(0)) this.#sendBack(channel, id);
        answered();
      },
    );
  }

  #giveBack(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`gives back ${id}, which it does not hold`);
    if (this.running.has(id)) throw new Error(`gives back ${id}, which runs`);
    this.#held.delete(id);
    this.#return(held.channel, id);
  }

  #return(channel: Channel, id: number): void {
    if (channel.cancelling) channel.returns.push(id);
    else this.#sendBack(channel, id);
  }

  #sendBack(channel: Channel, id: number): void {
    this.#send(channel, () => {
      const held = channel.unacked.get(id);
      if (held === undefined) return;
      channel.unacked.delete(id);
      channel.queue.returned.push(held.message);
    });
  }

  #answer(id: number, verdict: 'done' | 'back'): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (verdict === 'back') this.#sendBack(held.channel, id);
    else this.#send(held.channel, () => held.channel.unacked.delete(id));
  }

  #answerCopies(message: Message, verdict: 'done' | 'back'): void {
    for (const [id, of] of this.#joined) {
      if (of !== message) continue;
      this.#joined.delete(id);
      this.#answer(id, verdict);
      this.tell({ type: 'answered', id });
    }
  }

  /** The queue does one thing after the other: what it owes its subscriptions comes before. */
  #get(channel: Channel, arrival: Arrival): void {
    this.#pump(channel.queue);
    const message = channel.queue.returned.shift() ?? channel.queue.ready.shift();
    if (message === undefined) return;
    if (arrival === 'fetched') this.fetched += 1;
    this.#deliver(channel, message, arrival, -1);
  }

  #send(channel: Channel, act: () => unknown, answered?: () => void): void {
    if (!channel.open) return;
    channel.toBroker.push(() => {
      act();
      if (answered !== undefined) channel.toWorker.push(answered);
      this.#push(channel.queue);
    });
  }

  #pump(queue: Queue): void {
    queue.lazy = false;
    this.#push(queue);
  }

  #push(queue: Queue): void {
    if (queue.lazy) return;
    for (const channel of queue.channels) {
      const { subscribed } = channel;
      const unacked = (): number =>
        [...channel.unacked.values()].filter(({ subscription }) => subscription === subscribed).length;
      while (subscribed > 0 && unacked() < this.#prefetch) {
        const message = queue.returned.shift() ?? queue.ready.shift();
        if (message === undefined) return;
        this.#deliver(channel, message, 'pushed', subscribed);
      }
    }
  }

  #deliver(channel: Channel, message: Message, arrival: Arrival, subscription: number): void {
    this.#ids += 1;
    const id = this.#ids;
    channel.unacked.set(id, { message, subscription });
    channel.toWorker.push(() => this.#arrive(id, channel, message, arrival));
  }

  #arrive(id: number, channel: Channel, message: Message, arrival: Arrival): void {
    if (!channel.listed) {
      this.#return(channel, id);
      return;
    }
    const { queue, tenant } = message;
    this.#held.set(id, { message, channel });
    const again = [...this.running.values(), ...this.#resting.values()].includes(message);
    if (again) this.#joined.set(id, message);
    this.tell(
      again ? { type: 'joined', queue, id, arrival } : { type: 'delivered', queue, id, tenant, arrival },
    );
  }

  /** What is not answered goes back, in order. */
  #lose(channel: Channel): void {
    const { queue } = channel;
    queue.channels.delete(channel);
    if (queue.channel === channel) queue.channel = undefined;
    Object.assign(channel, {
      open: false,
      listed: false,
      subscribed: 0,
      toBroker: [],
      toWorker: [],
      timers: [],
    });
    const begun = [...this.handled, ...this.running.values(), ...this.#resting.values()];
    for (const { message } of channel.unacked.values())
      if (begun.includes(message)) this.repeatable.add(message);
    queue.returned.unshift(...[...channel.unacked.values()].map(({ message }) => message));
    channel.unacked.clear();
    for (const [id, held] of this.#held) {
      if (held.channel !== channel) continue;
      this.#held.delete(id);
      this.#joined.delete(id);
    }
    this.#push(queue);
  }

  #queue(name: string): Queue {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = { name, ready: [], returned: [], channels: new Set(), lazy: false, channel: undefined };
      this.queues.set(name, queue);
    }
    return queue;
  }
}
