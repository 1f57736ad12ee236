/**
 * SSRC texts of the `y=` line (GB/T 28181 annex G): ten decimal digits, the first 0 live / 1 history, five of the platform's
 * domain, four of a stream number. In RTP it is the 32-bit number of that decimal value.
 */

/** Four digits: the size of the numbering, given by the standard. */
const STREAM_NUMBERS = 10_000;

/** The text of an SSRC: always ten digits. */
export function formatSsrc(ssrc: number): string {
  return (ssrc >>> 0).toString(10).padStart(10, '0');
}

/** Fewer digits than this are a placeholder, not a number (`y=001`, `y=0`): unknown. */
const SHORTEST_SSRC_DIGITS = 6;
const LARGEST_SSRC = 0xffff_ffff;

/**
 * The number of a `y=` text, or null for "unknown": absent, short, all zeros, not decimal (`null`, `11:b`), or larger than
 * 32 bits (SSRC-9, INV-16). Nine digits are read as they stand; blanks around are trimmed.
 */
export function parseSsrc(text: string | null): number | null {
  if (text === null) return null;
  const digits = text.trim();
  if (!/^\d{1,12}$/.test(digits) || digits.length < SHORTEST_SSRC_DIGITS) return null;
  const value = Number(digits);
  return value === 0 || value > LARGEST_SSRC ? null : value;
}

/**
 * True when two numbers are the same SSRC as confused firmware may write it: equal, the decimal digits read as hex, or the
 * bytes swapped (SSRC-10).
 */
export function sameSsrc(offered: number, seen: number): boolean {
  const a = offered >>> 0;
  const b = seen >>> 0;
  if (a === b) return true;
  if (Number.parseInt(formatSsrc(a).replace(/^0+/, ''), 16) === b) return true;
  const swapped = (((a & 0xff) << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24)) >>> 0;
  return swapped === b;
}

/** Hands out SSRC numbers; a number given back goes to the end of the line, so that it is not reused at once (SSRC-7, SSRC-8). */
export class SsrcPool {
  readonly #middle: number;
  readonly #free: Record<'live' | 'history', Queue>;
  readonly #used = new Set<number>();

  /** `platformId`: its digits 4 to 8 are in every number. `start` (0 ≤ start < 1, random) moves the first number, so that a restarted gateway does not repeat the last one. */
  constructor(platformId: string, start = 0) {
    this.#middle = Number(/^\d{8}/.test(platformId) ? platformId.slice(3, 8) : '0');
    const first = Math.floor(start * STREAM_NUMBERS) % STREAM_NUMBERS;
    this.#free = { live: new Queue(STREAM_NUMBERS, first), history: new Queue(STREAM_NUMBERS, first) };
  }

  /** A number not in use, or null when all 10,000 of the kind are (SSRC-11). Stream number 0 is left out: some devices read it as "none". */
  allocate(kind: 'live' | 'history'): number | null {
    const stream = this.#free[kind].take();
    if (stream === null) return null;
    const ssrc = (kind === 'live' ? 0 : 1_000_000_000) + this.#middle * STREAM_NUMBERS + stream;
    this.#used.add(ssrc);
    return ssrc;
  }

  /** Gives a number back; one that is not in use is ignored. */
  release(ssrc: number): void {
    if (!this.#used.delete(ssrc)) return;
    this.#free[ssrc >= 1_000_000_000 ? 'history' : 'live'].give(ssrc % STREAM_NUMBERS);
  }

  /** Numbers in use. */
  get used(): number {
    return this.#used.size;
  }
}

/** A ring of the free stream numbers 1 to size − 1, first in, first out. */
class Queue {
  readonly #ring: Uint16Array;
  #head = 0;
  #count: number;

  constructor(size: number, first: number) {
    this.#count = size - 1;
    this.#ring = Uint16Array.from({ length: this.#count }, (_, i) => 1 + ((first + i) % this.#count));
  }

  take(): number | null {
    if (this.#count === 0) return null;
    const value = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#count -= 1;
    return value;
  }

  give(value: number): void {
    this.#ring[(this.#head + this.#count) % this.#ring.length] = value;
    this.#count += 1;
  }
}
