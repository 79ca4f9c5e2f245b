import fc from 'fast-check';
import type { Slots, SlotsEvent, WaitingTurn } from './slots.ts';
import { decideBegin, decideEnd, decideLimit, evolveSlots, initialSlots } from './slots.ts';

const turnOf = (job: string, turn = 1): WaitingTurn => ({ job, turn, step: 's', queue: 'q' });
const names = (events: readonly SlotsEvent[]) =>
  events.map((event) => ('job' in event ? `${event.type} ${event.job}` : event.type));

function begin(slots: Slots, job: string): Slots {
  return decideBegin(slots, turnOf(job)).events.reduce(evolveSlots, slots);
}

const limited = (limit: number): Slots =>
  decideLimit(initialSlots(), limit).reduce(evolveSlots, initialSlots());

test('without a limit nothing is counted', () => {
  expect(decideBegin(initialSlots(), turnOf('a'))).toEqual({ begins: true, events: [] });
  expect(decideEnd(initialSlots(), turnOf('a'))).toEqual([]);
});

test('with one the next waits, holds its place, and is woken by the end of another', () => {
  const slots = begin(begin(begin(limited(1), 'a'), 'b'), 'c');
  expect(slots.held.map(({ job }) => job)).toEqual(['a']);
  expect(decideBegin(slots, turnOf('b'))).toEqual({ begins: false, events: [] });
  const ended = decideEnd(slots, turnOf('a'));
  expect(names(ended)).toEqual(['SlotFreed a', 'SlotGranted b']);
  const after = ended.reduce(evolveSlots, slots);
  expect(decideBegin(after, turnOf('b'))).toEqual({ begins: true, events: [] });
  expect(decideBegin(after, turnOf('a', 2)).begins).toBe(false);
});

test('a turn whose worker died has its slot still', () => {
  expect(decideBegin(begin(limited(1), 'a'), turnOf('a'))).toEqual({ begins: true, events: [] });
});

test('a turn that is over before its slot was granted leaves the line; one that is granted and over passes it on', () => {
  const slots = begin(begin(begin(limited(1), 'a'), 'b'), 'c');
  const gone = decideEnd(slots, turnOf('b'));
  expect(names(gone)).toEqual(['SlotFreed b']);
  const granted = decideEnd(slots, turnOf('a')).reduce(evolveSlots, slots);
  expect(names(decideEnd(granted, turnOf('b')))).toEqual(['SlotFreed b', 'SlotGranted c']);
});

test('a higher limit, and none, wake who waits', () => {
  const slots = ['a', 'b', 'c', 'd'].reduce(begin, limited(1));
  expect(names(decideLimit(slots, 2))).toEqual(['StepsLimited', 'SlotGranted b']);
  expect(names(decideLimit(slots, null))).toHaveLength(4);
  expect(decideLimit(slots, 1)).toEqual([]);
});

test('beyond a bound nobody waits in line: the message comes again', () => {
  const slots = Array.from({ length: 501 }, (_, index) => `j${index}`).reduce(begin, limited(1));
  expect(slots.waiting).toHaveLength(500);
  expect(names(decideBegin(slots, turnOf('late')).events)).toEqual(['StepPutOff late']);
});

// Messages come at random, twice, and late; steps end in any order; the limit changes. Who was granted gets a message.
test('in any history: never one more than the limit lets begin, and nobody is forgotten', () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('message' as const), which: fc.nat(11) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(11) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('limit' as const),
        limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      let slots = limited(2);
      const running = new Set<string>();
      const turns = new Map<string, number>(); // the current turn of each job
      const owed: WaitingTurn[] = []; // messages that are out
      const apply = (events: readonly SlotsEvent[]): void => {
        for (const event of events) {
          if (event.type === 'SlotGranted') owed.push({ ...turnOf(event.job, event.turn) });
          slots = evolveSlots(slots, event);
        }
      };
      const receive = (message: WaitingTurn): void => {
        if ((turns.get(message.job) ?? 1) !== message.turn) {
          apply(decideEnd(slots, message)); // an old message: dropped
          return;
        }
        const counted = slots.held.length;
        const { begins, events } = decideBegin(slots, message);
        apply(events);
        if (!begins) return;
        running.add(message.job);
        const limit = slots.limit ?? Infinity;
        expect(slots.held.length === counted || slots.held.length <= limit).toBe(true);
      };
      const end = (job: string): void => {
        const turn = turns.get(job) ?? 1;
        running.delete(job);
        turns.set(job, turn + 1);
        apply(decideEnd(slots, turnOf(job, turn)));
      };
      for (const done of actions) {
        if (done.do === 'limit') apply(decideLimit(slots, done.limit));
        if (done.do === 'message') {
          const message = done.which % 2 === 0 ? owed.shift() : undefined;
          const job = `j${done.which}`;
          receive(message ?? turnOf(job, turns.get(job) ?? 1));
        }
        if (done.do === 'end') {
          const job = [...running][done.which % Math.max(1, running.size)];
          if (job !== undefined) end(job);
        }
        // While anybody waits, somebody has a slot who will wake them.
        expect(slots.waiting.length === 0 || slots.held.length >= (slots.limit ?? Infinity)).toBe(true);
        const all = [...slots.held, ...slots.waiting].map(({ job, turn }) => `${job}/${turn}`);
        expect(new Set(all).size).toBe(all.length);
      }
      // Everything comes to an end once steps go on ending and messages go on coming.
      for (let rounds = 0; rounds < 200 && (running.size > 0 || owed.length > 0); rounds += 1) {
        for (const message of owed.splice(0)) receive(message);
        for (const job of [...running]) end(job);
      }
      expect([running.size, owed.length, slots.waiting, slots.held]).toEqual([0, 0, [], []]);
    }),
    { numRuns: 500 },
  );
});
