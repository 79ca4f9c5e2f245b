import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

interface Packages {
  readonly ensurePrograms: (names: readonly string[], say: (text: string) => void) => Promise<void>;
  readonly find: (name: string) => string | null;
}

/** Debian's Chromium without a window, with nothing of its own on the network; installed where it is missing. */
export async function openChromium(): Promise<Browser> {
  const script = new URL('../../scripts/services/packages.mjs', import.meta.url);
  const { ensurePrograms, find } = (await import(script.href)) as Packages;
  await ensurePrograms(['chromium'], (text) => console.error(text));
  return chromium.launch({
    executablePath: find('chromium') ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Serves these files, by their paths, to this machine. */
export async function servePages(
  pages: Readonly<Record<string, { readonly type: string; readonly body: string | Buffer }>>,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': page?.type ?? 'text/plain' });
    response.end(page?.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
