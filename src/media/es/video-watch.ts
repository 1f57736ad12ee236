/**
 * Looks at whole frames on their way and names what is odd about them (RTP-6, RTP-7, PS-2, PS-29, ES-12). It changes nothing:
 * samples stay bit-exact.
 */
import { unwrap } from '../ingest/rtp.ts';
import { BitReader, rbsp } from './nal.ts';
import { isSyncNal, type VideoCodec } from './picture.ts';
import type { VideoUnit } from './unit.ts';

/** Frames over which the RTP clock is compared with the PTS; B pictures move a PTS by at most a few of them. */
const CLOCK_FRAMES = 32;
/** The RTP clock is another one when it is this far off the PTS over so many frames. */
const CLOCK_TOLERANCE = 0.25;

/** Slice headers judged at the start of a stream, then one in so many. */
const SLICES_AT_FIRST = 64;
const SLICES_BETWEEN = 64;
/** Of so many slice headers so many must be senseless: of clear ones none is, of encrypted ones half are. */
const SLICE_WINDOW = 32;
const SENSELESS = 8;
/** A slice header's first fields lie in these bytes. */
const SLICE_HEAD_BYTES = 16;

/** A frame has one delimiter, and some SEI; cameras that flood have tens. */
const MAX_DELIMITERS = 1;
const MAX_SEI = 8;

const KIND = { other: 0, slice: 1, delimiter: 2, sei: 3, pps: 4, odd: 5 } as const;

/** What a NAL unit type is to us. Odd: no stream of the standard holds it (ISO/IEC 14496-10 and 23008-2, tables 7-1). */
const KINDS: Readonly<Record<VideoCodec, Uint8Array>> = {
  h264: Uint8Array.from({ length: 32 }, (_, type) => {
    if (type === 0 || (type >= 16 && type <= 18) || type >= 22) return KIND.odd;
    if (type === 1 || type === 5) return KIND.slice;
    return type === 6 ? KIND.sei : type === 8 ? KIND.pps : type === 9 ? KIND.delimiter : KIND.other;
  }),
  h265: Uint8Array.from({ length: 64 }, (_, type) => {
    if ((type >= 22 && type <= 31) || type >= 41) return KIND.odd;
    if (type < 32) return KIND.slice;
    return type === 34 ? KIND.pps : type === 35 ? KIND.delimiter : type >= 39 ? KIND.sei : KIND.other;
  }),
};

export class VideoWatch {
  readonly #finding: (code: string, detail: string) => void;
  readonly #ppsIds = new Set<number>();
  #clockFrames = 0;
  #firstTime = 0;
  #time = -1;
  #firstRtp = 0;
  #rtp = 0;
  #slices = 0;
  #judged = 0;
  #senseless = 0;
  #mapsSeen = 0;
  #mapsAtKey = 0;

  constructor(finding: (code: string, detail: string) => void) {
    this.#finding = finding;
  }

  /** A stream map came. */
  map(): void {
    this.#mapsSeen += 1;
  }

  /** One whole frame. */
  see(unit: VideoUnit): void {
    this.#clocks(unit.dts >= 0 ? unit.dts : unit.pts, unit.rtpTimestamp);
    const { bytes, starts, ends, codec } = unit;
    let delimiters = 0;
    let sei = 0;
    let isSync = false;
    const kinds = KINDS[codec];
    for (let i = unit.first; i < unit.last; i += 1) {
      const header = bytes[starts[i]!]!;
      const type = codec === 'h264' ? header & 0x1f : (header >> 1) & 0x3f;
      const kind = kinds[type]!;
      if (kind === KIND.slice) {
        if (isSyncNal(codec, header)) isSync = true;
        this.#slice(unit, i, type);
      } else if (kind === KIND.delimiter) delimiters += 1;
      else if (kind === KIND.sei) sei += 1;
      else if (kind === KIND.pps) this.#pps(codec, bytes, starts[i]!, ends[i]!);
      if (kind === KIND.odd || (header & 0x80) !== 0) this.#finding('PS-29', `NAL unit of type ${type}`);
    }
    if (delimiters > MAX_DELIMITERS || sei > MAX_SEI)
      this.#finding('PS-29', `${delimiters} delimiters and ${sei} SEI in one frame`);
    if (isSync) this.#key();
  }

  reset(): void {
    this.#ppsIds.clear();
    this.#time = -1;
    this.#clockFrames = this.#slices = this.#judged = this.#senseless = this.#mapsSeen = this.#mapsAtKey = 0;
  }

  /** PS-2: the stream map came once, and not with this key frame. */
  #key(): void {
    if (this.#mapsSeen > 0 && this.#mapsSeen === this.#mapsAtKey)
      this.#finding('PS-2', 'a key frame without a stream map; the one before is kept');
    this.#mapsAtKey = this.#mapsSeen;
  }

  /** RTP-6, RTP-7: does the RTP clock go with the times of the PES? */
  #clocks(time: number, rtp: number): void {
    if (time < 0) return;
    if (this.#time < 0) {
      this.#firstTime = this.#time = time;
      this.#firstRtp = this.#rtp = rtp;
      this.#clockFrames = 0;
      return;
    }
    this.#time = unwrap(this.#time, time, 2 ** 33);
    this.#rtp = unwrap(this.#rtp, rtp, 2 ** 32);
    this.#clockFrames += 1;
    if (this.#clockFrames < CLOCK_FRAMES) return;
    const times = this.#time - this.#firstTime;
    const ticks = this.#rtp - this.#firstRtp;
    this.#time = -1;
    // Under half a second, or back: the clock of the PES is itself in disorder (TS-3, TS-4).
    if (times < 45_000 || times > CLOCK_FRAMES * 10 * 90_000) return;
    if (ticks === 0) this.#finding('RTP-6', `the RTP time stamp stands still at ${rtp}`);
    else if (Math.abs(ticks / times - 1) > CLOCK_TOLERANCE)
      this.#finding('RTP-7', `the RTP clock runs at ${Math.round((ticks / times) * 90_000)} Hz, not 90000`);
  }

  #pps(codec: VideoCodec, bytes: Buffer, start: number, end: number): void {
    const head = rbsp(bytes.subarray(start, Math.min(end, start + SLICE_HEAD_BYTES)));
    this.#ppsIds.add(new BitReader(head, codec === 'h264' ? 8 : 16).ue());
  }

  /**
   * ES-12, Hikvision with its verification code switched on: the program stream is in order, the inside of the slices is
   * encrypted. Their headers then name picture parameter sets that do not exist.
   */
  #slice(unit: VideoUnit, index: number, type: number): void {
    this.#slices += 1;
    if (this.#slices > SLICES_AT_FIRST && this.#slices % SLICES_BETWEEN !== 0) return;
    if (this.#ppsIds.size === 0) return;
    const start = unit.starts[index]!;
    const head = rbsp(unit.bytes.subarray(start, Math.min(unit.ends[index]!, start + SLICE_HEAD_BYTES)));
    this.#judged += 1;
    if (!this.#makesSense(unit.codec, head, type)) this.#senseless += 1;
    if (this.#judged < SLICE_WINDOW) return;
    if (this.#senseless >= SENSELESS)
      this.#finding(
        'ES-12',
        `${this.#senseless} of ${this.#judged} slice headers make no sense: switch the stream encryption of the camera off`,
      );
    this.#judged = this.#senseless = 0;
  }

  #makesSense(codec: VideoCodec, head: Uint8Array, type: number): boolean {
    const reader = new BitReader(head, codec === 'h264' ? 8 : 16);
    if (codec === 'h264') {
      reader.ue();
      if (reader.ue() > 9) return false;
      return this.#ppsIds.has(reader.ue()) && !reader.overrun;
    }
    // ISO/IEC 23008-2 7.3.6.1: first_slice_segment_in_pic_flag, no_output_of_prior_pics_flag in IRAP pictures, the id.
    reader.skip(type >= 16 && type <= 23 ? 2 : 1);
    return this.#ppsIds.has(reader.ue()) && !reader.overrun;
  }
}
