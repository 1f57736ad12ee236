/** How long one request may move a camera, ms. */

/** What a joystick that says it again every second needs at least. */
export const MIN_TIMEOUT_MS = 100;
/** Unless the request says another. */
export const DEFAULT_TIMEOUT_MS = 10_000;
/** Whoever wants a camera to go on says so once a minute: a client that is gone must not leave it turning. */
export const MAX_TIMEOUT_MS = 60_000;
