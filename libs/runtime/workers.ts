import type { Announcement, Control, QueueStats } from '#dispatch';
import { ControlSender, formatPriorityList, parsePriorityList, queueStats } from '#dispatch';
import type { EventLog } from '#event-log';
import type { Logger } from '#platform';
import { DEFAULT_QUEUE_PRIORITY } from '#platform';
import { loadPool } from '#tenants';

/**
 * The workers that are alive, as far as they announce themselves, and a voice that reaches them. A worker that missed a
 * change of its pool's list is told again when it announces another one.
 *
 * Starts once; `stop()` may be called twice.
 */
export class Workers {
  readonly #url: string;
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #sender: ControlSender;

  constructor({ url, log, logger }: { url: string; log: EventLog; logger: Logger }) {
    this.#url = url;
    this.#log = log;
    this.#logger = logger;
    this.#sender = new ControlSender({
      url,
      logger,
      onAnnouncement: (announcement) => void this.#remind(announcement), // never rejects
    });
  }

  start(): void {
    this.#sender.start();
  }

  async stop(): Promise<void> {
    await this.#sender.stop();
  }

  /** Those that were heard of lately, by name. */
  alive(): readonly Announcement[] {
    return this.#sender.workers();
  }

  /** The queues on some worker's list, also those it does not consume at this moment because of more urgent ones. */
  consumedQueues(): ReadonlySet<string> {
    return new Set(
      this.alive()
        .filter(({ state }) => state === 'working')
        .flatMap(queuesOf),
    );
  }

  /** Null for a queue that does not exist. @throws Error where RabbitMQ does not answer */
  queueStats(names: readonly string[]): Promise<ReadonlyMap<string, QueueStats | null>> {
    return queueStats(this.#url, names);
  }

  /** Tells workers what to do. @throws PublishError where RabbitMQ is away */
  async tell(control: Control): Promise<void> {
    await this.#sender.send(control);
  }

  /** Tells a worker that runs a step of the job to look whether it was cancelled; where that fails it looks by itself. */
  async jobCancelled(job: string): Promise<void> {
    await this.#tryTo({ type: 'abort', job });
  }

  /** Tells the workers of a pool its list; null where it has none any more. Those that miss it are told again. */
  async poolChanged(pool: string, priorities: string | null): Promise<void> {
    await this.#tryTo({ type: 'reload', to: { pool }, priority: priorities ?? DEFAULT_QUEUE_PRIORITY });
  }

  async #remind({ worker, pool, priority, fixed, state }: Announcement): Promise<void> {
    if (fixed || state === 'stopped') return;
    try {
      const wanted = (await loadPool(this.#log, pool))?.priorities ?? DEFAULT_QUEUE_PRIORITY;
      if (formatPriorityList(parsePriorityList(wanted)) === priority) return;
      await this.#sender.send({ type: 'reload', to: { worker }, priority: wanted });
    } catch (error) {
      this.#logger.warn({ error, worker, pool }, 'a worker could not be told the list of its pool');
    }
  }

  async #tryTo(control: Control): Promise<void> {
    try {
      await this.tell(control);
    } catch (error) {
      this.#logger.warn({ error, control: control.type }, 'the workers could not be told at once');
    }
  }
}

/** The queues on a worker's list. */
export const queuesOf = ({ priority }: Announcement): string[] =>
  parsePriorityList(priority)
    .flat()
    .map(({ name }) => name);
