import type { Server } from '#openstack';
import type { Step, StepRun } from '#workflow';
import { byAge, markOfServer, serverMetadata } from '../marks.ts';
import { userData } from '../user-data.ts';
import type { BrokerWorld } from '../world.ts';
import { markOf, nameOf, outputOf, requestOf } from './launch-input.ts';
import { againstCloud, cloudRetry, CLOUD_TIMEOUT_MS, lookAgainMs, nothingLeft } from './outcomes.ts';

/** The broker's servers, the oldest first. There should be one at most; a lost answer or two workers can make it two. */
async function serversOf(world: BrokerWorld, run: StepRun): Promise<readonly Server[]> {
  const named = await world.cloud.nova.listServers({ name: nameOf(run) }, run.signal);
  return byAge(
    named.filter((server) => markOfServer(server)?.broker === run.subject && server.status !== 'DELETED'),
  );
}

/** Keeps the oldest server and deletes the others; undefined where there is none. */
async function reconciled(world: BrokerWorld, run: StepRun): Promise<Server | undefined> {
  const [server, ...younger] = await serversOf(world, run);
  for (const { id } of younger) {
    run.note(`deleting server ${id}: ${server?.id ?? ''} is older`);
    await world.cloud.nova.deleteServer(id, run.signal);
  }
  return server;
}

/** One server for the broker. Nova has no idempotent create: it is looked for before and after. */
export const ensureServer: Step<BrokerWorld> = {
  name: 'ensure-server',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      if (run.uncertain) run.note('looking whether the server was made after all');
      if ((await serversOf(world, run)).length === 0) {
        const secrets = await world.secrets.get(run.subject);
        if (secrets === undefined)
          return { kind: 'reject', reason: 'The secrets of the broker were deleted.' };
        const request = requestOf(run);
        await world.cloud.nova.createServer(
          {
            name: nameOf(run),
            imageId: request.image.id,
            flavorId: request.flavor.id,
            portId: outputOf(run, 'ensure-port', 'port_id'),
            keyName: request.key_pair,
            metadata: serverMetadata(markOf(world, run)),
            userData: userData(secrets),
          },
          run.signal,
        );
      }
      const server = await reconciled(world, run);
      if (server === undefined)
        return { kind: 'uncertain', reason: 'The server that was just made is not listed yet.' };
      return { kind: 'done', output: { server_id: server.id } };
    }),
};

/** Longest time between a server's ERROR and its reason, seen from its creation, milliseconds. */
const FAULT_WRITTEN_MS = 60_000;

const age = (server: Server): number => Date.now() - Date.parse(server.createdAt);

/** Nova calls the server ACTIVE. That says nothing about the broker yet. */
export const awaitServer: Step<BrokerWorld> = {
  name: 'await-server',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      // Reconciled here too: a create whose answer was lost may have come through late.
      const server = await reconciled(world, run);
      if (server === undefined) return { kind: 'reject', reason: 'The server is gone; somebody deleted it.' };
      switch (server.status) {
        case 'ACTIVE':
          return { kind: 'done', output: { server_id: server.id } };
        case 'ERROR': {
          // The list leaves the fault out at times, and it is written a moment after the status.
          const fault = (await world.cloud.nova.getServer(server.id, run.signal))?.fault ?? server.fault;
          if (fault === null && age(server) < FAULT_WRITTEN_MS)
            return { kind: 'wait', afterMs: 1_000, reason: 'Nova gave up and has not said why yet.' };
          return {
            kind: 'reject',
            reason: `Nova could not build the server: ${fault ?? 'it does not say why'}`,
          };
        }
        case 'BUILD':
          return {
            kind: 'wait',
            afterMs: lookAgainMs(age(server)),
            reason: `The server is being built (${server.taskState ?? 'scheduled'}).`,
          };
        default:
          return {
            kind: 'reject',
            reason: `The server is ${server.status} instead of ACTIVE; somebody changed it.`,
          };
      }
    }),
};

/** No server of the broker is left. */
export const removeServer: Step<BrokerWorld> = {
  name: 'remove-server',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  run: (world, run) =>
    againstCloud(run, async () => {
      const servers = await serversOf(world, run);
      // Again each time: a Nova that died over the first DELETE leaves the server "deleting" for ever, and one that
      // is at it ignores a second.
      for (const { id } of servers) await world.cloud.nova.deleteServer(id, run.signal);
      return servers.length === 0
        ? nothingLeft(run)
        : { kind: 'wait', afterMs: 1_000, reason: 'Nova is deleting the server.' };
    }),
};
