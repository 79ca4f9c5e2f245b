export { runProcess } from './process.ts';
export { Runtime, runtimeVariables } from './runtime.ts';
