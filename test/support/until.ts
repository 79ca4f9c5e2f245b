import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a fact; its value is returned. Fails with what it waited for and what it saw last. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined | false | null> | Value | undefined | false | null,
  timeoutMs = 30_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await look();
      if (value !== undefined && value !== false && value !== null) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(
    `waited ${timeoutMs / 1000} s for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
