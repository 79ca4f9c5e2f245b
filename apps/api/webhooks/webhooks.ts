import { AddressGuard, checkTarget, newWebhook, WebhookSecrets } from '#notify';
import type { WebhookWorld } from '#notify';
import type { StreamWrite } from '#event-log';
import type { Runtime } from '#runtime';

/** What requests about webhooks work with. */
export class Webhooks {
  readonly world: WebhookWorld;
  readonly guard: AddressGuard;

  /**
   * @param secretKey 32 bytes
   * @param allow private ranges that webhooks may lead to
   */
  constructor(runtime: Runtime, secretKey: Buffer, allow: readonly string[]) {
    this.world = { log: runtime.log, secrets: new WebhookSecrets(runtime.pool, secretKey) };
    this.guard = new AddressGuard(allow);
  }

  /**
   * Prepares the callback of a launch: a webhook that is told of this job only, in the same append as the job.
   *
   * @throws Problem for a bad URL
   */
  async checkCallback(url: string): Promise<string> {
    return checkTarget(this.guard, url, 'callback_url');
  }

  /** The write that creates the callback of a job, to go into the append that submits it. */
  async callback(tenant: string, url: string, job: string): Promise<StreamWrite> {
    const settings = { url, types: [], description: `callback of job ${job}`, paused: false };
    return (await newWebhook(this.world, tenant, settings, undefined, job)).write;
  }
}
