import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../support/processes.ts';
import { startProgram } from '../support/processes.ts';
import { until } from '../support/until.ts';
import type { Program } from './plan.ts';
import { programs } from './plan.ts';

const files = {
  api: ['dist/apps/api/main.js', { key: 'api' }],
  'worker-1': ['dist/apps/worker/main.js', { text: 'the worker consumes' }],
  'worker-2': ['dist/apps/worker/main.js', { text: 'the worker consumes' }],
  notifier: ['dist/apps/notifier/main.js', { key: 'notifier' }],
} as const satisfies Record<Program, readonly [string, { key: string } | { text: string }]>;

/** Longest that a program may take to end after SIGTERM, milliseconds. */
const TERMINATION_MS = 30_000;

/** Warrener's programs, each started again whenever it ends, as an init system would. */
export interface Fleet extends AsyncDisposable {
  /** SIGKILL. */
  kill(program: Program): Promise<void>;
  /** SIGTERM, and waits for the end. */
  terminate(program: Program): Promise<void>;
  /** Lets its clock jump. */
  jump(program: Program): Promise<void>;
  /** What each incarnation printed. */
  outputs(): readonly { readonly program: Program; readonly text: string }[];
  /** What a program did that it must not: ended by itself, or not as it was told to. */
  readonly misbehaved: readonly string[];
}

interface Member {
  current: Running | undefined;
  /** The end that it was told to make, if any. */
  told: 'SIGKILL' | 'SIGTERM' | undefined;
}

/** Starts them all. @param env of every program */
export async function startFleet(env: Readonly<Record<string, string>>): Promise<Fleet> {
  const clock = new URL('./jumping-clock.mjs', import.meta.url).href;
  const given = { ...env, NODE_OPTIONS: `--import ${clock}` };
  const members = new Map<Program, Member>();
  const misbehaved: string[] = [];
  const past: { program: Program; text: string }[] = [];
  let stopping = false;

  const keep = async (program: Program, member: Member): Promise<void> => {
    while (!stopping) {
      // The database may be away: then it says so and ends, and is tried again.
      const [file, readyWhen] = files[program];
      const running = await startProgram(file, given, readyWhen).catch(() => undefined);
      if (running === undefined) {
        await sleep(200);
        continue;
      }
      member.current = running;
      const end = await running.ended;
      member.current = undefined;
      past.push({ program, text: running.output() });
      if (end !== (member.told === 'SIGTERM' ? 0 : member.told))
        misbehaved.push(
          `${program} ended with ${end}${member.told ? ` after ${member.told}` : ' by itself'}`,
        );
      member.told = undefined;
    }
  };

  const keeping: Promise<void>[] = [];
  for (const program of programs) {
    const member: Member = { current: undefined, told: undefined };
    members.set(program, member);
    keeping.push(keep(program, member));
  }
  const up = (program: Program): Promise<Running> =>
    until(`${program} to be up`, () => members.get(program)?.current, 120_000);
  const end = async (program: Program, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const running = await up(program);
    const member = members.get(program);
    if (member !== undefined) member.told = signal;
    running.kill(signal);
    const late = sleep(TERMINATION_MS, 'late' as const, { ref: false });
    if ((await Promise.race([running.ended, late])) !== 'late') return;
    misbehaved.push(`${program} did not end within ${TERMINATION_MS / 1000} s of ${signal}`);
    running.kill('SIGKILL');
    await running.ended;
  };
  await Promise.all(programs.map(up));
  return {
    kill: (program) => end(program, 'SIGKILL'),
    terminate: (program) => end(program, 'SIGTERM'),
    jump: async (program) => (await up(program)).kill('SIGUSR2'),
    outputs: () => [
      ...past,
      ...programs.map((program) => ({ program, text: members.get(program)?.current?.output() ?? '' })),
    ],
    misbehaved,
    [Symbol.asyncDispose]: async () => {
      stopping = true;
      await Promise.all(programs.map((program) => end(program, 'SIGTERM').catch(() => undefined)));
      await Promise.all(keeping);
    },
  };
}
