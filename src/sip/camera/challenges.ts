/**
 * Challenges that nobody answers. A challenge itself keeps nothing (SIP-13); this counts, in a table of fixed size, who was asked
 * for a password again and again and never gave one. Causes in the field: a middlebox that eats our 401 on certain ports (6081,
 * 6784: SIP-12), a camera without a password, and firmware that cannot read a challenge with `qop` (REG-3).
 */

/** So many requests without an answer, over at least so long: retransmissions of one lost 401 come within a few seconds. */
export const UNANSWERED = 3;
const UNANSWERED_MS = 5_000;
/** A device that came back later than this is a new story. */
const FORGET_MS = 600_000;
/** Rows kept, about 150 bytes each; the one that was quiet longest goes. */
export const MAX_CHALLENGED = 10_000;

interface Row {
  count: number;
  firstMs: number;
  lastMs: number;
}

export class Challenges {
  readonly #rows = new Map<string, Row>();

  /** One more challenge goes out; answers how many went unanswered so far, 0 while that means nothing yet. */
  asked(host: string, deviceId: string, nowMs: number): number {
    const key = `${host} ${deviceId}`;
    let row = this.#rows.get(key);
    if (row === undefined || nowMs - row.lastMs > FORGET_MS) row = { count: 0, firstMs: nowMs, lastMs: nowMs };
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size > MAX_CHALLENGED) this.#rows.delete(this.#rows.keys().next().value!);
    const unanswered = row.count;
    row.count += 1;
    row.lastMs = nowMs;
    return unanswered >= UNANSWERED && nowMs - row.firstMs >= UNANSWERED_MS ? unanswered : 0;
  }

  /** It answered, rightly or not. */
  answered(host: string, deviceId: string): void {
    this.#rows.delete(`${host} ${deviceId}`);
  }

  get size(): number {
    return this.#rows.size;
  }
}
