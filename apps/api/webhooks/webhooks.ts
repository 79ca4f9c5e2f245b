import { AddressGuard, checkTarget, prepareWebhook, WebhookSecrets } from '#notify';
import type { PreparedWebhook, WebhookWorld } from '#notify';
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
   * Prepares the callback of a launch: a webhook that is told of that job only, in the same append as the job.
   *
   * @throws Problem for a bad URL
   */
  async prepareCallback(tenant: string, callbackUrl: string): Promise<PreparedWebhook> {
    const url = await checkTarget(this.guard, callbackUrl, 'callback_url');
    const settings = { url, types: [], description: 'callback of a launch', paused: false };
    return prepareWebhook(this.world, tenant, settings);
  }
}
