/** The token of this browser and what the address bar says. The token never stays in the address bar or the history. */

const TOKEN_KEY = 'gbgate.token';

/** A channel chosen by the address: `#channel=DEVICE/CHANNEL`. */
export interface Choice {
  readonly deviceId: string;
  readonly channelId: string;
}

function fragment(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

function writeFragment(parameters: URLSearchParams): void {
  const hash = parameters.toString().replaceAll('%2F', '/');
  history.replaceState(null, '', location.pathname + location.search + (hash === '' ? '' : `#${hash}`));
}

/** Moves `#token=` from the address into this browser's storage. */
export function takeTokenFromAddress(): void {
  const parameters = fragment();
  const token = parameters.get('token');
  if (token === null) return;
  keepToken(token);
  parameters.delete('token');
  writeFragment(parameters);
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

/** The channel the address names, so that a reload or a bookmark goes on where it was. */
export function chosenInAddress(): Choice | null {
  const [deviceId, channelId] = fragment().get('channel')?.split('/') ?? [];
  return deviceId && channelId ? { deviceId, channelId } : null;
}

export function writeChoice(choice: Choice | null): void {
  const parameters = fragment();
  if (choice === null) parameters.delete('channel');
  else parameters.set('channel', `${choice.deviceId}/${choice.channelId}`);
  writeFragment(parameters);
}
