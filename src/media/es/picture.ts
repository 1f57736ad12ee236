/** What a NAL unit is to a frame: the start of a picture, more of it, or something between pictures. */
import { looksLikeH264Sps } from './h264.ts';
import { h265NalType, looksLikeH265ParameterSet } from './h265.ts';

export type VideoCodec = 'h264' | 'h265';

/** First slice of a picture · another slice of it · a NAL unit that may only stand before a picture · anything else. */
export type NalRole = 'first-slice' | 'slice' | 'before-picture' | 'other';

/** Bytes after the start code that `nalRole` looks at. */
export const ROLE_BYTES = 3;

/**
 * ISO/IEC 14496-10 7.4.1.2.3 and 23008-2 7.4.2.4.4. A picture starts where first_mb_in_slice is 0 (one bit: ue(v) of 0
 * is `1`) or first_slice_segment_in_pic_flag is set.
 */
export function nalRole(codec: VideoCodec, bytes: Uint8Array, at: number, end: number): NalRole {
  if (codec === 'h264') {
    const type = bytes[at]! & 0x1f;
    if (type === 1 || type === 5 || type === 2) {
      return at + 1 < end && (bytes[at + 1]! & 0x80) !== 0 ? 'first-slice' : 'slice';
    }
    if ((type >= 6 && type <= 9) || (type >= 14 && type <= 18)) return 'before-picture';
    return 'other';
  }
  const type = h265NalType(bytes[at]!);
  if (type < 32) return at + 2 < end && (bytes[at + 2]! & 0x80) !== 0 ? 'first-slice' : 'slice';
  if ((type >= 32 && type <= 35) || type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55)) {
    return 'before-picture';
  }
  return 'other';
}

/** IDR (H.264) or IRAP (H.265). */
export function isSyncNal(codec: VideoCodec, header: number): boolean {
  if (codec === 'h264') return (header & 0x1f) === 5;
  const type = h265NalType(header);
  return type >= 16 && type <= 23;
}

/** Parameter sets in a row that overrule a codec which the content had confirmed before (PS-4). */
const OVERRULE_AFTER = 2;

/** Decides the codec from parameter sets and the program stream map; content beats declaration (PS-1, PS-4). */
export class CodecJudge {
  codec: VideoCodec | null = null;
  #declared: VideoCodec | null = null;
  #against = 0;
  /** The content has spoken for the codec, not only the map. */
  #confirmed = false;

  /** What the program stream map says. */
  declare(codec: VideoCodec | null): void {
    if (codec === this.#declared) return;
    this.#declared = codec;
    this.codec ??= codec;
  }

  /** One NAL unit; returns a finding's code and text when the verdict changed. */
  see(first: number, second: number): readonly [code: string, detail: string] | null {
    let seen: VideoCodec | null = looksLikeH265ParameterSet(first, second) ? 'h265' : null;
    if (seen === null && looksLikeH264Sps(first, second)) seen = 'h264';
    // A PPS alone proves nothing (28 is an IDR of H.265), behind an SPS it does.
    if (seen === null && this.#against > 0 && (first & 0x9f) === 8) seen = 'h264';
    if (seen === null) return null;
    if (seen === this.codec) {
      this.#against = 0;
      this.#confirmed = true;
      return null;
    }
    if (this.codec === null) {
      this.#confirmed = true;
      this.codec = seen;
      return ['PS-1', `no stream map: video is ${seen} by its parameter sets`];
    }
    this.#against += 1;
    if (this.#confirmed && this.#against < OVERRULE_AFTER) return null;
    this.#against = 0;
    this.#confirmed = true;
    this.codec = seen;
    return ['PS-4', `declared ${this.#declared ?? 'nothing'}, parameter sets are ${seen}`];
  }

  reset(): void {
    this.codec = this.#declared = null;
    this.#against = 0;
    this.#confirmed = false;
  }
}
