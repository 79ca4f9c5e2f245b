import type { ServerRecord, Store } from '../state.ts';
import { now } from '../state.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Forwarders } from './forwarders.ts';
import type { Reachable } from './forwarders.ts';
import { Guest } from './guest.ts';
import type { Images } from './images.ts';

/** The flavors that fail, how soon, and what Nova says of it. */
const faultyFlavors: Readonly<Record<string, (id: string) => { afterMs: number; message: string }>> = {
  'lab.toobig': () => ({
    afterMs: 200,
    message: 'No valid host was found. There are not enough hosts available.',
  }),
  'lab.notrait': () => ({
    afterMs: 200,
    message: 'No valid host was found. There are not enough hosts available.',
  }),
  'lab.abort': (id) => ({
    afterMs: 800,
    message: `Build of instance ${id} aborted: the sandbox was asked to`,
  }),
  'lab.resched': (id) => ({
    afterMs: 800,
    message: `Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance ${id}.`,
  }),
};

export interface ServersOptions {
  readonly store: Store;
  readonly images: Images;
  /** Where guests keep their files. */
  readonly folder: string;
  /** The host's port that stands for a guest's port 22. */
  readonly sshPort: number;
  readonly say: (text: string) => void;
}

/** Boots servers as isolated processes, and lets in what their security groups allow. */
export class Servers {
  /** Kept for the next boot: noboot, slow:SECONDS, nokey, nosshd, wronghostkey. */
  guestFault: string | null = null;
  buildDelayMs = 0;
  /** How many of the next deletes stop at "deleting", as in a Nova whose API dies over them. */
  deletesToAbandon = 0;
  readonly #options: ServersOptions;
  readonly #guests = new Map<string, Guest>();
  readonly #forwarders: Forwarders;
  readonly #busy = new Map<string, Promise<void>>();

  constructor(options: ServersOptions) {
    this.#options = options;
    this.#forwarders = new Forwarders(options.sshPort);
  }

  /** Boots again what was running when the sandbox stopped. */
  async resume(): Promise<void> {
    const { state } = this.#options.store;
    await Guest.cleanUp(
      this.#options.folder,
      state.servers.map(({ id }) => id),
    );
    for (const server of state.servers) {
      if (server.status === 'BUILD') this.build(server);
      else if (server.status === 'ACTIVE') this.#do(server, () => this.#boot(server));
    }
    await Promise.all(this.#busy.values());
  }

  /** Stops all guests; the servers stay what they are. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#guests.values()].map((guest) => guest.halt()));
    await this.#forwarders.close();
  }

  /** Builds a new server; it becomes ACTIVE or ERROR by itself. */
  build(server: ServerRecord): void {
    const flavor = this.#options.store.state.flavors.find(({ id }) => id === server.flavorId);
    const faulty = faultyFlavors[flavor?.name ?? '']?.(server.id);
    this.#do(server, async () => {
      if (this.buildDelayMs > 0) await sleep(this.buildDelayMs);
      if (faulty !== undefined) {
        await sleep(faulty.afterMs);
        this.#set(server, {
          status: 'ERROR',
          taskState: null,
          fault: { code: 500, message: faulty.message, created: now() },
        });
        return;
      }
      this.#set(server, { taskState: 'spawning' });
      try {
        await this.#boot(server);
        this.#set(server, { status: 'ACTIVE', taskState: null });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.#set(server, {
          status: 'ERROR',
          taskState: null,
          fault: { code: 500, message, created: now() },
        });
      }
    });
  }

  start(server: ServerRecord): void {
    this.#do(server, async () => {
      await this.#boot(server);
      this.#set(server, { status: 'ACTIVE', taskState: null });
    });
  }

  stop(server: ServerRecord): void {
    this.#do(server, async () => {
      await this.#halt(server);
      this.#set(server, { status: 'SHUTOFF', taskState: null });
    });
  }

  reboot(server: ServerRecord): void {
    this.#do(server, async () => {
      await this.#halt(server);
      await this.#boot(server);
      this.#set(server, { status: 'ACTIVE', taskState: null });
    });
  }

  delete(server: ServerRecord): void {
    this.#set(server, { taskState: 'deleting' });
    if (this.deletesToAbandon > 0) {
      this.deletesToAbandon -= 1;
      return;
    }
    this.#do(server, async () => {
      await this.#halt(server);
      await Guest.remove(this.#options.folder, server.id);
      const { store } = this.#options;
      const { state } = store;
      state.servers = state.servers.filter(({ id }) => id !== server.id);
      state.ports = state.ports.filter((port) => !(port.byNova && port.deviceId === server.id));
      for (const port of state.ports)
        if (port.deviceId === server.id) Object.assign(port, { deviceId: '', status: 'DOWN' });
      store.save();
    });
  }

  /** Who may reach what has changed. */
  applyRules(): void {
    const { state } = this.#options.store;
    const reachable = [...this.#guests].flatMap(([id, guest]): Reachable[] =>
      state.ports
        .filter(({ deviceId }) => deviceId === id)
        .map((port) => {
          const floating = state.floatingIps
            .filter(({ portId }) => portId === port.id)
            .map(({ address }) => address);
          const rules = state.securityGroups
            .filter((group) => port.securityGroups.includes(group.id))
            .flatMap((group) => group.rules);
          const ports = rules
            .filter(
              (rule) =>
                rule.direction === 'ingress' &&
                rule.ethertype === 'IPv4' &&
                rule.protocol === 'tcp' &&
                rule.portMin !== null,
            )
            .flatMap((rule) => range(rule.portMin ?? 0, rule.portMax ?? rule.portMin ?? 0));
          return { addresses: [port.address, ...floating], ports, socket: guest.socket };
        }),
    );
    this.#forwarders.apply(reachable);
  }

  /** Breaks every connection into a server, as a network does that fails for a moment. */
  breakConnections(): void {
    this.#forwarders.breakAll();
  }

  async #boot(server: ServerRecord): Promise<void> {
    const { store, images, folder, say } = this.#options;
    const { state } = store;
    const image = state.images.find(({ id }) => id === server.imageId)?.name ?? '';
    const fault = server.metadata['oslab_fault'] ?? this.guestFault ?? '';
    const [, seconds] = /^slow:(\d+)$/.exec(fault) ?? [];
    if (fault === 'noboot') {
      say(`${server.name}: fault noboot`);
      return;
    }
    const guest = new Guest({
      folder,
      id: server.id,
      hostname: server.name,
      image: await images.layer(image),
      services: images.services(image),
      userData: server.userData,
      publicKey:
        fault === 'nokey'
          ? null
          : (state.keypairs.find(({ name }) => name === server.keyName)?.publicKey ?? null),
      delayMs: seconds === undefined ? 0 : Number(seconds) * 1_000,
      sshd: fault !== 'nosshd',
      ownHostKey: fault === 'wronghostkey',
    });
    this.#guests.set(server.id, guest);
    await guest.boot();
    for (const port of state.ports) if (port.deviceId === server.id) port.status = 'ACTIVE';
    store.save();
    this.applyRules();
    say(`${server.name}: booted from ${image}`);
  }

  async #halt(server: ServerRecord): Promise<void> {
    const guest = this.#guests.get(server.id);
    this.#guests.delete(server.id);
    this.applyRules();
    await guest?.halt();
  }

  /** One thing at a time for a server, in the order asked. */
  #do(server: ServerRecord, work: () => Promise<void>): void {
    const before = this.#busy.get(server.id) ?? Promise.resolve();
    const next = before.then(work).catch((error: unknown) => {
      this.#options.say(`${server.name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#busy.set(server.id, next);
    void next.then(() => {
      if (this.#busy.get(server.id) === next) this.#busy.delete(server.id);
    });
  }

  #set(server: ServerRecord, change: Partial<Omit<ServerRecord, 'id'>>): void {
    Object.assign(server, change, { updated: now() });
    this.#options.store.save();
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.min(1_000, to - from + 1) }, (_, index) => from + index);
