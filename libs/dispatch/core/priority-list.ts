/** A work queue's place in a level. */
export interface WeightedQueue {
  readonly name: string;
  /** Its part of the level, against the weights beside it. */
  readonly weight: number;
}

/** Queues of equal rank, which share what workers have by weight. */
export type Level = readonly WeightedQueue[];

/** A list that makes no sense; the message is a sentence that names the item. */
export class PriorityListError extends Error {
  override readonly name = 'PriorityListError';
}

const MAX_QUEUES = 200;
const MAX_WEIGHT = 1_000;
const NAME = /^[\w.-]{1,200}$/;

/**
 * Reads a list of work queues, the most urgent first: levels between white space, the queues of one level between commas,
 * each with a weight after a colon where it is not 1: `"acme_express,beta_express:2 acme_bulk,beta_bulk"`.
 *
 * @throws PriorityListError
 */
export function parsePriorityList(text: string): readonly Level[] {
  const items = text.split(/\s+/).filter(Boolean);
  if (items.length === 0) throw new PriorityListError('the list of queues is empty; name at least one queue');
  const levels = items.map((item) => item.split(',').map((entry) => parseQueue(entry, item)));
  const seen = new Set<string>();
  for (const { name } of levels.flat()) {
    if (seen.has(name)) throw new PriorityListError(`"${name}" is listed twice; a queue has one place`);
    seen.add(name);
  }
  if (seen.size > MAX_QUEUES)
    throw new PriorityListError(`the list has ${seen.size} queues; at most ${MAX_QUEUES} are possible`);
  return levels;
}

/** The list as it is written; what `parsePriorityList` takes. */
export function formatPriorityList(levels: readonly Level[]): string {
  const queue = ({ name, weight }: WeightedQueue): string => (weight === 1 ? name : `${name}:${weight}`);
  return levels.map((level) => level.map(queue).join(',')).join(' ');
}

function parseQueue(entry: string, item: string): WeightedQueue {
  if (entry === '')
    throw new PriorityListError(
      `"${item}" has a comma too many; it stands between two queues, without spaces`,
    );
  const [name = '', weight, ...more] = entry.split(':');
  if (more.length > 0)
    throw new PriorityListError(`"${entry}" has more than one colon; write name or name:weight`);
  if (name === '') throw new PriorityListError(`"${entry}" has a weight but no queue; write name:weight`);
  if (!NAME.test(name))
    throw new PriorityListError(
      `"${name}" is no name for a queue; use 1 to 200 of letters, digits, ".", "_" and "-"`,
    );
  if (name.startsWith('amq.'))
    throw new PriorityListError(`"${name}" begins with "amq.", which RabbitMQ keeps for itself`);
  return { name, weight: weight === undefined ? 1 : parseWeight(weight, entry) };
}

function parseWeight(text: string, entry: string): number {
  const weight = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (weight < 1 || weight > MAX_WEIGHT)
    throw new PriorityListError(
      `"${entry}" has the weight "${text}"; expected a whole number from 1 to ${MAX_WEIGHT}`,
    );
  return weight;
}
