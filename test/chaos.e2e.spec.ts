import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOf } from './chaos/plan.ts';

const root = join(import.meta.dirname, '..');

// A short run of `npm run chaos`. The services are those of all tests: cut off and stalled, not restarted.
test('nothing is lost, doubled, leaked or told while everything around the jobs breaks', async () => {
  const json = join(
    mkdtempSync(join(process.env['WARRENER_TEST_HOME'] ?? tmpdir(), 'chaos-')),
    'result.json',
  );
  const args = ['test/chaos/run.mjs', '--seed', '17', '--jobs', '6', '--json', json];
  const run = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [run.stdout, run.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(run, 'close')) as [number | null];
  if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
  const result = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;
  expect(result).toMatchObject({
    jobs: 6,
    faults: planOf(17, 6, false).faults.length,
    lost: 0,
    doubled: 0,
    leaked: 0,
    unfinished: 0,
    wrong_ends: 0,
    projections_differ: 0,
    secrets_found: 0,
    misbehaved: 0,
    seed: 17,
  });
}, 240_000);

test('a plan follows from its seed, and a longer one has every kind of fault', () => {
  expect(planOf(5, 60, true)).toEqual(planOf(5, 60, true));
  expect(planOf(6, 60, true)).not.toEqual(planOf(5, 60, true));
  const kinds = new Set(planOf(5, 60, true).faults.map(({ type }) => type));
  expect([...kinds].sort()).toEqual([
    'abandon-delete',
    'break-ssh',
    'clock',
    'cloud',
    'cut',
    'expire-tokens',
    'kill',
    'restart',
    'stall',
    'terminate',
  ]);
});
