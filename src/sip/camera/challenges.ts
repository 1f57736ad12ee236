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
  /** Those of them that went without `qop`. */
  plain: number;
  firstMs: number;
  lastMs: number;
}

/** How a challenge goes out. */
export interface Asking {
  /** Challenges before it that nobody answered, 0 while that means nothing yet. */
  readonly unanswered: number;
  /** One that never answers may be unable to read `qop`: every other challenge goes without (REG-3). */
  readonly isPlain: boolean;
}

export class Challenges {
  readonly #rows = new Map<string, Row>();

  /** One more challenge goes out. */
  asked(host: string, deviceId: string, nowMs: number): Asking {
    const key = `${host} ${deviceId}`;
    let row = this.#rows.get(key);
    if (row === undefined || nowMs - row.lastMs > FORGET_MS)
      row = { count: 0, plain: 0, firstMs: nowMs, lastMs: nowMs };
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size > MAX_CHALLENGED) this.#rows.delete(this.#rows.keys().next().value!);
    const unanswered = row.count >= UNANSWERED && nowMs - row.firstMs >= UNANSWERED_MS ? row.count : 0;
    const isPlain = unanswered % 2 === 1;
    row.count += 1;
    if (isPlain) row.plain += 1;
    row.lastMs = nowMs;
    return { unanswered, isPlain };
  }

  /** How many challenges without `qop` it was sent since it last answered. */
  plainOnes(host: string, deviceId: string): number {
    return this.#rows.get(`${host} ${deviceId}`)?.plain ?? 0;
  }

  /** It answered, rightly or not. */
  answered(host: string, deviceId: string): void {
    this.#rows.delete(`${host} ${deviceId}`);
  }

  get size(): number {
    return this.#rows.size;
  }
}
