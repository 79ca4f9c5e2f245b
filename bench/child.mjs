// One contender in a process of its own, so that neither its garbage nor its timers disturb another's measurement:
//   node bench/child.mjs MODULE NAME, started by harness.mjs, which sends { do, with } and gets { value } or { error }.
const [module, name] = process.argv.slice(2);
let contender;

const verbs = {
  open: async (options) => {
    contender = await (await import(module))[name](options);
  },
  measure: (options) => contender.measure(options),
  close: () => contender?.close(),
};

process.on('message', async ({ do: verb, with: options }) => {
  try {
    process.send({ value: await verbs[verb](options) });
  } catch (error) {
    process.send({ error: error.stack });
  }
  if (verb === 'close') process.disconnect();
});
process.on('disconnect', () => process.exit(0));
