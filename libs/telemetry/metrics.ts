import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from './logger.ts';
import { watchStalls } from './stalls.ts';
import { within } from './within.ts';

/** Looks at something once a scrape and sets gauges. */
type Look = () => Promise<void>;

/** A look that takes longer is given up for this scrape, milliseconds. */
const LOOK_TIMEOUT_MS = 4_000;
/** Scrapes closer together than this share their looks, so that scraping costs the services nothing to speak of. Milliseconds. */
const LOOK_AGAIN_MS = 1_000;

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const SLOW = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/**
 * What a process tells Prometheus. Labels are bounded: routes as they are declared, names of steps, work queues that are
 * configured; never a tenant, a broker or a job. docs/operating.md explains each; its spec keeps the two alike.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #logger: Logger;
  readonly #looks = new Map<string, Look>();
  #looking: { readonly at: number; readonly done: Promise<void> } | undefined;

  readonly jobs = this.#gauge('warrener_jobs', 'Jobs that have not ended', ['status']);
  readonly jobsEnded = this.#counter('warrener_jobs_ended_total', 'Jobs that ended, by how', [
    'workflow',
    'status',
  ]);
  readonly stepSeconds = this.#histogram(
    'warrener_step_seconds',
    'How long one run of a step took, by its outcome',
    ['step', 'outcome'],
    SLOW,
  );
  readonly workerSlots = this.#gauge('warrener_worker_slots', 'Steps this worker runs at once at most');
  readonly workerRunning = this.#gauge('warrener_worker_running', 'Steps this worker runs at this moment');
  readonly queueMessages = this.#gauge(
    'warrener_work_queue_messages',
    'Messages ready in a work queue; not those that workers hold',
    ['queue'],
  );
  readonly queueConsumers = this.#gauge(
    'warrener_work_queue_consumers',
    'Consumers of a work queue at this moment',
    ['queue'],
  );
  readonly queueOldestSeconds = this.#gauge(
    'warrener_work_queue_oldest_seconds',
    'How long the job that waits longest for a worker of this queue has waited; 0 where none does',
    ['queue'],
  );
  readonly queueMisaligned = this.#gauge(
    'warrener_work_queue_misaligned',
    '1 where work is routed to a queue that no worker consumes: it would wait for ever',
    ['queue'],
  );
  readonly parkedMessages = this.#gauge(
    'warrener_parked_messages',
    'Messages that nobody could make sense of, kept for a person to look at',
  );
  readonly outboxMessages = this.#gauge(
    'warrener_outbox_messages',
    'Messages that are due and not yet known to be with RabbitMQ',
  );
  readonly outboxOldestSeconds = this.#gauge(
    'warrener_outbox_oldest_seconds',
    'For how long the oldest of those has been due; 0 where there is none',
  );
  readonly horizonSeconds = this.#gauge(
    'warrener_log_horizon_seconds',
    'Age of the oldest write transaction of the PostgreSQL cluster, which holds back all readers of the log',
  );
  readonly projectionLagSeconds = this.#gauge(
    'warrener_projection_lag_seconds',
    'Age of the oldest event that a read model has not taken in yet; 0 where it is up to date',
    ['projection'],
  );
  readonly channelLagSeconds = this.#gauge(
    'warrener_channel_lag_seconds',
    'Age of the oldest event that a channel (webhooks, amqp, firehose) has not taken yet; 0 where it is up to date',
    ['channel'],
  );
  readonly deliveriesPending = this.#gauge(
    'warrener_webhook_deliveries_pending',
    'Webhook deliveries that are owed',
  );
  readonly deliveriesOldestSeconds = this.#gauge(
    'warrener_webhook_deliveries_oldest_seconds',
    'For how long the oldest owed webhook delivery has been due; 0 where none is',
  );
  readonly firehoseHealthy = this.#gauge(
    'warrener_firehose_healthy',
    '1 where a publisher of the firehose is heard, 0 where it has gone silent',
    ['publisher'],
  );
  readonly httpSeconds = this.#histogram(
    'warrener_http_request_seconds',
    'How long the API took to answer, by route and status; streams are not in it',
    ['method', 'route', 'status'],
    FAST,
  );
  readonly httpStreams = this.#gauge(
    'warrener_http_streams',
    'Streams of server-sent events that are open in this process',
  );
  readonly cloudSeconds = this.#histogram(
    'warrener_cloud_call_seconds',
    'How long OpenStack took to answer one request; status is "none" where it did not answer',
    ['service', 'method', 'status'],
    FAST,
  );
  readonly limitsReached = this.#counter(
    'warrener_limits_reached_total',
    'Launches refused and steps put off because a tenant was at its limit',
    ['limit'],
  );
  readonly stallSeconds = this.#gauge(
    'warrener_event_loop_stall_seconds',
    'Longest time since the last scrape that the process computed without attending to anything else; waiting for a busy machine is not in it (nodejs_eventloop_lag_max_seconds has both)',
  );
  readonly lookFailures = this.#counter(
    'warrener_metrics_failures_total',
    'Groups of gauges that could not be looked up for a scrape, and are missing from it',
    ['group'],
  );

  constructor(logger: Logger) {
    this.#logger = logger;
    // The process's memory, processor and garbage collection, and how long its event loop stood still since the last scrape.
    collectDefaultMetrics({ register: this.#registry });
    const longestStall = watchStalls();
    this.lookUp('event loop', [this.stallSeconds], async () => this.stallSeconds.set(longestStall()));
  }

  /** Has a group of gauges looked up at each scrape. Where that fails they are missing from it, and nothing else is. */
  lookUp(group: string, gauges: readonly Gauge[], look: Look): void {
    this.#looks.set(group, async () => {
      const forget = (): void => gauges.forEach((gauge) => gauge.reset());
      try {
        await within(LOOK_TIMEOUT_MS, look());
      } catch (error) {
        forget(); // what was true a while ago is no answer
        this.lookFailures.inc({ group });
        this.#logger.warn(
          { error, group },
          'metrics could not be looked up; they are left out of this scrape',
        );
      }
    });
  }

  /** Everything, in Prometheus' text format. */
  async render(): Promise<{ readonly type: string; readonly text: string }> {
    if (this.#looking === undefined || Date.now() - this.#looking.at > LOOK_AGAIN_MS) {
      const done = Promise.all([...this.#looks.values()].map((look) => look())).then(() => undefined);
      this.#looking = { at: Date.now(), done };
    }
    await this.#looking.done;
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** What there is of Warrener's own, for the documentation. */
  described(): readonly { readonly name: string; readonly type: string; readonly help: string }[] {
    return this.#registry
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith('warrener_'))
      .map(({ name, type, help }) => ({ name, type: String(type), help }));
  }

  #gauge<const Label extends string = never>(name: string, help: string, labelNames: Label[] = []) {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter<const Label extends string>(name: string, help: string, labelNames: Label[]) {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<const Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]) {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}
