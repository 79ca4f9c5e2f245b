import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../engine.ts';

/** Runs commands on this machine as an SSH session runs them in a server, with an environment of their own. */
export function localExec(env: NodeJS.ProcessEnv): Exec {
  return (command, { stdin = '', timeoutMs = 60_000 } = {}) =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const child = spawn('/bin/sh', ['-c', command], { env, timeout: timeoutMs });
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
      child.stdin.on('error', () => undefined); // it need not read it
      child.on('error', reject);
      child.on('close', (exitCode, signal) =>
        resolve({
          ...output,
          exitCode,
          signal,
          truncated: false,
          durationMs: Math.round(performance.now() - began),
        }),
      );
      child.stdin.end(stdin);
    });
}

/** A `sudo -n` for a machine where there is nothing to become. */
export function writeSudo(folder: string): void {
  writeProgram(folder, 'sudo', 'shift; exec "$@"');
}

/** A program of a few lines of shell. */
export function writeProgram(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
