/** Something that happened elsewhere, as the firehose tells it. */
export interface SourceMessage {
  /** The levels of its topic below the source's name. */
  readonly path: readonly string[];
  /** The payload, before it is made JSON. */
  readonly body: unknown;
}

/** Why something is not told. */
export type SkipReason = 'malformed' | 'oversized' | 'not public';

/** Where a source puts what it reads. */
export interface Inlet {
  /**
   * Resolves once Mosquitto has all of them, however long that takes: a source that waits for it before it reads on, or
   * before it acknowledges, neither grows nor loses anything.
   *
   * @throws the signal's reason, where the source is being stopped
   */
  tell(messages: readonly SourceMessage[]): Promise<void>;
  /** Counts what is left out. */
  skip(reason: SkipReason): void;
  /** It is being read from now on; `missed` where something may have happened in between that nobody can tell any more. */
  connected(how?: { readonly missed?: boolean }): void;
}

/** Somebody else's events, which the firehose passes on to `<name>/#`. */
export interface Source {
  /** The first level of its topics, and the user as whom it publishes. */
  readonly name: string;
  /**
   * Connects, and reads until the connection is lost: it is called again then, after a pause. Ends soon after the signal is
   * aborted.
   *
   * @throws Error whose message is a sentence without secrets
   */
  read(inlet: Inlet, signal: AbortSignal): Promise<never>;
}

/** The most one message is, bytes of JSON; what is larger is left out. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** A source that is configured, and where its publisher connects to. */
export interface OpenedSource {
  readonly source: Source;
  readonly url: string;
}
