/**
 * Puts access units together from the video PES of a program stream. PES bytes are copied once, into one growing buffer;
 * NAL units are ranges of it. Decides where a frame ends (RTP-5, PS-9, PS-22, PS-24) and which frames have a hole.
 */
import { EndSign } from './frame-end.ts';
import { findNalStart } from './nal.ts';
import { CodecJudge, type NalRole, nalRole, ROLE_BYTES, type VideoCodec } from './picture.ts';

/** One whole access unit. Everything is valid during the call only. */
export interface VideoUnit {
  codec: VideoCodec;
  bytes: Buffer;
  /** NAL unit `i` is `bytes[starts[i], ends[i])` for `first <= i < last`. */
  starts: readonly number[];
  ends: readonly number[];
  first: number;
  last: number;
  /** 90 kHz, 33 bits; −1 when absent. */
  pts: number;
  dts: number;
  /** RTP time stamp of the packet in which the unit began. */
  rtpTimestamp: number;
  arrivedMs: number;
  afterLoss: boolean;
}

export interface UnitSink {
  videoUnit(unit: VideoUnit): void;
  /** A frame was thrown away. */
  discarded(): void;
  finding(code: string, detail: string): void;
}

/** A 4K key frame at 100 Mbit/s has 2 MB; libmpeg stops at the same 10 MiB. More is a stream that never ends its frame. */
export const MAX_FRAME_BYTES = 10 * 1024 * 1024;

/** A frame cut into slices of one macroblock row has some hundred NAL units; more than this is an attack on the scanner. */
export const MAX_NAL_UNITS = 4096;

/** Where a PES begins in the buffer. */
interface Mark {
  open: boolean;
  offset: number;
  pts: number;
  dts: number;
  rtpTimestamp: number;
  afterPack: boolean;
}

/** After a hole: so many PES in a row begin in the middle of a NAL unit and have a time: frames are not aligned to PES. */
const ODD_STARTS = 3;

/** Bytes that tell what a PES begins with: up to 4 zeros, a one, and the start of a NAL unit. */
const LOOK_BYTES = 5 + ROLE_BYTES;

export class AccessUnits {
  readonly judge = new CodecJudge();
  readonly #sink: UnitSink;
  readonly #marker = new EndSign();
  readonly #packSign = new EndSign();
  readonly #soundSign = new EndSign();
  #buffer: Buffer = Buffer.allocUnsafeSlow(128 * 1024);
  #length = 0;
  #scanned = 0;
  #starts: number[] = [];
  /** Offsets of the start codes, one per entry of #starts. */
  #codes: number[] = [];
  #ends: number[] = [];
  #hasSlice = false;
  /** Pictures of which the first slice is in the buffer. */
  #pictures = 0;
  readonly #mark: Mark = { open: false, offset: 0, pts: -1, dts: -1, rtpTimestamp: 0, afterPack: false };
  /** Timing of the frame in the buffer. */
  #pts = -1;
  #dts = -1;
  #rtpTimestamp = 0;
  #packetRtp = 0;
  #nowMs = 0;
  #lastDataMs = 0;
  /** When the last byte before the newest PES came. */
  #frameDataMs = 0;
  #inPes = false;
  #packSeen = false;
  #everPts = false;
  #dropPes = false;
  /** Frames are not aligned to PES: boundaries are found among the NAL units. */
  #unaligned = false;
  /** PES after a hole that have a time but do not begin with a NAL unit. */
  #oddStarts = 0;
  /** After a hole: waits for the start of a frame. */
  #await = false;
  #packSinceHole = false;
  #holePts = -1;
  #afterLoss = false;
  /** The last frame left before its end was proved. */
  #cutEarly = false;
  #tooLong = false;
  readonly #unit: VideoUnit;

  constructor(sink: UnitSink) {
    this.#sink = sink;
    this.#unit = {
      codec: 'h264',
      bytes: this.#buffer,
      starts: this.#starts,
      ends: this.#ends,
      first: 0,
      last: 0,
      pts: -1,
      dts: -1,
      rtpTimestamp: 0,
      arrivedMs: 0,
      afterLoss: false,
    };
  }

  /** Bytes held. */
  get held(): number {
    return this.#length;
  }

  /** A packet begins: what follows came with it. */
  packet(rtpTimestamp: number, nowMs: number): void {
    this.#packetRtp = rtpTimestamp;
    this.#nowMs = nowMs;
  }

  /** The packet's marker bit was set, and all of its bytes have been seen. `boundary`: the demultiplexer stands between PES. */
  marker(boundary: boolean): void {
    if (this.#length === 0 || this.#await) return;
    if (this.#inPes || !boundary) {
      if (this.#inPes && this.#marker.trusted) this.#sink.finding('RTP-5', 'marker inside a frame');
      this.#marker.distrust();
      return;
    }
    this.#resolve(true);
    this.#marker.fire();
    if (this.#marker.trusted && !this.#unaligned) this.#cutNow();
  }

  pack(): void {
    this.#packSinceHole = true;
    this.#packSeen = true;
    if (this.#length === 0 || this.#inPes) return;
    this.#packSign.fire();
    if (this.#packSign.trusted && !this.#unaligned && !this.#await) {
      this.#resolve(true);
      this.#cutNow();
    }
  }

  /** An audio PES begins: in a pack it stands behind the video. */
  sound(): void {
    if (this.#length > 0 && !this.#inPes) this.#soundSign.fire();
  }

  pesStart(pts: number, dts: number): void {
    this.#resolve(true);
    this.#inPes = true;
    this.#frameDataMs = this.#lastDataMs;
    if (pts >= 0) this.#everPts = true;
    const mark = this.#mark;
    mark.open = true;
    mark.offset = this.#length;
    mark.pts = pts;
    mark.dts = dts;
    mark.rtpTimestamp = this.#packetRtp;
    mark.afterPack = this.#packSeen;
    this.#packSeen = false;
    this.#dropPes = this.#await && !this.#mayStart(pts);
    if (this.#dropPes) mark.open = false;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.#dropPes) return;
    this.#lastDataMs = this.#nowMs;
    const length = this.#length + end - start;
    if (length > this.#buffer.length && !this.#grow(length)) return;
    this.#buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.#length);
    this.#length = length;
    if (this.#mark.open && length - this.#mark.offset >= LOOK_BYTES) this.#resolve(false);
  }

  pesEnd(): void {
    this.#inPes = false;
    if (this.#unaligned && !this.#dropPes) {
      this.#resolve(true);
      this.#scan(this.#length, false);
      this.#emit(false);
    }
  }

  /** Packets are missing, or bytes made no sense. A frame that a sign has ended is whole, any other may have a hole. */
  hole(): void {
    if (this.#length > 0) {
      this.#resolve(true);
      const ended = (this.#marker.credible || this.#soundSign.proven) && !this.#inPes && !this.#unaligned;
      if (ended) this.#scan(this.#length, true);
      if (ended && this.#hasSlice) {
        this.#finish();
      } else {
        this.#holePts = this.#pts;
        this.#drop();
      }
    } else if (!this.#await) {
      this.#holePts = -1;
    }
    this.#inPes = false;
    this.#mark.open = false;
    this.#await = true;
    this.#dropPes = true;
    this.#packSinceHole = false;
    this.#packSeen = false;
    this.#cutEarly = false;
    this.#afterLoss = true;
    this.#marker.forget();
    this.#packSign.forget();
    this.#soundSign.forget();
  }

  /** The stream is over: what is whole leaves. */
  end(boundary: boolean): void {
    this.#resolve(true);
    if (this.#length > 0 && boundary && !this.#inPes) this.#finish();
    else if (this.#length > 0) this.#drop();
  }

  /** A new stream: everything is forgotten but the loss. */
  reset(): void {
    this.#clear();
    this.judge.reset();
    this.#marker.distrust();
    this.#packSign.distrust();
    this.#soundSign.distrust();
    this.#mark.open = false;
    this.#inPes = false;
    this.#await = this.#dropPes = this.#unaligned = this.#everPts = false;
    this.#packSeen = this.#cutEarly = false;
    this.#afterLoss = true;
  }

  #mayStart(pts: number): boolean {
    if (!this.#packSinceHole) return false;
    return (pts >= 0 || !this.#everPts) && (pts < 0 || pts !== this.#holePts);
  }

  /** Decides what the PES at the mark is: more of the frame, or the start of the next one. */
  #resolve(force: boolean): void {
    const mark = this.#mark;
    if (!mark.open) return;
    if (!force && this.#length - mark.offset < LOOK_BYTES) return;
    if (this.#length === mark.offset) {
      if (force) mark.open = false;
      return;
    }
    mark.open = false;
    const nal = nalAt(this.#buffer, mark.offset, this.#length);
    if (mark.offset > 0) this.#scan(mark.offset, false);
    const role = nal < 0 ? null : nalRole(this.judge.codec ?? 'h264', this.#buffer, nal, this.#length);
    if (this.#await) {
      // A frame that begins in the middle of a PES: the tail before it is dropped as bytes before the first start code.
      if ((role === null && !this.#unaligned) || role === 'slice') {
        this.#length = mark.offset;
        this.#dropPes = true;
        // Not one of a row of packs with a time begins with a NAL unit: no alignment to wait for.
        if (role === null && mark.pts >= 0) this.#oddStarts += 1;
        if (this.#oddStarts >= ODD_STARTS) this.#unaligned = true;
        return;
      }
      this.#oddStarts = 0;
      this.#await = false;
    }
    if (mark.offset === 0) {
      this.#begin(role);
      return;
    }
    // Their boundaries are found among the NAL units: what stands before this PES may belong to its picture.
    if (this.#unaligned && this.#hasSlice) return;
    const differs = mark.pts >= 0 && this.#pts >= 0 && mark.pts !== this.#pts;
    const isNew =
      this.#hasSlice &&
      role !== null &&
      (role === 'first-slice' || (role !== 'slice' && (differs || mark.afterPack || mark.pts < 0)));
    if (isNew) {
      this.#nextFrame();
      return;
    }
    if (!this.#hasSlice) {
      // PS-24: parameter sets in PES of their own; the picture's time is the frame's.
      if (mark.pts >= 0) this.#setTiming();
      return;
    }
    if (role === null && (differs || (!this.#everPts && this.#pictures > 1))) {
      this.#unaligned = true;
      this.#sink.finding('PS-9', 'frames begin inside of PES');
    }
    if (differs && role === 'slice') this.#sink.finding('PS-22', 'slices of one picture with different time stamps');
    if (this.#marker.continued()) this.#sink.finding('RTP-5', 'marker before the end of a frame');
    this.#packSign.continued();
    this.#soundSign.continued();
  }

  /** The PES is the first of the buffer. */
  #begin(role: string | null): void {
    if (this.#cutEarly && (role === null || role === 'slice') && !this.#unaligned) {
      // The frame before left too early: its rest cannot be a frame.
      this.#cutEarly = false;
      this.#marker.distrust();
      this.#packSign.distrust();
      this.#soundSign.distrust();
      this.#sink.finding('RTP-5', 'a frame went on behind its marker');
      this.#length = 0;
      this.#abandon();
      return;
    }
    this.#setTiming();
    if (this.#cutEarly) {
      this.#cutEarly = false;
      this.#marker.boundary();
      this.#packSign.boundary();
      this.#soundSign.boundary();
    }
  }

  #abandon(): void {
    this.#sink.discarded();
    this.#clear();
    this.#holePts = this.#pts;
    this.#await = true;
    this.#dropPes = true;
    this.#packSinceHole = false;
    this.#afterLoss = true;
  }

  /** The frame before the mark is whole; the bytes after it start the next one. */
  #nextFrame(): void {
    const at = this.#mark.offset;
    this.#marker.boundary();
    this.#packSign.boundary();
    this.#soundSign.boundary();
    const length = this.#length;
    this.#length = at;
    this.#scan(at, true);
    const newestMs = this.#lastDataMs;
    this.#lastDataMs = this.#frameDataMs;
    this.#emit(true);
    this.#lastDataMs = newestMs;
    this.#buffer.copyWithin(0, at, length);
    this.#clear();
    this.#length = length - at;
    this.#mark.offset = 0;
    this.#setTiming();
  }

  #setTiming(): void {
    this.#pts = this.#mark.pts;
    this.#dts = this.#mark.dts;
    this.#rtpTimestamp = this.#mark.rtpTimestamp;
  }

  /** A believed sign says that the frame is whole. */
  #cutNow(): void {
    this.#scan(this.#length, true);
    if (!this.#hasSlice) return;
    this.#cutEarly = true;
    this.#emit(true);
    this.#clear();
  }

  /** The last frame before a hole or the end. */
  #finish(): void {
    this.#scan(this.#length, true);
    this.#emit(true);
    this.#clear();
  }

  #drop(): void {
    this.#clear();
    this.#afterLoss = true;
    this.#sink.discarded();
  }

  #clear(): void {
    this.#length = 0;
    this.#scanned = 0;
    this.#starts.length = 0;
    this.#codes.length = 0;
    this.#hasSlice = false;
    this.#pictures = 0;
    this.#tooLong = false;
  }

  /** Finds NAL units that begin before `end`. `final`: nothing follows; else one whose head is not whole yet waits. */
  #scan(end: number, final: boolean): void {
    const buffer = this.#buffer;
    let at = this.#scanned;
    while (at < end) {
      const code = findNalStart(buffer, at, end);
      if (code < 0) {
        this.#scanned = Math.max(at, end - 2);
        return;
      }
      const start = code + 3;
      if (start + ROLE_BYTES > end && !final) {
        this.#scanned = code;
        return;
      }
      at = start;
      if (start >= end) break;
      if (this.#starts.length === MAX_NAL_UNITS) {
        this.#sink.finding('PS-29', `more than ${MAX_NAL_UNITS} NAL units in a frame`);
        this.#tooLong = true;
        break;
      }
      this.#starts.push(start);
      this.#codes.push(code);
      const verdict = this.judge.see(buffer[start]!, start + 1 < end ? buffer[start + 1]! : 0);
      if (verdict !== null) {
        this.#sink.finding(verdict[0], verdict[1]);
        this.#hasSlice = this.#starts.some((known) => this.#isSlice(known, end));
      } else if (this.#isSlice(start, end)) {
        this.#hasSlice = true;
        if (this.#role(start, end) === 'first-slice') this.#pictures += 1;
      }
    }
    this.#scanned = Math.max(at, end - 2);
  }

  #isSlice(start: number, end: number): boolean {
    const role = this.#role(start, end);
    return role === 'first-slice' || role === 'slice';
  }

  #role(start: number, end: number): NalRole {
    return nalRole(this.judge.codec ?? 'h264', this.#buffer, start, end);
  }

  /**
   * Hands out the access units in the buffer: usually one. A unit begins at the NAL units that stand before the first
   * slice of a picture. `whole`: the last one has ended as well; else it stays for more.
   */
  #emit(whole: boolean): void {
    const codec = this.judge.codec;
    if (this.#starts.length === 0 || codec === null || this.#tooLong) {
      if (whole) {
        this.#afterLoss = true;
        this.#sink.discarded();
      }
      return;
    }
    this.#measure();
    let from = 0;
    let candidate = -1;
    let slices = 0;
    let valid = true;
    for (let i = 0; i < this.#starts.length; i += 1) {
      const role = nalRole(codec, this.#buffer, this.#starts[i]!, this.#ends[i]!);
      if (role === 'before-picture') {
        if (slices > 0 && candidate < 0) candidate = i;
      } else if (role === 'first-slice' && slices > 0) {
        const to = candidate < 0 ? i : candidate;
        this.#deliver(codec, from, to, valid);
        from = to;
        candidate = -1;
        slices = 1;
        valid = true;
      } else if (role === 'first-slice' || role === 'slice') {
        // After a loss a frame that does not begin with its first slice has lost it.
        if (slices === 0 && role === 'slice') valid = false;
        candidate = -1;
        slices += 1;
      }
    }
    if (whole && slices === 0) this.#drop();
    else if (whole) this.#deliver(codec, from, this.#starts.length, valid);
    else if (from > 0) this.#keepFrom(from);
  }

  /** Ends of all NAL units found: the next start code, without trailing zeros (PS-23). */
  #measure(): void {
    const buffer = this.#buffer;
    this.#ends.length = 0;
    for (let i = 0; i < this.#starts.length; i += 1) {
      let end = i + 1 < this.#codes.length ? this.#codes[i + 1]! : this.#length;
      const start = this.#starts[i]!;
      while (end > start && buffer[end - 1] === 0) end -= 1;
      this.#ends.push(end);
    }
  }

  #deliver(codec: VideoCodec, first: number, last: number, valid: boolean): void {
    if (!valid && this.#afterLoss) {
      this.#sink.discarded();
      return;
    }
    const unit = this.#unit;
    unit.codec = codec;
    unit.bytes = this.#buffer;
    unit.starts = this.#starts;
    unit.ends = this.#ends;
    unit.first = first;
    unit.last = last;
    unit.pts = this.#pts;
    unit.dts = this.#dts;
    unit.rtpTimestamp = this.#rtpTimestamp;
    unit.arrivedMs = this.#lastDataMs;
    unit.afterLoss = this.#afterLoss;
    this.#afterLoss = false;
    this.#sink.videoUnit(unit);
    // A second unit of the same PES has no time of its own.
    this.#pts = -1;
    this.#dts = -1;
  }

  /** Unaligned streams: the unit from NAL `index` on is still growing. The newest PES time is its time. */
  #keepFrom(index: number): void {
    const at = this.#codes[index]!;
    this.#buffer.copyWithin(0, at, this.#length);
    const length = this.#length - at;
    const hasTime = at >= this.#mark.offset - 4;
    this.#clear();
    this.#length = length;
    if (hasTime) this.#setTiming();
    this.#scan(length, false);
  }

  #grow(needed: number): boolean {
    if (needed > MAX_FRAME_BYTES) {
      this.#sink.finding('PS-19', `a frame of more than ${MAX_FRAME_BYTES} bytes`);
      this.#abandon();
      return false;
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_FRAME_BYTES, Math.max(needed, this.#buffer.length * 2)));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    return true;
  }
}

/** Offset of the NAL unit whose start code stands at `at`, zeros before it allowed; −1 when none does. */
function nalAt(bytes: Uint8Array, at: number, end: number): number {
  let zeros = 0;
  while (at < end && bytes[at] === 0) {
    at += 1;
    zeros += 1;
  }
  return zeros >= 2 && zeros <= 4 && at + 1 < end && bytes[at] === 1 ? at + 1 : -1;
}
