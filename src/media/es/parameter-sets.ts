/** The parameter sets in force, taken from the stream, and the video track they describe (ES-2, ES-3, ES-4). */
import type { VideoTrack } from '../frame.ts';
import { avcConfig, H264_NAL, h264CodecString, h264ProfileName, parseH264Sps } from './h264.ts';
import { H265_NAL, h265CodecString, h265NalType, h265ProfileName, hevcConfig, parseH265Sps } from './h265.ts';
import { BitReader, rbsp } from './nal.ts';
import type { VideoCodec } from './picture.ts';

/** A camera has one set of each kind, an encoder with two picture sizes two; the standard allows 32 and 256. */
const MAX_SETS = 16;

/** A real parameter set has some tens of bytes; sample descriptions hold 16-bit lengths. */
const MAX_SET_BYTES = 4096;

export interface DescribedVideo {
  readonly track: VideoTrack;
  /** See H264Sps.reorderDepth. */
  readonly reorderDepth: number | null;
}

interface IdentifiedSet {
  readonly id: number;
  readonly nal: Uint8Array;
}

export class ParameterSets {
  /** An SPS differs from the one that was described last. */
  changed = false;
  #codec: VideoCodec | null = null;
  #vps: Uint8Array[] = [];
  #sps: IdentifiedSet[] = [];
  #pps: IdentifiedSet[] = [];

  /** Remembers the NAL unit `bytes[start, end)` when it is a parameter set. */
  see(codec: VideoCodec, bytes: Uint8Array, start: number, end: number): void {
    const type = codec === 'h264' ? bytes[start]! & 0x1f : h265NalType(bytes[start]!);
    if (codec === 'h264' ? type !== H264_NAL.sps && type !== H264_NAL.pps : type < 32 || type > 34) return;
    if (end - start < 3 || end - start > MAX_SET_BYTES) return;
    if (codec !== this.#codec) {
      this.#codec = codec;
      this.#vps = [];
      this.#sps = [];
      this.#pps = [];
    }
    const nal = bytes.subarray(start, end);
    if (type === H265_NAL.vps) this.#vps = [Uint8Array.prototype.slice.call(nal)];
    else if (type === H264_NAL.pps || type === H265_NAL.pps) this.#remember(this.#pps, nal, ppsId(codec, nal));
    else this.#sawSps(codec, nal);
  }

  #sawSps(codec: VideoCodec, nal: Uint8Array): void {
    for (const set of this.#sps) if (Buffer.compare(set.nal, nal) === 0) return;
    const sps = codec === 'h264' ? parseH264Sps(nal) : parseH265Sps(nal);
    // A corrupt one must not end a stream that plays.
    if (sps === null) return;
    this.#remember(this.#sps, nal, sps.id);
    this.#pps = [];
    this.changed = true;
  }

  /** One set per id, the newest first. */
  #remember(sets: IdentifiedSet[], nal: Uint8Array, id: number): void {
    const known = sets.findIndex((set) => set.id === id);
    if (known >= 0) {
      if (Buffer.compare(sets[known]!.nal, nal) === 0) return;
      sets.splice(known, 1);
    }
    sets.unshift({ id, nal: Uint8Array.prototype.slice.call(nal) });
    if (sets.length > MAX_SETS) sets.pop();
  }

  /** The track these sets describe; null when some are missing or corrupt. */
  describe(): DescribedVideo | null {
    const spsNals = this.#sps.map((set) => set.nal);
    const ppsNals = this.#pps.map((set) => set.nal);
    const nal = this.#sps[0]?.nal;
    if (nal === undefined || this.#pps.length === 0) return null;
    if (this.#codec === 'h264') {
      const sps = parseH264Sps(nal);
      if (sps === null) return null;
      const { width, height, fps, reorderDepth } = sps;
      const config = avcConfig(sps, spsNals, ppsNals);
      const words = { codecString: h264CodecString(sps), profile: h264ProfileName(sps) };
      return {
        track: { kind: 'video', codec: 'h264', ...words, width, height, fps, config, timescale: 90_000 },
        reorderDepth,
      };
    }
    const sps = parseH265Sps(nal);
    if (sps === null || this.#vps.length === 0) return null;
    const { width, height, fps, reorderDepth } = sps;
    const config = hevcConfig(sps, this.#vps, spsNals, ppsNals);
    const words = { codecString: h265CodecString(sps), profile: h265ProfileName(sps) };
    return {
      track: { kind: 'video', codec: 'h265', ...words, width, height, fps, config, timescale: 90_000 },
      reorderDepth,
    };
  }

  reset(): void {
    this.#codec = null;
    this.#vps = [];
    this.#sps = [];
    this.#pps = [];
    this.changed = false;
  }
}

/** pic_parameter_set_id, the first field of both standards. */
function ppsId(codec: VideoCodec, nal: Uint8Array): number {
  return new BitReader(rbsp(nal.subarray(0, 16)), codec === 'h264' ? 8 : 16).ue();
}
