import { createStore } from './store.ts';

const KEY = 'warrener.token';

/**
 * The API token, null while nobody is signed in. It lies in sessionStorage: a reload keeps it, closing the tab forgets
 * it, no other tab sees it, and no browser sends it by itself, as it would a cookie. What could read it is a script on
 * this page, and the Content-Security-Policy lets in none but ours.
 */
export const token = createStore<string | null>(sessionStorage.getItem(KEY));

export function signIn(given: string): void {
  sessionStorage.setItem(KEY, given);
  token.set(given);
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  token.set(null);
}
