import type { Command } from 'commander';
import type { Thing } from '../client.ts';
import { CliError, exitCodes } from '../exit-codes.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { contextOf } from './context.ts';
import { queueColumns } from './worker.ts';

/** warrener doctor, warrener projections rebuild */
export function operationCommands(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('check what Warrener depends on, and find what it made that nobody owns')
    .option('--remove-orphans', 'remove what is found without an owner')
    .addHelpText(
      'after',
      '\nExit code 1 where something is wrong.\n\nExample:\n  $ warrener doctor --remove-orphans',
    )
    .action(async ({ removeOrphans }: { removeOrphans?: boolean }, command: Command) => {
      const { client, format } = contextOf(command, io);
      const report = await client.get('/v1/doctor');
      const checks = report['checks'] as readonly Thing[];
      const orphans = report['orphans'] as readonly Thing[];
      const queues = (report['work_queues'] ?? []) as readonly Thing[];
      const misaligned = queues.filter((queue) => queue['misaligned'] === true);
      if (format === 'table') {
        showList(io, format, checks, [
          ['CHECK', 'name'],
          ['OK', 'ok'],
          ['DETAIL', 'detail'],
        ]);
        if (orphans.length > 0) {
          io.stdout.write('\n');
          showList(io, format, orphans, [
            ['ORPHAN', 'type'],
            ['ID', 'id'],
            ['NAME', 'name'],
            ['WHY', 'reason'],
          ]);
        }
        if (misaligned.length > 0) {
          io.stdout.write('\n');
          showList(io, format, misaligned, queueColumns);
        }
      } else showOne(io, format, report);
      if (removeOrphans === true && orphans.length > 0) {
        const ids = orphans.map(({ id }) => id);
        const { removed, failed } = (await client.post('/v1/doctor/orphans/remove', { ids })) as {
          removed: readonly string[];
          failed: readonly Thing[];
        };
        io.stderr.write(`removed ${removed.length} of ${ids.length}\n`);
        if (failed.length > 0)
          throw new CliError(
            exitCodes.failed,
            failed.map(({ id, reason }) => `${String(id)}: ${String(reason)}`).join('\n'),
          );
        return;
      }
      const wrong = checks.filter(({ ok }) => ok !== true);
      if (wrong.length > 0)
        throw new CliError(
          exitCodes.failed,
          `Not well: ${wrong.map(({ name }) => String(name)).join(', ')}.`,
        );
      if (orphans.length > 0)
        throw new CliError(
          exitCodes.failed,
          `${orphans.length} without an owner; remove them: warrener doctor --remove-orphans`,
        );
      if (misaligned.length > 0)
        throw new CliError(
          exitCodes.failed,
          `No worker consumes: ${misaligned.map(({ name }) => String(name)).join(', ')}.`,
        );
    });

  program
    .command('projections')
    .description('the read models')
    .command('rebuild')
    .description('throw the lists away and make them anew from the events')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      const { rebuilt } = (await client.post('/v1/projections/rebuild')) as { rebuilt: readonly Thing[] };
      showList(io, format, rebuilt, [
        ['PROJECTION', 'name'],
        ['EVENTS', 'events'],
      ]);
    });
}
