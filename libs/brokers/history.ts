import type { StoredEvent } from '#event-log';
import type { JobReport } from '#workflow';
import { jobStreamId, recorded, reportJob } from '#workflow';
import type { Broker } from './core/broker.ts';
import { brokerStream, brokerStreamId } from './streams.ts';
import type { BrokerWorld } from './world.ts';

/** A broker's facts, and the job that launched it told with what its steps cost. */
export async function brokerHistory(
  world: Pick<BrokerWorld, 'log'>,
  broker: Broker,
): Promise<{ history: readonly StoredEvent[]; launch: JobReport | undefined }> {
  const [history, launch] = await Promise.all([
    world.log.events(brokerStreamId(broker.id)),
    world.log.events(jobStreamId(broker.launchJob)),
  ]);
  return { history, launch: reportJob(launch.map(recorded)) };
}

/** The name of a broker; null where there is none. */
export async function brokerName(world: Pick<BrokerWorld, 'log'>, broker: string): Promise<string | null> {
  return (await world.log.load(brokerStream, brokerStreamId(broker)))?.state?.name ?? null;
}
