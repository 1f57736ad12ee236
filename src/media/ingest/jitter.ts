/**
 * Interarrival jitter (RFC 3550 section 6.4.1 and appendix A.8), measured at the first packet of each frame: the packets of a
 * frame share one time stamp, so that those behind the first would only measure how a camera paces its bursts.
 */

const TICKS_PER_MS = 90;

/** A step further than this from what the clock says is another clock (TS-4), no jitter. */
const MAX_STEP_90K = 5 * 90_000;

export class Jitter {
  #timestamp = -1;
  #arrivedMs = 0;
  #jitter90k = 0;

  /** Smoothed, in milliseconds. */
  get ms(): number {
    return this.#jitter90k / TICKS_PER_MS;
  }

  /** A packet, in the order of arrival. */
  see(timestamp: number, arrivedMs: number): void {
    if (timestamp === this.#timestamp) return;
    if (this.#timestamp >= 0) {
      const sent = (timestamp - this.#timestamp) | 0;
      const step = Math.abs((arrivedMs - this.#arrivedMs) * TICKS_PER_MS - sent);
      if (step <= MAX_STEP_90K) this.#jitter90k += (step - this.#jitter90k) / 16;
    }
    this.#timestamp = timestamp;
    this.#arrivedMs = arrivedMs;
  }

  /** Another sender: its clock has nothing to do with the one before. */
  reset(): void {
    this.#timestamp = -1;
    this.#jitter90k = 0;
  }
}
