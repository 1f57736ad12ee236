/** What a file ends with, so that the end of it can be found in footage that comes again. */
import { crc32 } from 'node:zlib';

/**
 * How much is kept: a device that is asked for a second begins at the key frame before it, and groups of pictures
 * longer than 10 s are rare.
 */
export const TAIL_MS = 15_000;

/** And in samples of one track: 60 frames a second for that time, and sound in pieces of 20 ms. */
export const MAX_TAIL_SAMPLES = 1024;

/** One of the newest samples of a file. */
export interface TailSample {
  readonly track: 'video' | 'audio';
  /** On the file's own time line, in `timescale`. */
  readonly dts: number;
  readonly timescale: number;
  /** `hashOf` its bytes. */
  readonly hash: number;
}

/** Of a length; above it, CRC-32 and length are no whole number any more. */
const LENGTH_MODULUS = 2 ** 20;

/**
 * The same bytes give the same number, others another: CRC-32 and length, 52 bits. Every sample of every download is hashed, and this
 * is three times as fast as SHA-1. No secret: devices could forge it, and gain a lost frame. By chance a picture is taken for the
 * newest of a file once in 4 billion, and only one of the same length from the seconds around it.
 */
export function hashOf(data: Uint8Array): number {
  return (data.length % LENGTH_MODULUS) * 2 ** 32 + crc32(data);
}

/** The newest samples of one track, in order. */
export class Tail {
  #samples: TailSample[] = [];
  #from = 0;

  add(sample: TailSample): void {
    this.#samples.push(sample);
    const oldest = sample.dts - (TAIL_MS * sample.timescale) / 1000;
    while (this.#samples.length - this.#from > MAX_TAIL_SAMPLES || this.#samples[this.#from]!.dts < oldest)
      this.#from += 1;
    if (this.#from < MAX_TAIL_SAMPLES) return;
    this.#samples = this.#samples.slice(this.#from);
    this.#from = 0;
  }

  list(): readonly TailSample[] {
    return this.#samples.slice(this.#from);
  }
}
