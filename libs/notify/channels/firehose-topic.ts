/** Longest topic, bytes of UTF-8; what would be longer is not told. */
const MAX_TOPIC_BYTES = 1_000;

/**
 * A topic out of its levels. What MQTT gives a meaning, or no reader expects in a topic (`/ + # %`, control characters),
 * is percent-encoded, so that a name can never become a level, a wildcard or somebody else's topic. An empty level is
 * `_`.
 *
 * @throws RangeError where it gets too long
 */
export function topicOf(...levels: readonly string[]): string {
  const topic = levels.map(level).join('/');
  if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES)
    throw new RangeError(`a topic is ${MAX_TOPIC_BYTES} bytes at most`);
  return topic;
}

const level = (text: string): string =>
  text === ''
    ? '_'
    : text.replace(/[/+#%]|\p{C}/gu, (character) =>
        [...Buffer.from(character)]
          .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
      );
