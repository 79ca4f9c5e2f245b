export { connect } from './connect.ts';
export type { ConnectOptions, SshSession } from './connect.ts';
export { SshError } from './errors.ts';
export type { ExecOptions, ExecResult } from './exec.ts';
export { generateKeyPair } from './keys.ts';
export type { KeyPair } from './keys.ts';
export { quote } from './quote.ts';
