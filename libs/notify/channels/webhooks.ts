import type { Pool } from 'pg';
import type { Channel } from '../channel.ts';
import { keepOwed, planDeliveries } from '../webhooks/owed.ts';

export interface WebhookChannelOptions {
  readonly pool: Pool;
  /** Names this installation in the events. */
  readonly source: string;
  /** How long a delivery is tried, milliseconds. */
  readonly giveUpAfterMs: number;
  /** Brings the list of webhooks up to everything that is visible now. */
  readonly refreshWebhooks: () => Promise<void>;
  /** Something is owed to these. Never rejects. */
  readonly wake: (webhooks: readonly string[]) => Promise<void>;
}

/** Writes down what each event owes to whom, and wakes whoever sends it. */
export function webhookChannel(options: WebhookChannelOptions): Channel {
  const { pool, source, giveUpAfterMs, refreshWebhooks, wake } = options;
  return {
    name: 'webhooks',
    deliver: async (events) => {
      // The list of webhooks lags the log a little; at its own events it must not.
      if (events.some(({ subject }) => subject.kind === 'webhook')) await refreshWebhooks();
      const owed = await planDeliveries(pool, events, source);
      if (owed.length > 0) await wake(await keepOwed(pool, owed, giveUpAfterMs));
    },
  };
}
