import { quote } from '#ssh';
import type { ExecOptions } from '#ssh';
import type { Exec } from './engine.ts';

/** Runs a shell script as root, stopping at its first failing command. Arguments are data, whatever is in them. */
export function asRoot(exec: Exec, script: string, args: readonly string[] = [], options: ExecOptions = {}) {
  return exec(`sudo -n sh -euc ${quote(script, 'sh', ...args)}`, options);
}

/**
 * Shell functions for putting a file in place. `put PATH MODE OWNER` takes the content from stdin, writes atomically, and
 * touches /run/warrener-changed only where something changed, so that a second run restarts nothing.
 */
export const PUT = `
umask 077
changed=/run/warrener-changed
put() {
  t=$(mktemp "$(dirname "$1")/.warrener.XXXXXX")
  cat >"$t"
  chown "$3" "$t"; chmod "$2" "$t"
  if cmp -s "$t" "$1"; then rm -f "$t"; chown "$3" "$1"; chmod "$2" "$1"; else mv -f "$t" "$1"; touch "$changed"; fi
}`;
