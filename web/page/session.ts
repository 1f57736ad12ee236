/** The token of this browser and what the address bar says. The token never stays in the address bar or the history. */

const TOKEN_KEY = 'gbgate.token';

/** Moves the token from the address (`#token=…`, or `?token=…` as the API takes it) into this browser's storage. */
export function takeTokenFromAddress(): void {
  const address = new URL(location.href);
  const inFragment = new URLSearchParams(address.hash.slice(1)).get('token');
  const given = inFragment ?? address.searchParams.get('token');
  if (given === null) return;
  keepToken(given);
  address.searchParams.delete('token');
  if (inFragment !== null) address.hash = '';
  history.replaceState(null, '', address.pathname + address.search + address.hash);
}

/** The token, or null when nobody signed in (a gateway with authentication switched off needs none). */
export function token(): string | null {
  return localStorage.getItem(TOKEN_KEY);
}

export function keepToken(value: string): void {
  localStorage.setItem(TOKEN_KEY, value.trim());
}

/** Also all that this tab kept of what was shown: whoever comes next sees nothing of it. */
export function forgetToken(): void {
  localStorage.removeItem(TOKEN_KEY);
  sessionStorage.clear();
}
