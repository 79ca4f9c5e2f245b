import { bandsOf, HOUR_MS, sharesOf, withSample } from './shares.ts';

const working = (...consumed: string[]) => ({ state: 'working', consumed });

test('each worker that works counts once, in equal parts for what it consumes', () => {
  const { shares } = sharesOf(
    [working('a', 'b'), working('a'), { state: 'draining', consumed: ['c'] }, working()],
    0,
  );
  expect([...shares]).toEqual([
    ['a', 0.75],
    ['b', 0.25],
  ]);
  expect(sharesOf([], 0).shares.size).toBe(0);
});

test('an hour is kept', () => {
  const at = (moment: number) => ({ at: moment, shares: new Map() });
  expect(withSample([at(0), at(1)], at(HOUR_MS)).map((sample) => sample.at)).toEqual([1, HOUR_MS]);
});

test('bands lie upon each other in steps', () => {
  const samples = [
    { at: 0, shares: new Map([['a', 1]]) },
    {
      at: 10,
      shares: new Map([
        ['a', 0.5],
        ['b', 0.5],
      ]),
    },
    { at: 20, shares: new Map([['b', 1]]) },
  ];
  expect(bandsOf(samples, { width: 100, height: 10 })).toEqual([
    { queue: 'a', path: 'M0,0L50,0L50,5L100,5L100,10L100,10L100,10L100,10L100,10L50,10L50,10L0,10Z', now: 0 },
    { queue: 'b', path: 'M0,0L50,0L50,0L100,0L100,0L100,0L100,10L100,10L100,5L50,5L50,0L0,0Z', now: 1 },
  ]);
});

test('one sample fills the box', () => {
  const [band] = bandsOf([sharesOf([working('a')], 5)], { width: 100, height: 10 });
  expect(band?.path).toBe('M0,0L100,0L100,10L0,10Z');
});
