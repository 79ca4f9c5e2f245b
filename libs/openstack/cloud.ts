import type { CloudAccess } from './access.ts';
import { Glance } from './glance.ts';
import { Http } from './http.ts';
import type { AnswerReport } from './http.ts';
import { Keystone } from './keystone.ts';
import { Neutron } from './neutron.ts';
import { Nova } from './nova.ts';
import type { RequestReport } from './service.ts';
import { Session } from './session.ts';

/** The part of a structured logger that is used here (pino's order of arguments). */
interface Logger {
  debug(fields: object, message: string): void;
}

export interface CloudOptions {
  readonly logger?: Logger;
  /** Longest wait for one answer, milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Longest time spent on repeating one call that can be repeated, milliseconds. @default 10_000 */
  readonly retryBudgetMs?: number;
  readonly onRequest?: (report: RequestReport) => void;
  /** Told of everything that went out, for metrics. */
  readonly onAnswer?: (report: AnswerReport) => void;
}

/** A project on an OpenStack cloud. */
export class Cloud {
  readonly nova: Nova;
  readonly neutron: Neutron;
  readonly glance: Glance;
  readonly keystone: Keystone;
  readonly #http: Http;
  readonly #session: Session;

  constructor(access: CloudAccess, options: CloudOptions = {}) {
    const { timeoutMs = 60_000, onAnswer } = options;
    this.#http = new Http({ ca: access.ca, verify: access.verify, timeoutMs, onAnswer });
    this.#session = new Session(access, this.#http);
    const service = {
      http: this.#http,
      session: this.#session,
      retryBudgetMs: options.retryBudgetMs ?? 10_000,
      onRequest: (report: RequestReport) => {
        options.logger?.debug(report, 'cloud call');
        options.onRequest?.(report);
      },
    };
    this.nova = new Nova(service);
    this.neutron = new Neutron(service);
    this.glance = new Glance(service);
    this.keystone = new Keystone(access, this.#http, this.#session);
  }

  /** The project all calls are made for. Logs in. */
  async projectId(): Promise<string | null> {
    return this.#session.projectId();
  }

  async close(): Promise<void> {
    await this.#http.close();
  }
}
