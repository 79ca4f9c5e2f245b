import { credentialProblems } from './credentials.ts';
import type { Engine } from './engine.ts';
import { engines } from './index.ts';
import { passwordFile } from './mosquitto.ts';

const { rabbitmq, mosquitto } = engines;
const all: readonly (readonly [string, Engine])[] = Object.entries(engines);

test('endpoints and dashboards are what clients take', () => {
  expect(rabbitmq.endpoint('127.61.1.5')).toBe('amqp://127.61.1.5:5672');
  expect(rabbitmq.dashboardUrl('127.61.1.5')).toBe('http://127.61.1.5:15672/');
  expect(mosquitto.endpoint('127.61.1.5')).toBe('mqtt://127.61.1.5:1883');
  expect(mosquitto.dashboardUrl('127.61.1.5')).toBeNull();
});

test('no two engines claim one image', () => {
  const images = all.flatMap(([, engine]) => engine.images.map((image) => image.toLowerCase()));
  expect(new Set(images).size).toBe(images.length);
});

describe.each(all)('%s', (_name, engine) => {
  test('opens what its endpoint and its dashboard need, and not SSH', () => {
    const urls = [engine.endpoint('10.0.0.5'), engine.dashboardUrl('10.0.0.5')].filter((url) => url !== null);
    expect(engine.ports.map(({ port }) => port)).toEqual(urls.map((url) => Number(new URL(url).port)));
    expect(engine.ports.map(({ port }) => port)).not.toContain(22);
  });

  const fieldsAtFault = (adminUsername: string, adminPassword: string) =>
    credentialProblems(engine, { adminUsername, adminPassword }).map(({ field }) => field);

  const GOOD = 'horse battery staple';

  test.each(['admin', 'ops.team-1', 'a', 'mq@example.org', 'x'.repeat(64)])('takes the name "%s"', (name) => {
    expect(fieldsAtFault(name, GOOD)).toEqual([]);
  });

  test.each(['', ' ', 'a b', 'a:b', 'a\nb', 'a\0b', "a'b", '$(reboot)', 'ä', 'a/b', 'x'.repeat(65)])(
    'refuses the name %j',
    (name) => {
      expect(fieldsAtFault(name, GOOD)).toEqual(['admin_username']);
    },
  );

  test.each([GOOD, `'; rm -rf / #"$(x)\`\\`, 'Tr0ub4dor&3 and', 'x7!kQ2#pLm9z', 'correct-admin-horse'])(
    'takes the password %j',
    (password) => {
      expect(fieldsAtFault('admin', password)).toEqual([]);
    },
  );

  test.each([
    '',
    'short',
    'elevenchars',
    'password1234',
    'Password123!',
    'PASSWORDPASSWORD',
    'adminadminadmin',
    'admin-2026!!', // only the user name and what is put around it
    'administrator',
    'changeme-changeme',
    'rabbitmq-admin-1',
    '123456789012',
    'qwertyuiop123',
    'aaaaaaaaaaaaaaa',
    'abababababababab',
    'with\nnewline here',
    'with\0nul in here',
    'mit Umlaut äöü ß',
    ' blank at the front',
    'blank at the end ',
    'x'.repeat(60) + GOOD.repeat(4),
  ])('refuses the password %j', (password) => {
    expect(fieldsAtFault('admin', password)).toEqual(['admin_password']);
  });

  test('a short name in a password is no reason to refuse it', () => {
    expect(fieldsAtFault('a', 'a banana and a mango')).toEqual([]);
  });

  test('tells all that is wrong at once, and never repeats the password', () => {
    const problems = credentialProblems(engine, { adminUsername: ':', adminPassword: 'geheim' });
    expect(problems.map(({ field }) => field)).toEqual(['admin_username', 'admin_password']);
    expect(JSON.stringify(problems)).not.toContain('geheim');
  });
});

test('RabbitMQ’s default user cannot be its administrator', () => {
  const credentials = { adminUsername: 'guest', adminPassword: 'horse battery staple' };
  expect(credentialProblems(rabbitmq, credentials)).toHaveLength(1);
  expect(credentialProblems(mosquitto, credentials)).toEqual([]);
});

describe('Mosquitto’s file of passwords', () => {
  const credentials = { adminUsername: 'admin', adminPassword: 'horse battery staple' };

  test('is kept as it is where it says the same, so that nothing is restarted', () => {
    const file = passwordFile(credentials);
    expect(passwordFile(credentials, file)).toBe(file);
  });

  test.each([
    ['another password', passwordFile({ ...credentials, adminPassword: 'staple battery horse' })],
    ['another name', passwordFile({ ...credentials, adminUsername: 'root' })],
    [
      'a second user',
      `${passwordFile(credentials)}${passwordFile({ ...credentials, adminUsername: 'backdoor' })}`,
    ],
    ['what somebody cut off', passwordFile(credentials).slice(0, 40)],
    ['nothing', ''],
  ])('is replaced where it has %s', (_what, before) => {
    const file = passwordFile(credentials, before);
    expect(file).not.toBe(before);
    expect(file).toMatch(/^admin:\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==\n$/);
  });

  test('does not take the salt over to another password', () => {
    const salt = (file: string) => file.split('$')[3];
    const other = passwordFile({ ...credentials, adminPassword: 'staple battery horse' });
    expect(salt(passwordFile(credentials, other))).not.toBe(salt(other));
  });
});
