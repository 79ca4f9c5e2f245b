import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCloud } from '../support/installation.ts';
import type { Fleet } from './fleet.ts';
import type { Fault, Plan, Service } from './plan.ts';
import { describe } from './plan.ts';
import type { Proxy } from './proxy.ts';

/** What can be broken. */
export interface Targets {
  readonly fleet: Fleet;
  readonly cloud: TestCloud;
  readonly proxies: Readonly<Record<Service, Proxy>>;
  /** Ends a service and starts it again; undefined where they are not ours alone. */
  readonly restart: ((service: Service, how: 'stop' | 'kill') => Promise<void>) | undefined;
}

/** The faults of a plan, one after the other, each when enough jobs were submitted. */
export interface Fire {
  /** A job is about to be submitted: waits until every fault that comes before it has begun. */
  admit(): Promise<void>;
  /** No job is submitted any more. Resolves when the last fault is over and everything is whole again. */
  burnOut(): Promise<void>;
  /** How many have begun. */
  begun(): number;
}

export function openFire(plan: Plan, targets: Targets, say: (text: string) => void): Fire {
  let submitted = 0;
  let begun = 0;
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const change = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
  const burn = async (): Promise<void> => {
    for (const fault of plan.faults) {
      while (submitted < fault.after) await change();
      begun += 1;
      say(describe(fault));
      const done = inflict(fault, targets);
      changed();
      await done;
    }
    await targets.cloud.fault('faults/none', {});
  };
  const burning = burn();
  burning.catch(() => undefined); // told by burnOut()
  return {
    admit: async () => {
      const due = (): number => plan.faults.filter(({ after }) => after <= submitted).length;
      while (begun < due()) await change();
      submitted += 1;
      changed();
    },
    burnOut: () => {
      submitted = Infinity;
      changed();
      return burning;
    },
    begun: () => begun,
  };
}

/** Does it; resolves when it is over, except for what waits in the cloud for its call. */
async function inflict(fault: Fault, { fleet, cloud, proxies, restart }: Targets): Promise<void> {
  switch (fault.type) {
    case 'kill':
      return fleet.kill(fault.program);
    case 'terminate':
      return fleet.terminate(fault.program);
    case 'clock':
      return fleet.jump(fault.program);
    case 'restart':
      return restart?.(fault.service, fault.how);
    case 'cut':
    case 'stall': {
      const proxy = proxies[fault.service];
      proxy[fault.type]();
      await sleep(fault.ms); // that long it is away: not a wait for anything
      proxy.mend();
      return;
    }
    case 'cloud':
      return cloud.fault('faults', fault.fault);
    case 'expire-tokens':
    case 'break-ssh':
      return cloud.fault(fault.type, {});
    case 'abandon-delete':
      return cloud.fault('abandon-deletes', { times: 1 });
  }
}
