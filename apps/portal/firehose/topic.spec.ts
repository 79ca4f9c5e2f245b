import { problemOfFilter } from './topic.ts';

test.each(['#', 'warrener/#', 'warrener/broker/+/x', '+'])('%s is a filter', (filter) => {
  expect(problemOfFilter(filter)).toBeNull();
});

test.each([
  ['', /Name a topic/],
  ['a+/b', /whole level/],
  ['a/#/b', /at the end/],
  ['a#', /at the end/],
  ['x'.repeat(501), /500/],
])('"%s" is none', (filter, why) => {
  expect(problemOfFilter(filter)).toMatch(why);
});
