import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metrics } from './metrics.ts';

const silent = { info: () => undefined, warn: () => undefined };

test('docs/operating.md has every metric, as it is described here', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
  const told = [...page.matchAll(/^\| `(warrener_\w+)`(?: †)? +\| (\w+) +\| (.+?) +\|$/gm)].map((row) =>
    row.slice(1),
  );
  expect(told).toEqual(new Metrics(silent).described().map(({ name, type, help }) => [name, type, help]));
});

test('a look that fails leaves out its gauges and is counted; the others are told', async () => {
  const metrics = new Metrics(silent);
  metrics.outboxMessages.set(7);
  metrics.lookUp('jobs', [metrics.jobs], async () => metrics.jobs.set({ status: 'parked' }, 2));
  metrics.lookUp('outbox', [metrics.outboxMessages], () => Promise.reject(new Error('away')));
  const { text } = await metrics.render();
  expect(text).toContain('warrener_jobs{status="parked"} 2');
  expect(text).toContain('warrener_metrics_failures_total{group="outbox"} 1');
  expect(text).not.toContain('warrener_outbox_messages 7');
});
