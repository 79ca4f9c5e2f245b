import type { BrokerWorld } from '#brokers';
import {
  brokerAlongside,
  brokersProjection,
  BrokerView,
  schemaDirectory as brokerSchema,
  SecretStore,
  steps,
} from '#brokers';
import { Publisher, Timers } from '#dispatch';
import { EventLog, Projector, schemaDirectory as logSchema } from '#event-log';
import type { OutboxMessage } from '#event-log';
import { schemaDirectory as notifySchema, webhooksProjection } from '#notify';
import { Cloud, readCloudAccess } from '#openstack';
import type { DataSource, Logger, Shutdown, Variables } from '#platform';
import { openDataSource, openPool } from '#platform';
import { Health, Metrics } from '#telemetry';
import {
  poolsProjection,
  PoolView,
  schemaDirectory as tenantSchema,
  StepSlots,
  tenantsProjection,
  TenantView,
  tokensProjection,
  TokenView,
} from '#tenants';
import { Dispatcher, jobsProjection, JobView, Runner, schemaDirectory as jobSchema } from '#workflow';
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import { baseDependencies } from './dependencies.ts';
import { countAnswer, countedSlots, countEnd } from './measures.ts';
import { Workers } from './workers.ts';

/** What every server process needs from the environment. */
export const runtimeVariables = [
  'DATABASE_URL',
  'AMQP_URL',
  'REDIS_URL',
  'WARRENER_SECRET_KEY',
  'WARRENER_INSTALLATION',
  'WARRENER_SSH_PORT',
  'WARRENER_LOG_LEVEL',
  'WARRENER_METRICS_PORT',
  'WARRENER_METRICS_HOST',
] as const;

type RuntimeConfig = Pick<Variables, (typeof runtimeVariables)[number]>;

/** Every read model. */
const projections = [
  brokersProjection,
  jobsProjection,
  webhooksProjection,
  tenantsProjection,
  tokensProjection,
  poolsProjection,
];
/** The names of their checkpoints. */
export const projectionNames: readonly string[] = projections.map(({ name }) => name);
const views = [BrokerView, JobView, TenantView, TokenView, PoolView];

/** One thing Warrener depends on, and whether it is there. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * What the API and the workers share, opened once a process: the log, the read models, the cloud, and the way messages
 * go. Everything it opens is closed by the shutdown it was given.
 */
export class Runtime {
  readonly log: EventLog;
  readonly dataSource: DataSource;
  readonly world: BrokerWorld;
  readonly runner: Runner<BrokerWorld>;
  readonly logger: Logger;
  readonly workers: Workers;
  readonly metrics: Metrics;
  /** What this process depends on; whoever adds to the process adds to it. */
  readonly health = new Health();
  readonly #pool: Pool;
  readonly #projector: Projector;
  readonly #dispatcher: Dispatcher;
  readonly #publisher: Publisher;
  readonly #timers: Timers;
  readonly #commitListeners: (() => void)[] = [];

  private constructor(
    config: RuntimeConfig,
    cloud: Cloud,
    dataSource: DataSource,
    metrics: Metrics,
    logger: Logger,
  ) {
    this.logger = logger;
    this.metrics = metrics;
    this.dataSource = dataSource;
    this.#pool = openPool(config.DATABASE_URL, {
      name: 'warrener',
      onError: (error) => logger.warn({ error }, 'an idle database connection broke'),
    });
    this.log = new EventLog(this.#pool, { logger });
    this.workers = new Workers({ url: config.AMQP_URL, log: this.log, logger });
    this.#projector = new Projector(this.#pool, this.log, projections, { logger });
    this.#publisher = new Publisher({ url: config.AMQP_URL, logger });
    this.#timers = new Timers({
      redisUrl: config.REDIS_URL,
      prefix: config.WARRENER_INSTALLATION,
      logger,
      onDue: (message) => this.#dispatcher.due(message),
    });
    this.#dispatcher = new Dispatcher({
      log: this.log,
      publish: (message) => this.#publisher.publish({ ...message, tenant: tenantOf(message.body) }),
      wakeAt: (at, message) => this.#timers.wakeAt(at, message),
      logger,
    });
    this.world = {
      log: this.log,
      secrets: new SecretStore(this.#pool, Buffer.from(config.WARRENER_SECRET_KEY, 'base64')),
      cloud,
      installation: config.WARRENER_INSTALLATION,
      sshPort: config.WARRENER_SSH_PORT,
      committed: (messages) => this.#committed(messages),
      cancelJob: async (job, by) => {
        await this.runner.command(job, { type: 'cancel', by });
      },
    };
    this.runner = new Runner({
      log: this.log,
      dispatcher: this.#dispatcher,
      steps,
      world: this.world,
      alongside: brokerAlongside(this.world),
      slots: countedSlots(new StepSlots(this.log), metrics),
      logger,
      worker: `${hostname()}/${process.pid}`,
      onAppend: (events, job) => {
        countEnd(metrics, events, job);
        this.#committed([]);
      },
      onStepRan: ({ step, outcome, durationMs }) =>
        metrics.stepSeconds.observe({ step, outcome }, durationMs / 1_000),
    });
  }

  /**
   * Opens everything a server process needs. RabbitMQ, Redis and the cloud may be away: they are connected to as soon as
   * they answer. The database may not.
   */
  static async open(
    config: RuntimeConfig,
    env: Readonly<Record<string, string | undefined>>,
    logger: Logger,
    shutdown: Shutdown,
  ): Promise<Runtime> {
    const metrics = new Metrics(logger);
    const onAnswer = countAnswer(metrics);
    const cloud = new Cloud(await readCloudAccess(env), { logger, onAnswer });
    shutdown.add('cloud', () => cloud.close());
    const schemas = [
      { room: 'event-log', directory: logSchema },
      { room: 'workflow', directory: jobSchema },
      { room: 'brokers', directory: brokerSchema },
      { room: 'notify', directory: notifySchema },
      { room: 'tenants', directory: tenantSchema },
    ];
    const dataSource = await openDataSource(config.DATABASE_URL, schemas, views);
    shutdown.add('read models', () => dataSource.destroy());
    const runtime = new Runtime(config, cloud, dataSource, metrics, logger);
    shutdown.add('database', () => runtime.#pool.end());
    runtime.#publisher.start();
    shutdown.add('publisher', () => runtime.#publisher.stop());
    runtime.#timers.start();
    shutdown.add('workers', () => runtime.workers.stop());
    shutdown.add('timers', () => runtime.#timers.stop());
    shutdown.add('dispatcher', () => runtime.#dispatcher.stop());
    runtime.#projector.start();
    shutdown.add('projections', () => runtime.#projector.stop());
    runtime.health.add(
      ...baseDependencies({
        pool: runtime.#pool,
        dataSource,
        log: runtime.log,
        projections: projectionNames,
        rabbitmq: runtime.#publisher,
        redis: runtime.#timers,
      }),
    );
    return runtime;
  }

  /** The connections of the log and the hot path. */
  get pool(): Pool {
    return this.#pool;
  }

  /** Publishes what other processes left behind, from now on. */
  startSweeping(): void {
    this.#dispatcher.start();
  }

  /** Calls back after everything this process commits. */
  onCommit(listener: () => void): void {
    this.#commitListeners.push(listener);
  }

  /** Throws the read models away and makes them anew from the log. */
  async rebuildProjections(): Promise<{ name: string; events: number }[]> {
    const rebuilt: { name: string; events: number }[] = [];
    for (const { name } of projections) {
      rebuilt.push({ name, events: await this.#projector.rebuild(name) });
    }
    return rebuilt;
  }

  /** Whether the database answers. */
  async checkDatabase(): Promise<Check> {
    return check('database', async () => {
      const { lagMs } = await this.log.horizon();
      return `answers; the log's readers are ${lagMs} ms behind`;
    });
  }

  /** Looks at everything Warrener depends on. */
  async checks(): Promise<Check[]> {
    return Promise.all([
      this.checkDatabase(),
      check('rabbitmq', async () => this.#publisher.ping()),
      check('redis', async () => this.#timers.ping()),
      check('cloud', async () => {
        const images = await this.world.cloud.glance.listImages();
        return `answers; it has ${images.length} images`;
      }),
    ]);
  }

  #committed(messages: readonly OutboxMessage[]): void {
    this.#projector.nudge();
    for (const listener of this.#commitListeners) listener();
    void this.#dispatcher.send(messages); // never rejects
  }
}

/** Whose work a message is. One that was written before messages said so is charged to its queue. */
const tenantOf = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'tenant' in body && typeof body.tenant === 'string'
    ? body.tenant
    : undefined;

async function check(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
