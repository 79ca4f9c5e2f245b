import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { quote } from './quote.ts';

function wordsReadBy(shell: string, command: string): string[] {
  const read = spawnSync(shell, ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  expect(read.stderr).toBe('');
  return read.stdout.split('\0').slice(0, -1);
}

test.each(['sh', 'bash'])('%s reads back every word as it was', (shell) => {
  const nasty = fc.stringMatching(/^[ -~\t\n'"$`\\!*?~#&;|<>(){}[\]=äß€😀]*$/u);
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 8 }), (words) => {
      expect(wordsReadBy(shell, quote(...words))).toEqual(words);
    }),
    { numRuns: 40 },
  );
});

test('the first word is a command, never an assignment or an expansion', () => {
  expect(quote('A=b', '~', '$(reboot)', '')).toBe(`'A=b' '~' '$(reboot)' ''`);
});

test('plain words stay readable', () => {
  expect(quote('apt-get', '-y', 'install', 'rabbitmq-server', '/etc/x.conf')).toBe(
    'apt-get -y install rabbitmq-server /etc/x.conf',
  );
});

test('a NUL is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL');
});
