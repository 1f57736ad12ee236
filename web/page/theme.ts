import { Store } from './store.ts';

/** `system` follows the browser. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'gbgate.theme';

function kept(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** The theme shown; `style.css` reads it from `<html data-theme>`. */
export const theme = new Store<Theme>(kept());

function declare(): void {
  document.documentElement.dataset.theme = theme.value;
}
declare();
theme.follow(declare);

/** Shows `value` from now on, also after a reload. */
export function dress(value: Theme): void {
  if (value === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, value);
  theme.set(value);
}
