import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Where a webhook may not lead, besides everything in IPv6 that is not global unicast. */
const REFUSED: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // shared by carriers
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, and the metadata services of clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const REFUSED_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // Teredo and other special purposes
  ['2001:db8::', 32],
  ['2002::', 16], // carries an IPv4 address
  ['3fff::', 20],
];

/** Resolves a name to all of its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** An address that is refused; the message says which and why. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

const RESOLVE_TIMEOUT_MS = 5_000;

const resolveBySystem: Resolve = async (hostname) => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${hostname} could not be resolved in time`)),
      RESOLVE_TIMEOUT_MS,
    );
  });
  return Promise.race([lookup(hostname, { all: true }), late]).finally(() => clearTimeout(timer));
};

/**
 * Keeps webhooks away from where only we could reach: private, loopback and link-local addresses and the metadata
 * services of clouds. Names are checked by what they resolve to, and the connection goes to exactly what was checked.
 */
export class AddressGuard {
  readonly #allowed = new BlockList();
  readonly #refused = new BlockList();
  readonly #global = new BlockList();
  readonly #resolve: Resolve;

  /** @param allow ranges that are let through all the same, as CIDR */
  constructor(allow: readonly string[], resolve: Resolve = resolveBySystem) {
    this.#resolve = resolve;
    for (const [net, prefix] of REFUSED) this.#refused.addSubnet(net, prefix, 'ipv4');
    for (const [net, prefix] of REFUSED_V6) this.#refused.addSubnet(net, prefix, 'ipv6');
    this.#global.addSubnet('2000::', 3, 'ipv6');
    for (const range of allow) {
      const [net = '', prefix = ''] = range.split('/');
      this.#allowed.addSubnet(net, Number(prefix), isIP(net) === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /**
   * The addresses a host may be reached at.
   *
   * @throws RefusedAddress where one of them is refused; the resolver's error where there are none
   */
  async addresses(host: string): Promise<readonly LookupAddress[]> {
    const bare = host.replace(/^\[|\]$/g, '');
    const family = isIP(bare);
    const found = family === 0 ? await this.#resolve(bare) : [{ address: bare, family }];
    if (found.length === 0) throw new Error(`${bare} has no address`);
    // One bad address spoils all: which one is taken would be for the network to say.
    const refused = found.find(({ address }) => !this.#isFine(address));
    if (refused !== undefined) {
      throw new RefusedAddress(
        `${bare === refused.address ? bare : `${bare} resolves to ${refused.address}, which`} is no public address`,
      );
    }
    return found;
  }

  /** Resolves for a connection that is being made: what it hands on was checked. Never called for plain addresses. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.addresses(hostname).then(
      (found) => {
        const wanted = found.filter(({ family }) => !options.family || options.family === family);
        const first = wanted[0];
        if (first === undefined) callback(new Error(`${hostname} has no address of that family`), '', 0);
        else if (options.all === true) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };

  #isFine(address: string): boolean {
    const plain = embeddedV4(address) ?? address;
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(plain) === 0) return false;
    if (this.#allowed.check(plain, family)) return true;
    if (this.#refused.check(plain, family)) return false;
    return family === 'ipv4' || this.#global.check(plain, 'ipv6');
  }
}

/** The IPv4 address in `::ffff:…`, in either way of writing it. */
function embeddedV4(address: string): string | undefined {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
