/** Lays the footage of one call into the file: trims it to the range, and takes out what the file has already. */
import type { Fragment, InitSegment } from '../media/frame.ts';
import type { FootageFile } from './footage-file.ts';
import { Overlap } from './overlap.ts';
import type { FootageSpan } from './source.ts';
import { hashOf } from './tail.ts';

/**
 * What comes of footage before it is clear where it belongs: groups of pictures of 10 s are rare, and of so many bytes rarer (20 s of
 * 16 Mbit/s).
 */
const SEARCH_MS = 20_000;
export const MAX_HELD_BYTES = 40 * 1024 * 1024;

/** Footage goes on at most so long behind the range when no key frame comes. */
const MAX_PAST_MS = 10_000;

/** The time stamps of a call and its content time have parted by a hole, or another file: 12 frames. */
const DRIFT_MS = 500;

/** Content times are sums of fractions. */
const ROUNDING_MS = 1;

/** Half a picture, at 25 a second. */
const HALF_PICTURE_MS = 20;

/** `kept`: it is in the file; `held`: it may come to be, or is not wanted; `past-end`: the range is done; `unmatched`: it does not begin where the file ends. */
export type Verdict = 'kept' | 'held' | 'past-end' | 'unmatched';

export interface SpliceOptions {
  readonly file: FootageFile;
  /** What may come to be in the file. */
  readonly range: FootageSpan;
  /** Nothing outside of the range; else whole groups of pictures. */
  readonly exact: boolean;
  /**
   * `none`: what comes is new. `pictures`: it begins with pictures that the file ends with. `time`: the same, and when they cannot be found
   * time decides.
   */
  readonly overlap: 'none' | 'pictures' | 'time';
}

interface Held {
  readonly init: InitSegment;
  readonly fragment: Fragment;
  readonly contentEpochMs: number;
}

export class Splice {
  readonly #o: SpliceOptions;
  readonly #overlap: Overlap | null;
  #init: InitSegment | null = null;
  #isPlaced = false;
  #held: Held[] = [];
  #heldBytes = 0;
  /** Of the file's time line, against what the source says. */
  #offMs = 0;

  constructor(o: SpliceOptions) {
    this.#o = o;
    this.#overlap = o.overlap === 'none' ? null : new Overlap(o.file.tail());
  }

  init(init: InitSegment): void {
    this.#init = init;
    if (this.#isPlaced) this.#o.file.changeInit(init);
  }

  fragment(fragment: Fragment, contentEpochMs: number): Verdict {
    const init = this.#init;
    if (init === null) return 'held';
    if (this.#isPlaced) return this.#append(init, fragment, contentEpochMs);
    const held = { init, fragment, contentEpochMs };
    return this.#overlap === null ? this.#lead(held) : this.#search(held, this.#overlap);
  }

  /** Nothing more comes of this call: what is held is laid by its time, or is `unmatched`; else null. */
  finish(): Verdict | null {
    const { overlap, file } = this.#o;
    const first = this.#held.find(({ fragment }) => fragment.samples.some(({ track }) => track === 'video'));
    if (this.#isPlaced || overlap === 'none' || first === undefined) return null;
    return overlap === 'pictures' ? 'unmatched' : this.#place(first, file.placeOf(first.contentEpochMs), true);
  }

  /** Content before the range is held from its last key frame on. */
  #lead(held: Held): Verdict {
    const { fragment, contentEpochMs } = held;
    const { startEpochMs } = this.#o.range;
    const isBefore = contentEpochMs < startEpochMs - HALF_PICTURE_MS;
    const isAtStart = !isBefore && contentEpochMs < startEpochMs + HALF_PICTURE_MS;
    if (fragment.isKey && (isBefore || isAtStart || this.#o.exact)) this.#drop();
    if (fragment.isKey || this.#held.length > 0) this.#hold(held);
    if (isBefore || this.#held.length === 0) return 'held';
    if (this.#o.exact && this.#held[0]!.contentEpochMs < startEpochMs - HALF_PICTURE_MS) return 'held';
    return this.#place(this.#held[0]!, null, false);
  }

  #search(held: Held, overlap: Overlap): Verdict {
    const { fragment, contentEpochMs, init } = held;
    const { file } = this.#o;
    const lastEpochMs = file.lastEpochMs ?? 0;
    const picture = fragment.samples.find(({ track }) => track === 'video');
    // by time the place is behind the file's end: pictures from before it are only looked at
    this.#hold(
      contentEpochMs < lastEpochMs - HALF_PICTURE_MS ? { ...held, fragment: withoutPictures(fragment) } : held,
    );
    if (picture !== undefined && overlap.isLast(hashOf(picture.data), picture.isSync)) {
      if (Math.abs(contentEpochMs - lastEpochMs) <= SEARCH_MS) {
        // pictures up to this one are there; of the sound the file knows itself
        this.#held = this.#held.map((one) => ({ ...one, fragment: withoutPictures(one.fragment) }));
        return this.#place(
          { init, fragment: { ...fragment, dts90k: picture.dts }, contentEpochMs },
          file.lastAt90k,
          false,
        );
      }
    }
    if (contentEpochMs < lastEpochMs + SEARCH_MS && this.#heldBytes < MAX_HELD_BYTES) return 'held';
    if (this.#o.overlap === 'pictures') {
      this.#drop();
      return 'unmatched';
    }
    return this.#place(this.#held[0]!, file.placeOf(this.#held[0]!.contentEpochMs), true);
  }

  /** All that is held goes into the file; `first` stands at `at90k`, or where its content time says. */
  #place(first: Held, at90k: number | null, repeats: boolean): Verdict {
    const { file } = this.#o;
    const held = this.#held;
    this.#drop();
    this.#isPlaced = true;
    const { init, fragment, contentEpochMs } = first;
    if (file.startEpochMs === null) file.begin(init, fragment, contentEpochMs);
    else {
      // never over what is there: calls are anchored at what was asked for, up to a group of pictures wrong
      const byTime = Math.max(file.placeOf(contentEpochMs), file.endAt90k);
      file.place(init, fragment.dts90k, at90k ?? byTime, repeats);
    }
    this.#offMs = file.epochOf(fragment.dts90k) - contentEpochMs;
    let verdict: Verdict = 'held';
    let current = init;
    for (const one of held) {
      if (one.init !== current) {
        file.changeInit(one.init);
        current = one.init;
      }
      verdict = this.#append(one.init, one.fragment, one.contentEpochMs);
      if (verdict === 'past-end') break;
    }
    return verdict;
  }

  #append(init: InitSegment, fragment: Fragment, contentEpochMs: number): Verdict {
    const { file, range, exact } = this.#o;
    const driftMs = contentEpochMs + this.#offMs - file.epochOf(fragment.dts90k);
    if (driftMs > DRIFT_MS) {
      // the source knows better than its time stamps where it went on
      file.place(init, fragment.dts90k, file.placeOf(contentEpochMs + this.#offMs), false);
    }
    const pastMs = file.epochOf(fragment.dts90k) - range.endEpochMs;
    if (pastMs >= -ROUNDING_MS && (exact || fragment.isKey || pastMs >= MAX_PAST_MS)) return 'past-end';
    if (fragment.samples.length > 0) file.append(fragment);
    return 'kept';
  }

  #hold(held: Held): void {
    this.#held.push(held);
    for (const { data } of held.fragment.samples) this.#heldBytes += data.length;
    if (this.#heldBytes < MAX_HELD_BYTES || this.#overlap !== null) return;
    // a group of pictures before the range that never ends
    this.#drop();
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }
}

function withoutPictures(fragment: Fragment): Fragment {
  return { ...fragment, samples: fragment.samples.filter(({ track }) => track !== 'video') };
}
