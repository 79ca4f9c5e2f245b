import type { Step } from '#workflow';
import { isOver, jobStream, jobStreamId } from '#workflow';
import type { BrokerWorld } from '../world.ts';
import { inputText } from './launch-input.ts';
import { cloudRetry, CLOUD_TIMEOUT_MS } from './outcomes.ts';

/** The job that worked on the broker before has ended: nothing is made any more while we remove. */
export const settleOtherJob: Step<BrokerWorld> = {
  name: 'settle-other-job',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  async run(world, run) {
    const other = inputText(run, 'other_job');
    const loaded = await world.log.load(jobStream, jobStreamId(other));
    if (loaded === undefined || loaded.state.status === 'new' || isOver(loaded.state))
      return { kind: 'done' };
    // Parked on its way back: it would wait for a person, and what it leaves is what we remove.
    if (loaded.state.status === 'parked' && loaded.state.undo !== null) return { kind: 'done' };
    await world.cancelJob(other, `job ${run.job}`);
    return { kind: 'wait', afterMs: 500, reason: `Job ${other} is being cancelled.` };
  },
};

/** The secrets of the broker are forgotten. */
export const removeSecrets: Step<BrokerWorld> = {
  name: 'remove-secrets',
  stage: 'cloud',
  timeoutMs: CLOUD_TIMEOUT_MS,
  retry: cloudRetry,
  async run(world, run) {
    await world.secrets.delete(run.subject);
    return { kind: 'done' };
  },
};
