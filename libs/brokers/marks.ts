import type { Server } from '#openstack';

/** How Warrener recognises what it made: by marks the cloud keeps, never by what a database remembers. */
export interface Mark {
  readonly installation: string;
  readonly broker: string;
}

const INSTALLATION = 'warrener_installation';
const BROKER = 'warrener_broker';

/** The metadata a server carries. */
export const serverMetadata = ({ installation, broker }: Mark): Record<string, string> => ({
  [INSTALLATION]: installation,
  [BROKER]: broker,
});

/** Whose a server is; undefined where it is not ours. */
export function markOfServer(server: Pick<Server, 'metadata'>): Mark | undefined {
  const installation = server.metadata[INSTALLATION];
  const broker = server.metadata[BROKER];
  return installation === undefined || broker === undefined ? undefined : { installation, broker };
}

/** The description that security groups, ports and floating addresses carry; Neutron filters by it. */
export const description = ({ installation, broker }: Mark): string => `warrener:${installation}:${broker}`;

/** Whose a Neutron resource is; undefined where it is not ours. */
export function markOfDescription(text: string): Mark | undefined {
  const match = /^warrener:([a-z0-9-]{1,40}):([0-9a-f-]{36})$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { installation: match[1], broker: match[2] };
}

/** The name everything of a broker has in the cloud: readable, and unique by the end of the broker's id. */
export const resourceName = (name: string, broker: string): string => `${name}-${broker.slice(-12)}`;

/** The oldest first; equal ages by id, so that every worker keeps the same one. */
export function byAge<Thing extends { readonly id: string; readonly createdAt: string }>(
  things: readonly Thing[],
): readonly Thing[] {
  return [...things].sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}
