import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planOf } from './plan.ts';
import type { Service } from './plan.ts';
import { runChaos } from './run-chaos.ts';
import { counts } from './verdict.ts';

interface Scripts {
  readonly startServices: (options: {
    dir: string;
    say: (text: string) => void;
  }) => Promise<{ env: Record<string, string> }>;
  readonly cleanServices: (dir: string) => Promise<void>;
  readonly ensureBuilt: (root: string, say: (text: string) => void) => void;
  readonly recordSelf: (dir: string, name: string) => void;
  readonly endGuests: (dir: string) => Promise<void>;
  readonly removeFolder: (dir: string) => void;
  readonly stop: (dir: string, name: string, options: { graceMs: number }) => Promise<void>;
  readonly ensurePrograms: (names: readonly string[], say: (text: string) => void) => Promise<void>;
  readonly sandboxPrograms: readonly string[];
}

/** The project's scripts are plain JavaScript: they run before anything is installed. */
async function scripts(): Promise<Scripts> {
  const folder = new URL('../../scripts/', import.meta.url);
  const files = ['services.mjs', 'ensure-dependencies.mjs', 'services/process.mjs', 'services/packages.mjs'];
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  return Object.assign({}, ...(modules as object[])) as Scripts;
}

const USAGE = 'usage: npm run chaos -- [--seed N] [--jobs N] [--json FILE]';

/** The command; returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const options = read(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const began = Date.now();
  const say = (text: string): void =>
    console.error(`[${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s] ${text}`);
  // Given by `npm test`: others use them too, so they are not restarted.
  const given = process.env['TEST_DATABASE_URL'] !== undefined;
  const { seed, jobs, json } = options;
  say(`seed ${seed}, ${jobs} jobs`);
  const plan = planOf(seed, jobs, !given);
  const { verdict, faults, files } = given
    ? await runChaos(plan, { say })
    : await withOwnServices(say, (home, restart) => runChaos(plan, { say, home, restart }));
  const sums = Object.fromEntries(counts.map((count) => [count, verdict[count].length]));
  const seconds = Math.round((Date.now() - began) / 1_000);
  const result = { jobs, faults, ...sums, seed, seconds };
  for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(20)}${value}`);
  const cases = counts.flatMap((count) => verdict[count].map((text) => `${count}: ${text}`));
  for (const text of cases) console.log(text.slice(0, 1_000));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...result, cases }, null, 2)}\n`);
  if (cases.length > 0)
    console.log(`what the programs printed is in ${files}; the same again: --seed ${seed} --jobs ${jobs}`);
  return cases.length > 0 ? 1 : 0;
}

function read(args: readonly string[]): { seed: number; jobs: number; json: string | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seed: { type: 'string' }, jobs: { type: 'string' }, json: { type: 'string' } },
    });
    const seed = Number(values.seed ?? randomBytes(3).readUIntBE(0, 3));
    const jobs = Number(values.jobs ?? 40);
    return Number.isSafeInteger(seed) && Number.isSafeInteger(jobs) && jobs > 0
      ? { seed, jobs, json: values.json }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Starts services of this run's own, and ends them and their folder with it, also on Ctrl-C. */
async function withOwnServices<Result>(
  say: (text: string) => void,
  work: (home: string, restart: (service: Service, how: 'stop' | 'kill') => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const script = await scripts();
  await script.ensurePrograms([...script.sandboxPrograms, 'redis-server'], say);
  script.ensureBuilt(process.cwd(), say);
  // The name and the record by which `npm test` and `npm run clean` find what a killed run leaves behind.
  const home = join(process.cwd(), `.warrener/test-${process.pid}`);
  mkdirSync(home, { recursive: true });
  script.recordSelf(home, 'test');
  process.env['WARRENER_TEST_HOME'] = home;
  const dir = join(home, 'services');
  const clean = async (): Promise<void> => {
    for (const entry of readdirSync(home)) await script.endGuests(join(home, entry));
    await script.cleanServices(dir);
    script.removeFolder(home);
  };
  const interrupted = (): void => {
    say('interrupted; ending what was started');
    void clean().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const { env } = await script.startServices({ dir, say });
    for (const [name, value] of Object.entries(env)) process.env[`TEST_${name}`] = value;
    return await work(home, async (service, how) => {
      await script.stop(dir, service, { graceMs: how === 'kill' ? 0 : 20_000 });
      await script.startServices({ dir, say: () => undefined });
    });
  } finally {
    await clean();
  }
}
