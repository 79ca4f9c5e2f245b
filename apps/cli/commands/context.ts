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
  const { format, apiUrl } = command.optsWithGlobals<{ format: Format; apiUrl?: string }>();
  return { io, client: new Client(findApi(apiUrl, io.env, io.cwd)), format };
}
