/**
 * Failed log-ins, per source address and device id: slowed, then locked out. Only answers to a nonce that this very address was
 * given count, so nobody locks a camera out by writing its address into a datagram. One bad camera never locks its site:
 * the count per source alone is for ids that never verified from there (SIP-13).
 */

/** Typing errors while somebody sets a camera up: answered at once. */
export const FREE_FAILURES = 3;
/** After those the next try is looked at only after this long, doubled each time. Devices wait 60 s by the standard; a guesser does not. */
export const FIRST_DELAY_MS = 1_000;
export const LONGEST_DELAY_MS = 30_000;
/** At 10 wrong answers a person would have looked at the manual. */
export const LOCK_FAILURES = 10;
export const LOCK_MS = 300_000;
/** A failure is forgotten after this long without another: three retries of a device at the standard's slowest pace. */
export const FORGET_MS = 900_000;
/** Failures of ids that never verified from one source: a site of 100 cameras with a wrong password each, tried twice. */
export const SOURCE_LOCK_FAILURES = 200;
/** Rows kept; the oldest goes. One row is about 200 bytes. */
export const MAX_ROWS = 20_000;

/** Whether a login is looked at. `retryAfterSeconds` is for the `Retry-After` header. */
export type LoginGate = { allowed: true } | { allowed: false; cause: 'slowed' | 'locked'; retryAfterSeconds: number };

interface Row {
  failures: number;
  lastMs: number;
  nextMs: number;
  locked: boolean;
}

export class Lockout {
  readonly #pairs = new Map<string, Row>();
  readonly #sources = new Map<string, Row>();

  /** Asks before the digest is computed. `verifiedBefore`: this id once logged in from this source. */
  gate(host: string, deviceId: string, verifiedBefore: boolean, nowMs: number): LoginGate {
    const pair = live(this.#pairs, `${host} ${deviceId}`, nowMs);
    if (pair !== null && nowMs < pair.nextMs) return refusal(pair, nowMs);
    const source = verifiedBefore ? null : live(this.#sources, host, nowMs);
    return source !== null && nowMs < source.nextMs ? refusal(source, nowMs) : { allowed: true };
  }

  /** A wrong password. Answers true when this one locked the pair or the source. */
  failed(host: string, deviceId: string, verifiedBefore: boolean, nowMs: number): boolean {
    const row = bump(this.#pairs, `${host} ${deviceId}`, nowMs);
    row.locked = row.failures >= LOCK_FAILURES;
    if (row.locked) row.nextMs = nowMs + LOCK_MS;
    else if (row.failures >= FREE_FAILURES) {
      row.nextMs = nowMs + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (row.failures - FREE_FAILURES));
    }
    if (verifiedBefore) return row.locked;
    const source = bump(this.#sources, host, nowMs);
    source.locked = source.failures >= SOURCE_LOCK_FAILURES;
    if (source.locked) source.nextMs = nowMs + LOCK_MS;
    return row.locked || source.locked;
  }

  /** A right password clears the pair; the source's count stays, it is for others. */
  succeeded(host: string, deviceId: string): void {
    this.#pairs.delete(`${host} ${deviceId}`);
  }

  /** The operator changed the password of this device: everybody may try again. */
  forget(deviceId: string): void {
    for (const key of this.#pairs.keys()) if (key.endsWith(` ${deviceId}`)) this.#pairs.delete(key);
  }

  counts(nowMs: number): { rows: number; locked: number } {
    let locked = 0;
    for (const row of this.#pairs.values()) if (row.locked && nowMs < row.nextMs) locked += 1;
    return { rows: this.#pairs.size + this.#sources.size, locked };
  }
}

function refusal(row: Row, nowMs: number): LoginGate {
  const retryAfterSeconds = Math.max(1, Math.ceil((row.nextMs - nowMs) / 1000));
  return { allowed: false, cause: row.locked ? 'locked' : 'slowed', retryAfterSeconds };
}

function live(rows: Map<string, Row>, key: string, nowMs: number): Row | null {
  const row = rows.get(key);
  if (row === undefined) return null;
  const served = row.locked && nowMs >= row.nextMs;
  if (!served && nowMs - row.lastMs <= FORGET_MS) return row;
  rows.delete(key);
  return null;
}

function bump(rows: Map<string, Row>, key: string, nowMs: number): Row {
  const row = live(rows, key, nowMs) ?? { failures: 0, lastMs: nowMs, nextMs: 0, locked: false };
  row.failures += 1;
  row.lastMs = nowMs;
  // moved to the end: the first key is the one that has been quiet longest
  rows.delete(key);
  rows.set(key, row);
  if (rows.size > MAX_ROWS) rows.delete(rows.keys().next().value!);
  return row;
}
