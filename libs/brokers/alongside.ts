import { write } from '#event-log';
import type { StreamWrite } from '#event-log';
import type { Alongside } from '#workflow';
import type { Broker, BrokerEvent } from './core/broker.ts';
import type { JobFact } from './core/job-facts.ts';
import { brokerFacts } from './core/job-facts.ts';
import { engines } from './engines/index.ts';
import type { EngineName } from './engines/index.ts';
import { brokerStream, brokerStreamId, nameStream, nameStreamId } from './streams.ts';
import type { BrokerWorld } from './world.ts';

/** What a job's facts mean for its broker goes into the same append: the two can never tell different stories. */
export function brokerAlongside(world: Pick<BrokerWorld, 'log'>): Alongside {
  return async (_before, events, after) => {
    const job = { id: after.id, workflow: after.workflow, outputs: after.outputs };
    const loadBroker = () => world.log.load(brokerStream, brokerStreamId(after.subject));
    const endpointsOf = (broker: Broker) => (address: string) => {
      const engine = engines[broker.engine as EngineName];
      return { endpoint: engine.endpoint(address), dashboard_url: engine.dashboardUrl(address) };
    };
    const unknown = (): { endpoint: string; dashboard_url: null } => ({ endpoint: '', dashboard_url: null });
    if (events.every((event) => brokerFacts(job, event as JobFact, unknown).length === 0)) return [];
    const loaded = await loadBroker();
    if (loaded === undefined || loaded.state === null) return [];
    const broker = loaded.state;
    if (broker.job !== after.id) return []; // another job took over
    const facts = events.flatMap((event) => brokerFacts(job, event as JobFact, endpointsOf(broker)));
    return [write(brokerStream, loaded, facts), ...(await released(world, loaded.tenant, broker, facts))];
  };
}

async function released(
  world: Pick<BrokerWorld, 'log'>,
  tenant: string,
  broker: Broker,
  facts: readonly BrokerEvent[],
): Promise<readonly StreamWrite[]> {
  if (!facts.some((fact) => fact.type === 'BrokerDeleted')) return [];
  const name = await world.log.load(nameStream, nameStreamId(tenant, broker.name));
  return name?.state.broker === broker.id ? [write(nameStream, name, [{ type: 'NameReleased' }])] : [];
}
