import { quote } from '#ssh';
import type { ExecOptions, ExecResult } from '#ssh';
import type { Exec, Progress } from './engine.ts';
import { done, printed } from './engine.ts';

/** Exit codes by which our scripts say that waiting helps, or that nothing does (those of sysexits.h). */
export const WAIT = 75;
export const NEVER = 78;

/** How much earlier than we the server itself gives up, milliseconds. */
const EARLIER_MS = 5_000;

/**
 * Runs a shell script as root, stopping at its first failing command. Arguments are data, whatever is in them. The server
 * ends it in time by itself: a command whose connection is lost would otherwise go on beside its next run.
 */
export function asRoot(
  exec: Exec,
  script: string,
  args: readonly string[] = [],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { timeoutMs = 60_000 } = options;
  const seconds = Math.max(1, Math.floor((timeoutMs - EARLIER_MS) / 1_000));
  const command = quote(
    'sudo',
    '-n',
    'timeout',
    '-k',
    '3',
    String(seconds),
    'sh',
    '-euc',
    script,
    'sh',
    ...args,
  );
  return exec(command, { ...options, timeoutMs });
}

/** What a script's end means. @param doing e.g. "Mosquitto could not be configured" */
export function progressOf(result: ExecResult, doing: string): Progress {
  const { exitCode } = result;
  if (exitCode === 0) return done;
  if (exitCode === WAIT) return { kind: 'not-yet', reason: printed(result) };
  const tookTooLong = exitCode === 124 || exitCode === 137; // timeout's own
  const reason = `${doing}: ${tookTooLong ? 'it took too long. ' : ''}${printed(result)}`;
  return { kind: exitCode === NEVER ? 'never' : 'failed', reason };
}

/**
 * Shell functions for a service and its files.
 *
 * `put PATH MODE OWNER` puts stdin in place, atomically, and remembers in $changed where something changed. It is
 * remembered before it is so: a run that is cut off in between is followed by a restart too many, never by one too few.
 *
 * `run_service UNIT LOG` sees to it that the service starts with the server and runs with what was put; where it does not
 * start, it shows why, from the journal and from the service's own log.
 */
export const SERVICE = `
umask 077
changed=/run/warrener-changed
put() {
  t=$(mktemp "$(dirname "$1")/.warrener.XXXXXX")
  cat >"$t"
  chown "$3" "$t"; chmod "$2" "$t"
  if cmp -s "$t" "$1"; then rm -f "$t"; chown "$3" "$1"; chmod "$2" "$1"; else touch "$changed"; mv -f "$t" "$1"; fi
}
run_service() {
  systemctl enable "$1" >/dev/null 2>&1 || { echo "$1 cannot be enabled" >&2; exit 1; }
  how=start; [ ! -e "$changed" ] || how=restart
  systemctl reset-failed "$1" >/dev/null 2>&1 || true
  systemctl "$how" "$1" || {
    { journalctl -qu "$1" --no-pager -o cat -n 2; tail -n 6 "$2" | grep -i error; } >&2 2>/dev/null || true
    exit 1
  }
  rm -f "$changed"
}`;
