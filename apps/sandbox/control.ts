import type { Faults } from './faults.ts';
import type { Asked, Route } from './http.ts';
import { Fault } from './http.ts';
import type { Tokens } from './keystone/tokens.ts';
import type { Servers } from './servers/servers.ts';

const kinds = ['status', 'lost-answer', 'cut-before', 'delay'] as const;

/** What only a sandbox has: faults on demand. */
export function controlRoutes(faults: Faults, tokens: Tokens, servers: Servers): readonly Route[] {
  return [
    [
      'GET',
      /^\/$/,
      () => ({
        status: 200,
        body: { sandbox: 'Warrener’s sandbox cloud; not for production', faults_left: faults.left },
      }),
    ],
    ['POST', /^\/sandbox\/faults$/, (asked) => addFault(faults, asked)],
    [
      'DELETE',
      /^\/sandbox\/faults$/,
      () => {
        faults.clear();
        servers.guestFault = null;
        servers.deletesToAbandon = 0;
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^\/sandbox\/expire-tokens$/,
      () => {
        tokens.expireAll();
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^\/sandbox\/guest-fault$/,
      ({ body }) => {
        servers.guestFault = text(body, 'fault');
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^\/sandbox\/build-delay$/,
      ({ body }) => {
        servers.buildDelayMs = Number((body as { ms?: unknown } | null)?.ms ?? 0);
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^\/sandbox\/break-ssh$/,
      () => {
        servers.breakConnections();
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^\/sandbox\/abandon-deletes$/,
      ({ body }) => {
        servers.deletesToAbandon = Number((body as { times?: unknown } | null)?.times ?? 1);
        return { status: 204 };
      },
    ],
  ];
}

function addFault(faults: Faults, { body }: Asked): { status: number } {
  const kind = kinds.find((candidate) => candidate === text(body, 'kind'));
  if (kind === undefined) throw new Fault(400, `kind: expected one of ${kinds.join(', ')}`);
  const given = body as Readonly<Record<string, unknown>>;
  faults.add({
    kind,
    service: text(body, 'service'),
    method: text(body, 'method'),
    path: new RegExp(text(body, 'path') ?? ''),
    times: Number(given['times'] ?? 1),
    status: Number(given['status'] ?? 503),
    retryAfter: text(body, 'retry_after'),
    delayMs: Number(given['delay_ms'] ?? 0),
  });
  return { status: 204 };
}

function text(body: unknown, key: string): string | null {
  const value: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
