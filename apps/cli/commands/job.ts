import type { Command } from 'commander';
import type { Thing } from '../client.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { watchJob } from '../watch.ts';
import { expectSuccess, seconds } from './broker.ts';
import { contextOf } from './context.ts';

const columns = [
  ['ID', 'id'],
  ['WORKFLOW', 'workflow'],
  ['BROKER', 'broker_name'],
  ['STATUS', 'status'],
  ['%', 'progress'],
  ['CREATED', 'created_at'],
] as const;

const stepColumns = [
  ['STEP', 'name'],
  ['STATUS', 'status'],
  ['ATTEMPTS', 'attempts'],
  ['MS', 'duration_ms'],
  ['ERROR', 'error'],
] as const;

/** warrener job list|show|watch|cancel|retry */
export function jobCommands(program: Command, io: Io): void {
  const job = program.command('job').description('list, show, watch, cancel and retry jobs');

  job
    .command('list')
    .description('list jobs, the newest first')
    .option('--status <status>', 'only those in this status')
    .addHelpText('after', '\nExample:\n  $ warrener job list --status parked')
    .action(async ({ status }: { status?: string }, command: Command) => {
      const { client, format } = contextOf(command, io);
      const query = status === undefined ? '' : `?status=${encodeURIComponent(status)}`;
      showList(io, format, await client.list(`/v1/jobs${query}`), columns);
    });

  job
    .command('show <job>')
    .description('show a job and its steps')
    .addHelpText('after', '\nExample:\n  $ warrener job show 01a1fc12-1e65-756d-a65e-5403c8bb4a11')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      const shown = await client.get(`/v1/jobs/${encodeURIComponent(id)}`);
      const waits = shown['waiting_for'] as Thing | null | undefined;
      showOne(io, format, format === 'table' ? { ...shown, waiting_for: sentenceOf(waits) } : shown);
      if (format !== 'table') return;
      io.stdout.write('\n');
      showList(io, format, shown['steps'] as readonly Thing[], stepColumns);
    });

  job
    .command('watch <job>')
    .description('show the steps of a job as they happen, and end with it')
    .option('--timeout <seconds>', 'give up waiting after so long', seconds)
    .addHelpText(
      'after',
      '\nExample:\n  $ warrener job watch 01a1fc12-1e65-756d-a65e-5403c8bb4a11 --timeout 600',
    )
    .action(async (id: string, { timeout }: { timeout?: number }, command: Command) => {
      const { client } = contextOf(command, io);
      await expectSuccess(await watchJob(client, io, id, timeout), id, 'watched');
    });

  for (const [verb, description] of [
    ['cancel', 'cancel a job; what it did is undone'],
    ['retry', 'retry a job: a parked one goes on, a failed one starts over'],
  ] as const) {
    job
      .command(`${verb} <job>`)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ warrener job ${verb} 01a1fc12-1e65-756d-a65e-5403c8bb4a11`)
      .action(async (id: string, _options: unknown, command: Command) => {
        const { client, format } = contextOf(command, io);
        showOne(io, format, await client.post(`/v1/jobs/${encodeURIComponent(id)}/${verb}`));
      });
  }
}

/** Why a job waits, in a line; null where it does not. */
function sentenceOf(waits: Thing | null | undefined): string | null {
  if (waits === null || waits === undefined) return null;
  const { kind, queue, ahead, until, of, estimate_seconds: seconds } = waits;
  switch (kind) {
    case 'moment':
      return `until ${String(until)}`;
    case 'limit':
      return `the tenant runs ${String(of)} steps at once and no more; ${String(ahead)} are before it`;
    default: {
      const estimate = typeof seconds === 'number' ? `, about ${seconds} s` : '';
      return `a worker of ${String(queue)}; ${String(ahead)} are before it${estimate}`;
    }
  }
}
