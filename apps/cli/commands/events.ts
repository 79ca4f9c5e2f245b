import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Thing } from '../client.ts';
import type { Format, Io } from '../output.ts';
import { follow } from '../stream.ts';
import { contextOf } from './context.ts';

/** warrener events tail */
export function eventsCommands(program: Command, io: Io): void {
  program
    .command('events')
    .description('what happens, as it is told outside')
    .command('tail')
    .description('show what happens from now on, until you stop it')
    .option('--job <job>', 'events of this job only')
    .option('--type <types...>', 'types of events, e.g. job.failed or broker.*')
    .addHelpText(
      'after',
      '\nWith -f json each event is a line with a CloudEvent.\n\nExample:\n  $ warrener events tail --type job.failed broker.ready -f json',
    )
    .action(async ({ job, type }: { job?: string; type?: readonly string[] }, command: Command) => {
      const { client, format } = contextOf(command, io);
      const query = new URLSearchParams({
        ...(job === undefined ? {} : { job }),
        ...(type === undefined ? {} : { type: type.join(',') }),
      }).toString();
      const path = `/v1/events/stream${query === '' ? '' : `?${query}`}`;
      for await (const { event, data } of follow(client, path, undefined))
        io.stdout.write(shown(format, event, data));
    });
}

function shown(format: Format, type: string, event: Thing): string {
  if (format === 'json') return `${JSON.stringify(event)}\n`;
  if (format === 'yaml') return `---\n${stringify(event)}`;
  const subject = String(event['subject']);
  const told = Object.entries((event['data'] ?? {}) as Thing)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const)
    .filter(([, value]) => value !== 'null' && !subject.endsWith(`/${value}`)) // said already
    .map(([name, value]) => `${name}=${value}`);
  return `${String(event['time'])}  ${type.padEnd(18)}  ${subject}  ${told.join(' ')}\n`;
}
