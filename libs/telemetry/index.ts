export { Health } from './health.ts';
export type { Dependency, DependencyHealth, HealthReport } from './health.ts';
export { Metrics } from './metrics.ts';
export { serveOperations } from './operations.ts';
export { startTracing } from './tracing.ts';
