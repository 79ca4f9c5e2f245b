import { setTimeout } from 'node:timers/promises';
import type { Credentials, Engine, Progress } from './engine.ts';
import type { EngineName } from './index.ts';
import { engines } from './index.ts';
import { setAdministrator } from './rabbitmq.ts';
import type { PrivateBroker, PrivateRabbitmq } from './testing/private-brokers.ts';
import { freshAddress, startPrivateMosquitto, startPrivateRabbitmq } from './testing/private-brokers.ts';

const STARTUP_MS = 120_000;

const credentials: Credentials = { adminUsername: 'ops.team-1', adminPassword: `it's "a" $(pw) \\ of #1` };

interface Brokers extends Record<EngineName, PrivateBroker> {
  readonly rabbitmq: PrivateRabbitmq;
}

// Once for all tests here: a RabbitMQ takes its time.
let brokers: Brokers;
beforeAll(async () => {
  const [rabbitmq, mosquitto] = await Promise.all([
    startPrivateRabbitmq(credentials),
    startPrivateMosquitto(credentials),
  ]);
  brokers = { rabbitmq, mosquitto };
}, STARTUP_MS);
afterAll(async () => {
  await brokers.rabbitmq[Symbol.asyncDispose]();
  await brokers.mosquitto[Symbol.asyncDispose]();
}, STARTUP_MS);

function verify(engine: Engine, address: string, as = credentials, timeoutMs = 20_000): Promise<Progress> {
  return engine.verify(address, as, { timeoutMs, signal: new AbortController().signal });
}

/** Sockets of this process that are open. */
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

/** Does something and waits until no more sockets are open than before. */
async function withoutTrace<T>(work: () => Promise<T>): Promise<T> {
  const before = sockets();
  const result = await work();
  const deadline = Date.now() + 2_000;
  while (sockets() > before && Date.now() < deadline) await setTimeout(20);
  expect(sockets()).toBeLessThanOrEqual(before);
  return result;
}

describe.each(Object.keys(engines) as EngineName[])('%s, verified', (name) => {
  const engine = engines[name];
  let broker: PrivateBroker;
  let whileOpen: Progress;

  beforeAll(async () => {
    broker = brokers[name];
    whileOpen = await verify(engine, broker.address);
    await broker.closeUp();
  }, STARTUP_MS);

  test('it is not done while everybody gets in', () => {
    expect(whileOpen).toMatchObject({ kind: 'failed' });
    expect(whileOpen).toHaveProperty('reason', expect.stringContaining(' lets in '));
  });

  test('it is done when the administrator gets in and strangers do not, and leaves no connection', async () => {
    expect(await withoutTrace(() => verify(engine, broker.address))).toEqual({ kind: 'done' });
  });

  test.each([
    { ...credentials, adminPassword: 'another password' },
    { ...credentials, adminUsername: 'somebody' },
  ])('it fails where the administrator is refused: %j', async (as) => {
    const progress = await verify(engine, broker.address, as);
    expect(progress).toMatchObject({ kind: 'failed' });
    expect(progress).toHaveProperty('reason', expect.stringContaining('refuses the administrator’s login'));
  });

  test('a broker that hangs is waited for, and no longer than was said', async () => {
    broker.freeze();
    try {
      const began = performance.now();
      const progress = await withoutTrace(() => verify(engine, broker.address, credentials, 500));
      expect(progress).toMatchObject({ kind: 'not-yet' });
      expect(progress).toHaveProperty('reason', expect.stringContaining('does not answer within 0.5 s'));
      expect(performance.now() - began).toBeLessThan(5_000);
    } finally {
      broker.thaw();
    }
  });

  test('a broker that is not there yet is waited for', async () => {
    const progress = await verify(engine, freshAddress());
    expect(progress).toMatchObject({ kind: 'not-yet' });
    expect(progress).toHaveProperty('reason', expect.stringContaining('ECONNREFUSED'));
  });

  test('an abort ends it with the reason', async () => {
    broker.freeze();
    try {
      const reason = new Error('the job was cancelled');
      const controller = new AbortController();
      const options = { timeoutMs: 20_000, signal: controller.signal };
      const running = engine.verify(broker.address, credentials, options);
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
    } finally {
      broker.thaw();
    }
  });
});

describe('RabbitMQ’s administrator', () => {
  const { rabbitmq } = engines;
  let broker: PrivateRabbitmq;
  beforeAll(() => {
    broker = brokers.rabbitmq;
  });

  const listed = async (what: string): Promise<string[]> =>
    (await broker.exec(`rabbitmqctl -q ${what} --no-table-headers`)).stdout.trim().split('\n').sort();

  test(
    'is set again and again, with the same end',
    async () => {
      for (const adminPassword of ['first password, long', 'second password, long']) {
        const as = { ...credentials, adminPassword };
        expect(await setAdministrator(broker.exec, as)).toEqual({ kind: 'done' });
        expect(await verify(rabbitmq, broker.address, as)).toEqual({ kind: 'done' });
      }
      expect(await listed('list_users')).toEqual(['ops.team-1\t[administrator]']);
      expect(await listed('list_permissions')).toEqual(['ops.team-1\t.*\t.*\t.*']);
    },
    STARTUP_MS,
  );

  test(
    'has a name that is data, whatever is in it',
    async () => {
      const adminUsername = `--help "$(touch /tmp/owned)" '; exit`;
      const as = { ...credentials, adminUsername };
      expect(await setAdministrator(broker.exec, as)).toEqual({ kind: 'done' });
      expect(await listed('list_users')).toContain(`${adminUsername}\t[administrator]`);
      expect(await verify(rabbitmq, broker.address, as)).toEqual({ kind: 'done' });
    },
    STARTUP_MS,
  );

  test(
    'is not one without the tag, and the default user counts also where it cannot log in',
    async () => {
      const verdict = async (): Promise<Progress> => verify(rabbitmq, broker.address);
      await setAdministrator(broker.exec, credentials);
      await broker.exec(`printf 'other password\\n' | rabbitmqctl -q add_user guest`);
      expect(await verdict()).toEqual({
        kind: 'failed',
        reason: 'RabbitMQ still has its default user "guest".',
      });
      await setAdministrator(broker.exec, credentials);
      await broker.exec('rabbitmqctl -q set_user_tags ops.team-1 management');
      expect(await verdict()).toEqual({
        kind: 'failed',
        reason: 'RabbitMQ knows the administrator, but not as one.',
      });
    },
    STARTUP_MS,
  );

  test(
    'cannot be set on a node that is away, which is said',
    async () => {
      const progress = await setAdministrator(
        (command, options) =>
          broker.exec(`RABBITMQ_NODENAME=nobody@localhost; export RABBITMQ_NODENAME; ${command}`, options),
        credentials,
      );
      expect(progress).toMatchObject({ kind: 'failed' });
      expect(JSON.stringify(progress)).not.toContain(credentials.adminPassword);
    },
    STARTUP_MS,
  );
});
