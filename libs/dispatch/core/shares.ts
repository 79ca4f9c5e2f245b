/** How much the last message says about the next one. */
const SMOOTHING = 0.2;

/** Tenants remembered; beyond it those are forgotten that nobody would miss. */
const MAX_ACCOUNTS = 1_000;

/** What somebody has used, in milliseconds of work over their weight. */
interface Account {
  used: number;
  /** Messages of theirs that have begun and not ended. */
  underWay: number;
  /** What a message of theirs took lately. */
  average: number;
  /** The same for each queue that brought them. */
  queues: Ledger | undefined;
}

/** Accounts side by side, in virtual time. */
class Ledger {
  readonly #accounts = new Map<string, Account>();
  /** What the one that began last had used: where a newcomer begins. */
  #now = 0;
  #average = 0;

  used(name: string): number {
    return this.#accounts.get(name)?.used ?? this.#now;
  }

  queues(name: string): Ledger | undefined {
    return this.#accounts.get(name)?.queues;
  }

  account(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = { used: this.#now, underWay: 0, average: this.#average, queues: undefined };
      this.#accounts.set(name, account);
    }
    return account;
  }

  /** Idleness earns no credit. */
  catchUp(account: Account): void {
    if (account.underWay === 0) account.used = Math.max(account.used, this.#now);
  }

  begin(account: Account, cost: number): void {
    this.#now = Math.max(this.#now, account.used);
    account.used += cost;
    account.underWay += 1;
  }

  end(account: Account, workMs: number, difference: number): void {
    this.#average += (workMs - this.#average) * SMOOTHING;
    account.average += (workMs - account.average) * SMOOTHING;
    account.used += difference;
    account.underWay -= 1;
    if (this.#accounts.size > MAX_ACCOUNTS) this.#forget();
  }

  /** Who would begin at `now` anyway needs no account. */
  #forget(): void {
    for (const [name, { used, underWay }] of this.#accounts)
      if (underWay === 0 && used <= this.#now) this.#accounts.delete(name);
  }
}

/** Work that has begun, to be settled once. */
export interface Charge {
  readonly tenant: Account;
  readonly tenantsQueues: Ledger;
  readonly queue: Account;
  readonly estimate: number;
  readonly weight: number;
}

/**
 * Who of a level has used how much: fair queueing by virtual time, over measured work. Whoever has used least, over their
 * weight, is next. A message is charged when it begins with what such messages took lately, and with the difference
 * when it has ended, so that twenty slots do not all go to the same one. Who comes back from having nothing to do
 * begins where the others are.
 *
 * An account is a tenant's, whichever queues the messages came by: a flood over many queues gains nothing. Between two
 * queues of the same tenant their own accounts decide.
 */
export class Shares {
  readonly #tenants = new Ledger();

  /** Whether one, a tenant by way of a queue, is before another. */
  isBefore(tenant: string, queue: string, otherTenant: string, otherQueue: string): boolean {
    const difference = this.#tenants.used(tenant) - this.#tenants.used(otherTenant);
    if (tenant !== otherTenant) return difference < 0;
    const queues = this.#tenants.queues(tenant);
    return queues !== undefined && queues.used(queue) < queues.used(otherQueue);
  }

  /** A queue that was empty has something of the tenant's. */
  returns(tenant: string, queue: string): void {
    const account = this.#tenants.account(tenant);
    this.#tenants.catchUp(account);
    account.queues ??= new Ledger();
    account.queues.catchUp(account.queues.account(queue));
  }

  begin(tenant: string, queueName: string, weight: number): Charge {
    const account = this.#tenants.account(tenant);
    const tenantsQueues = (account.queues ??= new Ledger());
    const queue = tenantsQueues.account(queueName);
    const estimate = account.average;
    this.#tenants.begin(account, estimate / weight);
    tenantsQueues.begin(queue, estimate / weight);
    return { tenant: account, tenantsQueues, queue, estimate, weight };
  }

  /** What has begun has ended, after so many milliseconds. */
  end({ tenant, tenantsQueues, queue, estimate, weight }: Charge, workMs: number): void {
    const difference = (workMs - estimate) / weight;
    this.#tenants.end(tenant, workMs, difference);
    tenantsQueues.end(queue, workMs, difference);
  }
}
