/**
 * What the RTP payload is, by its content: a program stream under whatever payload type (RTP-8), a transport stream, or
 * elementary streams (RTP-9). The answer's rtpmap is not asked: vendors write one thing and send another (INV-17).
 */
import { looksLikeH264Sps, parseH264Sps } from '../es/h264.ts';
import { parseH265Sps } from '../es/h265.ts';
import type { VideoCodec } from '../es/picture.ts';
import type { RtpHeader } from '../ingest/rtp.ts';
import { PACK } from '../ps/start-code.ts';

/**
 * `ps`: program stream. `ts`: transport stream (RFC 2250). `h264`, `h265`: RFC 6184, RFC 7798. `h264-bytes`, `h265-bytes`:
 * the byte stream of annex B put into packets as it is. `pcma`, `pcmu`: G.711 (RFC 3551).
 */
export type PayloadKind = 'ps' | 'ts' | VideoCodec | `${VideoCodec}-bytes` | 'pcma' | 'pcmu';

/** The payload type of GB/T 28181-2022 annex C.2 for program streams. */
const PS_PAYLOAD_TYPE = 96;

/** RFC 3551 table 4. */
const PCMU_PAYLOAD_TYPE = 0;
const PCMA_PAYLOAD_TYPE = 8;

/** ISO/IEC 13818-1 2.4.3.2. */
export const TS_PACKET_BYTES = 188;
export const TS_SYNC = 0x47;

/** RTP packets of whole transport packets in a row that prove a transport stream. */
const TS_PROOF = 3;

/** 120 ms of G.711 at 8 kHz: no camera sends more in a packet, and a program stream nearly always does. */
const MAX_G711_BYTES = 960;

/** Small packets in a row, none of which starts a pack, that make payload type 0 or 8 what RFC 3551 says: 160 to 320 ms. */
const G711_PROOF = 8;

/** A sequence parameter set has some tens of bytes: a full packet out of the middle of a frame is none. */
const MAX_SET_BYTES = 512;
const MIN_SET_BYTES = 8;

/** level_idc of ISO/IEC 14496-10 table A-1: sound that happens to begin like a parameter set has none of them. */
const LEVELS = new Set([9, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62]);

interface Known {
  kind: PayloadKind;
  settled: boolean;
  streak: number;
}

/** Small units that may stand before the first parameter set in its frame: a delimiter, a video parameter set. */
const MAX_PRELUDE = 4;
const MAX_PRELUDE_BYTES = 256;

const NO_PRELUDE: readonly Uint8Array[] = Object.freeze([]);

/** One memory per payload type; there are at most 128. */
export class PayloadKinds {
  readonly #known = new Map<number, Known>();
  readonly #finding: (code: string, detail: string) => void;
  #newest: Known | null = null;
  #newestType = -1;
  /** The payload type of the program stream, once it is known. */
  #psType = -1;
  /** One payload type at least is known. */
  #isSettled = false;
  #prelude = NO_PRELUDE;
  #preludeTimestamp = -1;

  constructor(finding: (code: string, detail: string) => void) {
    this.#finding = finding;
  }

  /**
   * What the payload of this packet is. Until something proves it, a program stream: its reader waits for a pack header
   * anyway. Null: unknown, beside another payload type that is known.
   */
  of(header: RtpHeader, bytes: Uint8Array): PayloadKind | null {
    // Nearly every packet of nearly every camera: nothing is looked up.
    if (header.payloadType === this.#psType) {
      this.#newest = null;
      return 'ps';
    }
    return this.#unusual(header, bytes);
  }

  #unusual(
    { payloadType, payloadStart: start, payloadEnd: end, timestamp }: RtpHeader,
    bytes: Uint8Array,
  ): PayloadKind | null {
    let known = this.#known.get(payloadType);
    if (known === undefined) {
      known = { kind: 'ps', settled: false, streak: 0 };
      this.#known.set(payloadType, known);
    }
    this.#newest = known;
    this.#newestType = payloadType;
    if (known.settled && known.kind === 'ps') return 'ps';
    // A pack header is no NAL unit, no TS packet and no likely sound: it overrules everything.
    if (startsPack(bytes, start, end)) return this.#settle(payloadType, known, 'ps');
    if (known.settled) return known.kind;
    const seen = videoKind(bytes, start, end) ?? this.#byStreak(payloadType, known, bytes, start, end);
    if (seen !== null) return this.#settle(payloadType, known, seen);
    if (this.#isSettled) return null;
    if (timestamp !== this.#preludeTimestamp) this.#prelude = NO_PRELUDE;
    this.#preludeTimestamp = timestamp;
    if (end - start <= MAX_PRELUDE_BYTES && this.#prelude.length < MAX_PRELUDE)
      this.#prelude = [...this.#prelude, bytes.slice(start, end)];
    return 'ps';
  }

  /** Payloads that came with the same time stamp just before the one that settled it. */
  takePrelude(timestamp: number): readonly Uint8Array[] {
    const prelude = this.#prelude;
    if (prelude.length === 0) return prelude;
    this.#prelude = NO_PRELUDE;
    return timestamp === this.#preludeTimestamp ? prelude : NO_PRELUDE;
  }

  /** The reader of program streams has found a pack header in the newest payload, wherever in it. */
  packFound(): void {
    const known = this.#newest;
    if (known !== null && !known.settled) this.#settle(this.#newestType, known, 'ps');
  }

  reset(): void {
    this.#newest = null;
    this.#psType = -1;
    this.#isSettled = false;
    this.#prelude = NO_PRELUDE;
    this.#known.clear();
  }

  #byStreak(payloadType: number, known: Known, bytes: Uint8Array, start: number, end: number): PayloadKind | null {
    if (holdsTsPackets(bytes, start, end)) {
      known.streak += 1;
      return known.streak >= TS_PROOF || end - start > TS_PACKET_BYTES ? 'ts' : null;
    }
    const isG711 = payloadType === PCMA_PAYLOAD_TYPE || payloadType === PCMU_PAYLOAD_TYPE;
    known.streak = isG711 && end - start <= MAX_G711_BYTES ? known.streak + 1 : 0;
    if (known.streak < G711_PROOF) return null;
    return payloadType === PCMA_PAYLOAD_TYPE ? 'pcma' : 'pcmu';
  }

  #settle(payloadType: number, known: Known, kind: PayloadKind): PayloadKind {
    known.kind = kind;
    known.settled = this.#isSettled = true;
    if (kind === 'ps') this.#psType = payloadType;
    if (kind === 'ts') this.#finding('RTP-8', `payload type ${payloadType} carries a transport stream`);
    else if (kind !== 'ps') this.#finding('RTP-9', `payload type ${payloadType} carries ${NAMES[kind]}, not in a PS`);
    else if (payloadType !== PS_PAYLOAD_TYPE)
      this.#finding('RTP-8', `the program stream comes as payload type ${payloadType}, not ${PS_PAYLOAD_TYPE}`);
    return kind;
  }
}

const NAMES: Readonly<Record<Exclude<PayloadKind, 'ps' | 'ts'>, string>> = {
  h264: 'H.264 NAL units',
  h265: 'H.265 NAL units',
  'h264-bytes': 'an H.264 byte stream',
  'h265-bytes': 'an H.265 byte stream',
  pcma: 'G.711 A-law',
  pcmu: 'G.711 µ-law',
};

function startsPack(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= 4 && bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 && bytes[at + 3] === PACK;
}

/** RFC 2250 section 2: a whole number of transport packets. */
function holdsTsPackets(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || (end - start) % TS_PACKET_BYTES !== 0) return false;
  for (let at = start; at < end; at += TS_PACKET_BYTES) if (bytes[at] !== TS_SYNC) return false;
  return true;
}

/** The video codec, when the payload begins with (or bundles) a sequence parameter set that can be read. */
function videoKind(bytes: Uint8Array, start: number, end: number): VideoCodec | `${VideoCodec}-bytes` | null {
  if (end - start < 6) return null;
  let at = start;
  while (at < start + 3 && bytes[at] === 0) at += 1;
  if (at - start >= 2 && bytes[at] === 1) {
    const codec = codecOf(bytes, at + 1, end, true);
    return codec === null ? null : `${codec}-bytes`;
  }
  return codecOf(bytes, start, end, false);
}

/** `isByteStream`: the unit ends at the next start code, not with the payload. */
function codecOf(bytes: Uint8Array, start: number, end: number, isByteStream: boolean): VideoCodec | null {
  const first = bytes[start]!;
  if ((first & 0x80) !== 0) return null;
  if (isByteStream) {
    const to = nextStartCode(bytes, start, end);
    if ((first & 0x1f) === 9 || first === 0x46 || first === 0x40) {
      // A delimiter or VPS stands before the sequence parameter set.
      return to + 4 < end ? codecOf(bytes, to + (bytes[to + 2] === 1 ? 3 : 4), end, true) : null;
    }
    return codecOfSet(bytes, start, to);
  }
  const bundleHead = (first & 0x1f) === H264_STAP_A ? 1 : first >> 1 === H265_AP ? 2 : 0;
  if (bundleHead === 0) return codecOfSet(bytes, start, end);
  for (let at = start + bundleHead; at + 2 < end; ) {
    const to = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
    if (to > end) return null;
    const codec = codecOfSet(bytes, at + 2, to);
    if (codec !== null) return codec;
    at = to;
  }
  return null;
}

/** RFC 6184 table 1, RFC 7798 section 4.4.2. */
const H264_STAP_A = 24;
const H265_AP = 48;

function codecOfSet(bytes: Uint8Array, start: number, end: number): VideoCodec | null {
  if (end - start < MIN_SET_BYTES || end - start > MAX_SET_BYTES) return null;
  const nal = bytes.subarray(start, end);
  if (looksLikeH264Sps(nal[0]!, nal[1]!) && LEVELS.has(nal[3]!) && parseH264Sps(nal) !== null) return 'h264';
  return nal[0] === 0x42 && nal[1] === 1 && parseH265Sps(nal) !== null ? 'h265' : null;
}

function nextStartCode(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + 3 <= end; at += 1)
    if (bytes[at] === 0 && bytes[at + 1] === 0 && (bytes[at + 2] === 1 || (bytes[at + 2] === 0 && bytes[at + 3] === 1)))
      return at;
  return end;
}
