/**
 * Words as a POSIX shell reads them back unchanged, whatever is in them.
 *
 * @throws Error for a NUL, which no argument of a program can hold
 */
export const quote = (...words: readonly string[]): string => words.map(quoteOne).join(' ');

function quoteOne(word: string): string {
  if (word.includes('\0')) throw new Error('a word of a command cannot hold a NUL');
  // No "=" among the harmless: a first word with it is an assignment.
  return /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
