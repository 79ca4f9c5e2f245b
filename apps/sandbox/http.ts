import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Faults } from './faults.ts';

/** A request, read whole. */
export interface Asked {
  readonly method: string;
  /** Below the service's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** What the route's pattern caught. */
  readonly params: readonly string[];
  readonly token: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = readonly [
  method: string,
  pattern: RegExp,
  handle: (asked: Asked) => Reply | Promise<Reply>,
];

/** One OpenStack service: its routes, and how it words what went wrong. */
export interface ServiceApi {
  readonly name: string;
  readonly prefix: string;
  readonly routes: readonly Route[];
  readonly error: (status: number, message: string) => unknown;
  /** Paths that need no token. */
  readonly open?: RegExp;
  /** Headers on every answer, e.g. the microversion. */
  readonly headers?: (asked: Asked) => Readonly<Record<string, string>>;
}

/** An answer that is an error, worded by its service. */
export class Fault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ApiOptions {
  readonly services: readonly ServiceApi[];
  readonly faults: Faults;
  readonly tokenIsValid: (token: string | undefined) => boolean;
  /** The sandbox's own routes; reached from this machine only, because that is where it listens. */
  readonly control: readonly Route[];
}

const MAX_BODY = 1024 * 1024;

/** The HTTP side of the sandbox: all services on one port, each below its prefix. */
export function createApi(options: ApiOptions): Server {
  return createServer((request, response) => {
    void serve(options, request, response).catch(() => request.socket.destroy());
  });
}

async function serve(options: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const method = request.method ?? 'GET';
  const service = options.services.find(
    ({ prefix }) => url.pathname === prefix || url.pathname.startsWith(`${prefix}/`),
  );
  const requestId = `req-${randomUUID()}`;
  const send = (reply: Reply): void => {
    const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
    response.writeHead(reply.status, {
      ...(text === '' ? {} : { 'content-type': 'application/json' }),
      'content-length': String(Buffer.byteLength(text)),
      'x-openstack-request-id': requestId,
      'x-warrener-sandbox': 'this is no real cloud',
      ...reply.headers,
    });
    response.end(method === 'HEAD' ? '' : text);
  };
  const fault = options.faults.take(service?.name ?? 'sandbox', method, url.pathname);
  if (fault?.kind === 'cut-before') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  const text = await read(request);
  if (fault?.kind === 'status') {
    const body = service?.error(fault.status, `Sandbox fault: answered ${fault.status} on demand.`);
    send({
      status: fault.status,
      body,
      headers: fault.retryAfter === null ? {} : { 'retry-after': fault.retryAfter },
    });
    return;
  }
  const reply = await answer(options, service, { method, url, headers: request.headers, text });
  if (fault?.kind === 'lost-answer') request.socket.destroy();
  else send(reply);
}

async function answer(
  options: ApiOptions,
  service: ServiceApi | undefined,
  request: { method: string; url: URL; headers: IncomingMessage['headers']; text: string },
): Promise<Reply> {
  const { method, url, headers } = request;
  const error = service?.error ?? ((_status: number, message: string) => ({ error: message }));
  const path = service === undefined ? url.pathname : url.pathname.slice(service.prefix.length) || '/';
  const token = typeof headers['x-auth-token'] === 'string' ? headers['x-auth-token'] : undefined;
  const asked: Omit<Asked, 'params'> = { method, path, query: url.searchParams, headers, token, body: null };
  const extra = service?.headers?.({ ...asked, params: [] }) ?? {};
  try {
    if (service !== undefined && service.open?.test(path) !== true && !options.tokenIsValid(token)) {
      throw new Fault(401, 'The request you have made requires authentication.');
    }
    const body = parse(request.text);
    for (const [verb, pattern, handle] of service?.routes ?? options.control) {
      const match = pattern.exec(path);
      if (match === null || (verb !== method && !(verb === 'GET' && method === 'HEAD'))) continue;
      const reply = await handle({ ...asked, body, params: match.slice(1).map(decodeURIComponent) });
      return { ...reply, headers: { ...extra, ...reply.headers } };
    }
    throw new Fault(404, 'The resource could not be found.');
  } catch (failure) {
    if (!(failure instanceof Fault)) {
      const message = failure instanceof Error ? failure.message : String(failure);
      return { status: 500, body: error(500, `The sandbox has a defect: ${message}`), headers: extra };
    }
    return { status: failure.status, body: error(failure.status, failure.message), headers: extra };
  }
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault(400, 'Malformed request body');
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) throw new Error('too large');
  }
  return text;
}

/** A field of a body that must be an object. */
export function objectAt(body: unknown, key: string): Readonly<Record<string, unknown>> {
  const value: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  if (typeof value !== 'object' || value === null)
    throw new Fault(400, `Invalid input: '${key}' is a required property`);
  return value as Readonly<Record<string, unknown>>;
}

/** A page of a list, as `limit` and `marker` ask for it; the default page is small enough to be met in tests. */
export function paged<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  defaultLimit = 1_000,
): { readonly page: readonly Item[]; readonly next: URLSearchParams | null } {
  const marker = query.get('marker');
  const start = marker === null ? 0 : items.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && start === 0) throw new Fault(400, `marker [${marker}] not found`);
  const limit = Math.min(Number(query.get('limit') ?? defaultLimit) || defaultLimit, defaultLimit);
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  if (start + limit >= items.length || last === undefined) return { page, next: null };
  const next = new URLSearchParams(query);
  next.set('marker', last.id);
  next.set('limit', String(limit));
  return { page, next };
}
