/** One dispatch of a job's step. */
export type Turn = { readonly job: string; readonly turn: number };

/** A turn that waits, and what is needed to send its message again. */
export type WaitingTurn = Turn & { readonly step: string; readonly queue: string };

/** The facts of how many steps of a tenant run at once. */
export type SlotsEvent =
  | { readonly type: 'StepsLimited'; readonly limit: number | null }
  | ({ readonly type: 'SlotTaken' } & Turn)
  | ({ readonly type: 'SlotAwaited' } & WaitingTurn)
  /** One that waited has its slot now; its message is owed. */
  | ({ readonly type: 'SlotGranted' } & Turn)
  /** Too many wait already: this one's message comes again later. */
  | ({ readonly type: 'StepPutOff' } & Turn)
  /** The turn is over, whether it had a slot or waited for one. */
  | ({ readonly type: 'SlotFreed' } & Turn);

/**
 * Who has a slot and who waits for one, the first first. Whoever waits holds no message: it is sent again when the slot
 * is granted. While anybody waits, all slots are taken, so that the end of some turn always wakes the next.
 */
export type Slots = {
  /** Null for none: then nothing is counted. */
  readonly limit: number | null;
  readonly held: readonly Turn[];
  readonly waiting: readonly WaitingTurn[];
};

export const initialSlots = (): Slots => ({ limit: null, held: [], waiting: [] });

/** They are part of a state that is written with every step of the tenant; hence few. */
const MAX_WAITING = 500;

/** Whether a turn may begin, and the events to record with its beginning, or with its wait. */
export function decideBegin(
  slots: Slots,
  wanted: WaitingTurn,
): { readonly begins: boolean; readonly events: readonly SlotsEvent[] } {
  const { job, turn, step, queue } = wanted;
  // Its slot was granted to it, or its worker died and the message came back: the slot is its own.
  if (slots.held.some(is(wanted))) return { begins: true, events: [] };
  if (slots.limit === null) return { begins: true, events: [] };
  if (slots.held.length < slots.limit) return { begins: true, events: [{ type: 'SlotTaken', job, turn }] };
  if (slots.waiting.some(is(wanted))) return { begins: false, events: [] };
  if (slots.waiting.length >= MAX_WAITING)
    return { begins: false, events: [{ type: 'StepPutOff', job, turn }] };
  return { begins: false, events: [{ type: 'SlotAwaited', job, turn, step, queue }] };
}

/** The events that follow when a turn is over, among them what may begin now; none where it had no part in it. */
export function decideEnd(slots: Slots, { job, turn }: Turn): readonly SlotsEvent[] {
  const over = { job, turn };
  if (!slots.held.some(is(over)) && !slots.waiting.some(is(over))) return [];
  const freed = { type: 'SlotFreed', ...over } as const;
  return [freed, ...grants(evolveSlots(slots, freed))];
}

/** The events that follow when the limit is another; a lower one ends nothing that runs. */
export function decideLimit(slots: Slots, limit: number | null): readonly SlotsEvent[] {
  if (slots.limit === limit) return [];
  const limited = { type: 'StepsLimited', limit } as const;
  return [limited, ...grants(evolveSlots(slots, limited))];
}

function grants({ limit, held, waiting }: Slots): readonly SlotsEvent[] {
  const free = limit === null ? waiting.length : Math.max(0, limit - held.length);
  return waiting.slice(0, free).map(({ job, turn }) => ({ type: 'SlotGranted', job, turn }));
}

/** The state after an event. */
export function evolveSlots(slots: Slots, event: SlotsEvent): Slots {
  switch (event.type) {
    case 'StepsLimited':
      return { ...slots, limit: event.limit };
    case 'SlotTaken':
      return { ...slots, held: [...slots.held, turnOf(event)] };
    case 'SlotAwaited':
      return {
        ...slots,
        waiting: [...slots.waiting, { ...turnOf(event), step: event.step, queue: event.queue }],
      };
    case 'SlotGranted':
      return {
        ...slots,
        held: [...slots.held, turnOf(event)],
        waiting: slots.waiting.filter((turn) => !is(event)(turn)),
      };
    case 'StepPutOff':
      return slots;
    case 'SlotFreed':
      return {
        ...slots,
        held: slots.held.filter((turn) => !is(event)(turn)),
        waiting: slots.waiting.filter((turn) => !is(event)(turn)),
      };
  }
}

const is =
  (one: Turn) =>
  (other: Turn): boolean =>
    one.job === other.job && one.turn === other.turn;

const turnOf = ({ job, turn }: Turn): Turn => ({ job, turn });
