// The rows of benches that are scripts of their own, on the same services.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fromScript = (script) => (name) => ({
  name,
  run: async (world) => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const json = join(folder, 'rows.json');
    const args = [`bench/${script}`, '--only', name, '--json', json, ...(world.quick ? ['--quick'] : [])];
    try {
      const child = spawn(process.execPath, args, {
        stdio: ['ignore', 'ignore', 2],
        env: { ...process.env, ...world.env },
      });
      const [code] = await once(child, 'exit');
      if (code > 1) throw new Error(`${script} ended with ${code}; what it says stands above`);
      return JSON.parse(readFileSync(json, 'utf8'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

export default [
  ...[
    'priority-switch-p99-ms',
    'priority-inversions',
    'priority-throughput',
    'priority-throughput-polling',
    'priority-jain',
    'priority-split-flood',
  ].map(fromScript('priority.mjs')),
  ...['webhook-throughput', 'webhook-isolation-p99'].map(fromScript('webhooks.mjs')),
];
