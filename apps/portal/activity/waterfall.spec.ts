import type { Fact } from '../api/queries.ts';
import { waterfallOf } from './waterfall.ts';

const origin = Date.parse('2026-01-01T00:00:00.000Z');
let version = 0;
const fact = (ms: number, type: string, data: Fact['data'] = {}): Fact => ({
  version: (version += 1),
  type,
  at: new Date(origin + ms).toISOString(),
  data,
});
const step = (name: string, more: Fact['data'] = {}) => ({ step: name, direction: 'do', ...more });

test('a step that fails, waits and works has a bar for each', () => {
  const facts = [
    fact(0, 'JobSubmitted'),
    fact(10, 'StepStarted', step('a')),
    fact(30, 'StepFailed', step('a', { until: 'later' })),
    fact(130, 'StepStarted', step('a')),
    fact(140, 'StepSucceeded', step('a')),
    fact(145, 'StepStarted', step('b')),
    fact(150, 'StepDeferred', step('b')),
    fact(250, 'StepStarted', step('b')),
    fact(260, 'StepSucceeded', step('b')),
    fact(260, 'JobSucceeded'),
  ];
  expect(waterfallOf(facts, origin + 9_999)).toEqual({
    lengthMs: 260,
    lanes: [
      {
        step: 'a',
        bars: [
          { kind: 'failed', from: 10, to: 30 },
          { kind: 'waiting', from: 30, to: 130 },
          { kind: 'worked', from: 130, to: 140 },
        ],
      },
      {
        step: 'b',
        bars: [
          { kind: 'worked', from: 145, to: 150 },
          { kind: 'waiting', from: 150, to: 250 },
          { kind: 'worked', from: 250, to: 260 },
        ],
      },
    ],
  });
});

test('what goes on reaches until now', () => {
  const facts = [fact(0, 'JobSubmitted'), fact(10, 'StepStarted', step('a'))];
  expect(waterfallOf(facts, origin + 500)).toEqual({
    lengthMs: 500,
    lanes: [{ step: 'a', bars: [{ kind: 'running', from: 10, to: 500 }] }],
  });
});

test('undoing has lanes of its own steps', () => {
  const undo = { step: 'remove-a', direction: 'undo' };
  const facts = [
    fact(0, 'JobSubmitted'),
    fact(10, 'StepStarted', step('a')),
    fact(20, 'JobCancelRequested'),
    fact(30, 'StepSucceeded', step('a')),
    fact(30, 'UndoStarted'),
    fact(40, 'StepStarted', undo),
    fact(60, 'StepSucceeded', undo),
    fact(60, 'JobCancelled'),
  ];
  expect(waterfallOf(facts, origin + 9_999).lanes).toEqual([
    { step: 'a', bars: [{ kind: 'worked', from: 10, to: 30 }] },
    { step: 'remove-a', bars: [{ kind: 'undone', from: 40, to: 60 }] },
  ]);
});

test('no facts, nothing drawn', () => {
  expect(waterfallOf([], origin)).toEqual({ lanes: [], lengthMs: 1 });
});
