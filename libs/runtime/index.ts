export { runProcess } from './process.ts';
export { Runtime, runtimeVariables } from './runtime.ts';
export { queuesOf } from './workers.ts';
