import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('the portal’s types are those of the API; if not: npm run portal:types', async () => {
  const check = ['scripts/portal-types.mjs', '--check'];
  const cwd = join(import.meta.dirname, '..');
  await promisify(execFile)(process.execPath, check, { cwd, timeout: 60_000 });
}, 70_000);
