import { setTimeout as sleep } from 'node:timers/promises';
import { InTurn } from './in-turn.ts';

test('one after the other for one key, at once for several, whatever fails', async () => {
  const inTurn = new InTurn();
  const running = new Map<string, number>();
  let most = 0;
  let together = 0;
  const work = async (key: string, fails: boolean) => {
    running.set(key, (running.get(key) ?? 0) + 1);
    most = Math.max(most, ...running.values());
    together = Math.max(together, [...running.values()].filter((count) => count > 0).length);
    await sleep(1);
    running.set(key, (running.get(key) ?? 0) - 1);
    if (fails) throw new Error('failed');
    return key;
  };
  const results = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => {
      const key = `key ${index % 3}`;
      return inTurn.take(key, () => work(key, index % 5 === 0));
    }),
  );
  expect(most).toBe(1);
  expect(together).toBe(3);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(6);
  expect(await inTurn.take('key 0', () => work('key 0', false))).toBe('key 0');
});

test('turns away who would wait behind too many', async () => {
  const inTurn = new InTurn();
  let open = (): void => undefined;
  const gate = new Promise<string>((resolve) => (open = () => resolve('done')));
  const taken = Array.from({ length: 513 }, () => inTurn.take('key', () => gate));
  expect(await taken[512]).toBeUndefined();
  open();
  expect(new Set(await Promise.all(taken.slice(0, 512)))).toEqual(new Set(['done']));
});
