import fc from 'fast-check';
import { topicOf } from './firehose-topic.ts';

test.each([
  [['warrener', 'broker', 'ready', 'id'], 'warrener/broker/ready/id'],
  [['gerrit', 'a/b', '+', '#', ''], 'gerrit/a%2Fb/%2B/%23/_'],
  [['x', '100%', 'a\u0000b\n'], 'x/100%25/a%00b%0A'],
  [['x', 'grüße 😀'], 'x/grüße 😀'],
])('%j', (levels, topic) => expect(topicOf(...levels)).toBe(topic));

test('whatever a level holds, it is one level, and no wildcard', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const topic = topicOf('gerrit', text, 'x');
      expect(topic.split('/')).toHaveLength(3);
      expect(topic).not.toMatch(/[+#\p{Cc}]/u);
    }),
  );
});

test('a topic that is too long is refused', () => {
  expect(() => topicOf('x', 'y'.repeat(1_000))).toThrow(RangeError);
});
