/** What the closing of the viewer's WebSocket means, by its code, and how long to wait before the next try. Pure: no DOM. */

import type { Closing } from './state.ts';

const BY_CODE: Readonly<Record<number, Closing>> = {
  1001: 'shutting-down',
  4401: 'unauthorized',
  4404: 'unknown',
  4408: 'no-media',
  4409: 'stopped',
  4410: 'ended',
  4429: 'too-slow',
  4480: 'device-offline',
  4486: 'device-busy',
  4503: 'no-capacity',
};

/** The meaning of a close code. */
export function closingOf(code: number): Closing {
  return BY_CODE[code] ?? 'lost';
}

/** False where trying again by itself would be wrong or useless: someone has to sign in, choose another channel or press play. */
export function isWorthRetrying(closing: Closing): boolean {
  return !['unauthorized', 'unknown', 'stopped', 'ended'].includes(closing);
}

/** Half a second: a restarted proxy or a changed network is back by then. */
const FIRST_RETRY_MS = 500;
/** Doubled up to here: a wall of screens must not hammer a camera that is off. */
const LONGEST_RETRY_MS = 15_000;
/** A device that is off or busy does not come back within a second. */
const UNAVAILABLE_RETRY_MS = 4_000;

/** Milliseconds until try number `attempt` (1 = the first after a loss); `random` in [0, 1) spreads many viewers over ±20 %. */
export function retryDelayMs(closing: Closing, attempt: number, random: number): number {
  const isUnavailable = closing === 'device-offline' || closing === 'device-busy' || closing === 'no-capacity';
  const first = isUnavailable ? UNAVAILABLE_RETRY_MS : FIRST_RETRY_MS;
  const doubled = Math.min(first * 2 ** Math.min(attempt - 1, 10), LONGEST_RETRY_MS);
  return Math.round(doubled * (0.8 + 0.4 * random));
}
