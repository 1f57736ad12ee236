/** The token of this browser and what the address bar says. The token never stays in the address bar or the history. */

const TOKEN_KEY = 'gbgate.token';

/** Moves `#token=` from the address into this browser's storage. */
export function takeTokenFromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  keepToken(given);
  history.replaceState(null, '', location.pathname);
}

/** The token, or null when nobody signed in (a gateway with authentication switched off needs none). */
export function token(): string | null {
  return localStorage.getItem(TOKEN_KEY);
}

export function keepToken(value: string): void {
  localStorage.setItem(TOKEN_KEY, value.trim());
}

export function forgetToken(): void {
  localStorage.removeItem(TOKEN_KEY);
}
