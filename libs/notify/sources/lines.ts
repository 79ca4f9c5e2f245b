const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines. One that is too long is counted and never kept. */
export class Lines {
  readonly #maxBytes: number;
  readonly #onTooLong: () => void;
  #parts: Buffer[] = [];
  #bytes = 0;
  #tooLong = false;

  /** @param maxBytes longest line, without its end */
  constructor(maxBytes: number, onTooLong: () => void) {
    this.#maxBytes = maxBytes;
    this.#onTooLong = onTooLong;
  }

  /** The lines that end in this chunk, without their ends. */
  add(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      if (!this.#tooLong) lines.push(Buffer.concat(this.#parts));
      this.#forget();
      this.#tooLong = false;
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  #keep(part: Buffer): void {
    if (this.#tooLong || part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxBytes) return;
    this.#tooLong = true;
    this.#forget();
    this.#onTooLong();
  }

  #forget(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
