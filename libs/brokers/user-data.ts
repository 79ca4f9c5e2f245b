import { stringify } from 'yaml';
import type { BrokerSecrets } from './secret-store.ts';

/** The account Warrener logs in with. The tenant's own key pair goes to the image's default user, as always on OpenStack. */
export const LOGIN_USER = 'warrener';

/**
 * What cloud-init does in a new server before we log in: take the host key that we pinned, and let Warrener's own key in.
 * The admin password is not in it: user data can be read by anything inside the server.
 *
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html (ssh, users_groups)
 */
export function userData(
  secrets: Pick<BrokerSecrets, 'hostKey' | 'hostPublicKey' | 'loginPublicKey'>,
): string {
  const config = {
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: secrets.hostKey, ed25519_public: secrets.hostPublicKey },
    ssh_pwauth: false,
    users: [
      'default',
      {
        name: LOGIN_USER,
        gecos: 'Warrener',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        shell: '/bin/bash',
        lock_passwd: true,
        ssh_authorized_keys: [secrets.loginPublicKey],
      },
    ],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}
