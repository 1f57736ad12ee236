/**
 * H.264 and H.265 straight in RTP (RFC 6184, RFC 7798), which small vendors send instead of a program stream (RTP-9). Sans-IO:
 * payloads in, frames as PES of an elementary stream out, so that the stages behind it are those of the program stream.
 * A frame is what shares an RTP time stamp. Behind a hole a frame counts as whole only when it begins as frames of this stream do.
 */
import type { VideoCodec } from '../es/picture.ts';
import { unwrap } from '../ingest/rtp.ts';

/** What the stages behind are told; ranges are valid during the call only. */
export interface EsSink {
  /** A frame begins; `pts`: its RTP time stamp as a 33-bit clock, 90 kHz. */
  frameStart(pts: number): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  frameEnd(): void;
  /** Bytes are missing: what is open has a hole. */
  damaged(): void;
  finding(code: string, detail: string): void;
}

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const RTP_MODULUS = 2 ** 32;
const PTS_MODULUS = 2 ** 33;

/** RFC 6184 table 1; RFC 7798 section 4.4. Types with decoding order numbers need interleaving, which cameras do not do. */
const H264 = { stapA: 24, fuA: 28, lastSingle: 23 } as const;
const H265 = { ap: 48, fu: 49, lastSingle: 47 } as const;

export class RtpEs {
  readonly #codec: VideoCodec;
  readonly #isByteStream: boolean;
  readonly #sink: EsSink;
  readonly #header = new Uint8Array(2);
  /** NAL unit types that frames of this stream begin with. */
  readonly #firstTypes = new Set<number>();
  #clock: number | null = null;
  #timestamp = -1;
  #open = false;
  /** The packet before had a marker: the next one begins a frame, whatever its time stamp (RTP-6). */
  #ended = true;
  #gap = false;
  /** The frame with this time stamp has lost its beginning. */
  #skipping = false;
  #inFragment = false;

  constructor(codec: VideoCodec, isByteStream: boolean, sink: EsSink) {
    this.#codec = codec;
    this.#isByteStream = isByteStream;
    this.#sink = sink;
  }

  /** No frame is open. */
  get atBoundary(): boolean {
    return !this.#open;
  }

  /** Packets are missing before the next `push`. */
  gap(): void {
    this.#gap = true;
    this.#open = false;
    this.#inFragment = false;
  }

  /** One payload in order. */
  push(bytes: Uint8Array, start: number, end: number, timestamp: number, marker: boolean): void {
    const isNew = timestamp !== this.#timestamp || this.#ended;
    if (isNew || this.#gap) this.#begin(bytes, start, end, timestamp, isNew);
    this.#ended = marker;
    if (this.#skipping) {
      if (marker) this.#skipping = false;
      return;
    }
    if (this.#isByteStream) this.#sink.data(bytes, start, end);
    else this.#payload(bytes, start, end);
    if (marker) this.#close();
  }

  /** The stream is over. */
  end(): void {
    this.#close();
  }

  #begin(bytes: Uint8Array, start: number, end: number, timestamp: number, isNew: boolean): void {
    this.#close();
    const first = this.#firstType(bytes, start, end);
    if (this.#gap) {
      this.#gap = false;
      this.#skipping = !isNew || first < 0 || !this.#firstTypes.has(first);
    } else {
      this.#skipping = false;
      if (first >= 0) this.#firstTypes.add(first);
    }
    this.#timestamp = timestamp;
    if (this.#skipping) return;
    this.#clock = unwrap(this.#clock ?? timestamp, timestamp, RTP_MODULUS);
    this.#open = true;
    this.#sink.frameStart(((this.#clock % PTS_MODULUS) + PTS_MODULUS) % PTS_MODULUS);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#inFragment) {
      this.#inFragment = false;
      this.#sink.damaged();
      return;
    }
    this.#sink.frameEnd();
  }

  /** Type of the NAL unit that begins with this payload; −1: none does. */
  #firstType(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#isByteStream) {
      while (at < end && bytes[at] === 0) at += 1;
      if (at - start < 2 || bytes[at] !== 1) return -1;
      at += 1;
      return at < end ? this.#typeOf(bytes[at]!) : -1;
    }
    const type = this.#typeOf(bytes[at]!);
    if (this.#codec === 'h264') {
      if (type === H264.stapA) return at + 3 < end ? this.#typeOf(bytes[at + 3]!) : -1;
      if (type !== H264.fuA) return type;
      return at + 1 < end && (bytes[at + 1]! & 0x80) !== 0 ? bytes[at + 1]! & 0x1f : -1;
    }
    if (type === H265.ap) return at + 4 < end ? this.#typeOf(bytes[at + 4]!) : -1;
    if (type !== H265.fu) return type;
    return at + 2 < end && (bytes[at + 2]! & 0x80) !== 0 ? bytes[at + 2]! & 0x3f : -1;
  }

  #typeOf(header: number): number {
    return this.#codec === 'h264' ? header & 0x1f : (header >> 1) & 0x3f;
  }

  #payload(bytes: Uint8Array, start: number, end: number): void {
    const type = this.#typeOf(bytes[start]!);
    const { bundle, fragment, lastSingle, head } =
      this.#codec === 'h264'
        ? { bundle: H264.stapA, fragment: H264.fuA, lastSingle: H264.lastSingle, head: 1 }
        : { bundle: H265.ap, fragment: H265.fu, lastSingle: H265.lastSingle, head: 2 };
    if (type === fragment) {
      this.#fragment(bytes, start, end);
      return;
    }
    if (this.#inFragment) this.#damaged();
    if (type <= lastSingle) this.#nal(bytes, start, end);
    else if (type === bundle) this.#bundle(bytes, start + head, end);
    else this.#sink.finding('RTP-9', `packets of NAL unit type ${type} are not read`);
  }

  #nal(bytes: Uint8Array, start: number, end: number): void {
    this.#sink.data(START_CODE, 0, START_CODE.length);
    this.#sink.data(bytes, start, end);
  }

  #bundle(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at + 2 < end; ) {
      const to = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
      if (to > end) {
        this.#damaged();
        return;
      }
      if (to > at + 2) this.#nal(bytes, at + 2, to);
      at = to;
    }
  }

  /** RFC 6184 section 5.8, RFC 7798 section 4.4.3: the NAL unit's own header is put together again from two fields. */
  #fragment(bytes: Uint8Array, start: number, end: number): void {
    const head = this.#codec === 'h264' ? 2 : 3;
    if (end - start <= head) return;
    const flags = bytes[start + head - 1]!;
    if ((flags & 0x80) !== 0) {
      if (this.#inFragment) this.#damaged();
      this.#inFragment = true;
      this.#sink.data(START_CODE, 0, START_CODE.length);
      if (this.#codec === 'h264') {
        this.#header[0] = (bytes[start]! & 0xe0) | (flags & 0x1f);
        this.#sink.data(this.#header, 0, 1);
      } else {
        this.#header[0] = (bytes[start]! & 0x81) | ((flags & 0x3f) << 1);
        this.#header[1] = bytes[start + 1]!;
        this.#sink.data(this.#header, 0, 2);
      }
    } else if (!this.#inFragment) {
      this.#damaged();
      return;
    }
    this.#sink.data(bytes, start + head, end);
    if ((flags & 0x40) !== 0) this.#inFragment = false;
  }

  /** The sender's packets contradict each other: the rest of this frame is not to be trusted. */
  #damaged(): void {
    this.#inFragment = false;
    this.#open = false;
    this.#skipping = true;
    this.#sink.damaged();
  }
}
