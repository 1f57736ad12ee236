/**
 * When to ask a camera for a key frame (ES-1): none has come some time after the first packet, or frames were lost in the middle of
 * a long group of pictures and what follows cannot be seen right until the next one. Sans-IO; who asks is not our concern.
 */
import type { FeedCounters } from './frame.ts';

/** Smart codecs have groups of 250 frames. A camera without them has sent its key frame by now. */
export const FIRST_WISH_MS = 2000;
/** The wish is repeated after this, and then each time again: the command may be lost, or the camera slow. */
export const REPEAT_WISH_MS = 5000;
/** After a loss a key frame that is due sooner than this is waited for: most cameras have 2 s or 4 s. */
export const LONG_GOP_MS = 4000;

export type WishReason = 'start' | 'loss';

export interface Wish {
  readonly reason: WishReason;
  /** How long no key frame has come, milliseconds. */
  readonly waitedMs: number;
}

export class KeyFrameWish {
  #sinceMs: number | null = null;
  #keyFrames = 0;
  #everKey = false;
  #holes = 0;
  #lossOpen = false;
  #askedMs = Number.NEGATIVE_INFINITY;

  /** A frame has a hole, or packets are missing. */
  hole(): void {
    this.#holes += 1;
  }

  /** The source changes: it must begin with a key frame. `keyFrames`: counted until now. */
  reset(keyFrames: number): void {
    this.#sinceMs = null;
    this.#keyFrames = keyFrames;
    this.#everKey = false;
    this.#lossOpen = false;
    this.#askedMs = Number.NEGATIVE_INFINITY;
  }

  /** Time passes; `video`: a picture has been seen, whole or not. Null: nothing to wish for. */
  poll(nowMs: number, video: boolean, counters: Pick<FeedCounters, 'keyFrames' | 'gopMs'>): Wish | null {
    if (!video) return null;
    if (this.#sinceMs === null || counters.keyFrames !== this.#keyFrames) {
      if (counters.keyFrames !== this.#keyFrames) this.#everKey = true;
      this.#keyFrames = counters.keyFrames;
      this.#sinceMs = nowMs;
      this.#lossOpen = false;
      this.#holes = 0;
      this.#askedMs = Number.NEGATIVE_INFINITY;
      return null;
    }
    const waitedMs = nowMs - this.#sinceMs;
    if (this.#holes > 0) this.#lossOpen = true;
    this.#holes = 0;
    if (!this.#everKey) return waitedMs >= FIRST_WISH_MS ? this.#ask('start', waitedMs, nowMs) : null;
    const isLong = counters.gopMs > LONG_GOP_MS || waitedMs > LONG_GOP_MS;
    return this.#lossOpen && isLong ? this.#ask('loss', waitedMs, nowMs) : null;
  }

  #ask(reason: WishReason, waitedMs: number, nowMs: number): Wish | null {
    if (nowMs - this.#askedMs < REPEAT_WISH_MS) return null;
    this.#askedMs = nowMs;
    return { reason, waitedMs: Math.round(waitedMs) };
  }
}
