/**
 * Sound of any rate into 8 kHz, block after block: a windowed sinc (Blackman) takes out what 8 kHz cannot carry before samples are left
 * out, so that nothing is folded into the voice. Pure: runs in the audio thread.
 */

export const VOICE_RATE = 8000;
/** 20 ms, as the gateway sends them. */
export const FRAME_SAMPLES = 160;
/** Zero crossings of the sinc on each side, and the share of the band that is kept. */
const CROSSINGS = 12;
const PASS = 0.9;

export class Downsampler {
  readonly #ratio: number;
  readonly #cutoff: number;
  readonly #reach: number;
  /** Samples not yet left behind; the first has the number `#base`. */
  #kept = new Float32Array(0);
  #base = 0;
  /** The next sample of the result. */
  #next = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;

  /** `rate` of what comes in, Hz, at least 8,000. */
  constructor(rate: number) {
    this.#ratio = rate / VOICE_RATE;
    this.#cutoff = PASS * Math.min(1, 1 / this.#ratio);
    this.#reach = Math.ceil(CROSSINGS / this.#cutoff);
  }

  /** Takes a block, samples of −1…1; answers the frames that became whole. */
  push(block: Float32Array): Int16Array[] {
    const all = new Float32Array(this.#kept.length + block.length);
    all.set(this.#kept);
    all.set(block, this.#kept.length);
    const frames: Int16Array[] = [];
    const end = this.#base + all.length;
    for (;;) {
      const position = this.#next * this.#ratio;
      if (Math.floor(position) + this.#reach >= end) break;
      this.#frame[this.#filled] = this.#sampleAt(position, all);
      this.#filled += 1;
      this.#next += 1;
      if (this.#filled < FRAME_SAMPLES) continue;
      frames.push(this.#frame);
      this.#frame = new Int16Array(FRAME_SAMPLES);
      this.#filled = 0;
    }
    const needed = Math.max(this.#base, Math.floor(this.#next * this.#ratio) - this.#reach);
    this.#kept = all.slice(needed - this.#base);
    this.#base = needed;
    return frames;
  }

  #sampleAt(position: number, all: Float32Array): number {
    const centre = Math.floor(position);
    let sum = 0;
    let weights = 0;
    for (let at = centre - this.#reach + 1; at <= centre + this.#reach; at += 1) {
      const distance = at - position;
      if (Math.abs(distance) >= this.#reach) continue;
      const x = Math.PI * this.#cutoff * distance;
      const w = (Math.PI * distance) / this.#reach;
      const weight = (x === 0 ? 1 : Math.sin(x) / x) * (0.42 + 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w));
      weights += weight;
      sum += weight * (all[at - this.#base] ?? 0);
    }
    return Math.max(-32_768, Math.min(32_767, Math.round((sum / weights) * 32_767)));
  }
}
