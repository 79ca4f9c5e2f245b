import { levelsOf, queuesOf, reordered } from './priorities.ts';

test('a list is levels of queues with weights', () => {
  expect(levelsOf('  a,b:2\n c ')).toEqual(['a,b:2', 'c']);
  expect(queuesOf('a,b:2')).toEqual([
    { name: 'a', weight: '1' },
    { name: 'b', weight: '2' },
  ]);
});

test.each([
  [['c'], 'a', 'before', 'cabd'],
  [['a'], 'c', 'after', 'bcad'],
  [['a', 'd'], 'b', 'after', 'badc'],
  [['b'], 'b', 'before', 'abcd'],
] as const)('%j goes to %s, %s', (moved, target, where, expected) => {
  expect(reordered<string>(['a', 'b', 'c', 'd'], new Set(moved), target, where).join('')).toBe(expected);
});
