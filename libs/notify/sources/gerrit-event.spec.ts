import { gerritEvents, privateEvent } from '../testing/gerrit-events.ts';
import { topicOf } from '../channels/firehose-topic.ts';
import { gerritMessage } from './gerrit-event.ts';

const read = (event: unknown) => gerritMessage(Buffer.from(JSON.stringify(event)));

test.each(gerritEvents)('to $topic', ({ topic, event }) => {
  const message = read(event);
  if (typeof message === 'string') throw new Error(message);
  expect(topicOf('gerrit', ...message.path)).toBe(topic);
  expect(message.body).toMatchObject({ type: event.type, eventCreatedOn: event.eventCreatedOn });
  expect(JSON.stringify(message.body)).not.toMatch(/@example/);
});

test('all but the email addresses stays as Gerrit wrote it', () => {
  const { event } = gerritEvents[1];
  const message = read(event);
  if (typeof message === 'string') throw new Error(message);
  const without: unknown = JSON.parse(
    JSON.stringify(event, (key, value: unknown) => (key === 'email' ? undefined : value)),
  );
  expect(message.body).toEqual(without);
});

test('a private change is not public', () => expect(read(privateEvent)).toBe('not public'));

test.each([
  Buffer.from('{'),
  Buffer.from('null'),
  Buffer.from('{"type":7}'),
  Buffer.from('{"type":""}'),
  Buffer.from('{"type":"x","project":{"nom":1}}'),
  Buffer.from([0x7b, 0xff, 0x7d]),
])('%p is malformed', (line) => expect(gerritMessage(line)).toBe('malformed'));
