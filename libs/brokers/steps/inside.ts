import { connect, SshError } from '#ssh';
import type { Outcome, StepRun } from '#workflow';
import { engines } from '../engines/index.ts';
import type { EngineName } from '../engines/index.ts';
import type { Credentials, Engine, Exec, Progress } from '../engines/engine.ts';
import { LOGIN_USER } from '../user-data.ts';
import type { BrokerWorld } from '../world.ts';
import { outputOf, requestOf } from './launch-input.ts';

const LOOK_AGAIN_MS = 1_000;

/** What work inside a server is given. */
export interface Inside {
  readonly exec: Exec;
  readonly engine: Engine;
  readonly credentials: Credentials;
}

/** The address a job's server is reached at: the floating one where there is one. */
export const addressOf = (run: StepRun): string =>
  typeof run.outputs['ensure-floating-ip']?.['address'] === 'string'
    ? outputOf(run, 'ensure-floating-ip', 'address')
    : outputOf(run, 'ensure-port', 'address');

/** The engine and the administrator of a job's broker; undefined where its secrets are gone. Marks the password as a secret of the run. */
export async function secretsOf(world: BrokerWorld, run: StepRun) {
  const secrets = await world.secrets.get(run.subject);
  if (secrets === undefined) return undefined;
  for (const secret of [secrets.adminPassword, secrets.loginKey, secrets.hostKey]) run.secret(secret);
  const { engine, admin_username: adminUsername } = requestOf(run);
  const credentials = { adminUsername, adminPassword: secrets.adminPassword };
  return { secrets, engine: engines[engine as EngineName], credentials };
}

/** Logs in to a job's server, with its host key pinned, and does the work there. */
export async function insideServer(
  world: BrokerWorld,
  run: StepRun,
  work: (inside: Inside) => Promise<Progress>,
): Promise<Outcome> {
  const known = await secretsOf(world, run);
  if (known === undefined) return { kind: 'reject', reason: 'The secrets of the broker were deleted.' };
  try {
    await using session = await connect({
      host: addressOf(run),
      port: world.sshPort,
      username: LOGIN_USER,
      privateKey: known.secrets.loginKey,
      hostKey: known.secrets.hostPublicKey,
      signal: run.signal,
    });
    const exec: Exec = async (command, options) => {
      const result = await session.exec(command, { ...options, signal: run.signal });
      run.note(
        `exit ${result.exitCode ?? result.signal ?? '?'} after ${result.durationMs} ms\n${result.stdout}${result.stderr}`,
      );
      return result;
    };
    return progressOutcome(await work({ exec, engine: known.engine, credentials: known.credentials }));
  } catch (error) {
    if (error instanceof SshError) return sshOutcome(error);
    throw error;
  }
}

/** What work in a server came to. */
export function progressOutcome(progress: Progress): Outcome {
  switch (progress.kind) {
    case 'done':
      return { kind: 'done' };
    case 'not-yet':
      return { kind: 'wait', afterMs: LOOK_AGAIN_MS, reason: progress.reason };
    case 'failed':
      return { kind: 'retry', reason: progress.reason };
    case 'never':
      return { kind: 'reject', reason: progress.reason };
  }
}

function sshOutcome(error: SshError): Outcome {
  switch (error.kind) {
    case 'host-key-mismatch':
      return { kind: 'reject', reason: error.message }; // never go on: it may be somebody else
    case 'unreachable':
    case 'auth-refused': // cloud-init may still be at it
      return { kind: 'wait', afterMs: LOOK_AGAIN_MS, reason: error.message };
    case 'lost':
    case 'timed-out':
      return { kind: 'retry', reason: error.message };
  }
}
