/** Words as a POSIX shell reads them back unchanged, whatever is in them. */
export const quote = (...words: readonly string[]): string =>
  words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
