/** The newest seconds of a stream in memory, from a key frame on: what an alarm needs that came before it. */
import type { Fragment } from '../media/frame.ts';

/**
 * Bytes kept per stream: a minute of a 4 Mbit/s camera, 5 s and the group of pictures before them of any. A usual one (2 Mbit/s, 5 s)
 * takes 2 MB; the newest group of pictures is shared with the live stream, which keeps the same fragments.
 */
export const MAX_PRE_ROLL_BYTES = 32 * 1024 * 1024;

/** A guard against fragments without bytes: as many as the live stream keeps of one group of pictures. */
export const MAX_PRE_ROLL_FRAGMENTS = 3000;

/**
 * Bytes kept of all streams together: 256 usual ones (2 MB). A machine with more than these has the memory to be told otherwise; one
 * without must not fall over because a thousand cameras wait for alarms.
 */
export const MAX_ALL_PRE_ROLL_BYTES = 512 * 1024 * 1024;

/** What all streams keep, together within one bound: who keeps the most lets go first. */
export class PreRollRoom {
  readonly #maxBytes: number;
  readonly #onFull: () => void;
  readonly #rolls = new Set<PreRoll>();
  #bytes = 0;
  #wasFull = false;

  /** `onFull`: the bound is reached, told again only after half of it was free. */
  constructor(onFull: () => void, maxBytes: number = MAX_ALL_PRE_ROLL_BYTES) {
    this.#onFull = onFull;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `roll` keeps so many bytes more, or fewer. */
  changed(roll: PreRoll, bytes: number): void {
    this.#bytes += bytes;
    if (roll.bytes > 0) this.#rolls.add(roll);
    else this.#rolls.delete(roll);
    if (this.#bytes < this.#maxBytes / 2) this.#wasFull = false;
    if (bytes <= 0 || this.#bytes <= this.#maxBytes) return;
    if (!this.#wasFull) this.#onFull();
    this.#wasFull = true;
    while (this.#bytes > this.#maxBytes) this.#largest()?.drop();
  }

  /** Asked once a group of pictures that goes, not once a fragment. */
  #largest(): PreRoll | null {
    let largest: PreRoll | null = null;
    for (const roll of this.#rolls) if (roll.bytes > (largest?.bytes ?? 0)) largest = roll;
    return largest;
  }
}

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
  readonly #room: PreRollRoom;
  #groups: Group[] = [];
  #bytes = 0;
  #count = 0;

  constructor(keepMs: number, room: PreRollRoom) {
    this.#keepMs = keepMs;
    this.#room = room;
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
    this.#room.changed(this, fragment.bytes.length);
    while (this.#bytes > MAX_PRE_ROLL_BYTES || this.#count > MAX_PRE_ROLL_FRAGMENTS) this.drop();
  }

  /** What came last, at least `keepMs` of it as far as there is so much; null: nothing that can be decoded. */
  kept(nowMs: number): Kept | null {
    this.#trim(nowMs);
    const first = this.#groups[0];
    if (first === undefined) return null;
    return { startEpochMs: first.startEpochMs, fragments: this.#groups.flatMap(({ fragments }) => fragments) };
  }

  /** Keeps nothing. Whoever lets go of it says so by this. */
  clear(): void {
    const bytes = this.#bytes;
    this.#groups = [];
    this.#bytes = 0;
    this.#count = 0;
    this.#room.changed(this, -bytes);
  }

  /** Groups that end before what is wanted. */
  #trim(nowMs: number): void {
    while (this.#groups.length > 1 && this.#groups[1]!.fragments[0]!.arrivedMs <= nowMs - this.#keepMs) this.drop();
  }

  /** The oldest group of pictures goes. */
  drop(): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    this.#bytes -= group.bytes;
    this.#count -= group.fragments.length;
    this.#room.changed(this, -group.bytes);
  }
}
