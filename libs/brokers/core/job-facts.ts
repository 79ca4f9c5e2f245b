import type { BrokerEvent } from './broker.ts';

/** The part of a job's event that a broker cares about; the workflow library's events fit it. */
export interface JobFact {
  readonly type: string;
  readonly step?: string;
  readonly direction?: string;
  readonly output?: { readonly [key: string]: unknown };
  readonly reason?: string;
}

/** What a job is to its broker. */
export interface BrokerJob {
  readonly id: string;
  readonly workflow: string;
  /** Outputs of the steps done so far, by step. */
  readonly outputs: { readonly [step: string]: { readonly [key: string]: unknown } };
}

const FIRST_LAUNCH_STEP = 'ensure-security-group';

/** What a fact of a job means for its broker; none where it means nothing. */
export function brokerFacts(job: BrokerJob, fact: JobFact, endpoints: Endpoints): readonly BrokerEvent[] {
  const id = job.id;
  switch (fact.type) {
    case 'JobRetried':
      return [{ type: 'BrokerResumed', job: id }];
    case 'JobParked':
      return [{ type: 'BrokerParked', job: id, reason: fact.reason ?? '' }];
    case 'JobFailed':
    case 'JobCancelled':
      return [{ type: 'BrokerFailed', job: id, reason: fact.reason ?? '' }];
    case 'JobSucceeded':
      if (job.workflow === 'delete-broker') return [{ type: 'BrokerDeleted', job: id }];
      return [{ type: 'BrokerReady', job: id, ...endpoints(addressOf(job)) }];
    case 'StepStarted':
      return fact.step === FIRST_LAUNCH_STEP && fact.direction === 'do'
        ? [{ type: 'BrokerLaunchStarted', job: id }]
        : [];
    case 'StepSucceeded':
      return fact.direction === 'do' ? stepFacts(job, fact) : [];
    default:
      return [];
  }
}

/** An engine's endpoint and dashboard at an address. */
export type Endpoints = (address: string) => {
  readonly endpoint: string;
  readonly dashboard_url: string | null;
};

function stepFacts(job: BrokerJob, fact: JobFact): readonly BrokerEvent[] {
  const { output } = fact;
  const facts: BrokerEvent[] = [];
  if (typeof output?.['server_id'] === 'string')
    facts.push({ type: 'BrokerServerKnown', job: job.id, server_id: output['server_id'] });
  if (typeof output?.['address'] === 'string')
    facts.push({ type: 'BrokerAddressed', job: job.id, address: output['address'] });
  return facts;
}

/** The address a broker is reached at: the floating one where there is one, else its port's. */
function addressOf(job: BrokerJob): string {
  const floating = job.outputs['ensure-floating-ip']?.['address'];
  const fixed = job.outputs['ensure-port']?.['address'];
  return typeof floating === 'string' ? floating : typeof fixed === 'string' ? fixed : '';
}
