import type { StepRun } from '#workflow';
import type { BrokerRequest } from '../core/broker.ts';
import type { BrokerWorld } from '../world.ts';
import type { Mark } from '../marks.ts';
import { resourceName } from '../marks.ts';

/** The request a launch job carries. */
export const requestOf = (run: StepRun): BrokerRequest => run.input as unknown as BrokerRequest;

/** The mark of the job's broker. */
export const markOf = (world: BrokerWorld, run: StepRun): Mark => ({
  installation: world.installation,
  broker: run.subject,
});

/** The name the job's broker has in the cloud. Launches and deletes both carry the broker's name. */
export const nameOf = (run: StepRun): string => resourceName(inputText(run, 'name'), run.subject);

/** A text that an earlier step put out. Throws where the plan ran out of order: a bug. */
export function outputOf(run: StepRun, step: string, key: string): string {
  const value = run.outputs[step]?.[key];
  if (typeof value !== 'string') throw new Error(`step ${step} put out no ${key}`);
  return value;
}

/** A text of the job's input. Throws where there is none: a bug. */
export function inputText(run: StepRun, key: string): string {
  const value = run.input[key];
  if (typeof value !== 'string') throw new Error(`the job's input has no ${key}`);
  return value;
}
