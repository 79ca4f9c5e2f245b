export { openOperations } from './operations.ts';
export { runProcess } from './process.ts';
export { projectionNames, Runtime, runtimeVariables } from './runtime.ts';
export { queuesOf } from './workers.ts';
