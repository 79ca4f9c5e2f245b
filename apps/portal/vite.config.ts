import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const outDir = join(import.meta.dirname, '../../dist/apps/portal');

/** Writes each file compressed beside it, so that the API only has to choose. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(css|html|js|svg)$/.test(name)) continue;
      const plain = readFileSync(join(outDir, name));
      writeFileSync(join(outDir, `${name}.br`), brotliCompressSync(plain));
      writeFileSync(join(outDir, `${name}.gz`), gzipSync(plain, { level: 9 }));
    }
  },
};

/** The API that `npm start` runs, for `npx vite --config apps/portal/vite.config.ts` beside it. */
const running = join(import.meta.dirname, '../../.warrener/api.json');
const api = existsSync(running)
  ? (JSON.parse(readFileSync(running, 'utf8')) as { url: string }).url
  : undefined;

export default defineConfig({
  root: import.meta.dirname,
  base: '/portal/',
  plugins: [compressed],
  server: { proxy: api === undefined ? {} : { '/v1': api, '/healthz': api } },
  build: {
    outDir,
    emptyOutDir: true,
    // A data: URL for a font or a script would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: {
      onLog: (level, log, say) => {
        // "use client" is for servers that render; nothing is lost with it.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') say(level, log);
      },
    },
  },
});
