import type { Engine, Exec, Progress } from './engine.ts';
import { done, printed } from './engine.ts';
import { asRoot } from './script.ts';

const FOLDER = '/var/lib/warrener';
const STARTED = 3;

/**
 * Installs what is missing, and goes on where an earlier run was cut off. The work runs apart from our connection, its
 * exit status goes into a file: a lost connection does not kill it half-way, and the next look finds it.
 */
const SCRIPT = `
missing=
for p in "$@"; do
  dpkg-query -W -f '\${db:Status-Status}\\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
if [ -z "$missing" ]; then rm -f ${FOLDER}/install.status; exit 0; fi
mkdir -p ${FOLDER}; chmod 700 ${FOLDER}
exec 9>${FOLDER}/install.lock
if ! flock -n 9; then echo "packages are being installed"; exit ${STARTED}; fi
if [ -e ${FOLDER}/install.status ]; then
  s=$(cat ${FOLDER}/install.status); rm -f ${FOLDER}/install.status
  if [ "$s" != 0 ]; then tail -n 5 ${FOLDER}/install.log >&2; exit 10; fi
fi
cat >${FOLDER}/install.sh <<'X'
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
{ dpkg --configure -a && apt-get -q update &&
  apt-get -y -q -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"
} >/var/lib/warrener/install.log 2>&1
echo $? >/var/lib/warrener/install.status
X
setsid sh ${FOLDER}/install.sh $missing </dev/null >/dev/null 2>&1 9>&9 &
echo "installing$missing"; exit ${STARTED}`;

/** Sees to it that an engine's packages are in the server. */
export async function ensurePackages(exec: Exec, engine: Engine): Promise<Progress> {
  const result = await asRoot(exec, SCRIPT, engine.packages);
  if (result.exitCode === 0) return done;
  if (result.exitCode === STARTED) return { kind: 'not-yet', reason: result.stdout.trim() };
  return { kind: 'failed', reason: `Installing ${engine.packages.join(', ')} failed: ${printed(result)}` };
}
