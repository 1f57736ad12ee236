/** So far ahead of what is watched, in seconds of watching, a device may be: players keep as much. */
const AHEAD_MS = 3000;
/** What is left when it may go on: it needs a moment. */
const KEEP_MS = 1000;
/** Pictures further apart than this do not follow each other. */
const LEAP_90K = 10 * 90_000;

/** PB-5: how far a device that pushes footage is ahead of those who watch it. Sans-IO. */
export class PushHold {
  #first: { readonly dts90k: number; readonly atMs: number } | null = null;
  #lastDts = 0;

  /** What comes next follows on nothing. */
  restart(): void {
    this.#first = null;
  }

  /** A picture came at `nowMs`; `rate`: seconds of media that a second shows. Answers for how long the device has to wait, in ms; 0: not. */
  picture(dts90k: number, nowMs: number, rate: number): number {
    const first = this.#first;
    const isLeap = Math.abs(dts90k - this.#lastDts) > LEAP_90K;
    this.#lastDts = dts90k;
    const aheadMs = first === null ? 0 : (dts90k - first.dts90k) / 90 / rate - (nowMs - first.atMs);
    // one that is late has nothing good for it
    if (first === null || isLeap || aheadMs < 0) {
      this.#first = { dts90k, atMs: nowMs };
      return 0;
    }
    return aheadMs > AHEAD_MS ? aheadMs - KEEP_MS : 0;
  }
}
