import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a receiver of webhooks got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it tells. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly sequence: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type Respond = (
  response: ServerResponse,
  received: Received,
  request: IncomingMessage,
) => void | Promise<void>;

/** A receiver of webhooks, over HTTP on this machine. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** What it answers from now on. @default 204 */
  respond: Respond;
}

const noContent: Respond = (response) => void response.writeHead(204).end();

export async function openReceiver(respond: Respond = noContent): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const event = JSON.parse(body) as Received['event'];
      const one = { headers: request.headers, body, event, at: Date.now() };
      received.push(one);
      void receiver.respond(response, one, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    respond,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

/** Whether each subject's events came in their order; one that came twice counts where it first came. */
export function inOrder(received: readonly Pick<Received, 'event'>[]): boolean {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  return received.every(({ event }) => {
    if (seen.has(event.id)) return true;
    seen.add(event.id);
    const before = last.get(event.subject) ?? 0;
    last.set(event.subject, Number(event.sequence));
    return Number(event.sequence) > before;
  });
}
