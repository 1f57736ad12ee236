import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Nonces of the REGISTER challenge. Issuing one keeps nothing (a flood of REGISTERs costs no memory, SIP-13): it carries its
 * time and a signature over time, serial and the address that asked. Only nonces that a verified login used are remembered.
 */

/** A device answers within a round trip; slow ones ask somebody first. Refreshes simply get a new one. */
export const NONCE_LIFE_MS = 300_000;
/** Verified logins remembered for replay checks: about 300 logins a second over one nonce life. */
export const MAX_USED_NONCES = 100_000;

/** What a nonce that came back is worth. `stale`: ours but old, used up or issued to another address: challenge again, no failure counted. */
export type NonceVerdict = 'good' | 'stale' | 'foreign';

export class Nonces {
  readonly #key: Uint8Array;
  readonly #random: () => string;
  /** nonce → highest `nc` seen, in order of first use. */
  readonly #used = new Map<string, { nc: number; issuedMs: number }>();
  /** Nonces issued at or before this are refused: their use may have been forgotten. */
  #floorMs = -1;

  /** `key`: random, new at every start. `random`: a token of at least 8 hex digits. */
  constructor(key: Uint8Array, random: () => string) {
    this.#key = key;
    this.#random = random;
  }

  /** A nonce of 40 hex digits for whoever asks from `host`. */
  issue(host: string, nowMs: number): string {
    const head = Math.floor(nowMs).toString(16).padStart(12, '0') + hexSerial(this.#random());
    return head + this.#sign(head, host);
  }

  /** Looks at a nonce without using it up. `nc` as sent; undefined when the answer has no qop, then a nonce is good once. */
  check(nonce: string, nc: string | undefined, host: string, nowMs: number): NonceVerdict {
    if (!/^[0-9a-f]{40}$/.test(nonce)) return 'foreign';
    const head = nonce.slice(0, 20);
    const expected = this.#sign(head, host);
    // a nonce sniffed elsewhere, or guessed for a spoofed address, is nothing to count a failure for
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(nonce.slice(20)))) return 'foreign';
    const issuedMs = Number.parseInt(nonce.slice(0, 12), 16);
    if (issuedMs <= this.#floorMs || nowMs - issuedMs > NONCE_LIFE_MS || issuedMs > nowMs) return 'stale';
    const used = this.#used.get(nonce);
    return used !== undefined && countOf(nc) <= used.nc ? 'stale' : 'good';
  }

  /** Remembers a verified use, so that the same answer is not good twice. */
  use(nonce: string, nc: string | undefined, nowMs: number): void {
    const issuedMs = Number.parseInt(nonce.slice(0, 12), 16);
    this.#used.set(nonce, { nc: countOf(nc), issuedMs });
    for (const [old, entry] of this.#used) {
      const expired = nowMs - entry.issuedMs > NONCE_LIFE_MS;
      if (!expired && this.#used.size <= MAX_USED_NONCES) break;
      this.#used.delete(old);
      if (!expired) this.#floorMs = Math.max(this.#floorMs, entry.issuedMs);
    }
  }

  /** Nonces remembered. */
  get size(): number {
    return this.#used.size;
  }

  #sign(head: string, host: string): string {
    return createHmac('sha256', this.#key).update(`${head}\n${host}`).digest('hex').slice(0, 20);
  }
}

/** Without qop (no `nc`) a nonce is good once: the count is as high as it can be. */
function countOf(nc: string | undefined): number {
  if (nc === undefined) return Number.MAX_SAFE_INTEGER;
  return /^[0-9a-fA-F]{1,8}$/.test(nc) ? Number.parseInt(nc, 16) : 0;
}

function hexSerial(token: string): string {
  const digits = token.replace(/[^0-9a-f]/gi, '').toLowerCase();
  return digits.slice(0, 8).padStart(8, '0');
}
