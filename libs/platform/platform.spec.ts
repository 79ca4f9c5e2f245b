import { randomBytes } from 'node:crypto';
import { ConfigError, problemKinds, Problem, readConfig, seal, Shutdown, unseal } from './index.ts';

describe('configuration', () => {
  test('takes defaults, and only what was asked for', () => {
    expect(
      readConfig({ WARRENER_API_PORT: '9000', DATABASE_URL: 'nonsense' }, [
        'WARRENER_API_PORT',
        'WARRENER_API_HOST',
      ]),
    ).toEqual({
      WARRENER_API_PORT: 9000,
      WARRENER_API_HOST: '127.0.0.1',
    });
    expect(readConfig({ QUEUE_PRIORITY: ' a  b ' }, ['QUEUE_PRIORITY']).QUEUE_PRIORITY).toEqual(['a', 'b']);
  });

  test('names every variable at fault and shows no secret', () => {
    const env = {
      DATABASE_URL: 'mysql://x',
      WARRENER_API_TOKEN: 'short-secret',
      WARRENER_SECRET_KEY: 'bad-secret',
    };
    const read = () =>
      readConfig(env, ['DATABASE_URL', 'AMQP_URL', 'WARRENER_API_TOKEN', 'WARRENER_SECRET_KEY']);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /DATABASE_URL: .*postgres.*AMQP_URL is not set.*WARRENER_API_TOKEN: .*24.*WARRENER_SECRET_KEY: .*32/,
    );
    expect(read).not.toThrow(/short-secret|bad-secret/);
  });
});

describe('sealed secrets', () => {
  const key = randomBytes(32);

  test('open with the same key and context only', () => {
    const sealed = seal(key, 'pässword', 'broker/1');
    expect(unseal(key, sealed, 'broker/1')).toBe('pässword');
    expect(() => unseal(key, sealed, 'broker/2')).toThrow(/WARRENER_SECRET_KEY/);
    expect(() => unseal(randomBytes(32), sealed, 'broker/1')).toThrow(/WARRENER_SECRET_KEY/);
    expect(seal(key, 'pässword', 'broker/1').equals(sealed)).toBe(false);
  });

  test('notice a changed byte', () => {
    const sealed = seal(key, 'x', 'c');
    sealed.writeUInt8(sealed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1);
    expect(() => unseal(key, sealed, 'c')).toThrow();
  });
});

test('every problem has a status of the right class and a stable type', () => {
  for (const kind of Object.keys(problemKinds) as (keyof typeof problemKinds)[]) {
    const document = new Problem(kind, 'why', { errors: [{ field: 'f', message: 'm' }] }).document('/here');
    expect(document).toMatchObject({
      type: `https://warrener.dev/problems/${kind}`,
      detail: 'why',
      instance: '/here',
    });
    expect(document.status).toBeGreaterThanOrEqual(400);
  }
});

test('a shutdown ends things in the reverse order, once, and is not held up by one that hangs or fails', async () => {
  const ended: string[] = [];
  const problems: string[] = [];
  const shutdown = new Shutdown((name) => problems.push(name));
  shutdown.add('first', () => void ended.push('first'));
  shutdown.add('fails', () => Promise.reject(new Error('no')));
  shutdown.add('hangs', () => new Promise<void>(() => undefined));
  shutdown.add('last', () => void ended.push('last'));
  await Promise.all([shutdown.run(50), shutdown.run(50)]);
  expect(ended).toEqual(['last', 'first']);
  expect(problems).toEqual(['hangs', 'fails']);
});
