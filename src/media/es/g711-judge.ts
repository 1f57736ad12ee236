/**
 * Which law and which sampling rate a G.711 stream really has. Some cameras write A-law on µ-law (ES-11), a few sample at
 * 16 kHz (ES-9). Both are judged by the sound itself: neither bytes nor the stream map tell.
 */
import { G711_SAMPLE_RATE, G711_TO_PCM, type Law } from './g711.ts';

/** What somebody set by hand for the device; it is believed without a test. */
export interface G711Hints {
  readonly law?: Law;
  readonly sampleRate?: number;
}

/** ES-9: the only other rate that cameras are known to use. */
export const WIDE_SAMPLE_RATE = 16_000;

/** Portions in a row whose length and distance agree on 16 kHz. Jittery time stamps do not agree four times. */
const RATE_PROOF = 4;
const RATE_TOLERANCE = 0.02;

/**
 * Portions in a row that are rougher under the declared law than under the other: a second of sound. Read under the wrong law,
 * small values become large ones with random signs, so real sound is four times as rough (measured: 3 to 6.6); noise is as
 * rough either way.
 */
const LAW_PROOF = 25;
const ROUGHER = 2;
/** Portions in a row that agree with the declared law: the question is not asked again. */
const LAW_SETTLED = 100;
/** Mean step between samples below which a portion is silence and says nothing. */
const SILENT_STEP = 16;

export class G711Judge {
  readonly #hints: G711Hints;
  /** Samples per second. */
  sampleRate: number;
  #rateStreak = 0;
  #lastPts = -1;
  #lastBytes = 0;
  #against = 0;
  #agreed = 0;

  constructor(hints: G711Hints) {
    this.#hints = hints;
    this.sampleRate = hints.sampleRate ?? G711_SAMPLE_RATE;
  }

  /** The law set by hand, else null. */
  get hinted(): Law | null {
    return this.#hints.law ?? null;
  }

  /** One portion with its time. True when the rate has turned out to be another. */
  measuresRate(bytes: number, pts: number): boolean {
    const delta = pts - this.#lastPts;
    const expected = (this.#lastBytes * 90_000) / WIDE_SAMPLE_RATE;
    const agrees = this.#lastPts >= 0 && pts >= 0 && Math.abs(delta - expected) <= expected * RATE_TOLERANCE;
    this.#rateStreak = agrees ? this.#rateStreak + 1 : 0;
    this.#lastPts = pts;
    this.#lastBytes = bytes;
    if (this.#hints.sampleRate !== undefined || this.#rateStreak < RATE_PROOF) return false;
    if (this.sampleRate === WIDE_SAMPLE_RATE) return false;
    this.sampleRate = WIDE_SAMPLE_RATE;
    return true;
  }

  /** One portion under the law it is taken for. True when a second of sound has said that it is the other one. */
  contradicts(law: Law, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#hints.law !== undefined || this.#agreed >= LAW_SETTLED) return false;
    const taken = roughness(G711_TO_PCM[law], bytes, start, end);
    const other = roughness(G711_TO_PCM[otherLaw(law)], bytes, start, end);
    if (taken < SILENT_STEP && other < SILENT_STEP) return false;
    if (taken >= other * ROUGHER) {
      this.#agreed = 0;
      this.#against += 1;
    } else {
      this.#against = 0;
      if (other >= taken * ROUGHER) this.#agreed += 1;
    }
    if (this.#against < LAW_PROOF) return false;
    this.#against = 0;
    this.#agreed = LAW_SETTLED;
    return true;
  }

  /** Another stream: what was learned of the sound is forgotten. */
  reset(): void {
    this.sampleRate = this.#hints.sampleRate ?? G711_SAMPLE_RATE;
    this.#lastPts = -1;
    this.#rateStreak = this.#against = this.#agreed = 0;
  }
}

export function otherLaw(law: Law): Law {
  return law === 'pcma' ? 'pcmu' : 'pcma';
}

/** Mean step from sample to sample. */
function roughness(table: Int16Array, bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let before = table[bytes[start]!]!;
  for (let i = start + 1; i < end; i += 1) {
    const value = table[bytes[i]!]!;
    sum += value > before ? value - before : before - value;
    before = value;
  }
  return sum / Math.max(1, end - start - 1);
}
