/** What is wrong with a topic filter, as MQTT has it; null where nothing is. */
export function problemOfFilter(filter: string): string | null {
  if (filter === '') return 'Name a topic; # is all of them.';
  if (filter.length > 500) return 'Use at most 500 characters.';
  const levels = filter.split('/');
  if (levels.some((level) => level.includes('+') && level !== '+')) return 'A + stands for a whole level.';
  if (levels.some((level, index) => level.includes('#') && (level !== '#' || index < levels.length - 1)))
    return 'A # stands at the end, for all that follows.';
  return null;
}
