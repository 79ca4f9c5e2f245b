import { within } from './within.ts';

/** Something a process depends on. */
export interface Dependency {
  readonly name: string;
  /** Without it the process cannot do its work; else it does, if later or less. */
  readonly needed: boolean;
  /** What to do where it fails, in a sentence for whoever is called at night. */
  readonly remedy: string;
  /** Resolves where it is well. @throws Error where it is not */
  readonly look: () => Promise<unknown>;
}

/** How a dependency is. Told without a token, so it says nothing of where the dependency lives. */
export interface DependencyHealth {
  readonly name: string;
  readonly ok: boolean;
  readonly needed: boolean;
  /** Null where it is well. */
  readonly remedy: string | null;
}

/** How a process is: `degraded` still does its work. */
export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: readonly DependencyHealth[];
}

const LOOK_TIMEOUT_MS = 3_000;
/** Probes closer together than this share an answer, milliseconds: anybody may ask. */
const LOOK_AGAIN_MS = 500;

/** What a process depends on, looked at when asked; each look has three seconds. */
export class Health {
  readonly #dependencies: Dependency[] = [];
  readonly #needed = new Set<string>();
  #latest: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  add(...dependencies: readonly Dependency[]): void {
    this.#dependencies.push(...dependencies);
  }

  /** Without this one, the process cannot do its work. */
  need(name: string): void {
    this.#needed.add(name);
  }

  /** Never rejects. */
  async report(): Promise<HealthReport> {
    if (this.#latest === undefined || Date.now() - this.#latest.at > LOOK_AGAIN_MS)
      this.#latest = { at: Date.now(), report: this.#look() };
    return this.#latest.report;
  }

  async #look(): Promise<HealthReport> {
    const dependencies = await Promise.all(
      this.#dependencies.map((one) => examine({ ...one, needed: one.needed || this.#needed.has(one.name) })),
    );
    const failed = dependencies.filter(({ ok }) => !ok);
    const status =
      failed.length === 0 ? 'ok' : failed.some(({ needed }) => needed) ? 'unavailable' : 'degraded';
    return { status, dependencies };
  }
}

async function examine({ name, needed, remedy, look }: Dependency): Promise<DependencyHealth> {
  const ok = await within(LOOK_TIMEOUT_MS, Promise.resolve().then(look)).then(
    () => true,
    () => false,
  );
  return { name, ok, needed, remedy: ok ? null : remedy };
}
