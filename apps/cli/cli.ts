import { Command, CommanderError, Option } from 'commander';
import { brokerCommands } from './commands/broker.ts';
import { eventsCommands } from './commands/events.ts';
import { jobCommands } from './commands/job.ts';
import { operationCommands } from './commands/operation.ts';
import { webhookCommands } from './commands/webhook.ts';
import { tenantCommands, tokenCommands } from './commands/tenant.ts';
import { workerCommands } from './commands/worker.ts';
import { complete, completionScripts } from './completion.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { Io } from './output.ts';
import { formats } from './output.ts';

const HELP = `
Where the API is: --api-url or WARRENER_API_URL, with WARRENER_API_TOKEN or WARRENER_API_TOKEN_FILE;
else the nearest .warrener/api.json upwards, which npm start writes.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not found · 4 refused · 5 no valid token ·
            6 API unreachable · 7 timed out waiting

Examples:
  $ warrener broker list
  $ warrener broker launch --name orders --image RabbitMQ --flavor m1.small --network sandbox-net \\
      --key demo-key --admin-username boss --wait
  $ source <(warrener completion bash)`;

/** The command line of Warrener. */
function build(io: Io): Command {
  const program = new Command('warrener')
    .description('message brokers as a service on OpenStack')
    .version('0.1.0')
    .addOption(new Option('-f, --format <format>', 'how to show results').choices(formats).default('table'))
    .option('--api-url <url>', 'where the API is')
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  brokerCommands(program, io);
  jobCommands(program, io);
  webhookCommands(program, io);
  eventsCommands(program, io);
  tenantCommands(program, io);
  tokenCommands(program, io);
  workerCommands(program, io);
  operationCommands(program, io);
  program
    .command('completion')
    .description('print the completion for a shell')
    .argument('<shell>', 'bash or zsh')
    .addHelpText('after', '\nExample:\n  $ source <(warrener completion bash)')
    .action((shell: string) => {
      if (!(shell in completionScripts))
        throw new CliError(
          exitCodes.usage,
          `There is a completion for: ${Object.keys(completionScripts).join(', ')}.`,
        );
      io.stdout.write(completionScripts[shell as keyof typeof completionScripts]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => {
      io.stdout.write((await complete(program, words, io)).map((word) => `${word}\n`).join(''));
    });
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((noun) => noun.commands),
  ]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
    // `-f` reads well before and after the verb.
    if (command !== program && command.commands.length === 0 && command.name() !== '__complete') {
      command.addOption(new Option('-f, --format <format>', 'how to show results').choices(formats));
    }
  }
  return program;
}

/** Runs a command line (without `node` and the script) and returns its exit code. Says on stderr what went wrong. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const program = build(io);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CliError)) throw error;
    const asJson = words.some(
      (word, index) => (word === '-f' || word === '--format') && words[index + 1] === 'json',
    );
    io.stderr.write(
      asJson && error.problem !== undefined ? `${JSON.stringify(error.problem)}\n` : `${error.message}\n`,
    );
    return error.exitCode;
  }
}
