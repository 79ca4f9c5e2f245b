import { createStore } from './api/store.ts';

const KEY = 'warrener.theme';
const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const stored = themes.find((name) => name === localStorage.getItem(KEY));

/** What the reader chose; `auto` follows the system. */
export const theme = createStore<Theme>(stored ?? 'auto');

/** The one after this, for a button that goes around. */
export const nextTheme = (now: Theme): Theme => themes[(themes.indexOf(now) + 1) % themes.length] ?? 'auto';

export function chooseTheme(chosen: Theme): void {
  localStorage.setItem(KEY, chosen);
  theme.set(chosen);
  applyTheme();
}

/** tokens.css reads the attribute. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.get();
}
