import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly logger: Logger;
}

/** What an operator's tools ask of a process: `/metrics`, `/healthz`, `/readyz`. Without a token, hence on a port of its own. */
export async function serveOperations(
  options: OperationsOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { host, port, logger } = options;
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      logger.warn({ error, path: request.url }, 'a request for metrics or health failed');
      response.writeHead(500).end();
    });
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  server.listen(port, host);
  await once(server, 'listening'); // rejects where the port is taken
  const bound = server.address() as AddressInfo;
  const url = `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
  logger.info({ url }, 'metrics and health are served');
  return {
    url,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  { metrics, health }: OperationsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') send(response, 405, { allow: 'GET' });
  else if (path === '/metrics') {
    const { type, text } = await metrics.render();
    send(response, 200, { 'content-type': type }, text);
  } else if (path === '/healthz') sendJson(response, 200, { status: 'ok' });
  else if (path === '/readyz') {
    const report = await health.report();
    sendJson(response, report.status === 'unavailable' ? 503 : 200, report);
  } else send(response, 404, {});
}

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, { 'content-type': 'application/json' }, JSON.stringify(body));

function send(response: ServerResponse, status: number, headers: Record<string, string>, body = ''): void {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body);
}
