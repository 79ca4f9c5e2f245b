import fc from 'fast-check';
import { suffices } from './core/access.ts';
import { decidePool, evolvePool } from './core/pool.ts';
import type { Tenant, TenantCommand, TenantState } from './core/tenant.ts';
import { decideTenant, defaultQueues, evolveTenant, mayUse, queuesOf } from './core/tenant.ts';
import type { Token } from './core/token.ts';
import { decideRevoke, evolveToken, isGood } from './core/token.ts';
import type { Usage } from './core/usage.ts';
import { admit, evolveUsage, initialUsage, rateOf } from './core/usage.ts';

const created = (settings: object = {}): Tenant => {
  const command = { type: 'create', tenant: 'acme', settings: { name: 'Acme', ...settings } } as const;
  return after(null, command);
};

function after(before: TenantState, command: TenantCommand): Tenant {
  const events = decideTenant(before, command);
  if (typeof events === 'string') throw new Error(events);
  return events.reduce(evolveTenant, before) as Tenant;
}

describe('a tenant', () => {
  test('has the default queues, no limits, and express for its members', () => {
    expect(created()).toEqual({
      id: 'acme',
      name: 'Acme',
      queues: defaultQueues,
      limits: { running_steps: null, brokers: null, submissions_per_minute: null },
      express_role: 'member',
      deleted: false,
    });
  });

  test.each<[string, object, readonly string[]]>([
    ['nothing', {}, []],
    ['the same name', { name: 'Acme' }, []],
    ['a name', { name: 'Acme Ltd' }, ['TenantRenamed']],
    ['one queue', { queues: { cloud_express_queue: 'fast' } }, ['TenantRouted']],
    ['a queue that is named so already', { queues: { cloud_bulk_queue: 'warrener.cloud' } }, []],
    ['a limit', { limits: { brokers: 0 } }, ['TenantLimited']],
    ['a limit that is left out', { limits: { brokers: undefined } }, []],
    ['who may use express', { express_role: 'admin' }, ['TenantExpressGranted']],
  ])('changed by %s', (_what, change, events) => {
    const decided = decideTenant(created(), { type: 'change', change });
    expect((decided as readonly { type: string }[]).map(({ type }) => type)).toEqual(events);
  });

  test('keeps what a change leaves out', () => {
    const routed = after(created({ queues: { cloud_bulk_queue: 'slow' } }), {
      type: 'change',
      change: { queues: { cloud_express_queue: 'fast' } },
    });
    expect(queuesOf(routed, 'express')).toEqual({ cloud: 'fast', config: 'warrener.config' });
    expect(queuesOf(routed, 'bulk')).toEqual({ cloud: 'slow', config: 'warrener.config' });
  });

  test('is created once, and again after it was deleted', () => {
    const create: TenantCommand = { type: 'create', tenant: 'acme', settings: { name: 'Acme' } };
    expect(decideTenant(created(), create)).toBe('exists');
    const deleted = after(created(), { type: 'delete' });
    expect(decideTenant(deleted, { type: 'delete' })).toBe('missing');
    expect(decideTenant(deleted, { type: 'change', change: { name: 'x' } })).toBe('missing');
    expect(after(deleted, create).deleted).toBe(false);
  });

  test('may keep express for its administrators', () => {
    const tenant = created({ express_role: 'admin' });
    expect(mayUse(tenant, 'express', 'member')).toBe(false);
    expect(mayUse(tenant, 'express', 'admin')).toBe(true);
    expect(mayUse(tenant, 'bulk', 'member')).toBe(true);
  });
});

test('a role suffices for itself and for what is less', () => {
  const enough = (['reader', 'member', 'admin'] as const).map((has) =>
    (['reader', 'member', 'admin'] as const).map((needs) => suffices(has, needs)),
  );
  expect(enough).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test('a token is good until it expires or is revoked', () => {
  const issued = { type: 'TokenIssued', token: 't', name: 'ci', role: 'member', hash: 'h' } as const;
  const token = evolveToken(null, { ...issued, expires_at: '2030-01-01T00:00:00.000Z' }) as Token;
  const end = Date.parse('2030-01-01T00:00:00Z');
  expect([isGood(token, end - 1), isGood(token, end)]).toEqual([true, false]);
  const revoked = decideRevoke(token).reduce<Token | null>(evolveToken, token) as Token;
  expect(isGood(revoked, 0)).toBe(false);
  expect(decideRevoke(revoked)).toEqual([]);
});

test('a pool is configured, changed and removed, each by one event', () => {
  const set = decidePool(null, 'p', 'a b');
  const pool = set.reduce(evolvePool, null);
  expect(set).toEqual([{ type: 'PoolPrioritiesSet', pool: 'p', priorities: 'a b' }]);
  expect(decidePool(pool, 'p', 'a b')).toEqual([]);
  const removed = decidePool(pool, 'p', null).reduce(evolvePool, pool);
  expect(removed).toEqual({ name: 'p', priorities: null });
  expect(decidePool(removed, 'p', null)).toEqual([]);
});

describe('limits', () => {
  const limits = (brokers: number | null, rate: number | null) => ({
    brokers,
    submissions_per_minute: rate,
  });

  test('a rate is used up, and comes back as the launches leave the minute', () => {
    const usage: Usage = {
      admitted: [
        { broker: 'a', at: 1_000 },
        { broker: 'b', at: 31_000 },
      ],
    };
    expect(rateOf(usage, limits(null, 3), 31_000)).toEqual({ limit: 3, remaining: 1, resetMs: 60_000 });
    expect(rateOf(usage, limits(null, 2), 31_000)).toEqual({ limit: 2, remaining: 0, resetMs: 30_000 });
    expect(rateOf(usage, limits(null, 1), 31_000)).toEqual({ limit: 1, remaining: 0, resetMs: 60_000 });
    expect(rateOf(usage, limits(null, 0), 31_000)).toMatchObject({ limit: 0, remaining: 0 });
    expect(rateOf(usage, limits(null, 2), 61_000)).toEqual({ limit: 2, remaining: 1, resetMs: 30_000 });
    expect(rateOf(usage, limits(5, null), 61_000)).toBeNull();
  });

  // A tenant launches and deletes at random moments while the list of brokers lags behind at random: however it comes,
  // it never has more than its limit, nor launched more within any minute; and with an up-to-date list it gets all of it.
  test('hold in any history, however far the list of brokers lags', () => {
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.constant({ do: 'launch' } as const) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), behind: fc.nat(4) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(40_000) }) },
    );
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 80 }),
        fc.option(fc.nat(6), { nil: null }),
        fc.option(fc.nat(6), { nil: null }),
        (actions, most, rate) => {
          let now = 0;
          let usage = initialUsage();
          const alive: string[] = [];
          const times: number[] = [];
          const facts: { broker: string; deleted: boolean }[] = [];
          let listed = 0; // how many facts the list has seen
          actions.forEach((done, index) => {
            if (done.do === 'pass') now += done.ms;
            if (done.do === 'list') listed = Math.max(listed, facts.length - done.behind);
            if (done.do === 'delete') {
              const [broker] = alive.splice(done.which % Math.max(1, alive.length), 1);
              if (broker !== undefined) facts.push({ broker, deleted: true });
            }
            if (done.do !== 'launch') return;
            const seen = facts.slice(0, listed);
            const gone = new Set(seen.filter(({ deleted }) => deleted).map(({ broker }) => broker));
            const known = new Set(seen.map(({ broker }) => broker));
            const view = { existing: known.size - gone.size, known };
            const launch = { broker: `b${index}`, at: now };
            const admission = admit(usage, limits(most, rate), view, launch);
            const within = times.filter((at) => at > now - 60_000).length;
            if (admission.kind !== 'admitted') {
              if (listed === facts.length)
                expect(alive.length >= (most ?? Infinity) || within >= (rate ?? Infinity)).toBe(true);
              return;
            }
            expect(alive.length).toBeLessThan(most ?? Infinity);
            expect(within).toBeLessThan(rate ?? Infinity);
            usage = evolveUsage(usage, admission.event);
            alive.push(launch.broker);
            times.push(now);
            facts.push({ broker: launch.broker, deleted: false });
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
