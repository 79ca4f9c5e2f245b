import type { Command } from 'commander';
import type { Thing } from '../client.ts';
import { CliError, exitCodes } from '../exit-codes.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { contextOf } from './context.ts';

const columns = [
  ['ID', 'id'],
  ['URL', 'url'],
  ['TYPES', 'types'],
  ['STATUS', 'status'],
  ['DESCRIPTION', 'description'],
] as const;

const deliveryColumns = [
  ['ID', 'id'],
  ['TYPE', 'type'],
  ['EVENT', 'event_id'],
  ['STATUS', 'status'],
  ['ATTEMPTS', 'attempts'],
  ['NEXT', 'next_attempt_at'],
] as const;

const attemptColumns = [
  ['ATTEMPT', 'number'],
  ['AT', 'at'],
  ['STATUS', 'status'],
  ['MS', 'duration_ms'],
  ['ERROR', 'error'],
] as const;

const WEBHOOK = '01a1fc12-1e65-756d-a65e-5403c8bb4a11';

const pathOf = (id: string, rest = ''): string => `/v1/webhooks/${encodeURIComponent(id)}${rest}`;

/** warrener webhook list|create|show|delete|test|deliveries|replay */
export function webhookCommands(program: Command, io: Io): void {
  const webhook = program.command('webhook').description('where events are posted to');

  webhook
    .command('list')
    .description('list webhooks, the newest first')
    .addHelpText('after', '\nExample:\n  $ warrener webhook list -f json')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list('/v1/webhooks'), columns);
    });

  webhook
    .command('create <url>')
    .description('have events posted to a URL, and show the secret that signs them')
    .option('--type <types...>', 'types of events, e.g. job.failed or broker.*; all by default')
    .option('--description <text>', 'what it is for')
    .option('--paused', 'keep what it is owed until it is changed')
    .addHelpText(
      'after',
      '\nExample:\n  $ warrener webhook create https://example.com/hook --type job.* broker.ready',
    )
    .action(
      async (
        url: string,
        options: { type?: readonly string[]; description?: string; paused?: boolean },
        command: Command,
      ) => {
        const { client, format } = contextOf(command, io);
        const { type: types, ...rest } = options;
        const made = await client.post('/v1/webhooks', {
          url,
          ...rest,
          ...(types === undefined ? {} : { types }),
        });
        const { secret } = await client.get(pathOf(String(made['id']), '/secret'));
        showOne(io, format, { ...made, secret });
      },
    );

  webhook
    .command('show <webhook>')
    .description('show a webhook')
    .option('--secret', 'show what signs its deliveries, too')
    .addHelpText('after', `\nExample:\n  $ warrener webhook show ${WEBHOOK}`)
    .action(async (id: string, { secret }: { secret?: boolean }, command: Command) => {
      const { client, format } = contextOf(command, io);
      const shown = await client.get(pathOf(id));
      showOne(
        io,
        format,
        secret === true ? { ...shown, ...(await client.get(pathOf(id, '/secret'))) } : shown,
      );
    });

  webhook
    .command('delete <webhook>')
    .description('delete a webhook; what it is owed is not sent any more')
    .addHelpText('after', `\nExample:\n  $ warrener webhook delete ${WEBHOOK}`)
    .action(async (id: string, _options: unknown, command: Command) => {
      await contextOf(command, io).client.delete(pathOf(id));
      io.stderr.write('deleted\n');
    });

  webhook
    .command('test <webhook>')
    .description('send a test event')
    .addHelpText('after', `\nExample:\n  $ warrener webhook test ${WEBHOOK}`)
    .action(async (id: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showOne(io, format, await client.post(pathOf(id, '/test')));
    });

  deliveryCommands(webhook, io);
}

function deliveryCommands(webhook: Command, io: Io): void {
  webhook
    .command('deliveries <webhook> [delivery]')
    .description('list what was sent to a webhook, or show one delivery with its attempts')
    .option('--status <status>', 'only those that are pending, delivered, failed or skipped')
    .addHelpText('after', `\nExample:\n  $ warrener webhook deliveries ${WEBHOOK} --status failed`)
    .action(
      async (id: string, delivery: string | undefined, { status }: { status?: string }, command: Command) => {
        const { client, format } = contextOf(command, io);
        const path = pathOf(id, '/deliveries');
        if (delivery === undefined) {
          const query = status === undefined ? '' : `?status=${encodeURIComponent(status)}`;
          showList(io, format, await client.list(`${path}${query}`), deliveryColumns);
          return;
        }
        const shown = await client.get(`${path}/${encodeURIComponent(delivery)}`);
        showOne(io, format, shown);
        if (format !== 'table') return;
        io.stdout.write('\n');
        showList(io, format, shown['tried'] as readonly Thing[], attemptColumns);
      },
    );

  webhook
    .command('replay <webhook> [delivery]')
    .description('send one delivery again, or a period')
    .option('--from <time>', 'when the period begins, e.g. 2026-03-01T12:00:00Z')
    .option('--to <time>', 'when it ends; now by default')
    .option('--failed-only', 'leave out what was delivered')
    .addHelpText(
      'after',
      `\nExample:\n  $ warrener webhook replay ${WEBHOOK} --from 2026-03-01T12:00:00Z --failed-only`,
    )
    .action(
      async (
        id: string,
        delivery: string | undefined,
        { from, to, failedOnly }: { from?: string; to?: string; failedOnly?: boolean },
        command: Command,
      ) => {
        const { client, format } = contextOf(command, io);
        if ((delivery === undefined) === (from === undefined))
          throw new CliError(exitCodes.usage, 'Name a delivery, or a period by --from.');
        const answer =
          delivery === undefined
            ? await client.post(pathOf(id, '/replay'), {
                from,
                ...(to === undefined ? {} : { to }),
                failed_only: failedOnly === true,
              })
            : await client.post(pathOf(id, `/deliveries/${encodeURIComponent(delivery)}/replay`));
        showOne(io, format, answer);
      },
    );
}
