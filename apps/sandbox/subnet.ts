import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from './state.ts';
import { LAST_SUBNET } from './state.ts';

/** Held on an address that no server gets, for as long as the process lives: two sandboxes of one machine do not meet. */
const CLAIM = { lastByte: 254, port: 61_061 };
/** A sandbox that was just killed lets go within this time, milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Makes the cloud's first subnet ours alone. A cloud without ports takes another one where its own is taken.
 *
 * @throws Error where another sandbox has it and our ports are in it already, or where none is left
 */
export async function claimSubnet(store: Store): Promise<void> {
  const { state } = store;
  const settled = state.ports.length > 0 || state.floatingIps.length > 0;
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    if (await claimed(state.firstSubnet)) {
      store.save();
      return;
    }
    if (Date.now() > deadline)
      throw new Error(`another sandbox has 127.61.${state.firstSubnet}.0/24; stop it first`);
    if (settled) await sleep(50);
    else state.firstSubnet = randomInt(1, LAST_SUBNET + 1);
  }
}

function claimed(subnet: number): Promise<boolean> {
  const claim = createServer((socket) => socket.destroy()).unref();
  return new Promise((resolve, reject) => {
    claim.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    claim.listen(CLAIM.port, `127.61.${subnet}.${CLAIM.lastByte}`, () => resolve(true));
  });
}
