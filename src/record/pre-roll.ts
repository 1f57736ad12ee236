/** The newest seconds of a stream in memory, from a key frame on: what an alarm needs that came before it. */
import type { Fragment } from '../media/frame.ts';

/**
 * Bytes kept per stream: a minute of a 4 Mbit/s camera, 5 s and the group of pictures before them of any. A usual one (2 Mbit/s, 5 s)
 * takes 2 MB; the newest group of pictures is shared with the live stream, which keeps the same fragments.
 */
export const MAX_PRE_ROLL_BYTES = 32 * 1024 * 1024;

/** A guard against fragments without bytes: as many as the live stream keeps of one group of pictures. */
export const MAX_PRE_ROLL_FRAGMENTS = 3000;

/** Fragments from a key frame up to the next one. */
interface Group {
  readonly startEpochMs: number;
  readonly fragments: Fragment[];
  bytes: number;
}

/** What is kept, oldest first; it begins with a key frame. */
export interface Kept {
  /** Wall clock of the first fragment's arrival. */
  readonly startEpochMs: number;
  readonly fragments: readonly Fragment[];
}

/** Nothing of what was before: a recording begins with the next key frame. */
export const NOTHING_KEPT: Kept = { startEpochMs: 0, fragments: [] };

/**
 * Keeps at least the last `keepMs`: it begins with the key frame in force so long ago. When that is more than its bounds, it begins
 * later, and a single group of pictures that outgrows them is let go: half of one cannot be decoded.
 */
export class PreRoll {
  readonly #keepMs: number;
  #groups: Group[] = [];
  #bytes = 0;
  #count = 0;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The next fragment, and the wall clock of its arrival. Synchronous, never throws. */
  push(fragment: Fragment, arrivedEpochMs: number): void {
    if (fragment.isKey) {
      this.#trim(fragment.arrivedMs);
      this.#groups.push({ startEpochMs: arrivedEpochMs, fragments: [], bytes: 0 });
    }
    const open = this.#groups.at(-1);
    if (open === undefined) return;
    open.fragments.push(fragment);
    open.bytes += fragment.bytes.length;
    this.#bytes += fragment.bytes.length;
    this.#count += 1;
    while (this.#bytes > MAX_PRE_ROLL_BYTES || this.#count > MAX_PRE_ROLL_FRAGMENTS) this.#drop();
  }

  /** What came last, at least `keepMs` of it as far as there is so much; null: nothing that can be decoded. */
  kept(nowMs: number): Kept | null {
    this.#trim(nowMs);
    const first = this.#groups[0];
    if (first === undefined) return null;
    return { startEpochMs: first.startEpochMs, fragments: this.#groups.flatMap(({ fragments }) => fragments) };
  }

  clear(): void {
    this.#groups = [];
    this.#bytes = 0;
    this.#count = 0;
  }

  /** Groups that end before what is wanted. */
  #trim(nowMs: number): void {
    while (this.#groups.length > 1 && this.#groups[1]!.fragments[0]!.arrivedMs <= nowMs - this.#keepMs) this.#drop();
  }

  #drop(): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    this.#bytes -= group.bytes;
    this.#count -= group.fragments.length;
  }
}
