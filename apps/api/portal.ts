import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { NextFunction, Request, Response } from 'express';

/** Where the build leaves the portal: beside this file, when it is compiled. */
const FOLDER = join(import.meta.dirname, '../portal');

/** The portal's own part of the paths; whatever else is unknown gets the API's problem document. */
const BASE = '/portal';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** By what a browser says it reads, the best first; the build writes these beside each file. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** A file with its compressed forms by encoding; '' is the plain one. */
type File = { readonly type: string; readonly bodies: ReadonlyMap<string, Buffer> };

/** Nothing from elsewhere, nothing inline, nobody frames it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/**
 * Serves the portal's files from memory below /portal/: those with a hash in their name for ever, the page itself, which
 * every other path below gets, never without asking. Leaves all other requests alone; `/` leads here.
 *
 * @param firehose the origin of the firehose's WebSocket listener, `ws://host:port`, where there is one
 */
export function servePortal(firehose?: string, folder = FOLDER) {
  const files = readFiles(folder);
  const page = files.get('/index.html');
  const security = {
    'content-security-policy': policy
      .map((rule) =>
        firehose !== undefined && rule.startsWith('connect-src') ? `${rule} ${firehose}` : rule,
      )
      .join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
  return (request: Request, response: Response, next: NextFunction): void => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads || page === undefined) {
      next();
    } else if (request.path === '/' || request.path === BASE) {
      response.redirect(302, `${BASE}/`);
    } else if (request.path.startsWith(`${BASE}/`)) {
      const path = request.path.slice(BASE.length);
      const file = files.get(path);
      if (file === undefined && extname(path) !== '') next();
      else {
        const immutable = path.startsWith('/assets/');
        response.set({
          ...security,
          'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
          vary: 'accept-encoding',
        });
        send(request, response, file ?? page);
      }
    } else next();
  };
}

function send(request: Request, response: Response, { type, bodies }: File): void {
  const encoding = request.acceptsEncodings(...encodings.map(([name]) => name), 'identity');
  const body = encoding === false ? undefined : bodies.get(encoding);
  if (typeof encoding === 'string' && body !== undefined) response.set('content-encoding', encoding);
  response.type(type).send(body ?? bodies.get(''));
}

/** All files of the portal by path; none where it was not built, as when a test runs from the sources. */
function readFiles(folder: string): ReadonlyMap<string, File> {
  if (statSync(join(folder, 'assets'), { throwIfNoEntry: false }) === undefined) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  return new Map(
    names
      .filter((name) => extname(name) in types)
      .map((name): [string, File] => [
        `/${name.replaceAll('\\', '/')}`,
        {
          type: types[extname(name)] ?? 'application/octet-stream',
          bodies: new Map([
            ['', read(name)],
            ...encodings
              .filter(([, suffix]) => names.includes(name + suffix))
              .map(([encoding, suffix]): [string, Buffer] => [encoding, read(name + suffix)]),
          ]),
        },
      ]),
  );
}
