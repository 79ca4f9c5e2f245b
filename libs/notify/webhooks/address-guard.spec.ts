import { AddressGuard, RefusedAddress } from './address-guard.ts';
import { checkTarget } from './target.ts';

const guard = new AddressGuard([]);

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[::ffff:127.0.0.1]',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:7f00:1::]',
  '[ff02::1]',
])('%s is refused', async (host) => {
  await expect(guard.addresses(host)).rejects.toThrow(RefusedAddress);
});

test.each(['93.184.216.34', '172.32.0.1', '[2606:2800:220:1::1]'])('%s is let through', async (host) => {
  await expect(guard.addresses(host)).resolves.toHaveLength(1);
});

test('a name with one bad address is refused, whatever its others are', async () => {
  const mixed = new AddressGuard([], async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]);
  await expect(mixed.addresses('mixed.example')).rejects.toThrow(
    'mixed.example resolves to 10.0.0.1, which is no public address',
  );
});

test('ranges that are allowed are let through, and those only', async () => {
  const some = new AddressGuard(['10.1.0.0/16', 'fd00::/8']);
  await expect(some.addresses('10.1.2.3')).resolves.toHaveLength(1);
  await expect(some.addresses('[::ffff:10.1.2.3]')).resolves.toHaveLength(1);
  await expect(some.addresses('[fd00::1]')).resolves.toHaveLength(1);
  await expect(some.addresses('10.2.0.1')).rejects.toThrow(RefusedAddress);
});

test.each([
  ['ftp://example.com/', 'expected a URL that starts with'],
  ['not a url', 'expected a URL that starts with'],
  [`https://example.com/${'x'.repeat(2_000)}`, 'expected a URL that starts with'],
  ['https://me:secret@example.com/', 'expected no user name or password'],
  ['https://example.com/#part', 'expected no "#…"'],
  ['http://0x7f.1/', '127.0.0.1 is no public address'],
  ['http://2130706433/', '127.0.0.1 is no public address'],
  ['http://localhost/', 'is no public address'],
])('the URL %s is refused', async (url, message) => {
  const refused = checkTarget(guard, url);
  await expect(refused).rejects.toMatchObject({ kind: 'invalid-request', errors: [{ field: 'url' }] });
  await expect(refused).rejects.toThrow(message);
});
