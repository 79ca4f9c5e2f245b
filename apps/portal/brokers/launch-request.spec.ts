import { asCli, asCurl, emptyDraft, makePassword, problemsOf, requestOf } from './launch-request.ts';

const good = {
  ...emptyDraft,
  name: 'orders',
  image: 'RabbitMQ',
  flavor: 'm1.small',
  network: 'sandbox-net',
  key: 'demo key',
  admin_username: 'boss',
  admin_password: 'correct horse battery',
};

test('a whole draft has no problems', () => {
  expect(problemsOf(good, false)).toEqual({});
});

test.each([
  ['name', '', /name/],
  ['name', '1st', /letter/],
  ['name', 'a_b', /only/],
  ['name', 'a-', /End/],
  ['name', 'a'.repeat(41), /40/],
  ['image', '', /Choose/],
  ['admin_username', 'a:b', /letters/],
  ['admin_password', 'short', /12/],
  ['admin_password', ' correct horse', /blank/],
  ['admin_password', 'pässwörter sind', /ASCII/],
] as const)('%s "%s" is refused', (field, value, message) => {
  expect(problemsOf({ ...good, [field]: value }, false)).toEqual({
    [field]: expect.stringMatching(message) as unknown,
  });
});

test('an image that does not tell its engine needs one', () => {
  expect(problemsOf(good, true)).toHaveProperty('engine');
  expect(problemsOf({ ...good, engine: 'mosquitto' }, true)).toEqual({});
});

test('only what was chosen is sent', () => {
  expect(Object.keys(requestOf(good))).not.toContain('floating_network');
});

test('the equal commands quote for the shell and never hold the password', () => {
  const cli = asCli(good);
  const curl = asCurl(good, 'http://localhost:8080');
  expect(cli).toContain(`--key 'demo key'`);
  expect(curl).toContain('"key": "demo key"');
  expect(curl).toContain('"admin_password": "$PASSWORD"');
  for (const command of [cli, curl]) expect(command).not.toContain(good.admin_password);
});

test('passwords are of the letters that look like no other, evenly', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32);
  const passwords = Array.from({ length: 500 }, () => makePassword(random));
  expect(passwords.every((password) => /^[a-km-np-zA-HJ-NP-Z2-9]{24}$/.test(password))).toBe(true);
  expect(new Set(passwords).size).toBe(500);
  expect(new Set(passwords.join('')).size).toBe(56);
});
