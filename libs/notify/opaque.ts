import { createHmac } from 'node:crypto';

/**
 * Makes opaque ids of names: the same name has the same id, and without the key nobody can tell whose it is, not even
 * by trying names.
 *
 * @param key 32 bytes, the installation's secret key
 */
export function opaqueIds(key: Buffer): (text: string) => string {
  const own = createHmac('sha256', key).update('warrener opaque ids').digest();
  return (text) => createHmac('sha256', own).update(text).digest('hex').slice(0, 20);
}
