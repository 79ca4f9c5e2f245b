import type { Step } from '#workflow';
import { done, printed } from '../engines/engine.ts';
import { ensurePackages as installPackages } from '../engines/install.ts';
import type { BrokerWorld } from '../world.ts';
import { addressOf, insideServer, progressOutcome, secretsOf } from './inside.ts';
import { configRetry, CONFIG_TIMEOUT_MS } from './outcomes.ts';

const MINUTE = 60_000;

const config = { stage: 'config', timeoutMs: CONFIG_TIMEOUT_MS, retry: configRetry } as const;

/** A server that has booted does so in a few minutes; one without our sshd never will. */
const LOGIN_PATIENCE_MS = 10 * MINUTE;

/** Warrener can log in, may become root, and cloud-init has had its turn. */
export const awaitLogin: Step<BrokerWorld> = {
  ...config,
  name: 'await-login',
  retry: { ...configRetry, patienceMs: LOGIN_PATIENCE_MS },
  run: (world, run) =>
    insideServer(world, run, async ({ exec }) => {
      // Where there is no cloud-init there is nothing to wait for. Its exit codes differ between versions; "running" does not.
      const result = await exec('sudo -n true && { cloud-init status 2>/dev/null || true; }', {
        timeoutMs: MINUTE,
      });
      if (result.exitCode !== 0)
        return { kind: 'not-yet', reason: `Warrener's user may not become root yet: ${printed(result)}` };
      return /status: (running|not run)/.test(result.stdout)
        ? { kind: 'not-yet', reason: 'cloud-init is still at work in the server.' }
        : done;
    }),
};

/** The engine's packages are in the server. */
export const ensurePackages: Step<BrokerWorld> = {
  ...config,
  name: 'ensure-packages',
  run: (world, run) => insideServer(world, run, ({ exec, engine }) => installPackages(exec, engine)),
};

/** The broker runs as the tenant asked. */
export const ensureConfigured: Step<BrokerWorld> = {
  ...config,
  name: 'ensure-configured',
  run: (world, run) =>
    insideServer(world, run, ({ exec, engine, credentials }) => engine.configure(exec, credentials)),
};

/** Longest wait for one login of the proof, milliseconds. */
const VERIFY_TIMEOUT_MS = 15_000;

/** The broker accepts the tenant's login and refuses a wrong one. Only this makes it ready. */
export const verifyBroker: Step<BrokerWorld> = {
  ...config,
  name: 'verify-broker',
  async run(world, run) {
    const known = await secretsOf(world, run);
    if (known === undefined) return { kind: 'reject', reason: 'The secrets of the broker were deleted.' };
    return progressOutcome(
      await known.engine.verify(addressOf(run), known.credentials, {
        timeoutMs: VERIFY_TIMEOUT_MS,
        signal: run.signal,
      }),
    );
  },
};
