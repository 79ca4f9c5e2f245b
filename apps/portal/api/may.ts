import { sessions, suffices } from './session.ts';
import type { Role } from './session.ts';
import { useStore } from './store.ts';

/** Whether whoever is signed in may do what asks for that role. What they may not is not offered. */
export function useMay(role: Role): boolean {
  const [session] = useStore(sessions);
  return session !== undefined && suffices(session.role, role);
}
