import type { Fragment } from '../frame.ts';

/**
 * Bytes kept per stream. Twelve seconds of a 20 Mbit/s camera, the largest group of pictures that is worth sending to
 * a newcomer at once; a usual stream (2 Mbit/s, a key frame every 2–4 s) holds about 1 MB.
 */
export const MAX_GOP_BYTES = 32 * 1024 * 1024;

/** Media time kept per stream. 250 frames, the default of many encoders, last 25 s at 10 frames a second. */
export const MAX_GOP_MS = 30_000;

/** Fragments kept per stream. A guard against many tiny frames that carry no time: 30 s at 100 frames a second. */
export const MAX_GOP_FRAGMENTS = 3000;

const NONE: readonly GopEntry[] = [];

/** A kept fragment. Key frames carry the ready-made `clock` message that goes before them. */
export interface GopEntry {
  readonly fragment: Fragment;
  readonly clockText: string | null;
}

/**
 * What a new viewer or recorder needs to start at once: every fragment since the last key frame. A group of pictures
 * that outgrows its bounds is let go as a whole: half of one cannot be decoded, so newcomers wait for the next key.
 */
export class Gop {
  #entries: GopEntry[] = [];
  #bytes = 0;

  /** Fragments since the last key frame, that one first; empty when there is none or it grew too long. */
  get entries(): readonly GopEntry[] {
    return this.#entries.length === 0 ? NONE : this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the next fragment of the stream. `clockText` belongs to a key frame. */
  push(fragment: Fragment, clockText: string | null): void {
    if (fragment.isKey) this.clear();
    const first = this.#entries[0];
    if (first === undefined && !fragment.isKey) return;
    if (first !== undefined && this.#isTooMuch(first.fragment, fragment)) {
      this.clear();
      return;
    }
    this.#entries.push({ fragment, clockText });
    this.#bytes += fragment.bytes.length;
  }

  clear(): void {
    // A new array: whoever is sending the old one goes on undisturbed.
    this.#entries = [];
    this.#bytes = 0;
  }

  #isTooMuch(first: Fragment, next: Fragment): boolean {
    return (
      this.#bytes + next.bytes.length > MAX_GOP_BYTES ||
      next.dts90k - first.dts90k > MAX_GOP_MS * 90 ||
      this.#entries.length >= MAX_GOP_FRAGMENTS
    );
  }
}
