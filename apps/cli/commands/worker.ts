import type { Command } from 'commander';
import type { Client, Thing } from '../client.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { contextOf } from './context.ts';

const pathOf = (pool: string): string => `/v1/worker-pools/${encodeURIComponent(pool)}`;

/** Whom a control message is for; all workers where neither is named. */
interface Addressed {
  readonly pool?: string;
  readonly worker?: string;
}

const addressed = (command: Command, what: string, example: string): Command =>
  command
    .description(what)
    .option('--pool <pool>', 'only the workers of this pool')
    .option('--worker <worker>', 'only this one')
    .addHelpText('after', `\nExample:\n  $ ${example}`);

async function tellWorkers(client: Client, control: object, { pool, worker }: Addressed): Promise<void> {
  const to = { ...(pool === undefined ? {} : { pool }), ...(worker === undefined ? {} : { worker }) };
  await client.post('/v1/workers/control', { ...control, ...(Object.keys(to).length === 0 ? {} : { to }) });
}

/** The columns of work queues. */
export const queueColumns = [
  ['QUEUE', 'name'],
  ['DEPTH', 'depth'],
  ['CONSUMERS', 'consumers'],
  ['JOBS WAITING', 'jobs_waiting'],
  ['OLDEST S', 'oldest_seconds'],
  ['TENANTS', 'tenants'],
  ['MISALIGNED', 'misaligned'],
] as const;

/** warrener worker list|drain|resume|log-level, warrener pool list|show|set|remove, warrener work-queue list */
export function workerCommands(program: Command, io: Io): void {
  const pool = program.command('pool').description('what the workers of a pool consume, in which order');
  const tell = ({ overridden_by_environment: workers }: Thing): void => {
    for (const worker of (workers ?? []) as readonly string[])
      io.stderr.write(`${worker} was started with QUEUE_PRIORITY, which wins over the pool\n`);
  };

  pool
    .command('list')
    .description('list the configured pools')
    .addHelpText('after', '\nExample:\n  $ warrener pool list')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list('/v1/worker-pools'), [
        ['NAME', 'name'],
        ['PRIORITIES', 'priorities'],
      ]);
    });

  pool
    .command('show <pool>')
    .description('show a pool and its workers')
    .addHelpText('after', '\nExample:\n  $ warrener pool show main')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      const shown = await client.get(pathOf(name));
      showOne(io, format, shown);
      tell(shown);
    });

  pool
    .command('set <pool> <priorities>')
    .description('configure a pool; its running workers follow at once')
    .addHelpText(
      'after',
      '\nExample:\n  $ warrener pool set main "cloud_express_acme,cloud_express_beta:2 warrener.cloud"',
    )
    .action(async (name: string, priorities: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      const shown = await client.put(pathOf(name), { priorities });
      showOne(io, format, shown);
      tell(shown);
    });

  pool
    .command('remove <pool>')
    .description('forget a pool; its workers go back to their default')
    .addHelpText('after', '\nExample:\n  $ warrener pool remove main')
    .action(async (name: string, _options: unknown, command: Command) => {
      await contextOf(command, io).client.delete(pathOf(name));
      io.stderr.write(`removed ${name}\n`);
    });

  const worker = program.command('worker').description('the workers that are alive');

  worker
    .command('list')
    .description('list the workers, what they consume and how they stand')
    .addHelpText('after', '\nExample:\n  $ warrener worker list')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list('/v1/workers'), [
        ['WORKER', 'worker'],
        ['POOL', 'pool'],
        ['STATE', 'state'],
        ['SLOTS', 'slots'],
        ['RUNNING', 'running'],
        ['PRIORITIES', 'priority'],
      ]);
    });

  for (const [type, what] of [
    ['drain', 'have workers begin nothing more; what has begun goes on'],
    ['resume', 'have workers that drain begin steps again'],
  ] as const)
    addressed(worker.command(type), what, `warrener worker ${type} --pool night`).action(
      async (options: Addressed, command: Command) => {
        await tellWorkers(contextOf(command, io).client, { type }, options);
        io.stderr.write(`told: ${type}\n`);
      },
    );

  addressed(
    worker.command('log-level <level>'),
    'change how much workers log',
    'warrener worker log-level debug',
  ).action(async (level: string, options: Addressed, command: Command) => {
    await tellWorkers(contextOf(command, io).client, { type: 'log_level', level }, options);
    io.stderr.write(`told: log ${level}\n`);
  });

  program
    .command('work-queue')
    .description('the queues that carry the steps')
    .command('list')
    .description('what waits where, who is routed there, and what nobody consumes')
    .addHelpText('after', '\nExample:\n  $ warrener work-queue list')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list('/v1/work-queues'), queueColumns);
    });
}
