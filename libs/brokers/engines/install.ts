import type { Engine, Exec, Progress } from './engine.ts';
import { asRoot, NEVER, progressOf, WAIT } from './script.ts';

/** Where the server keeps what Warrener does in it. */
const FOLDER = '/var/lib/warrener';

/**
 * The work itself. It runs apart from our connection and holds the lock that it inherits as long as it runs; its exit
 * status goes into a file. apt-get does not get the lock: a daemon that it starts would hold it for ever.
 */
const INSTALLER = `
folder=$1; shift
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt() { apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"; }
{ dpkg --configure -a && apt update && apt install --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
} >"$folder/install.log" 2>&1 9>&-
echo $? >"$folder/install.status.new"
mv -f "$folder/install.status.new" "$folder/install.status"`;

/**
 * One look: is it installed, is it being installed, how did it end; begins it where it is not under way. An installation
 * that was interrupted (no status, no lock) begins again, and dpkg goes on where it was cut off.
 */
const LOOK = `
folder=$1 installer=$2; shift 2
mkdir -p "$folder"; chmod 700 "$folder"
exec 9>"$folder/install.lock"
flock -n 9 || { echo "Packages are being installed."; exit ${WAIT}; }
status=
if [ -e "$folder/install.status" ]; then status=$(cat "$folder/install.status"); rm -f "$folder/install.status"; fi
missing=
for p in "$@"; do
  dpkg-query -W -f '\${db:Status-Status}\\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || { echo "the image is no Debian: it has no apt-get"; exit ${NEVER}; }
log() { grep -qiE "$1" "$folder/install.log"; }
if [ -z "$status" ]; then :
elif log '^(e: (could not get|unable to (lock|acquire))|dpkg: error: .* lock)'; then waiting="Another package manager is at work in the server."
elif log 'no space left on device|enough free space'; then echo "the server's disk is full"; exit ${NEVER}
elif log 'unable to locate package|no installation candidate' && ! log '^(err|w):'; then echo "no package source of the image has$missing"; exit ${NEVER}
else { grep -E '^(E|Err|W|dpkg):' "$folder/install.log" || cat "$folder/install.log"; } | tail -n 3 >&2; exit 1
fi
setsid sh -c "$installer" sh "$folder" $missing </dev/null >/dev/null 2>&1 &
echo "\${waiting:-Installing$missing.}"; exit ${WAIT}`;

/**
 * Sees to it that an engine's packages are in the server; `not-yet` while that is under way, a lost connection does not
 * end it. Prepared images have them: then it is one quick look.
 */
export async function ensurePackages(exec: Exec, engine: Engine, folder = FOLDER): Promise<Progress> {
  const result = await asRoot(exec, LOOK, [folder, INSTALLER, ...engine.packages]);
  return progressOf(result, `${engine.title} could not be installed`);
}
