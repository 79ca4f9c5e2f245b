/**
 * The beginning and the end of a stream of bytes, bounded: the one says what was done, the other how it went. What lies
 * between is counted and dropped.
 */
export class Excerpt {
  readonly #headBytes: number;
  readonly #tailBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer[] = [];
  #inTail = 0;
  #dropped = 0;

  /** @param maxBytes most that is kept; a note of what was cut comes on top */
  constructor(maxBytes: number) {
    this.#headBytes = Math.floor(maxBytes / 2);
    this.#tailBytes = maxBytes - this.#headBytes;
  }

  get truncated(): boolean {
    return this.#dropped > 0 || this.#inTail > this.#tailBytes;
  }

  add(chunk: Buffer): void {
    const room = this.#headBytes - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(room);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#inTail += rest.length;
    if (this.#inTail > 2 * this.#tailBytes) this.#cut(); // not at every chunk: copying is the expensive part
  }

  /** As text; bytes that are none come out as U+FFFD, and so does NUL, which databases refuse in texts. */
  text(): string {
    this.#cut();
    const text = (bytes: Buffer) => bytes.toString('utf8').replaceAll('\0', '\ufffd');
    const tail = Buffer.concat(this.#tail);
    if (this.#dropped === 0) return text(Buffer.concat([this.#head, tail]));
    return `${text(this.#head)}\n[… ${this.#dropped} bytes cut …]\n${text(tail)}`;
  }

  #cut(): void {
    const excess = this.#inTail - this.#tailBytes;
    if (excess <= 0) return;
    // Copied, or the small end would keep all of the large chunk it is cut from.
    this.#tail = [Buffer.from(Buffer.concat(this.#tail).subarray(excess))];
    this.#inTail = this.#tailBytes;
    this.#dropped += excess;
  }
}
