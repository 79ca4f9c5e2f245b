/** A fault on demand. */
export interface FaultRule {
  readonly service: string | null;
  readonly method: string | null;
  readonly path: RegExp;
  times: number;
  /**
   * - `status`: answers this status and does nothing.
   * - `lost-answer`: does what was asked, then cuts the connection.
   * - `cut-before`: cuts the connection and does nothing.
   * - `delay`: waits first.
   */
  readonly kind: 'status' | 'lost-answer' | 'cut-before' | 'delay';
  readonly status: number;
  readonly retryAfter: string | null;
  readonly delayMs: number;
}

/** The faults that are asked for now. */
export class Faults {
  #rules: FaultRule[] = [];

  add(rule: FaultRule): void {
    this.#rules.push(rule);
  }

  clear(): void {
    this.#rules = [];
  }

  /** How many are still to come. */
  get left(): number {
    return this.#rules.reduce((sum, { times }) => sum + times, 0);
  }

  /** The fault for a request, if one fits; counts it. */
  take(service: string, method: string, path: string): FaultRule | undefined {
    const rule = this.#rules.find(
      (candidate) =>
        candidate.times > 0 &&
        (candidate.service === null || candidate.service === service) &&
        (candidate.method === null || candidate.method === method) &&
        candidate.path.test(path),
    );
    if (rule !== undefined) rule.times -= 1;
    return rule;
  }
}
