import type { VideoCodec } from './access-units.ts';
import type { Behaviour } from './behaviour.ts';
import type { AudioCodec } from './clip.ts';

/**
 * Writes the MPEG-2 program stream of a camera (ISO/IEC 13818-1 2.5 with the stream types of GB/T 28181-2022 annex C): one
 * pack per video frame or audio portion; system header and program stream map on key frames.
 * Written from the standard alone and sharing nothing with the project's demultiplexer, so that the two check each other.
 */
export interface PsMuxerOptions {
  readonly video: VideoCodec;
  readonly audio: AudioCodec | null;
  readonly behaviour: Behaviour;
}

/** One frame to be muxed. Clocks count 90 kHz ticks and may run past 2^33: they are cut when written. */
export interface PsUnit {
  readonly data: Buffer;
  readonly nals: readonly Buffer[];
  readonly key: boolean;
  readonly pts90k: number;
  readonly dts90k: number;
}

const VIDEO_STREAM = 0xe0;
const AUDIO_STREAM = 0xc0;
const PRIVATE_STREAM_1 = 0xbd;
const PADDING_STREAM = 0xbe;
const STREAM_TYPE: Record<VideoCodec | AudioCodec, number> = {
  h264: 0x1b,
  h265: 0x24,
  pcma: 0x90,
  pcmu: 0x91,
  aac: 0x0f,
};

const CLOCK_BITS = 2 ** 33;
/** The longest header that we write behind the length field (3 + 10). */
const LONGEST_PES_HEADER = 13;
const SVAC_VIDEO = 0x80;
const RAW_AAC = 0x1c;
/** Deviations that cost a frame show once in so many. */
const SELDOM = 50;
/** PS-21: more than a packet of a frame that nobody saw begin. */
const HALF_FRAME_BYTES = 2000;
/** TS-3. */
const CONSTANT_PTS = 900_000;
/** PS-18: a PES of 4 bytes with a header of 35. */
const HEADER_TOO_LONG = Buffer.from('000001e00004808020', 'hex');
const PADDING_HEAD = 6;
/** 50-byte units a second: 305 KB/s, the number most cameras write. */
const MUX_RATE = 6106;
const RATE_BOUND = 26_234;
/** The decoder holds a frame for one interval before it is due. */
const SCR_LEAD_90K = 3600;

const START = (id: number): Buffer => Buffer.from([0, 0, 1, id]);
const PROGRAM_END = START(0xb9);
const NAL_START = Buffer.from([0, 0, 0, 1]);

export class PsMuxer {
  readonly #options: PsMuxerOptions;
  readonly #mapTypes: { video: number; audio: number | null };
  #mapsWritten = 0;
  #packs = 0;
  #videoPes = 0;
  #videoPacks = 0;

  constructor(options: PsMuxerOptions) {
    this.#options = options;
    const { streamMapCodec, streamMapSound } = options.behaviour;
    const declared = streamMapCodec !== 'other' ? options.video : options.video === 'h264' ? 'h265' : 'h264';
    this.#mapTypes = {
      video: streamMapCodec === 'svac' ? SVAC_VIDEO : STREAM_TYPE[declared],
      audio: options.audio === null ? null : typeOfSound(options.audio, streamMapSound),
    };
  }

  /** The pack of one access unit. */
  video(unit: PsUnit): Buffer {
    const behaviour = this.#options.behaviour;
    const parts: Buffer[] = [];
    if (behaviour.startsInsidePack && this.#packs === 0) parts.push(unit.data.subarray(-HALF_FRAME_BYTES));
    if (unit.key && behaviour.endCode && this.#mapsWritten > 0) parts.push(PROGRAM_END);
    parts.push(this.#pack(unit.dts90k));
    if (unit.key) this.#describe(parts);
    if (behaviour.pesPerNal) {
      for (const nal of unit.nals) this.#pes(parts, VIDEO_STREAM, Buffer.concat([NAL_START, nal]), unit);
    } else {
      this.#pes(parts, VIDEO_STREAM, unit.data, unit);
    }
    if (behaviour.padding) parts.push(padding(32));
    if (behaviour.pesHeaderTooLong && ++this.#videoPacks % SELDOM === 0) parts.push(HEADER_TOO_LONG);
    if (behaviour.packBytes > 0) {
      const size = parts.reduce((sum, part) => sum + part.length, 0) + PADDING_HEAD;
      parts.push(padding(behaviour.packBytes - (size % behaviour.packBytes)));
    }
    return Buffer.concat(parts);
  }

  /** The pack of one audio portion. */
  audio(data: Buffer, pts90k: number): Buffer {
    const parts = [this.#pack(pts90k)];
    this.#pes(parts, AUDIO_STREAM, data, { data, nals: [], key: true, pts90k, dts90k: pts90k });
    return Buffer.concat(parts);
  }

  /** 2.5.3.3: pack header. */
  #pack(dts90k: number): Buffer {
    const { bareStartCode, mpeg1Packs, packStuffing } = this.#options.behaviour;
    this.#packs += 1;
    const head = mpeg1Packs ? mpeg1Pack(dts90k) : this.#mpeg2Pack(dts90k, packStuffing ? 6 : 0);
    if (packStuffing) head.writeUInt32BE(this.#packs, 16);
    return bareStartCode ? Buffer.concat([START(0xba), head]) : head;
  }

  #mpeg2Pack(dts90k: number, stuffing: number): Buffer {
    const out = Buffer.alloc(14 + stuffing, 0xff);
    out.writeUInt32BE(0x1ba, 0);
    writeScr(out, 4, dts90k);
    out[9] = 0x01;
    out.writeUIntBE(MUX_RATE * 4 + 3, 10, 3);
    out[13] = 0xf8 | stuffing;
    return out;
  }

  #describe(parts: Buffer[]): void {
    const { streamMap, unknownStartCode } = this.#options.behaviour;
    if (unknownStartCode) parts.push(START(0xaf), Buffer.from([0x00, 0x02, 0x12, 0x34]));
    parts.push(this.#systemHeader());
    const isFirst = this.#mapsWritten === 0;
    const isDue = streamMap === 'key' || (streamMap === 'once' && isFirst) || (streamMap === 'late' && !isFirst);
    if (isDue) parts.push(this.#map());
    this.#mapsWritten++;
  }

  /** 2.5.3.5: system header. */
  #systemHeader(): Buffer {
    const streams = this.#mapTypes.audio === null ? 1 : 2;
    const out = Buffer.alloc(12 + 3 * streams);
    out.writeUInt32BE(0x1bb, 0);
    out.writeUInt16BE(this.#options.behaviour.systemHeaderTooLong ? 0xffff : 6 + 3 * streams, 4);
    out.writeUIntBE(0x80_0000 + RATE_BOUND * 2 + 1, 6, 3);
    out[9] = (streams - 1) << 2;
    out[10] = 0x20 | 1;
    out[11] = 0x7f;
    out[12] = VIDEO_STREAM;
    out.writeUInt16BE(0xe800, 13); // 2,048 KiB
    if (streams === 2) {
      out[15] = AUDIO_STREAM;
      out.writeUInt16BE(0xc200, 16); // 512 times 128 bytes
    }
    return out;
  }

  /** 2.5.4: program stream map. */
  #map(): Buffer {
    const { audio, video } = this.#mapTypes;
    const entries =
      audio === null ? [video, VIDEO_STREAM, 0, 0] : [video, VIDEO_STREAM, 0, 0, audio, AUDIO_STREAM, 0, 0];
    const broken = this.#options.behaviour.streamMapBroken;
    const body = Buffer.from([0xe0, 0xff, 0, 0, 0, broken ? 0x7b : entries.length, ...entries]);
    const whole = Buffer.concat([START(0xbc), uint16(body.length + 4), body]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(broken ? 0x12345678 : crc32(whole));
    return Buffer.concat([whole, crc]);
  }

  /** 2.4.3.6: PES packets of one frame; clocks stand in the first one only. */
  #pes(parts: Buffer[], stream: number, data: Buffer, unit: PsUnit): void {
    const { pesBytes, pesClamped, pesLengthZero, privateStream, trailingZeros } = this.#options.behaviour;
    const isVideo = stream === VIDEO_STREAM;
    const isWhole = isVideo && (pesLengthZero || pesClamped);
    const portion = isWhole ? data.length : pesBytes - LONGEST_PES_HEADER;
    for (let at = 0; at < data.length || at === 0; at += portion) {
      const piece = data.subarray(at, at + portion);
      const header = this.#pesHeader(
        stream,
        piece.length,
        at === 0 ? this.#clocks(unit, isVideo) : NO_CLOCKS,
        at === 0,
      );
      if (at > 0 && privateStream) parts.push(privatePacket());
      parts.push(header, piece);
      if (trailingZeros) parts.push(Buffer.alloc(3));
      if (at === 0 && privateStream && isVideo) parts.push(privatePacket());
    }
  }

  #clocks(unit: PsUnit, isVideo: boolean): Buffer {
    const { timestamps } = this.#options.behaviour;
    if (timestamps === 'none' || (timestamps === 'key' && isVideo && !unit.key)) return NO_CLOCKS;
    if (timestamps === 'constant' && isVideo) return clockFields(CONSTANT_PTS, CONSTANT_PTS);
    return clockFields(unit.pts90k, timestamps === 'no-dts' ? unit.pts90k : unit.dts90k);
  }

  #pesHeader(stream: number, bytes: number, clocks: Buffer, isFirst: boolean): Buffer {
    const { pesClamped, pesHeaderEarly, pesLengthWrong, pesLengthZero } = this.#options.behaviour;
    const isVideo = stream === VIDEO_STREAM;
    if (isVideo) this.#videoPes += 1;
    const header = Buffer.alloc(9);
    header.writeUInt32BE(0x100 | stream, 0);
    header[6] = isFirst ? 0x84 : 0x80;
    header[7] = clocks.length === 0 ? 0 : clocks.length === 5 ? 0x80 : 0xc0;
    header[8] = clocks.length;
    const whole = Buffer.concat([pesHeaderEarly ? withoutFlags(header) : header, clocks]);
    let length = whole.length - 6 + bytes;
    if (isVideo && pesClamped) length = Math.min(length, 0xffff);
    if (isVideo && pesLengthWrong && this.#videoPes % SELDOM === 0) length += 7;
    whole.writeUInt16BE(isVideo && pesLengthZero ? 0 : length, 4);
    return whole;
  }
}

const NO_CLOCKS = Buffer.alloc(0);

function typeOfSound(codec: AudioCodec, declared: Behaviour['streamMapSound']): number {
  if (declared === 'true') return STREAM_TYPE[codec];
  if (declared === 'raw-aac') return RAW_AAC;
  return codec === 'pcma' ? STREAM_TYPE.pcmu : STREAM_TYPE.pcma;
}

/** PS-17: what stands in the ninth byte stands in the eighth. */
function withoutFlags(header: Buffer): Buffer {
  return Buffer.concat([header.subarray(0, 7), header.subarray(8)]);
}

function padding(bytes: number): Buffer {
  return Buffer.concat([START(PADDING_STREAM), uint16(bytes), Buffer.alloc(bytes, 0xff)]);
}

/** ISO/IEC 11172-1 2.4.3.2: SCR of 33 bits with its marker bits, mux_rate. */
function mpeg1Pack(dts90k: number): Buffer {
  const out = Buffer.alloc(12);
  out.writeUInt32BE(0x1ba, 0);
  writeClock(out, 4, 2, Math.max(0, dts90k - SCR_LEAD_90K));
  out.writeUIntBE(0x80_0000 | (MUX_RATE * 2 + 1), 9, 3);
  return out;
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function wrapped(clock90k: number): number {
  const rest = Math.round(clock90k) % CLOCK_BITS;
  return rest < 0 ? rest + CLOCK_BITS : rest;
}

/** PTS alone when it equals the DTS, else both (table 2-17). */
function clockFields(pts90k: number, dts90k: number): Buffer {
  const both = pts90k !== dts90k;
  const out = Buffer.alloc(both ? 10 : 5);
  writeClock(out, 0, both ? 3 : 2, pts90k);
  if (both) writeClock(out, 5, 1, dts90k);
  return out;
}

/** 2.5.3.4: SCR base of 33 bits with its marker bits, for a frame that is due at `dts90k`. Writes five bytes. */
export function writeScr(out: Buffer, at: number, dts90k: number): void {
  const scr = wrapped(Math.max(0, dts90k - SCR_LEAD_90K));
  const high = Math.floor(scr / 2 ** 30);
  const middle = Math.floor(scr / 2 ** 15) % 2 ** 15;
  const low = scr % 2 ** 15;
  out[at] = 0x44 | (high << 3) | (middle >> 13);
  out[at + 1] = (middle >> 5) & 0xff;
  out[at + 2] = ((middle & 0x1f) << 3) | 0x04 | (low >> 13);
  out[at + 3] = (low >> 5) & 0xff;
  out[at + 4] = ((low & 0x1f) << 3) | 0x04;
}

/** 2.4.3.7: PTS or DTS of 33 bits with its marker bits behind a prefix of four. Writes five bytes. */
export function writeClock(out: Buffer, at: number, prefix: number, clock90k: number): void {
  const clock = wrapped(clock90k);
  out[at] = (prefix << 4) | (Math.floor(clock / 2 ** 30) << 1) | 1;
  out.writeUInt16BE((Math.floor(clock / 2 ** 15) % 2 ** 15) * 2 + 1, at + 1);
  out.writeUInt16BE((clock % 2 ** 15) * 2 + 1, at + 3);
}

/** What some makers put between video packets: bytes of their own in private_stream_1. */
function privatePacket(): Buffer {
  const secret = Buffer.from('IMKH-like private metadata, no video at all');
  return Buffer.concat([START(PRIVATE_STREAM_1), uint16(3 + secret.length), Buffer.from([0x80, 0, 0]), secret]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

/** CRC-32/MPEG-2 (annex A). */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return crc;
}
