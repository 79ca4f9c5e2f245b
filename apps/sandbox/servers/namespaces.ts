import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user', '--map-auto'];

let propagation: readonly string[] = [];

/** The words for `unshare` that make mounts of our own, as root or as an ordinary user. */
export const unshareMounts = (): readonly string[] => [...asUser, '--mount', ...propagation];

/** Whether this machine can make guests; a sentence where it cannot. To be asked first: it finds out how, too. */
export function guestsPossible(): string | null {
  if (process.platform !== 'linux') {
    return 'The sandbox boots servers with Linux namespaces; this is no Linux. Point Warrener at a cloud with OS_CLOUD instead.';
  }
  const first = attempt();
  if (first === null) return null;
  // In a chroot the root is no mount point, and unshare cannot make it private. Where nothing is shared it need not.
  if (first.includes('propagation') && !readFileSync('/proc/self/mountinfo', 'utf8').includes(' shared:')) {
    propagation = ['--propagation', 'unchanged'];
    if (attempt() === null) return null;
  }
  return `The sandbox may not make namespaces here (${first}). Run as root, or install uidmap for an ordinary user, or set OS_CLOUD to a cloud of yours.`;
}

function attempt(): string | null {
  const probe = spawnSync('unshare', [...unshareMounts(), '--pid', '--net', '--uts', '--fork', 'true'], {
    encoding: 'utf8',
  });
  return probe.status === 0 ? null : (probe.error?.message ?? probe.stderr).trim();
}
