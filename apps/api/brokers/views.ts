import type { JsonObject } from '#event-log';
import type { Broker } from '#brokers';
import type { StoredEvent } from '#event-log';
import type { JobReport } from '#workflow';

/** A broker as lists show it. */
export const brokerView = (broker: Broker) =>
  ({
    id: broker.id,
    name: broker.name,
    endpoint: broker.endpoint,
    dashboard_url: broker.dashboardUrl,
    flavor: broker.flavor.name,
    key_pair: broker.key_pair,
    engine: broker.engine,
    status: broker.status,
    image: broker.image.name,
    network: broker.network.name,
    error: broker.error,
    job_id: broker.job,
  }) satisfies JsonObject;

/** A broker with all that is known about it. */
export const brokerDetail = (
  broker: Broker,
  history: readonly StoredEvent[],
  launch: JobReport | undefined,
  server: ServerView,
) => ({
  ...brokerView(broker),
  admin_username: broker.admin_username,
  address: broker.address,
  floating_network: broker.floating_network?.name ?? null,
  created_at: history[0]?.at ?? null,
  updated_at: history.at(-1)?.at ?? null,
  ...server,
  history: history.map(({ version, type, at, data }) => ({ version, type, at, data })),
  timings: (launch?.steps ?? []).map(({ name, durationMs, attempts }) => ({
    step: name,
    duration_ms: durationMs,
    attempts,
  })),
});

/** What Nova tells of the server, or why it could not be asked. */
export interface ServerView {
  readonly server: unknown;
  readonly server_error: string | null;
}
