import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError, exitCodes } from './exit-codes.ts';
import type { Io } from './output.ts';

/** Where the password comes from: never from the command line, which everybody on the machine can read. */
export async function readPassword(
  io: Io,
  options: { readonly passwordFile?: string; readonly passwordStdin?: boolean },
): Promise<string> {
  if (options.passwordFile !== undefined) return fromFile(options.passwordFile);
  if (options.passwordStdin === true) return firstLine(await readAll(io));
  if (io.stdin.isTTY !== true) {
    throw new CliError(
      exitCodes.usage,
      'There is no terminal to ask for the password at: use --password-file FILE or --password-stdin.',
    );
  }
  const password = await ask(io, 'Password of the broker’s administrator: ');
  if ((await ask(io, 'Once more: ')) !== password)
    throw new CliError(exitCodes.usage, 'The two passwords differ.');
  return password;
}

function fromFile(file: string): string {
  try {
    return firstLine(readFileSync(file, 'utf8'));
  } catch {
    throw new CliError(exitCodes.usage, `The password file ${file} cannot be read.`);
  }
}

const firstLine = (content: string): string => content.split(/\r?\n/)[0] ?? '';

/** Everything on stdin. */
export async function readAll(io: Io): Promise<string> {
  let content = '';
  for await (const chunk of io.stdin) content += String(chunk);
  return content;
}

/** Asks without showing what is typed. */
async function ask(io: Io, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: nowhere, terminal: true });
  io.stderr.write(question); // only now does the terminal no longer echo
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new CliError(exitCodes.usage, 'No password was given.')));
      lines.once('SIGINT', () =>
        reject(new CliError(exitCodes.failed, 'Interrupted; nothing was launched.')),
      );
    });
  } finally {
    io.stderr.write('\n');
    lines.removeAllListeners('close');
    lines.close();
  }
}
