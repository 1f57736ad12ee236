/**
 * Another sampling rate by a windowed sinc (Blackman): what the new rate cannot carry is filtered out, not folded back. Any sample of the
 * result can be asked for, so that a long sound costs nothing before it is due.
 */

/** Zero crossings of the sinc on each side: 16 leave about 70 dB of what would be folded. */
const CROSSINGS = 16;
/** Positions between two samples that are told apart: what is lost by that is below the noise of G.711. */
const MAX_PHASES = 512;
/** Share of the band that is kept; the rest is the slope of the filter. */
const PASS = 0.92;

export class Resampler {
  readonly #ratio: number;
  readonly #phases: number;
  readonly #reach: number;
  readonly #kernels: Float32Array[];

  /** Rates in Hz. */
  constructor(fromRate: number, toRate: number) {
    this.#ratio = fromRate / toRate;
    this.#phases = Math.min(MAX_PHASES, toRate / divisor(fromRate, toRate));
    const cutoff = PASS * Math.min(1, toRate / fromRate);
    this.#reach = Math.ceil(CROSSINGS / cutoff);
    this.#kernels = Array.from({ length: this.#phases }, (_, phase) =>
      kernel(phase / this.#phases, cutoff, this.#reach),
    );
  }

  /** Samples of the result that so many of the source make. */
  lengthOf(samples: number): number {
    return Math.floor(samples / this.#ratio);
  }

  /** Sample `index` of the result; `read` answers samples of the source, 0 beyond its ends. */
  at(index: number, read: (sample: number) => number): number {
    const position = Math.round(index * this.#ratio * this.#phases) / this.#phases;
    const centre = Math.floor(position);
    const weights = this.#kernels[Math.round((position - centre) * this.#phases) % this.#phases]!;
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap += 1) sum += weights[tap]! * read(centre - this.#reach + 1 + tap);
    return sum;
  }
}

/** Weights of the samples around a position `fraction` behind one of them; together 1. */
function kernel(fraction: number, cutoff: number, reach: number): Float32Array {
  const weights = Float32Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - reach + 1 - fraction;
    if (Math.abs(distance) > reach) return 0;
    const x = Math.PI * cutoff * distance;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    const w = (Math.PI * distance) / reach;
    return sinc * (0.42 + 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
