/** What the form holds; '' is not chosen yet. */
export interface LaunchDraft {
  readonly name: string;
  readonly image: string;
  readonly engine: string;
  readonly flavor: string;
  readonly network: string;
  readonly key: string;
  readonly floating_network: string;
  readonly admin_username: string;
  readonly admin_password: string;
}

export const emptyDraft: LaunchDraft = {
  name: '',
  image: '',
  engine: '',
  flavor: '',
  network: '',
  key: '',
  floating_network: '',
  admin_username: 'admin',
  admin_password: '',
};

const MIN_PASSWORD = 12;
const MAX_PASSWORD = 128;

type Problems = Partial<Record<keyof LaunchDraft, string>>;

/** What can be seen to be wrong before asking; the API checks all of it again, and more. */
export function problemsOf(draft: LaunchDraft, engineNeeded: boolean): Problems {
  const problems: { -readonly [Field in keyof LaunchDraft]?: string } = {};
  if (draft.name === '') problems.name = 'Give it a name.';
  else if (!/^[a-zA-Z]/.test(draft.name)) problems.name = 'Start with a letter.';
  else if (!/^[a-zA-Z0-9-]*$/.test(draft.name)) problems.name = 'Use letters, digits and "-" only.';
  else if (draft.name.endsWith('-')) problems.name = 'End with a letter or a digit.';
  else if (draft.name.length > 40) problems.name = 'Use at most 40 characters.';
  for (const field of ['image', 'flavor', 'network', 'key'] as const)
    if (draft[field] === '') problems[field] = 'Choose one.';
  if (engineNeeded && draft.engine === '') problems.engine = 'This image does not tell; choose one.';
  if (!/^[A-Za-z0-9_.@-]{1,64}$/.test(draft.admin_username))
    problems.admin_username = 'Use 1 to 64 letters, digits and any of _ . @ -';
  const { length } = draft.admin_password;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD)
    problems.admin_password = `Use ${MIN_PASSWORD} to ${MAX_PASSWORD} characters; ${length} so far.`;
  else if (!/^[\x20-\x7e]+$/.test(draft.admin_password))
    problems.admin_password = 'Use plain ASCII characters, which every client can send.';
  else if (draft.admin_password.trim() !== draft.admin_password)
    problems.admin_password = 'No blank at either end: it gets lost when copied.';
  return problems;
}

/** What the API is sent, with only what was chosen. */
export function requestOf(draft: LaunchDraft): Record<string, string> {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== ''));
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 24 characters, none of which looks like another: about 139 bits. `random` gives numbers below 2^32. */
export function makePassword(random: () => number): string {
  const limit = 2 ** 32 - (2 ** 32 % LETTERS.length);
  const letter = (): string => {
    for (;;) {
      const number = random();
      if (number < limit) return LETTERS.charAt(number % LETTERS.length);
    }
  };
  return Array.from({ length: 24 }, letter).join('');
}

const quoted = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
const shown = (text: string, what: string): string => (text === '' ? `<${what}>` : quoted(text));

/** The same launch by the CLI, which asks for the password itself. */
export function asCli(draft: LaunchDraft): string {
  const options = [
    `--name ${shown(draft.name, 'name')}`,
    `--image ${shown(draft.image, 'image')}`,
    ...(draft.engine === '' ? [] : [`--engine ${draft.engine}`]),
    `--flavor ${shown(draft.flavor, 'flavor')}`,
    `--network ${shown(draft.network, 'network')}`,
    ...(draft.floating_network === '' ? [] : [`--floating-network ${quoted(draft.floating_network)}`]),
    `--key ${shown(draft.key, 'key')}`,
    `--admin-username ${shown(draft.admin_username, 'user')}`,
    '--wait',
  ];
  return `warrener broker launch \\\n  ${options.join(' \\\n  ')}`;
}

/** The same launch by curl; the password is taken from the shell, so that it stands in no history. */
export function asCurl(draft: LaunchDraft, origin: string): string {
  const { admin_password: _, ...body } = draft;
  const fields = Object.entries(body)
    .filter(([field, value]) => value !== '' || (field !== 'engine' && field !== 'floating_network'))
    .map(
      ([field, value]) =>
        `  ${JSON.stringify(field)}: ${JSON.stringify(value === '' ? `<${field}>` : value)}`,
    );
  const json = `{\n${fields.join(',\n')},\n  "admin_password": "'"$PASSWORD"'"\n}`;
  return [
    'read -rs PASSWORD',
    `curl -sS ${origin}/v1/brokers \\`,
    '  -H "Authorization: Bearer $WARRENER_API_TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    '  --data-binary @- <<END',
    json.replace(`'"$PASSWORD"'`, '$PASSWORD'),
    'END',
  ].join('\n');
}
