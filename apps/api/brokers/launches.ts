import { BrokerView } from '#brokers';
import type { StreamWrite } from '#event-log';
import { InTurn, Problem } from '#platform';
import type { Runtime } from '#runtime';
import type { Lane, ListedOf, Tenant } from '#tenants';
import { findRoom, hasLaunchLimits, loadTenant, mayUse, queuesOf, rateHeaders } from '#tenants';
import type { Caller } from '../caller.ts';

type Queues = ReturnType<typeof queuesOf>;

/** What a tenant may submit, and on which queues. */
export class Launches {
  readonly #runtime: Runtime;
  readonly #inTurn = new InTurn();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @throws Problem `forbidden` where the caller may not use the lane */
  async of(caller: Caller, lane: Lane): Promise<Launch> {
    const tenant = await loadTenant(this.#runtime.log, caller.tenant);
    if (tenant === undefined) throw new Problem('forbidden', `Tenant "${caller.tenant}" was deleted.`);
    if (!mayUse(tenant, lane, caller.role))
      throw new Problem(
        'forbidden',
        `The lane ${lane} needs the role ${tenant.express_role} in this tenant.`,
        {
          errors: [{ field: 'lane', message: `your token has the role ${caller.role}; use bulk` }],
        },
      );
    return new Launch(this.#runtime, this.#inTurn, tenant, lane);
  }
}

/** One submission on its way through its tenant's limits. */
class Launch {
  readonly queues: Queues;
  readonly #runtime: Runtime;
  readonly #inTurn: InTurn;
  readonly #tenant: Tenant;
  #headers: Readonly<Record<string, string>> = {};

  constructor(runtime: Runtime, inTurn: InTurn, tenant: Tenant, lane: Lane) {
    this.#runtime = runtime;
    this.#inTurn = inTurn;
    this.#tenant = tenant;
    this.queues = queuesOf(tenant, lane);
  }

  /**
   * Whether there is room at this moment, before the cloud is asked for anything.
   *
   * @throws Problem `rate-limited` or `limit-reached`
   */
  async check(): Promise<void> {
    if (hasLaunchLimits(this.#tenant)) await findRoom(this.#runtime.log, this.#tenant, this.#listed);
  }

  /**
   * Does the launch together with what takes its room. Launches of one tenant that has limits take turns, because only
   * one of those that saw the same room can have it; a tenant without limits writes nothing more than its launch.
   *
   * @throws Problem `rate-limited` or `limit-reached`
   */
  async admit<Made>(
    launch: (room: (broker: string) => readonly StreamWrite[], queues: Queues) => Promise<Made | 'conflict'>,
  ): Promise<Made | 'conflict'> {
    if (!hasLaunchLimits(this.#tenant)) return launch(() => [], this.queues);
    const made = await this.#inTurn.take(this.#tenant.id, async () => {
      const room = await findRoom(this.#runtime.log, this.#tenant, this.#listed);
      const result = await launch((broker) => [room.take(broker)], this.queues);
      if (result !== 'conflict') this.#headers = rateHeaders(room.rate);
      return result;
    });
    if (made !== undefined) return made;
    const headers = { 'retry-after': '1' };
    throw new Problem('rate-limited', 'Too many launches of this tenant at once; try again.', { headers });
  }

  /** How the rate stands after this launch, for the answer; nothing where it was answered before. */
  headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  readonly #listed: ListedOf = async (tenant, brokers) => {
    const row = await this.#runtime.dataSource
      .getRepository(BrokerView)
      .createQueryBuilder('broker')
      .select(`count(*) filter (where broker.status <> 'deleted')`, 'existing')
      .addSelect('array_agg(broker.id) filter (where broker.id = any(:brokers))', 'known')
      .where('broker.tenant = :tenant', { tenant, brokers })
      .getRawOne<{ existing: string; known: string[] | null }>();
    return { existing: Number(row?.existing ?? 0), known: new Set(row?.known ?? []) };
  };
}
