import { readdirSync, readFileSync } from 'node:fs';

/** How the events of one kind of stream fold, and every type of them. */
interface Kind {
  readonly stream: {
    readonly kind: string;
    initial(): unknown;
    evolve(state: never, event: never): unknown;
  };
  /** Every type there is or ever was; `satisfies Record<Event['type'], true>` makes it complete. */
  readonly types: Readonly<Record<string, true>>;
}

interface History {
  readonly events: readonly { readonly type: string }[];
  /** What they fold to. */
  readonly state: unknown;
}

/**
 * The tests that a room's events of every release are still read. Its folder has a file a release, `events-<version>.json`:
 * histories as that release wrote them. A file is never changed; where an event gets another form, a new one is added.
 */
export function oldEventsAreRead(folder: URL, kinds: readonly Kind[]): void {
  const files = readdirSync(folder).filter((name) => /^events-.*\.json$/.test(name));
  const releases = files.map((file) => ({
    file,
    kinds: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Readonly<
      Record<string, readonly History[]>
    >,
  }));
  describe.each(kinds)('$stream.kind', ({ stream, types }) => {
    const histories = releases.flatMap(({ file, kinds: written }) =>
      (written[stream.kind] ?? []).map((history) => ({ file, history })),
    );

    test('what every release wrote folds to what it meant', () => {
      expect(histories).not.toEqual([]);
      for (const { file, history } of histories) {
        const folded = history.events.reduce<unknown>(
          (state, event) => stream.evolve(state as never, event as never),
          stream.initial(),
        );
        expect({ file, state: folded }).toEqual({ file, state: history.state });
      }
    });

    test('there is a history with every type of event', () => {
      const written = new Set(histories.flatMap(({ history }) => history.events.map(({ type }) => type)));
      expect([...written].sort()).toEqual(Object.keys(types).sort());
    });
  });
}
