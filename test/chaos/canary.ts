import { randomBytes } from 'node:crypto';

/** A word that is part of every secret of a run, and must be nowhere but where secrets belong. */
export interface Canary {
  readonly word: string;
  /** Looks at a text or bytes; what is found is remembered with its place. */
  look(place: string, content: string | Buffer): void;
  /** Looks at what comes in pieces; a word that is cut in two by them is found, too. */
  lookAtPiece(place: string, connection: object, piece: Buffer): void;
  readonly found: ReadonlySet<string>;
}

/** @param more other words that must be nowhere, each under a name to report it by */
export function canary(more: Readonly<Record<string, string>>): Canary {
  const word = `canary${randomBytes(9).toString('hex')}`;
  const words = Object.entries({ password: word, ...more, 'private key': 'PRIVATE KEY-----' });
  const forms = words.flatMap(([name, text]) => formsOf(text).map((form) => [name, form] as const));
  const longest = Math.max(...forms.map(([, form]) => form.length));
  const found = new Set<string>();
  const tails = new WeakMap<object, Buffer>();
  const look = (place: string, content: string | Buffer): void => {
    for (const [name, form] of forms) if (content.includes(form)) found.add(`${name} in ${place}`);
  };
  return {
    word,
    look,
    lookAtPiece: (place, connection, piece) => {
      const bytes = Buffer.concat([tails.get(connection) ?? Buffer.alloc(0), piece]);
      look(place, bytes);
      tails.set(connection, bytes.subarray(-longest));
    },
    found,
  };
}

/** A word as it is, and as it looks in hexadecimal and at each offset in base64, without the ends that depend on neighbours. */
function formsOf(word: string): readonly string[] {
  const bytes = Buffer.from(word);
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(offset === 0 ? 0 : 4, -2);
  });
  return [word, bytes.toString('hex'), ...inBase64];
}
