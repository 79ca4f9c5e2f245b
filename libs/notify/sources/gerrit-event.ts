import { z } from 'zod';
import type { SkipReason, SourceMessage } from './source.ts';

const Name = z.string().min(1).max(500);
const Event = z.looseObject({
  type: z.string().min(1).max(100),
  project: z.union([Name, z.object({ name: Name })]).optional(),
  projectName: Name.optional(),
  change: z.looseObject({ project: Name.optional(), private: z.boolean().optional() }).optional(),
  refUpdate: z.looseObject({ project: Name }).optional(),
});

/**
 * A line of Gerrit's `stream-events` as the firehose tells it: to `gerrit/<project>/<event>`, as Gerrit wrote it, but
 * without anybody's email address, and nothing of a private change.
 */
export function gerritMessage(line: Buffer): SourceMessage | SkipReason {
  const json = parse(line);
  const { success, data: event } = Event.safeParse(json);
  if (!success) return 'malformed';
  if (event.change?.private === true) return 'not public';
  const project = typeof event.project === 'object' ? event.project.name : event.project;
  const name = project ?? event.change?.project ?? event.refUpdate?.project ?? event.projectName ?? '';
  return { path: [...name.split('/'), event.type], body: withoutEmails(json) };
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    return undefined;
  }
}

function withoutEmails(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmails);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'email')
      .map(([key, inner]) => [key, withoutEmails(inner)]),
  );
}
