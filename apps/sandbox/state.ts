import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A server as Nova keeps it. */
export interface ServerRecord {
  readonly id: string;
  name: string;
  status: 'BUILD' | 'ACTIVE' | 'ERROR' | 'SHUTOFF';
  taskState: string | null;
  readonly imageId: string;
  readonly flavorId: string;
  readonly keyName: string | null;
  metadata: Record<string, string>;
  readonly userData: string | null;
  readonly created: string;
  updated: string;
  fault: { code: number; message: string; created: string } | null;
}

export interface PortRecord {
  readonly id: string;
  name: string;
  description: string;
  readonly networkId: string;
  readonly address: string;
  readonly mac: string;
  securityGroups: string[];
  deviceId: string;
  status: 'DOWN' | 'ACTIVE';
  /** Made by Nova for a server, and deleted with it. */
  readonly byNova: boolean;
  readonly created: string;
}

export interface SecurityGroupRecord {
  readonly id: string;
  name: string;
  description: string;
  readonly created: string;
  rules: SecurityGroupRuleRecord[];
}

export interface SecurityGroupRuleRecord {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol: string | null;
  readonly portMin: number | null;
  readonly portMax: number | null;
  readonly description: string;
}

export interface FloatingIpRecord {
  readonly id: string;
  readonly networkId: string;
  readonly address: string;
  portId: string | null;
  description: string;
  readonly created: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface FlavorRecord extends Named {
  readonly ram: number;
  readonly vcpus: number;
  readonly disk: number;
}

/** Everything the sandbox keeps over a restart. */
export interface CloudState {
  readonly password: string;
  readonly applicationCredential: { readonly id: string; readonly secret: string };
  /** Where its addresses begin. */
  firstSubnet: number;
  readonly projectId: string;
  readonly userId: string;
  readonly images: (Named & { readonly created: string })[];
  readonly flavors: FlavorRecord[];
  readonly network: Named & { readonly subnetId: string };
  readonly externalNetwork: Named & { readonly subnetId: string };
  keypairs: { name: string; publicKey: string }[];
  servers: ServerRecord[];
  ports: PortRecord[];
  securityGroups: SecurityGroupRecord[];
  floatingIps: FloatingIpRecord[];
}

/** Subnets are numbered from 1. */
export const LAST_SUBNET = 250;

const flavor = (name: string, ram: number, vcpus: number, disk: number): FlavorRecord => ({
  id: randomUUID(),
  name,
  ram,
  vcpus,
  disk,
});

/** An empty cloud, with what people expect to find in one. The lab.* flavors break the same way as the lab's. */
function newCloud(): CloudState {
  const created = now();
  return {
    password: randomBytes(18).toString('hex'),
    applicationCredential: { id: randomBytes(16).toString('hex'), secret: randomBytes(24).toString('hex') },
    firstSubnet: randomInt(1, LAST_SUBNET + 1),
    projectId: randomBytes(16).toString('hex'),
    userId: randomBytes(16).toString('hex'),
    images: ['RabbitMQ', 'Mosquitto', 'Debian'].map((name) => ({ id: randomUUID(), name, created })),
    flavors: [
      flavor('m1.tiny', 512, 1, 1),
      flavor('m1.small', 2048, 1, 20),
      flavor('m1.medium', 4096, 2, 40),
      flavor('lab.tiny', 64, 1, 1),
      flavor('lab.small', 512, 1, 5),
      flavor('lab.medium', 2048, 2, 20),
      flavor('lab.toobig', 64, 1, 700_000),
      flavor('lab.notrait', 64, 1, 1),
      flavor('lab.abort', 64, 1, 1),
      flavor('lab.resched', 64, 1, 1),
      flavor('lab.overquota', 64, 4096, 1),
    ],
    network: { id: randomUUID(), name: 'sandbox-net', subnetId: randomUUID() },
    externalNetwork: { id: randomUUID(), name: 'public', subnetId: randomUUID() },
    keypairs: [],
    servers: [],
    ports: [],
    securityGroups: [],
    floatingIps: [],
  };
}

/** The cloud's state, in memory and in one file that is always whole. */
export class Store {
  readonly #file: string;
  readonly state: CloudState;

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    this.state = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CloudState) : newCloud();
    this.save();
  }

  save(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.state, null, 1), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** As OpenStack writes times. */
export const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

/** The next address of a range that nobody has: a.b.x.y with x from `first` on, round to 1 again. */
export function freeAddress(prefix: string, first: number, taken: readonly string[]): string {
  for (let subnet = 0; subnet < LAST_SUBNET; subnet += 1) {
    const x = ((first - 1 + subnet) % LAST_SUBNET) + 1;
    for (let y = 1; y < 251; y += 1) {
      const address = `${prefix}.${x}.${y}`;
      if (!taken.includes(address)) return address;
    }
  }
  throw new Error('no address is left');
}
