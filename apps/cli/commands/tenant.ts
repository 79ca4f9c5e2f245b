import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Thing } from '../client.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { contextOf } from './context.ts';

const columns = [
  ['ID', 'id'],
  ['NAME', 'name'],
  ['EXPRESS FOR', 'express_role'],
  ['QUEUES', 'queues'],
  ['LIMITS', 'limits'],
] as const;

const tokenColumns = [
  ['ID', 'id'],
  ['NAME', 'name'],
  ['ROLE', 'role'],
  ['EXPIRES', 'expires_at'],
  ['REVOKED', 'revoked'],
] as const;

interface Settings {
  readonly name?: string;
  readonly expressFor?: string;
  readonly cloudExpressQueue?: string;
  readonly cloudBulkQueue?: string;
  readonly configExpressQueue?: string;
  readonly configBulkQueue?: string;
  readonly brokers?: number | 'none';
  readonly launchesPerMinute?: number | 'none';
  readonly runningSteps?: number | 'none';
  readonly publicNames?: 'yes' | 'no';
  readonly force?: boolean;
}

/** A whole number, or "none" (commander makes an empty text of null). */
function limit(text: string): number | 'none' {
  if (text === 'none') return text;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, or none.');
  return Number(text);
}

const withSettings = (command: Command): Command =>
  command
    .option('--name <name>', 'what people call it')
    .addOption(
      new Option('--express-for <role>', 'who may use the express lane').choices(['member', 'admin']),
    )
    .option('--cloud-express-queue <queue>', 'where urgent cloud steps go')
    .option('--cloud-bulk-queue <queue>', 'where other cloud steps go')
    .option('--config-express-queue <queue>', 'where urgent steps inside servers go')
    .option('--config-bulk-queue <queue>', 'where other steps inside servers go')
    .option('--brokers <number>', 'brokers it may have, or none for no limit', limit)
    .option('--launches-per-minute <number>', 'launches it may submit, or none for no limit', limit)
    .option('--running-steps <number>', 'steps it may run at once, or none for no limit', limit)
    .addOption(
      new Option('--public-names <choice>', 'whether everybody may read its names on the firehose').choices([
        'yes',
        'no',
      ]),
    )
    .option('--force', 'take queues that no worker consumes');

const given = (fields: Record<string, unknown>): Record<string, unknown> | undefined => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const limitOf = (given: number | 'none' | undefined) => (given === 'none' ? null : given);

const requestOf = (settings: Settings): Record<string, unknown> => ({
  ...given({
    name: settings.name,
    express_role: settings.expressFor,
    public_names: settings.publicNames === undefined ? undefined : settings.publicNames === 'yes',
    force: settings.force,
    queues: given({
      cloud_express_queue: settings.cloudExpressQueue,
      cloud_bulk_queue: settings.cloudBulkQueue,
      config_express_queue: settings.configExpressQueue,
      config_bulk_queue: settings.configBulkQueue,
    }),
    limits: given({
      brokers: limitOf(settings.brokers),
      submissions_per_minute: limitOf(settings.launchesPerMinute),
      running_steps: limitOf(settings.runningSteps),
    }),
  }),
});

const pathOf = (tenant: string): string => `/v1/tenants/${encodeURIComponent(tenant)}`;

/** warrener tenant list|show|create|change|delete */
export function tenantCommands(program: Command, io: Io): void {
  const tenant = program.command('tenant').description('list, show, create, change and delete tenants');
  // A tenant's queues and limits are worth a line each.
  const show = (command: Command, { queues, limits, ...shown }: Thing): void => {
    const { format } = contextOf(command, io);
    if (format === 'table') showOne(io, format, { ...shown, ...(queues as Thing), ...(limits as Thing) });
    else showOne(io, format, { ...shown, queues, limits });
  };

  tenant
    .command('list')
    .description('list tenants')
    .addHelpText('after', '\nExample:\n  $ warrener tenant list')
    .action(async (_options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list('/v1/tenants'), columns);
    });

  tenant
    .command('show <tenant>')
    .description('show a tenant, its queues and limits')
    .addHelpText('after', '\nExample:\n  $ warrener tenant show acme')
    .action(async (id: string, _options: unknown, command: Command) => {
      show(command, await contextOf(command, io).client.get(pathOf(id)));
    });

  withSettings(tenant.command('create <tenant>'))
    .description('create a tenant')
    .addHelpText(
      'after',
      '\nExample:\n  $ warrener tenant create acme --name "Acme Ltd" --cloud-bulk-queue cloud_bulk_acme --brokers 20',
    )
    .action(async (id: string, settings: Settings, command: Command) => {
      const request = { id, ...requestOf({ ...settings, name: settings.name ?? id }) };
      show(command, await contextOf(command, io).client.post('/v1/tenants', request));
    });

  withSettings(tenant.command('change <tenant>'))
    .description('change a tenant; jobs under way keep their queues')
    .addHelpText('after', '\nExample:\n  $ warrener tenant change acme --running-steps 8 --brokers none')
    .action(async (id: string, settings: Settings, command: Command) => {
      show(command, await contextOf(command, io).client.patch(pathOf(id), requestOf(settings)));
    });

  tenant
    .command('delete <tenant>')
    .description('delete a tenant without brokers; its tokens open nothing any more')
    .addHelpText('after', '\nExample:\n  $ warrener tenant delete acme')
    .action(async (id: string, _options: unknown, command: Command) => {
      await contextOf(command, io).client.delete(pathOf(id));
      io.stderr.write(`deleted ${id}\n`);
    });
}

/** warrener token list|issue|revoke */
export function tokenCommands(program: Command, io: Io): void {
  const token = program.command('token').description('list, issue and revoke the API tokens of a tenant');

  token
    .command('list <tenant>')
    .description('list the tokens of a tenant, the newest first')
    .addHelpText('after', '\nExample:\n  $ warrener token list acme')
    .action(async (tenant: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showList(io, format, await client.list(`${pathOf(tenant)}/tokens`), tokenColumns);
    });

  token
    .command('issue <tenant>')
    .description('issue a token; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'what it may do').choices(['reader', 'member', 'admin']).default('member'),
    )
    .option('--expires-at <moment>', 'like 2030-01-31T12:00:00Z; 90 days from now where it is left out')
    .addHelpText(
      'after',
      '\nThe role admin is of the whole installation.\n\nExample:\n  $ warrener token issue acme --name ci --role member',
    )
    .action(
      async (
        tenant: string,
        { name, role, expiresAt }: { name: string; role: string; expiresAt?: string },
        command: Command,
      ) => {
        const { client, format } = contextOf(command, io);
        const request = { name, role, ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) };
        showOne(io, format, await client.post(`${pathOf(tenant)}/tokens`, request));
        io.stderr.write('Keep the token now: nobody can look it up later.\n');
      },
    );

  token
    .command('revoke <tenant> <token>')
    .description('revoke a token, by its id')
    .addHelpText('after', '\nExample:\n  $ warrener token revoke acme 01a1fc12-1e65-756d-a65e-5403c8bb4a11')
    .action(async (tenant: string, id: string, _options: unknown, command: Command) => {
      await contextOf(command, io).client.delete(`${pathOf(tenant)}/tokens/${encodeURIComponent(id)}`);
      io.stderr.write(`revoked ${id}\n`);
    });
}
