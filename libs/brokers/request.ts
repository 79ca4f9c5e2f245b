import type { StreamWrite } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import type { Stage } from '#workflow';
import { submission } from '#workflow';
import { generateKeyPair } from '#ssh';
import { v7 as uuidv7 } from 'uuid';
import type { Broker, BrokerEvent, BrokerRequest } from './core/broker.ts';
import type { BrokerWorld } from './world.ts';
import { steps } from './steps/index.ts';
import { brokerStream, brokerStreamId, nameStream, nameStreamId } from './streams.ts';
import { deleteBrokerWorkflow, launchBrokerWorkflow } from './workflows/index.ts';

/** What a request led to. */
export interface Accepted {
  readonly broker: Broker;
  readonly job: string;
}

/** Further writes that belong to the same append, e.g. the remembered answer for an idempotency key. */
export type AlsoWrite = (accepted: Accepted) => readonly StreamWrite[];

/** On whose behalf, and who asks: kept with the events. */
export interface Requester {
  readonly tenant: string;
  readonly by: string;
}

/** Appends tried before a request gives up under contention. */
const MAX_CONFLICTS = 10;

/**
 * Submits the launch of a broker: takes its name, keeps its secrets, and starts the job, all in one append.
 *
 * @throws Problem `name-in-use`
 */
export async function launchBroker(
  world: BrokerWorld,
  { tenant, by }: Requester,
  request: BrokerRequest,
  adminPassword: string,
  queues: Readonly<Record<Stage, string>>,
  alsoWrite: AlsoWrite,
): Promise<Accepted | 'conflict'> {
  const nameId = nameStreamId(tenant, request.name);
  const name = await world.log.load(nameStream, nameId);
  if (name !== undefined && name.state.broker !== null) throw nameInUse(request.name, name.state.broker);

  const broker = uuidv7();
  const job = uuidv7();
  const requested = { type: 'BrokerRequested', broker, job, ...request } as const satisfies BrokerEvent;
  const accepted = { broker: fold(null, requested), job };
  const started = submission({
    job,
    tenant,
    subject: broker,
    workflow: launchBrokerWorkflow,
    steps,
    input: request,
    queues,
  });
  await world.secrets.put(broker, newSecrets(adminPassword));
  const result = await world.log.append({
    writes: [
      write(nameStream, name ?? { stream: nameId, tenant }, [{ type: 'NameTaken', broker }]),
      write(brokerStream, { stream: brokerStreamId(broker), tenant }, [requested]),
      started.write,
      ...alsoWrite(accepted),
    ],
    messages: started.messages,
    meta: { by },
  });
  if (!result.ok) {
    await world.secrets.delete(broker); // nobody will ever need them
    return 'conflict';
  }
  world.committed(started.messages);
  return accepted;
}

/**
 * Submits the deletion of a broker, whatever state it is in. A job that still works on it is cancelled and waited for.
 *
 * @throws Problem `not-found` where there is no such broker; `conflict` where it is deleted or being deleted already
 */
export async function deleteBroker(
  world: BrokerWorld,
  { tenant, by }: Requester,
  broker: string,
  queues: Readonly<Record<Stage, string>>,
  alsoWrite: AlsoWrite,
): Promise<Accepted> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const loaded = await world.log.load(brokerStream, brokerStreamId(broker));
    if (loaded?.state === undefined || loaded.state === null || loaded.tenant !== tenant)
      throw notFound(broker);
    if (loaded.state.deleting) {
      const doing =
        loaded.state.status === 'deleted'
          ? 'is deleted already'
          : `is being deleted by job ${loaded.state.job}`;
      throw new Problem('conflict', `Broker ${loaded.state.name} ${doing}.`);
    }
    const job = uuidv7();
    const requested = { type: 'BrokerDeletionRequested', job } as const;
    const accepted = { broker: fold(loaded.state, requested), job };
    const started = submission({
      job,
      tenant,
      subject: broker,
      workflow: deleteBrokerWorkflow,
      steps,
      input: { name: loaded.state.name, other_job: loaded.state.job },
      queues,
    });
    const result = await world.log.append({
      writes: [
        write(brokerStream, { ...loaded, state: loaded.state }, [requested]),
        started.write,
        ...alsoWrite(accepted),
      ],
      messages: started.messages,
      meta: { by },
    });
    if (!result.ok) continue;
    world.committed(started.messages);
    return accepted;
  }
  throw new Problem('unavailable', 'Too many changes to this broker at once; try again.');
}

/**
 * Finds a broker of a tenant by id or by name.
 *
 * @throws Problem `not-found`
 */
export async function findBroker(
  world: Pick<BrokerWorld, 'log'>,
  tenant: string,
  idOrName: string,
): Promise<Broker> {
  if (!/^[\x21-\x7e]{1,64}$/.test(idOrName)) throw notFound(idOrName.slice(0, 64)); // nothing is called that
  const byId = await world.log.load(brokerStream, brokerStreamId(idOrName));
  if (byId?.tenant === tenant && byId.state !== null) return byId.state;
  const name = await world.log.load(nameStream, nameStreamId(tenant, idOrName));
  const broker = name?.state.broker;
  const byName =
    broker === undefined || broker === null
      ? undefined
      : await world.log.load(brokerStream, brokerStreamId(broker));
  if (byName?.state === undefined || byName.state === null) throw notFound(idOrName);
  return byName.state;
}

function newSecrets(adminPassword: string) {
  const login = generateKeyPair('warrener');
  const host = generateKeyPair('host key made by warrener');
  return {
    adminPassword,
    loginKey: login.privateKey,
    loginPublicKey: login.publicKey,
    hostKey: host.privateKey,
    hostPublicKey: host.publicKey,
  };
}

function fold(before: Broker | null, event: BrokerEvent): Broker {
  const after = brokerStream.evolve(before, event);
  if (after === null) throw new Error(`${event.type} leaves no broker`);
  return after;
}

const notFound = (idOrName: string): Problem => new Problem('not-found', `There is no broker "${idOrName}".`);

const nameInUse = (name: string, broker: string): Problem =>
  new Problem('name-in-use', `The name "${name}" is taken by broker ${broker}.`, {
    errors: [{ field: 'name', message: 'taken; choose another, or delete that broker first' }],
  });
