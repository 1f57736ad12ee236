/**
 * Puts access units together from the video PES of a program stream. PES bytes are copied once, into one growing buffer;
 * NAL units are ranges of it. Decides where a frame ends (RTP-5, PS-9, PS-22, PS-24) and which frames have a hole.
 */
import { EndSigns } from './frame-end.ts';
import { MAX_FRAME_BYTES, NalBuffer } from './nal-buffer.ts';
import { ROLE_BYTES, type VideoCodec } from './picture.ts';
import { emptyMark, emptyUnit, type UnitSink, type VideoUnit } from './unit.ts';

/** After a hole: so many PES in a row begin in the middle of a NAL unit and have a time: frames are not aligned to PES. */
const ODD_STARTS = 3;

/** A longer PES may be one of several of its frame: the length field has 16 bits, and writers stop well before its end. */
const FULL_PES_BYTES = 32_000;

/** Bytes that tell what a PES begins with: up to 4 zeros, a one, and the start of a NAL unit. */
const LOOK_BYTES = 5 + ROLE_BYTES;

export class AccessUnits {
  readonly #sink: UnitSink;
  readonly #frame: NalBuffer;
  readonly #signs = new EndSigns();
  readonly #mark = emptyMark();
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
  /** Where the newest PES began. */
  #pesFrom = 0;
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
  readonly #unit: VideoUnit;

  constructor(sink: UnitSink) {
    this.#sink = sink;
    this.#frame = new NalBuffer((code, detail) => sink.finding(code, detail));
    this.#unit = emptyUnit(this.#frame);
  }

  /** Which codec it is. */
  get judge(): NalBuffer['judge'] {
    return this.#frame.judge;
  }

  /** A packet begins: what follows came with it. */
  packet(rtpTimestamp: number, nowMs: number): void {
    this.#packetRtp = rtpTimestamp;
    this.#nowMs = nowMs;
  }

  /** The packet's marker bit was set; its bytes have been seen. `boundary`: the demultiplexer stands between PES; null: nobody knows. */
  marker(boundary: boolean | null): void {
    if (this.#frame.length === 0 || this.#await) return;
    if (this.#inPes || boundary !== true) {
      this.#signs.markerInside(boundary !== null);
      return;
    }
    this.#resolve(true);
    this.#signs.marker.fire();
    if (this.#signs.marker.trusted && !this.#unaligned) this.#cutNow();
  }

  pack(): void {
    this.#packSinceHole = true;
    this.#packSeen = true;
    if (this.#frame.length === 0 || this.#inPes) return;
    this.#signs.pack.fire();
    if (this.#signs.pack.trusted && !this.#unaligned && !this.#await) {
      this.#resolve(true);
      this.#cutNow();
    }
  }

  /** An audio PES begins: in a pack it stands behind the video. */
  sound(): void {
    if (this.#frame.length > 0 && !this.#inPes) this.#signs.sound.fire();
  }

  pesStart(pts: number, dts: number): void {
    this.#resolve(true);
    this.#inPes = true;
    this.#frameDataMs = this.#lastDataMs;
    if (pts >= 0) this.#everPts = true;
    const mark = this.#mark;
    mark.open = true;
    mark.offset = this.#pesFrom = this.#frame.length;
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
    if (!this.#frame.append(bytes, start, end)) {
      this.#sink.finding('PS-19', `a frame of more than ${MAX_FRAME_BYTES} bytes`);
      this.#abandon();
      return;
    }
    if (this.#mark.open && this.#frame.length - this.#mark.offset >= LOOK_BYTES) this.#resolve(false);
  }

  pesEnd(): void {
    this.#inPes = false;
    if (this.#frame.length > 0 && this.#frame.length - this.#pesFrom < FULL_PES_BYTES) this.#signs.pes.fire();
    if (this.#unaligned && !this.#dropPes) {
      this.#resolve(true);
      this.#frame.scan(this.#frame.length, false);
      this.#emit(false);
    }
  }

  /** Packets are missing, or bytes made no sense. A frame that a sign has ended is whole, any other may have a hole. */
  hole(): void {
    if (this.#frame.length > 0) {
      this.#resolve(true);
      const ended = this.#signs.ended && !this.#inPes && !this.#unaligned;
      if (ended) this.#frame.scan(this.#frame.length, true);
      if (ended && this.#frame.hasSlice) {
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
    this.#signs.forget();
  }

  /** The stream is over. `isWhole`: what has come of the last frame is all of it. */
  end(isWhole: boolean): void {
    this.#resolve(true);
    if (this.#frame.length > 0 && isWhole && !this.#inPes) this.#finish();
    else if (this.#frame.length > 0) this.#drop();
  }

  /** A new stream: everything is forgotten but the loss. */
  reset(): void {
    this.#frame.clear();
    this.#frame.judge.reset();
    this.#signs.distrust();
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
    if (!force && this.#frame.length - mark.offset < LOOK_BYTES) return;
    if (this.#frame.length === mark.offset) {
      if (force) mark.open = false;
      return;
    }
    mark.open = false;
    if (mark.offset > 0) this.#frame.scan(mark.offset, false);
    const role = this.#frame.roleAt(mark.offset);
    if (this.#await) {
      // A frame that begins in the middle of a PES: the tail before it is dropped as bytes before the first start code.
      if ((role === null && !this.#unaligned) || role === 'slice') {
        this.#frame.length = mark.offset;
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
    if (this.#unaligned && this.#frame.hasSlice) return;
    const differs = mark.pts >= 0 && this.#pts >= 0 && mark.pts !== this.#pts;
    const isNew =
      this.#frame.hasSlice &&
      role !== null &&
      (role === 'first-slice' || (role !== 'slice' && (differs || mark.afterPack || mark.pts < 0)));
    if (isNew) {
      this.#nextFrame();
      return;
    }
    if (!this.#frame.hasSlice) {
      // PS-24: parameter sets in PES of their own; the picture's time is the frame's.
      if (mark.pts >= 0) this.#setTiming();
      return;
    }
    if (role === null && (differs || (!this.#everPts && this.#frame.pictures > 1))) {
      this.#unaligned = true;
      this.#sink.finding('PS-9', 'frames begin inside of PES');
    }
    if (differs && role === 'slice') this.#sink.finding('PS-22', 'slices of one picture with different time stamps');
    if (this.#signs.continued()) this.#sink.finding('RTP-5', 'marker before the end of a frame');
  }

  /** The PES is the first of the buffer. */
  #begin(role: string | null): void {
    if (this.#cutEarly && (role === null || role === 'slice') && !this.#unaligned) {
      // The frame before left too early: its rest cannot be a frame.
      this.#cutEarly = false;
      this.#signs.distrust();
      this.#sink.finding('RTP-5', 'a frame went on behind its marker');
      this.#frame.length = 0;
      this.#abandon();
      return;
    }
    this.#setTiming();
    if (this.#cutEarly) {
      this.#cutEarly = false;
      this.#boundary();
    }
  }

  #abandon(): void {
    this.#sink.discarded();
    this.#frame.clear();
    this.#holePts = this.#pts;
    this.#await = true;
    this.#dropPes = true;
    this.#packSinceHole = false;
    this.#afterLoss = true;
  }

  /** The frame before the mark is whole; the bytes after it start the next one. */
  #nextFrame(): void {
    const at = this.#mark.offset;
    this.#boundary();
    const length = this.#frame.length;
    this.#frame.length = at;
    this.#frame.scan(at, true);
    const newestMs = this.#lastDataMs;
    this.#lastDataMs = this.#frameDataMs;
    this.#emit(true);
    this.#lastDataMs = newestMs;
    this.#frame.keep(at, length);
    this.#mark.offset = 0;
    this.#setTiming();
  }

  #boundary(): void {
    const odd = this.#signs.boundary();
    if (odd !== null) this.#sink.finding('RTP-5', odd);
  }

  #setTiming(): void {
    this.#pts = this.#mark.pts;
    this.#dts = this.#mark.dts;
    this.#rtpTimestamp = this.#mark.rtpTimestamp;
  }

  /** A believed sign says that the frame is whole. */
  #cutNow(): void {
    this.#frame.scan(this.#frame.length, true);
    if (!this.#frame.hasSlice) return;
    this.#cutEarly = true;
    this.#emit(true);
    this.#frame.clear();
  }

  /** The last frame before a hole or the end. */
  #finish(): void {
    this.#frame.scan(this.#frame.length, true);
    this.#emit(true);
    this.#frame.clear();
  }

  #drop(): void {
    this.#frame.clear();
    this.#afterLoss = true;
    this.#sink.discarded();
  }

  /**
   * Hands out the access units in the buffer: usually one. A unit begins at the NAL units that stand before the first
   * slice of a picture. `whole`: the last one has ended as well; else it stays for more.
   */
  #emit(whole: boolean): void {
    const codec = this.#frame.judge.codec;
    if (this.#frame.starts.length === 0 || codec === null || this.#frame.tooMany) {
      if (whole) {
        this.#afterLoss = true;
        this.#sink.discarded();
      }
      return;
    }
    this.#frame.measure();
    let from = 0;
    let candidate = -1;
    let slices = 0;
    let valid = true;
    for (let i = 0; i < this.#frame.starts.length; i += 1) {
      const role = this.#frame.roles[i]!;
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
    else if (whole) this.#deliver(codec, from, this.#frame.starts.length, valid);
    else if (from > 0) this.#keepFrom(from);
  }

  #deliver(codec: VideoCodec, first: number, last: number, valid: boolean): void {
    if (!valid && this.#afterLoss) {
      this.#sink.discarded();
      return;
    }
    const unit = this.#unit;
    unit.codec = codec;
    unit.bytes = this.#frame.bytes;
    unit.starts = this.#frame.starts;
    unit.ends = this.#frame.ends;
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
    const at = this.#frame.codeOf(index);
    const hasTime = at >= this.#mark.offset - 4;
    this.#frame.keep(at, this.#frame.length);
    if (hasTime) this.#setTiming();
    this.#frame.scan(this.#frame.length, false);
  }
}
