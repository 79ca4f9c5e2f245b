import type { Found } from './found.ts';
import { pick } from './found.ts';
import { Service } from './service.ts';
import type { ServiceOptions } from './service.ts';

/** What Nova tells of a server, as far as it is used; `raw` has everything. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, BUILD, ERROR, SHUTOFF, DELETED, … */
  readonly status: string;
  /** What is being done to it now; null for nothing. */
  readonly taskState: string | null;
  /** Why it is in ERROR. */
  readonly fault: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  /** Memory, MiB. */
  readonly ram: number;
  /** GiB; 0 for as large as the image. */
  readonly disk: number;
}

export interface Keypair {
  readonly name: string;
}

export interface NewServer {
  readonly name: string;
  readonly imageId: string;
  readonly flavorId: string;
  readonly portId: string;
  readonly keyName: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Plain text; encoded here. */
  readonly userData: string;
}

/**
 * The part of Nova's API that is used. Asks for the highest microversion both sides know, up to 2.90, and reads what
 * older ones answer.
 *
 * @see https://docs.openstack.org/api-ref/compute/
 */
export class Nova {
  readonly #service: Service;

  constructor(options: ServiceOptions) {
    this.#service = new Service('nova', 'compute', options, {
      microversions: { name: 'compute', known: '2.90' },
    });
  }

  async listFlavors(signal?: AbortSignal): Promise<readonly Flavor[]> {
    const flavors = await this.#service.list(
      { path: '/flavors/detail', what: 'list flavors', signal },
      'flavors',
    );
    return flavors as readonly Flavor[];
  }

  async findFlavor(nameOrId: string, signal?: AbortSignal): Promise<Found<Flavor>> {
    return pick(await this.listFlavors(signal), nameOrId);
  }

  async listKeypairs(signal?: AbortSignal): Promise<readonly Keypair[]> {
    const pairs = await this.#service.list(
      { path: '/os-keypairs', what: 'list key pairs', signal },
      'keypairs',
    );
    return (pairs as readonly { readonly keypair: Keypair }[]).map(({ keypair }) => ({ name: keypair.name }));
  }

  /** Undefined where there is no key pair of that name. */
  async findKeypair(name: string, signal?: AbortSignal): Promise<Keypair | undefined> {
    const body = await this.#service.find({
      method: 'GET',
      path: `/os-keypairs/${encodeURIComponent(name)}`,
      what: 'show key pair',
      signal,
    });
    return body === undefined ? undefined : { name: (body as { keypair: Keypair }).keypair.name };
  }

  /** Makes a key pair of ours known. @throws CloudError `conflict` where the name is taken */
  async createKeypair(name: string, publicKey: string): Promise<void> {
    await this.#service.call({
      method: 'POST',
      path: '/os-keypairs',
      what: 'create key pair',
      body: { keypair: { name, public_key: publicKey } },
    });
  }

  async deleteKeypair(name: string): Promise<void> {
    await this.#service.find({
      method: 'DELETE',
      path: `/os-keypairs/${encodeURIComponent(name)}`,
      what: 'delete key pair',
    });
  }

  /**
   * Asks for a server; returns its id. Nova has no idempotent create: look before and after.
   *
   * @throws CloudError `uncertain` where the answer was lost
   */
  async createServer(server: NewServer, signal?: AbortSignal): Promise<string> {
    const body = {
      server: {
        name: server.name,
        imageRef: server.imageId,
        flavorRef: server.flavorId,
        networks: [{ port: server.portId }],
        key_name: server.keyName,
        metadata: server.metadata,
        user_data: Buffer.from(server.userData).toString('base64'),
      },
    };
    const answer = await this.#service.call({
      method: 'POST',
      path: '/servers',
      what: 'create server',
      body,
      signal,
    });
    return (answer as { server: { id: string } }).server.id;
  }

  /** Undefined where there is no such server. */
  async getServer(id: string, signal?: AbortSignal): Promise<Server | undefined> {
    const body = await this.#service.find({
      method: 'GET',
      path: `/servers/${encodeURIComponent(id)}`,
      what: 'show server',
      signal,
    });
    return body === undefined ? undefined : serverOf((body as { server: Record<string, unknown> }).server);
  }

  /** Servers of the project whose name is exactly this one, or all of them. */
  async listServers(
    filter: { readonly name?: string } = {},
    signal?: AbortSignal,
  ): Promise<readonly Server[]> {
    // Nova's filter is a regular expression.
    const pattern = filter.name?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const query = pattern === undefined ? '' : `?name=${encodeURIComponent(`^${pattern}$`)}`;
    const servers = await this.#service.list(
      { path: `/servers/detail${query}`, what: 'list servers', signal },
      'servers',
    );
    return (servers as readonly Record<string, unknown>[]).map(serverOf);
  }

  /** Asks for a server to be deleted; one that is gone already is fine. It is gone once `getServer` finds nothing. */
  async deleteServer(id: string, signal?: AbortSignal): Promise<void> {
    await this.#service.find({
      method: 'DELETE',
      path: `/servers/${encodeURIComponent(id)}`,
      what: 'delete server',
      signal,
    });
  }

  /** The microversion that was agreed on. */
  async microversion(): Promise<string | null> {
    return this.#service.microversion();
  }
}

function serverOf(raw: Record<string, unknown>): Server {
  // Never shown to anybody: it has our keys in it.
  const { 'OS-EXT-SRV-ATTR:user_data': userData, adminPass, ...shown } = raw;
  const fault = raw['fault'] as { readonly message?: string; readonly details?: string } | undefined;
  return {
    id: String(raw['id']),
    name: String(raw['name']),
    status: String(raw['status']),
    taskState: (raw['OS-EXT-STS:task_state'] as string | null | undefined) ?? null,
    fault: fault?.message ?? null,
    metadata: (raw['metadata'] as Readonly<Record<string, string>> | undefined) ?? {},
    createdAt: String(raw['created']),
    raw: shown,
  };
}
