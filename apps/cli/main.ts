#!/usr/bin/env node
import { run } from './cli.ts';

const { stdout, stderr, stdin, env } = process;
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // `| head` has seen enough
  throw error;
});
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, stdin, env, cwd: process.cwd() });
