import type { Random } from './random.ts';
import { randomOf } from './random.ts';

export const programs = ['api', 'worker-1', 'worker-2', 'notifier'] as const;
export type Program = (typeof programs)[number];

const services = ['postgres', 'rabbitmq', 'redis', 'mosquitto'] as const;
export type Service = (typeof services)[number];

/** What the sandbox is asked for; the body of its `/sandbox/faults`. */
interface CloudFault {
  readonly service: 'nova' | 'neutron';
  readonly kind: 'status' | 'lost-answer' | 'cut-before' | 'delay';
  /** Every one, where it is left out. */
  readonly method?: 'POST' | 'DELETE';
  readonly status?: number;
  readonly retry_after?: string;
  readonly delay_ms?: number;
  readonly times: number;
}

/** One thing that goes wrong. */
export type Fault =
  /** SIGKILL; it is started again at once. */
  | { readonly type: 'kill'; readonly program: Program }
  /** SIGTERM; it must end by itself, with 0, and is started again. */
  | { readonly type: 'terminate'; readonly program: Program }
  /** Its wall clock jumps by an hour. */
  | { readonly type: 'clock'; readonly program: Program }
  /** Ended, in order or by SIGKILL, and started again. */
  | { readonly type: 'restart'; readonly service: Service; readonly how: 'stop' | 'kill' }
  /** Connections are broken, and refused for a while. */
  | { readonly type: 'cut'; readonly service: Service; readonly ms: number }
  /** Nothing comes through for a while, and nobody says so. */
  | { readonly type: 'stall'; readonly service: Service; readonly ms: number }
  | { readonly type: 'cloud'; readonly fault: CloudFault }
  | { readonly type: 'expire-tokens' }
  | { readonly type: 'abandon-delete' }
  /** Every connection into every server breaks, also in the middle of a command. */
  | { readonly type: 'break-ssh' };

/** A broker's life. `at` counts the events of its launch after which somebody interferes. */
export type Story =
  | { readonly type: 'keep'; readonly name: string }
  | { readonly type: 'delete'; readonly name: string }
  | { readonly type: 'delete-early'; readonly name: string; readonly at: number }
  | { readonly type: 'cancel'; readonly name: string; readonly at: number }
  /** Nova cannot build its server: it fails, and is undone. */
  | { readonly type: 'fail'; readonly name: string };

export interface Plan {
  readonly seed: number;
  readonly stories: readonly Story[];
  /** Each happens once this many jobs were submitted; no further one is submitted before it has begun. */
  readonly faults: readonly (Fault & { readonly after: number })[];
}

/** Jobs a story submits. */
export const jobsOf = ({ type }: Story): number => (type === 'delete' || type === 'delete-early' ? 2 : 1);

/** Brokers that are kept to the end, so that many jobs do not need many servers. */
const MOST_KEPT = 5;

/** What happens in a run: a function of the seed, the number of jobs, and whether the services may be restarted. */
export function planOf(seed: number, jobs: number, mayRestart: boolean): Plan {
  const random = randomOf(seed);
  return { seed, stories: storiesOf(random, jobs), faults: faultsOf(random, jobs, mayRestart) };
}

function storiesOf(random: Random, jobs: number): readonly Story[] {
  const stories: Story[] = [];
  let left = jobs;
  let kept = 0;
  while (left > 0) {
    const name = `b${stories.length + 1}`;
    const type = typeOf(random, stories.length === 0, left === 1);
    if (type === 'keep' && kept === MOST_KEPT) continue;
    if (type === 'keep') kept += 1;
    const at = 2 + random.below(16);
    const story: Story = type === 'cancel' || type === 'delete-early' ? { type, name, at } : { type, name };
    stories.push(story);
    left -= jobsOf(story);
  }
  return stories;
}

/** At least one broker is kept; a story of two jobs needs two that are left. */
function typeOf(random: Random, first: boolean, last: boolean): Story['type'] {
  if (first) return 'keep';
  if (last) return random.pick(['cancel', 'fail']);
  return random.pick(['delete', 'delete', 'delete-early', 'cancel', 'fail', 'keep']);
}

/** The kinds of faults in shuffled order, again and again, so that a run has every kind as soon as it is long enough. */
function faultsOf(random: Random, jobs: number, mayRestart: boolean): Plan['faults'] {
  const kinds = kindsOf(random, mayRestart);
  const count = Math.max(Math.round(jobs * 0.75), Math.min(jobs, kinds.length) + 4);
  const chosen: Fault[] = [];
  while (chosen.length < count) chosen.push(...random.shuffled(kindsOf(random, mayRestart)));
  return chosen
    .slice(0, count)
    .map((fault, index) => ({ ...fault, after: 1 + Math.floor((index * jobs) / count) }));
}

function kindsOf(random: Random, mayRestart: boolean): readonly Fault[] {
  const worker = random.pick(['worker-1', 'worker-2'] as const);
  const cloud = (fault: Omit<CloudFault, 'times' | 'service'>, times = 1 + random.below(3)): Fault => ({
    type: 'cloud',
    fault: { ...fault, service: random.pick(['nova', 'neutron'] as const), times },
  });
  const ms = (): number => 300 + random.below(2_700);
  return [
    { type: 'kill', program: 'worker-1' },
    { type: 'kill', program: 'worker-2' },
    { type: 'kill', program: 'api' },
    { type: 'kill', program: 'notifier' },
    { type: 'terminate', program: random.pick(programs) },
    { type: 'clock', program: worker },
    { type: 'clock', program: random.pick(['api', 'notifier'] as const) },
    ...services.flatMap((service): Fault[] => [
      { type: 'cut', service, ms: ms() },
      { type: 'stall', service, ms: ms() },
      ...(mayRestart
        ? [{ type: 'restart', service, how: random.pick(['stop', 'kill'] as const) } as const]
        : []),
    ]),
    cloud({ kind: 'status', status: 401 }, 1), // a second one for a new token means that we are not let in
    cloud({ kind: 'status', status: 409, method: random.pick(['POST', 'DELETE'] as const) }),
    cloud({ kind: 'status', status: 429, retry_after: '1' }),
    cloud({ kind: 'status', status: random.pick([500, 502, 504]) }),
    cloud({ kind: 'status', status: 503, retry_after: '1' }),
    cloud({ kind: 'cut-before' }),
    cloud({ kind: 'lost-answer' }),
    cloud({ kind: 'delay', delay_ms: ms() }),
    { type: 'expire-tokens' },
    { type: 'abandon-delete' },
    { type: 'break-ssh' },
  ];
}

/** A fault in a few words. */
export function describe(fault: Fault): string {
  switch (fault.type) {
    case 'kill':
    case 'terminate':
    case 'clock':
      return `${fault.type} ${fault.program}`;
    case 'restart':
      return `${fault.how} ${fault.service} and start it again`;
    case 'cut':
    case 'stall':
      return `${fault.type} ${fault.service} for ${fault.ms} ms`;
    case 'cloud':
      return `${fault.fault.service} ${fault.fault.kind} ${fault.fault.status ?? ''} × ${fault.fault.times}`;
    case 'expire-tokens':
    case 'abandon-delete':
    case 'break-ssh':
      return fault.type;
  }
}
