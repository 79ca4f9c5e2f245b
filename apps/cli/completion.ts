import type { Command } from 'commander';
import { Client, findApi } from './client.ts';
import type { Io } from './output.ts';
import { formats } from './output.ts';

/** The shells there is a completion for; each asks `warrener __complete` with the words so far. */
export const completionScripts = {
  bash: `_warrener() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(warrener __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _warrener warrener
`,
  zsh: `#compdef warrener
_warrener() {
  local -a found
  found=("\${(@f)$(warrener __complete -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  compadd -a found
}
compdef _warrener warrener
`,
} as const;

/** Which list of the API completes an option's value or a command's argument. */
const sources: Readonly<Record<string, string>> = {
  '--image': '/v1/cloud/images',
  '--flavor': '/v1/cloud/flavors',
  '--network': '/v1/cloud/networks',
  '--floating-network': '/v1/cloud/networks',
  '--key': '/v1/cloud/keys',
  'tenant show': '/v1/tenants',
  'tenant change': '/v1/tenants',
  'tenant delete': '/v1/tenants',
  'token list': '/v1/tenants',
  'token issue': '/v1/tenants',
  'token revoke': '/v1/tenants',
  'pool show': '/v1/worker-pools',
  'pool set': '/v1/worker-pools',
  'pool remove': '/v1/worker-pools',
  'broker show': '/v1/brokers',
  'broker delete': '/v1/brokers',
  'job show': '/v1/jobs',
  'job watch': '/v1/jobs',
  'job cancel': '/v1/jobs?status=running',
  'job retry': '/v1/jobs?status=parked',
  'webhook show': '/v1/webhooks',
  'webhook delete': '/v1/webhooks',
  'webhook test': '/v1/webhooks',
  'webhook deliveries': '/v1/webhooks',
  'webhook replay': '/v1/webhooks',
};

const fixed: Readonly<Record<string, readonly string[]>> = {
  '--format': formats,
  '-f': formats,
  '--engine': ['rabbitmq', 'mosquitto'],
  '--lane': ['express', 'bulk'],
  '--role': ['reader', 'member', 'admin'],
};

/** What may come after these words. Names are asked of the API, quickly; without it there are none. */
export async function complete(
  program: Command,
  words: readonly string[],
  io: Io,
): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  if (last in fixed) return fixed[last] ?? [];
  if (last in sources) return names(sources[last] ?? '', io);
  let command = program;
  const path: string[] = [];
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  const nouns = command.commands.map((candidate) => candidate.name()).filter((name) => !name.startsWith('_'));
  const options = command.options.map(({ long, short }) => long ?? short ?? '');
  const source = sources[path.join(' ')];
  return [...nouns, ...(source === undefined ? [] : await names(source, io)), ...options];
}

async function names(path: string, io: Io): Promise<readonly string[]> {
  try {
    const client = new Client(findApi(undefined, io.env, io.cwd));
    const late = new Promise<readonly never[]>((resolve) => setTimeout(() => resolve([]), 1_500).unref());
    const items = await Promise.race([client.list(path), late]);
    return items.map((item) =>
      String(/^\/v1\/(jobs|tenants|webhooks)/.test(path) ? item['id'] : item['name']),
    );
  } catch {
    return []; // a shell that completes is no place for errors
  }
}
