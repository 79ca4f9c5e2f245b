/** Longest text kept of one run, characters. */
const MAX_NOTES = 8 * 1024;
const HIDDEN = '[redacted]';

/** Gathers what a run says about itself: bounded (the end is kept, it tells how it went), and without its secrets. */
export class Notes {
  readonly #secrets = new Set<string>();
  #text = '';

  secret(value: string): void {
    if (value.length > 0) this.#secrets.add(value);
  }

  note(line: string): void {
    const text = `${this.#text}${line.trimEnd()}\n`;
    // Kept a little longer than shown, so that a secret is not cut in two before it is recognised.
    this.#text = text.length > 4 * MAX_NOTES ? text.slice(-4 * MAX_NOTES) : text;
  }

  text(): string {
    const clean = this.clean(this.#text.trimEnd());
    return clean.length > MAX_NOTES
      ? `[… ${clean.length - MAX_NOTES} characters cut]\n${clean.slice(-MAX_NOTES)}`
      : clean;
  }

  /** A text without the secrets named so far, as they are and as they look inside JSON. */
  clean(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) {
      clean = clean.replaceAll(secret, HIDDEN).replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN);
    }
    return clean;
  }
}
