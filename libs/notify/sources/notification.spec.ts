import { enveloped, nothingOf, novaNotification } from '../testing/nova-notification.ts';
import { notificationMessage } from './notification.ts';

const opaque = (text: string): string => `opaque-${text.length}`;
const read = (content: Buffer, service = 'nova') => notificationMessage(content, service, opaque);

test('of a notification only what is on the list is told', () => {
  const message = read(enveloped(novaNotification('id-1', undefined, { old_state: 'building' })));
  expect(message).toEqual({
    path: ['nova', 'compute.instance.create.end'],
    body: {
      schema_version: 1,
      id: 'id-1',
      time: '2026-11-21T08:36:52.065316Z',
      service: 'nova',
      event_type: 'compute.instance.create.end',
      priority: 'info',
      resource: 'opaque-36',
      project: 'opaque-32',
      state: 'active',
      old_state: 'building',
    },
  });
  expect(JSON.stringify(message)).not.toMatch(nothingOf);
});

test('the older driver sends no envelope', () => {
  const bare = Buffer.from(JSON.stringify(novaNotification('id-2')));
  expect(read(bare)).toMatchObject({ body: { id: 'id-2', state: 'active' } });
});

test('what is no word is not told, even in a field that is', () => {
  for (const state of ['Traceback of 203.0.113.9', 'x'.repeat(41), { state: 'x' }, 7, null, ''])
    expect(read(enveloped(novaNotification('id', undefined, { state })))).not.toHaveProperty('body.state');
});

test.each([
  ['volume.create.end', 'cinder', { volume_id: 'v', tenant_id: 't', status: 'available', display_name: 'x' }],
  ['image.update', 'glance', { id: 'i', owner: 't', status: 'active', name: 'x', locations: ['x'] }],
])('%s tells the state, and whose it is as an opaque id', (type, service, payload) => {
  const message = read(enveloped(novaNotification('id', type, payload)), service);
  expect(message).toMatchObject({
    path: [service, type],
    body: { resource: 'opaque-1', project: 'opaque-1', status: payload.status },
  });
});

test.each([
  ['identity.authenticate', 'not public'],
  ['compute.instance', 'not public'],
  ['compute.instance./../x', 'not public'],
  ['port.create.end', 'not public'],
])('%s is %s', (type, reason) => {
  expect(read(enveloped(novaNotification('id', type)))).toBe(reason);
});

test.each([
  ['', 'nothing'],
  ['{', 'no JSON'],
  ['null', 'null'],
  ['{"oslo.version":"2.0","oslo.message":"{"}', 'a broken message in its envelope'],
  ['{"oslo.version":"2.0","oslo.message":"[]"}', 'no object'],
  [JSON.stringify({ ...novaNotification('id'), timestamp: 'yesterday' }), 'a time that is none'],
  [JSON.stringify({ ...novaNotification('an id with spaces') }), 'an id that is none'],
])('%p is malformed: %s', (text) => {
  expect(read(Buffer.from(text))).toBe('malformed');
});
