import type { Credentials, Engine } from './engine.ts';

const MIN_PASSWORD = 12;
const COMMON = [
  'password',
  'administrator',
  'changeme',
  'letmein',
  'qwertyuiop',
  '123456789012',
  'adminadminadmin',
];

/** What is wrong with an administrator's name and password; empty where nothing is. Never repeats the password. */
export function credentialProblems(
  engine: Engine,
  { adminUsername, adminPassword }: Credentials,
): readonly { readonly field: string; readonly message: string }[] {
  const problems: { field: string; message: string }[] = [];
  const { pattern, expected } = engine.usernameRule;
  if (!pattern.test(adminUsername))
    problems.push({ field: 'admin_username', message: `expected ${expected}` });
  const weak = weakness(adminUsername, adminPassword);
  if (weak !== null) problems.push({ field: 'admin_password', message: weak });
  return problems;
}

function weakness(username: string, password: string): string | null {
  if ([...password].length < MIN_PASSWORD) return `expected at least ${MIN_PASSWORD} characters`;
  if (!/^[\x20-\x7e]+$/.test(password))
    return 'expected printable ASCII characters, which every client can send';
  const lower = password.toLowerCase();
  if (lower.includes(username.toLowerCase())) return 'expected something that does not contain the user name';
  if (
    COMMON.some((word) => lower === word || lower === `${word}1` || lower === `${word}123`) ||
    new Set(lower).size < 5
  ) {
    return 'expected something harder to guess';
  }
  return null;
}
