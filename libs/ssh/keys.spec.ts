import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { generateKeyPair, keyBlob } from './keys.ts';

const isParsed = (key: ssh2.ParsedKey | Error): key is ssh2.ParsedKey =>
  !(key instanceof Error) && 'sign' in key;

function parse(key: string): ssh2.ParsedKey {
  const parsed = ssh2.utils.parseKey(key);
  if (!isParsed(parsed)) throw new Error(`not parsed: ${parsed.message}\n${key}`);
  return parsed;
}

test('every key is well formed, also the one in 256 whose point begins with a zero', () => {
  let withLeadingZero = 0;
  for (let made = 0; made < 1_000 || withLeadingZero === 0; made += 1) {
    const pair = generateKeyPair('warrener test');
    const blob = keyBlob(pair.publicKey);
    expect(blob).toHaveLength(51);
    expect(parse(pair.privateKey).getPublicSSH().equals(blob)).toBe(true);
    if (blob[19] === 0) withLeadingZero += 1;
  }
});

test('the private key signs what the public key verifies', () => {
  const pair = generateKeyPair('');
  const signature = parse(pair.privateKey).sign(Buffer.from('hello'));
  expect(parse(pair.publicKey).verify(Buffer.from('hello'), signature)).toBe(true);
  expect(parse(generateKeyPair('').publicKey).verify(Buffer.from('hello'), signature)).toBe(false);
});

test('ssh-keygen reads the private key and finds the same public key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warrener-keys-'));
  try {
    for (const comment of ['', 'a', 'warrener broker 0198', 'thirteen char']) {
      const pair = generateKeyPair(comment);
      writeFileSync(join(folder, 'key'), pair.privateKey, { mode: 0o600 });
      const read = spawnSync('ssh-keygen', ['-y', '-f', join(folder, 'key')], { encoding: 'utf8' });
      expect({ error: read.error, stderr: read.stderr, stdout: read.stdout.trim() }).toEqual({
        error: undefined,
        stderr: '',
        stdout: pair.publicKey,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['', 'ssh-ed25519', 'AAAAC3NzaC1lZDI1NTE5', 'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA=='])(
  '"%s" is no line of a public key',
  (line) => {
    expect(() => keyBlob(line)).toThrow('no line of a public key');
  },
);

test('a comment cannot smuggle in a second line of authorized_keys', () => {
  expect(() => generateKeyPair('a\nssh-ed25519 AAAA')).toThrow('one line');
});
