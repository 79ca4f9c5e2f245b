import type { Step } from '#workflow';
import type { BrokerWorld } from '../world.ts';
import { awaitLogin, ensureConfigured, ensurePackages, verifyBroker } from './config.ts';
import { ensureFloatingIp, removeFloatingIp } from './floating-ip.ts';
import { ensurePort, removePort } from './port.ts';
import { ensureSecurityGroup, removeSecurityGroup } from './security-group.ts';
import { awaitServer, ensureServer, removeServer } from './server.ts';
import { removeSecrets, settleOtherJob } from './settle.ts';

/** Every step there is, by name. */
export const steps: ReadonlyMap<string, Step<BrokerWorld>> = new Map(
  [
    ensureSecurityGroup,
    removeSecurityGroup,
    ensurePort,
    removePort,
    ensureServer,
    awaitServer,
    removeServer,
    ensureFloatingIp,
    removeFloatingIp,
    awaitLogin,
    ensurePackages,
    ensureConfigured,
    verifyBroker,
    settleOtherJob,
    removeSecrets,
  ].map((step) => [step.name, step]),
);
