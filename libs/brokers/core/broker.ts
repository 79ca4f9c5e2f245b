/** A thing of the cloud as a launch named it: its id, and the name people know it by. */
export type Named = { readonly id: string; readonly name: string };

/** What a tenant asked for. Secrets are not part of it. */
export type BrokerRequest = {
  readonly name: string;
  readonly engine: string;
  readonly image: Named;
  readonly flavor: Named;
  readonly network: Named;
  readonly key_pair: string;
  readonly admin_username: string;
  /** The external network to take a floating address from; null for none. */
  readonly floating_network: Named | null;
};

/** The facts of a broker. `job` is the job that brought them about. */
export type BrokerEvent =
  | ({ readonly type: 'BrokerRequested'; readonly broker: string; readonly job: string } & BrokerRequest)
  | { readonly type: 'BrokerLaunchStarted'; readonly job: string }
  | { readonly type: 'BrokerServerKnown'; readonly job: string; readonly server_id: string }
  | { readonly type: 'BrokerAddressed'; readonly job: string; readonly address: string }
  | {
      readonly type: 'BrokerReady';
      readonly job: string;
      readonly endpoint: string;
      readonly dashboard_url: string | null;
    }
  | { readonly type: 'BrokerFailed'; readonly job: string; readonly reason: string }
  | { readonly type: 'BrokerParked'; readonly job: string; readonly reason: string }
  | { readonly type: 'BrokerResumed'; readonly job: string }
  | { readonly type: 'BrokerDeletionRequested'; readonly job: string }
  | { readonly type: 'BrokerDeleted'; readonly job: string };

/** Ready means that the broker accepted a login, not that Nova calls its server ACTIVE. */
export type BrokerStatus = 'requested' | 'launching' | 'ready' | 'failed' | 'parked' | 'deleting' | 'deleted';

/** A broker, as its events fold. */
export type Broker = BrokerRequest & {
  readonly id: string;
  readonly status: BrokerStatus;
  /** The job that is responsible for it now; what other jobs still report about it does not count any more. */
  readonly job: string;
  /** The job that launched it. */
  readonly launchJob: string;
  readonly deleting: boolean;
  readonly serverId: string | null;
  readonly address: string | null;
  readonly endpoint: string | null;
  readonly dashboardUrl: string | null;
  readonly error: string | null;
};

/** Null before the broker was requested. */
export type BrokerState = Broker | null;

export const initialBroker = (): BrokerState => null;

/** The state after an event. Facts of a job that is no longer responsible change nothing. */
export function evolveBroker(broker: BrokerState, event: BrokerEvent): BrokerState {
  if (event.type === 'BrokerRequested') {
    const { type, broker: id, job, ...request } = event;
    return { ...request, id, job, launchJob: job, ...unlaunched, status: 'requested', deleting: false };
  }
  if (broker === null) return null;
  if (event.type === 'BrokerDeletionRequested')
    return { ...broker, status: 'deleting', deleting: true, job: event.job, error: null };
  if (event.job !== broker.job) return broker;
  switch (event.type) {
    case 'BrokerLaunchStarted':
      return { ...broker, status: 'launching', error: null };
    case 'BrokerServerKnown':
      return { ...broker, serverId: event.server_id };
    case 'BrokerAddressed':
      return { ...broker, address: event.address };
    case 'BrokerReady':
      return {
        ...broker,
        status: 'ready',
        endpoint: event.endpoint,
        dashboardUrl: event.dashboard_url,
        error: null,
      };
    case 'BrokerFailed':
      return { ...broker, ...unlaunched, status: 'failed', error: event.reason };
    case 'BrokerParked':
      return { ...broker, status: 'parked', error: event.reason };
    case 'BrokerResumed':
      return { ...broker, status: broker.deleting ? 'deleting' : 'launching', error: null };
    case 'BrokerDeleted':
      return { ...broker, ...unlaunched, status: 'deleted' };
  }
}

const unlaunched = {
  serverId: null,
  address: null,
  endpoint: null,
  dashboardUrl: null,
  error: null,
} as const;

/** Who holds a broker's name within a tenant. */
export type NameEvent =
  { readonly type: 'NameTaken'; readonly broker: string } | { readonly type: 'NameReleased' };

export type NameState = { readonly broker: string | null };

export const initialName = (): NameState => ({ broker: null });

export const evolveName = (_state: NameState, event: NameEvent): NameState =>
  event.type === 'NameTaken' ? { broker: event.broker } : { broker: null };
