import type { Credentials, Engine } from './engine.ts';

const MIN_PASSWORD = 12;
const MAX_PASSWORD = 128;

/** Fewer characters than this besides the user name are no password. */
const MIN_BESIDES_NAME = 8;

/** What people take who do not want a password; none is one by being repeated, counted up or put together. */
const WELL_KNOWN = [
  'password',
  'passwort',
  'passw0rd',
  'pass',
  'secret',
  'administrator',
  'admin',
  'root',
  'guest',
  'user',
  'default',
  'changeme',
  'letmein',
  'welcome',
  'test',
  'rabbitmq',
  'rabbit',
  'mosquitto',
  'mqtt',
  'broker',
  'warrener',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  'abcdefghijklmnopqrstuvwxyz',
  'abcdefghijkl',
  'abc',
];
const NOTHING_ELSE = new RegExp(`^(?:${WELL_KNOWN.join('|')}|[^a-z])*$`);

export interface CredentialProblem {
  readonly field: 'admin_username' | 'admin_password';
  readonly message: string;
}

/** What is wrong with an administrator's name and password; empty where nothing is. Never repeats the password. */
export function credentialProblems(
  engine: Engine,
  { adminUsername, adminPassword }: Credentials,
): readonly CredentialProblem[] {
  const problems: CredentialProblem[] = [];
  const { pattern, expected } = engine.usernameRule;
  if (!pattern.test(adminUsername))
    problems.push({ field: 'admin_username', message: `expected ${expected}` });
  const weak = weakness(adminUsername, adminPassword);
  if (weak !== null) problems.push({ field: 'admin_password', message: weak });
  return problems;
}

function weakness(username: string, password: string): string | null {
  if (password.length < MIN_PASSWORD || password.length > MAX_PASSWORD)
    return `expected ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`;
  if (!/^[\x20-\x7e]+$/.test(password))
    return 'expected printable ASCII characters, which every client can send';
  if (password.trim() !== password) return 'expected no blank at either end, it gets lost when copied';
  const lower = password.toLowerCase();
  const besides = username === '' ? lower : lower.replaceAll(username.toLowerCase(), '');
  if (besides.length < MIN_BESIDES_NAME)
    return `expected at least ${MIN_BESIDES_NAME} characters besides the user name`;
  if (NOTHING_ELSE.test(lower) || new Set(lower).size < 5) return 'expected something harder to guess';
  return null;
}
