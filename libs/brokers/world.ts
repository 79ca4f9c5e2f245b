import type { EventLog, OutboxMessage } from '#event-log';
import type { Cloud } from '#openstack';
import type { SecretStore } from './secret-store.ts';

/** What the steps of brokers act on. */
export interface BrokerWorld {
  readonly log: EventLog;
  readonly secrets: SecretStore;
  readonly cloud: Cloud;
  /** Marks what belongs to this installation in the cloud. */
  readonly installation: string;
  /** Port of the sshd inside the servers. */
  readonly sshPort: number;
  /** Told of messages that were just committed, to send them at once; the sweep is behind it. */
  readonly committed: (messages: readonly OutboxMessage[]) => void;
  /** Asks a job to stop and go back. */
  readonly cancelJob: (job: string, by: string) => Promise<void>;
}
