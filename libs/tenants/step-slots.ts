import type { EventLog, Loaded, OutboxMessage, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { v7 as uuidv7 } from 'uuid';
import type { Slots, SlotsEvent, Turn, WaitingTurn } from './core/slots.ts';
import { decideBegin, decideEnd, decideLimit, initialSlots } from './core/slots.ts';
import { slotsStream, slotsStreamId } from './streams.ts';

/** What goes into the append that begins or ends a step. */
interface Alongside {
  readonly writes: readonly StreamWrite[];
  readonly messages: readonly OutboxMessage[];
}

/** The same for a step, with the streams whose absence it builds on. */
interface SlotChange extends Alongside {
  readonly absent: readonly string[];
}

/** Tenants without a limit that are remembered; a bound on memory, nothing depends on it. */
const MAX_UNLIMITED = 10_000;

/** How long a step is put off where too many wait in line already, milliseconds; spread over as much again. */
const PUT_OFF_MS = 30_000;

/**
 * Holds a tenant's limit of steps that run at once, over all workers: whoever begins a step takes a slot in the append
 * that records the beginning, and gives it back in the one that records the outcome. A tenant that never had such a limit
 * costs nothing: that its stream is not there is remembered, and the append that builds on it looks again.
 */
export class StepSlots {
  readonly #log: EventLog;
  readonly #unlimited = new Set<string>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  /**
   * Whether a step may begin; where not, `writes` keep its place, and its message comes again by itself.
   *
   * @param again the append that was built on the last answer met a conflict: looks into the log
   */
  async begin(
    tenant: string,
    wanted: WaitingTurn,
    again = false,
  ): Promise<SlotChange & { readonly begins: boolean }> {
    const loaded = await this.#load(tenant, again);
    if (loaded === undefined) return { begins: true, ...unlimited(tenant) };
    const { begins, events } = decideBegin(loaded.state, wanted);
    const later = events.some(({ type }) => type === 'StepPutOff')
      ? [putOff(tenant, wanted, await this.#log.now())]
      : [];
    return { begins, writes: writesOf(loaded, events), messages: later, absent: [] };
  }

  /**
   * What is to be recorded when a turn is over, and the messages of those that may begin now.
   *
   * @param again as in `begin`; or no append will be made that could look by itself
   */
  async end(tenant: string, turn: Turn, again = false): Promise<SlotChange> {
    const loaded = await this.#load(tenant, again);
    if (loaded === undefined) return unlimited(tenant);
    const events = decideEnd(loaded.state, turn);
    return { writes: writesOf(loaded, events), messages: granted(tenant, loaded.state, events), absent: [] };
  }

  async #load(tenant: string, again: boolean): Promise<Loaded<Slots> | undefined> {
    if (!again && this.#unlimited.has(tenant)) return undefined;
    const loaded = await this.#log.load(slotsStream, slotsStreamId(tenant));
    if (this.#unlimited.size >= MAX_UNLIMITED) this.#unlimited.clear();
    if (loaded === undefined) this.#unlimited.add(tenant);
    else this.#unlimited.delete(tenant);
    return loaded;
  }
}

const unlimited = (tenant: string): SlotChange => ({
  writes: [],
  messages: [],
  absent: [slotsStreamId(tenant)],
});

/** What is to be recorded with a change of a tenant's limit. */
export async function slotsLimited(log: EventLog, tenant: string, limit: number | null): Promise<Alongside> {
  const stream = slotsStreamId(tenant);
  const loaded = await log.load(slotsStream, stream);
  const slots = loaded?.state ?? initialSlots();
  const events = decideLimit(slots, limit);
  return { writes: writesOf(loaded ?? { stream, tenant }, events), messages: granted(tenant, slots, events) };
}

/** The place of a job among those that wait for a slot: how many are before it; undefined where it waits for none. */
export async function placeInLine(
  log: EventLog,
  tenant: string,
  job: string,
): Promise<{ readonly ahead: number; readonly limit: number | null } | undefined> {
  const slots = (await log.load(slotsStream, slotsStreamId(tenant)))?.state ?? initialSlots();
  const ahead = slots.waiting.findIndex((turn) => turn.job === job);
  return ahead === -1 ? undefined : { ahead, limit: slots.limit };
}

const writesOf = (
  target: Loaded<Slots> | { readonly stream: string; readonly tenant: string },
  events: readonly SlotsEvent[],
): readonly StreamWrite[] => (events.length === 0 ? [] : [write(slotsStream, target, events)]);

const granted = (tenant: string, before: Slots, events: readonly SlotsEvent[]): readonly OutboxMessage[] =>
  events.flatMap((event) => {
    if (event.type !== 'SlotGranted') return [];
    const waited = before.waiting.find(({ job, turn }) => job === event.job && turn === event.turn);
    return waited === undefined ? [] : [messageOf(tenant, waited, null)];
  });

const putOff = (tenant: string, wanted: WaitingTurn, now: string): OutboxMessage =>
  messageOf(tenant, wanted, new Date(Date.parse(now) + PUT_OFF_MS * (1 + Math.random())).toISOString());

const messageOf = (
  tenant: string,
  { job, step, turn, queue }: WaitingTurn,
  dueAt: string | null,
): OutboxMessage => ({
  id: uuidv7(),
  queue,
  body: { job, step, turn, tenant },
  dueAt,
});
