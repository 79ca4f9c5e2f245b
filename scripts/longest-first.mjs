// The order of Jest's test files: those that take longest first, so that two workers end at about the same time. The rest
// by size, as Jest does it where it knows nothing better.
const LONGEST = ['test/kills.e2e', 'test/brokers.e2e', 'test/faults.e2e', 'libs/dispatch/restart.int'];

const rank = ({ path }) => {
  const place = LONGEST.findIndex((part) => path.includes(part));
  return place === -1 ? LONGEST.length : place;
};

/** What Jest asks of a sequencer. */
export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map((test) => [test, test.context.hasteFS.getSize(test.path) ?? 0]));
    return [...tests].sort((a, b) => rank(a) - rank(b) || sizes.get(b) - sizes.get(a));
  }

  cacheResults() {}
}
