/**
 * AAC without ADTS headers (ES-10; stream type 1C): a PES is one raw frame, or frames behind the AU headers of RFC 3640 section
 * 3.2.1. The configuration stands in the stream map when the camera is kind, else it is inferred from the times and the data.
 */
import { AAC_FRAME_SAMPLES, AAC_RATES, type AdtsHeader } from './aac.ts';

/** RFC 3640 mode AAC-hbr, the one everybody uses: 13 bits of size, 3 of index. */
const AU_HEADER_BITS = 16;

/** Rate of most cameras with AAC, until two times tell. */
const DEFAULT_RATE_INDEX = AAC_RATES.indexOf(16_000);

/** ISO/IEC 13818-1 2.6.38: MPEG-4 audio extension descriptor. */
const AUDIO_EXTENSION_DESCRIPTOR = 0x2e;

/** Offsets of the frames in `bytes[start, end)` as start and end in turn: one frame, or several behind AU headers. */
export function rawAacFrames(bytes: Uint8Array, start: number, end: number): number[] {
  const headerBits = end - start > 4 ? (bytes[start]! << 8) | bytes[start + 1]! : 0;
  if (headerBits === 0 || headerBits % AU_HEADER_BITS !== 0) return [start, end];
  const frames: number[] = [];
  let at = start + 2 + headerBits / 8;
  for (let head = start + 2; head < start + 2 + headerBits / 8; head += 2) {
    if (head + 2 > end) return [start, end];
    const size = ((bytes[head]! << 8) | bytes[head + 1]!) >> 3;
    if (size === 0 || at + size > end) return [start, end];
    frames.push(at, at + size);
    at += size;
  }
  // Sizes that do not add up to the PES: the two bytes were no AU header.
  return at === end ? frames : [start, end];
}

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1); null when it describes nothing we can. */
export function readAudioConfig(config: Uint8Array): AdtsHeader | null {
  if (config.length < 2) return null;
  const objectType = config[0]! >> 3;
  const frequencyIndex = ((config[0]! & 7) << 1) | (config[1]! >> 7);
  const channels = (config[1]! >> 3) & 15;
  if (objectType < 1 || objectType > 4 || frequencyIndex >= AAC_RATES.length || channels < 1 || channels > 7)
    return null;
  return { objectType, frequencyIndex, channels, headerBytes: 0, frameBytes: 0 };
}

/** The configuration among the descriptors of a stream map entry, or null. */
export function configInDescriptors(descriptors: Uint8Array): AdtsHeader | null {
  for (let at = 0; at + 2 <= descriptors.length; ) {
    const end = at + 2 + descriptors[at + 1]!;
    if (end > descriptors.length) return null;
    // ASC_flag, three reserved bits, num_of_loops, that many profile bytes, ASC_size, the configuration.
    if (descriptors[at] === AUDIO_EXTENSION_DESCRIPTOR && (descriptors[at + 2]! & 0x80) !== 0) {
      const sizeAt = at + 3 + (descriptors[at + 2]! & 15);
      if (sizeAt < end) return readAudioConfig(descriptors.subarray(sizeAt + 1, end));
    }
    at = end;
  }
  return null;
}

/** Guesses what nobody said. Frames are handed in with their times until the distance of two has told the rate. */
export class RawAacGuess {
  readonly header: AdtsHeader = {
    objectType: 2,
    frequencyIndex: DEFAULT_RATE_INDEX,
    channels: 1,
    headerBytes: 0,
    frameBytes: 0,
  };
  #lastPts = -1;
  #known = false;

  /** What the stream map says. */
  declare(header: AdtsHeader | null): void {
    if (header === null) return;
    Object.assign(this.header, header);
    this.#known = true;
  }

  /** A PES of `frames` frames begins with `firstByte`. True when a guess may be trusted: its rate is known. */
  see(pts: number, frames: number, firstByte: number): boolean {
    if (this.#known) return true;
    // ISO/IEC 14496-3 table 4.71: the first element is a single channel (0) or a pair (1).
    this.header.channels = firstByte >> 5 === 1 ? 2 : 1;
    const delta = pts - this.#lastPts;
    const before = this.#lastPts;
    this.#lastPts = pts;
    if (pts < 0 || before < 0 || delta <= 0) return false;
    const rate = (frames * AAC_FRAME_SAMPLES * 90_000) / delta;
    let best = DEFAULT_RATE_INDEX;
    for (let i = 0; i < AAC_RATES.length; i += 1)
      if (Math.abs(AAC_RATES[i]! - rate) < Math.abs(AAC_RATES[best]! - rate)) best = i;
    this.header.frequencyIndex = best;
    this.#known = true;
    return true;
  }

  reset(): void {
    this.#known = false;
    this.#lastPts = -1;
  }
}
