import type { Command } from 'commander';
import { Client, findApi } from '../client.ts';
import type { Format, Io } from '../output.ts';

/** What every command is run with. */
export interface Context {
  readonly io: Io;
  readonly client: Client;
  readonly format: Format;
}

/** The context from the options that all commands have. */
export function contextOf(command: Command, io: Io): Context {
  const all = command.optsWithGlobals<{ format: Format; apiUrl?: string }>();
  const format = command.opts<{ format?: Format }>().format ?? all.format; // the one nearer to the verb
  return { io, client: new Client(findApi(all.apiUrl, io.env, io.cwd)), format };
}
