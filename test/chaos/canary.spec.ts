import { canary } from './canary.ts';

test('a secret is found in the clear, in hexadecimal, at any place in base64, and cut in two', () => {
  const forms = (word: string): readonly (string | Buffer)[] => [
    `password=${word}!`,
    Buffer.from(`x${word}`).toString('hex'),
    ...['', 'x', 'xy'].map((before) => Buffer.from(`${before}${word} and more`).toString('base64')),
  ];
  for (const index of forms('').keys()) {
    const secrets = canary({});
    secrets.look('here', forms(secrets.word)[index] ?? '');
    expect([...secrets.found]).toEqual(['password in here']);
  }
  const secrets = canary({ token: 'abcdefghijklmnop' });
  const connection = {};
  secrets.lookAtPiece('there', connection, Buffer.from('...abcdefgh'));
  secrets.look('elsewhere', 'abcdefgh');
  expect(secrets.found.size).toBe(0);
  secrets.lookAtPiece('there', connection, Buffer.from('ijklmnop...'));
  expect([...secrets.found]).toEqual(['token in there']);
});
