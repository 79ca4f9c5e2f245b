// Loaded into a program by --import: its wall clock jumps with every SIGUSR2, one hour ahead, one hour behind, right again.
// Timers go on as they did, as after a real jump.
const HOUR = 3_600_000;
const jumps = [HOUR, -HOUR, 0];
let offset = 0;
process.on('SIGUSR2', () => {
  offset = jumps.shift() ?? 0;
  jumps.push(offset);
});

const now = Date.now;
const jumped = () => now() + offset;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [jumped()] : args, as),
  apply: (target) => new target(jumped()).toString(),
  get: (target, key, receiver) => (key === 'now' ? jumped : Reflect.get(target, key, receiver)),
});
