import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import type { Thing } from '../client.ts';
import { CliError, exitCodes } from '../exit-codes.ts';
import type { Io } from '../output.ts';
import { showList, showOne } from '../output.ts';
import { readAll, readPassword } from '../password.ts';
import { watchJob } from '../watch.ts';
import { contextOf } from './context.ts';
import type { Context } from './context.ts';

const columns = [
  ['ID', 'id'],
  ['NAME', 'name'],
  ['ENDPOINT', 'endpoint'],
  ['DASHBOARD', 'dashboard_url'],
  ['FLAVOR', 'flavor'],
  ['KEY', 'key_pair'],
  ['ENGINE', 'engine'],
  ['STATUS', 'status'],
] as const;

interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
}

interface LaunchOptions extends WaitOptions {
  readonly file?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
  readonly [key: string]: unknown;
}

/** Options of a launch, and the key each has in the request. */
const requestKeys = {
  name: 'name',
  image: 'image',
  flavor: 'flavor',
  network: 'network',
  key: 'key',
  adminUsername: 'admin_username',
  engine: 'engine',
  floatingNetwork: 'floating_network',
  callbackUrl: 'callback_url',
  lane: 'lane',
} as const;

/** Seconds, more than none. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Expected a number of seconds.');
  return value;
}

/** warrener broker launch|list|show|delete */
export function brokerCommands(program: Command, io: Io): void {
  const broker = program.command('broker').description('launch, list, show and delete brokers');

  broker
    .command('launch')
    .description('launch a broker')
    .option('--name <name>', 'name of the broker')
    .option('--image <image>', 'image: RabbitMQ, Mosquitto, or a plain Debian (name or id)')
    .option('--flavor <flavor>', 'flavor (name or id)')
    .option('--network <network>', 'network (name or id)')
    .option('--key <key>', 'your key pair')
    .option('--admin-username <name>', 'the broker’s administrator')
    .option('--engine <engine>', 'rabbitmq or mosquitto; needed for a plain image')
    .option('--floating-network <network>', 'external network to take a floating address from')
    .option('--callback-url <url>', 'where every event of the launch is posted to')
    .option('--lane <lane>', 'how urgent it is for the tenant: express or bulk')
    .option(
      '--file <file>',
      'JSON with these fields, as the API takes them; "-" for stdin. Options win over it',
    )
    .option('--password-file <file>', 'file whose first line is the administrator’s password')
    .option('--password-stdin', 'read the password from stdin')
    .option('--wait', 'show the steps, and end when the broker is ready')
    .option('--timeout <seconds>', 'give up waiting after so long', seconds)
    .addHelpText(
      'after',
      `
Without --password-file and --password-stdin the password is asked for.

Examples:
  $ warrener broker launch --name orders --image RabbitMQ --flavor m1.small --network sandbox-net \\
      --key demo-key --admin-username boss --wait
  $ pass show orders | warrener broker launch --file orders.json --password-stdin`,
    )
    .action(async (options: LaunchOptions, command: Command) => launch(contextOf(command, io), options));

  broker
    .command('list')
    .description('list brokers, the newest first')
    .option('--status <status>', 'only those in this status; "deleted" shows the deleted ones')
    .addHelpText('after', '\nExample:\n  $ warrener broker list -f json | jq -r ".[].endpoint"')
    .action(async ({ status }: { status?: string }, command: Command) => {
      const { client, format } = contextOf(command, io);
      const query = status === undefined ? '' : `?status=${encodeURIComponent(status)}`;
      showList(io, format, await client.list(`/v1/brokers${query}`), columns);
    });

  broker
    .command('show <broker>')
    .description('show a broker with all that is known about it (name or id)')
    .addHelpText('after', '\nExample:\n  $ warrener broker show orders -f yaml')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { client, format } = contextOf(command, io);
      showOne(io, format, await client.get(`/v1/brokers/${encodeURIComponent(name)}`));
    });

  broker
    .command('delete <broker...>')
    .description('delete brokers, whatever state they are in (names or ids)')
    .option('--wait', 'show the steps, and end when everything is gone')
    .option('--timeout <seconds>', 'give up waiting after so long', seconds)
    .addHelpText('after', '\nExample:\n  $ warrener broker delete orders --wait')
    .action(async (names: string[], options: WaitOptions, command: Command) => {
      const context = contextOf(command, io);
      for (const name of names) {
        const { job } = (await context.client.delete(`/v1/brokers/${encodeURIComponent(name)}`)) as {
          job: Thing;
        };
        await finish(context, String(job['id']), options, `deleting ${name}`);
      }
    });
}

async function launch(context: Context, options: LaunchOptions): Promise<void> {
  const fromFile = options.file === undefined ? {} : await readRequest(context.io, options.file);
  const given = Object.entries(requestKeys).flatMap(([option, key]) =>
    typeof options[option] === 'string' ? [[key, options[option]]] : [],
  );
  const request: Record<string, unknown> = { ...fromFile, ...(Object.fromEntries(given) as Thing) };
  const missing = ['name', 'image', 'flavor', 'network', 'key', 'admin_username'].filter(
    (key) => request[key] === undefined,
  );
  if (missing.length > 0) {
    throw new CliError(
      exitCodes.usage,
      `Missing: ${missing.map((key) => `--${key.replace('_', '-')}`).join(', ')}. See: warrener broker launch --help`,
    );
  }
  request['admin_password'] ??= await readPassword(context.io, options);
  const { broker, job } = (await context.client.post('/v1/brokers', request)) as {
    broker: Thing;
    job: Thing;
  };
  await finish(context, String(job['id']), options, `launching ${String(broker['name'])}`);
  if (options.wait === true)
    showOne(context.io, context.format, await context.client.get(`/v1/brokers/${String(broker['id'])}`));
  else showOne(context.io, context.format, broker);
}

async function readRequest(io: Io, file: string): Promise<Thing> {
  let content: string;
  try {
    content = file === '-' ? await readAll(io) : readFileSync(file, 'utf8');
  } catch {
    throw new CliError(exitCodes.usage, `The file ${file} cannot be read.`);
  }
  try {
    const request: unknown = JSON.parse(content);
    if (typeof request === 'object' && request !== null && !Array.isArray(request)) return request as Thing;
  } catch {
    // told below
  }
  throw new CliError(exitCodes.usage, `The file ${file} does not hold a JSON object.`);
}

/** Follows the job where that was asked for, else says how to. */
async function finish(
  { client, io }: Context,
  job: string,
  { wait, timeout }: WaitOptions,
  doing: string,
): Promise<void> {
  if (wait !== true) {
    io.stderr.write(`${doing}; watch it: warrener job watch ${job}\n`);
    return;
  }
  await expectSuccess(await watchJob(client, io, job, timeout), job, doing);
}

/** @throws CliError where a job did not succeed */
export async function expectSuccess(status: string, job: string, doing: string): Promise<void> {
  if (status === 'succeeded') return;
  const next =
    status === 'parked'
      ? `Look at it: warrener job show ${job}; then: warrener job retry ${job}`
      : `See why: warrener job show ${job}`;
  throw new CliError(exitCodes.failed, `${doing}: the job is ${status}. ${next}`);
}
