/** The token of this browser and what the address bar says. The token never stays in the address bar or the history. */

const TOKEN_KEY = 'gbgate.token';

/** A channel chosen by the address: `#/live/DEVICE/CHANNEL`, with `?stream=N` for another than the main stream. */
export interface Choice {
  readonly deviceId: string;
  readonly channelId: string;
}

const CHOICE = /^#\/live\/([^/]+)\/([^/]+)$/;

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

/** The channel the address names, so that a reload or a bookmark goes on where it was. */
export function chosenInAddress(): Choice | null {
  const [, deviceId, channelId] = CHOICE.exec(location.hash) ?? [];
  if (deviceId === undefined || channelId === undefined) return null;
  try {
    return { deviceId: decodeURIComponent(deviceId), channelId: decodeURIComponent(channelId) };
  } catch {
    return null; // a broken address chooses nothing
  }
}

/** 0 is the main stream. */
export function streamNumberInAddress(): number {
  const text = new URLSearchParams(location.search).get('stream') ?? '';
  return /^\d$/.test(text) ? Number(text) : 0;
}

/** A click on a channel means its main stream: what the address said besides goes. */
export function writeChoice({ deviceId, channelId }: Choice): void {
  const hash = `#/live/${encodeURIComponent(deviceId)}/${encodeURIComponent(channelId)}`;
  history.replaceState(null, '', location.pathname + hash);
}
