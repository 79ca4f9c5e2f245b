const EVERY_MS = 20;

/**
 * Watches for how long the event loop stands still because of this process: what it computed meanwhile, not what it
 * waited for a processor that others had. The longest since it was last asked, seconds.
 */
export function watchStalls(): () => number {
  let longestMs = 0;
  let at = performance.now();
  let used = process.cpuUsage();
  setInterval(() => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(used);
    const lateMs = now - at - EVERY_MS;
    longestMs = Math.max(longestMs, Math.min(lateMs, (user + system) / 1_000));
    at = now;
    used = process.cpuUsage();
  }, EVERY_MS).unref();
  return () => {
    const seconds = longestMs / 1_000;
    longestMs = 0;
    return seconds;
  };
}
