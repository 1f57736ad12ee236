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
/** 65,535 bytes minus the longest header we write behind the length field (3 + 10). */
const MAX_PES_DATA = 65_535 - 13;
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

  constructor(options: PsMuxerOptions) {
    this.#options = options;
    const declared =
      options.behaviour.streamMapCodec === 'true' ? options.video : options.video === 'h264' ? 'h265' : 'h264';
    this.#mapTypes = {
      video: STREAM_TYPE[declared],
      audio: options.audio === null ? null : STREAM_TYPE[options.audio],
    };
  }

  /** The pack of one access unit. */
  video(unit: PsUnit): Buffer {
    const behaviour = this.#options.behaviour;
    const parts: Buffer[] = [];
    if (unit.key && behaviour.endCode && this.#mapsWritten > 0) parts.push(PROGRAM_END);
    parts.push(this.#pack(unit.dts90k));
    if (unit.key) this.#describe(parts);
    if (behaviour.pesPerNal) {
      for (const nal of unit.nals) this.#pes(parts, VIDEO_STREAM, Buffer.concat([NAL_START, nal]), unit);
    } else {
      this.#pes(parts, VIDEO_STREAM, unit.data, unit);
    }
    if (behaviour.padding) parts.push(START(PADDING_STREAM), uint16(32), Buffer.alloc(32, 0xff));
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
    const stuffing = this.#options.behaviour.packStuffing ? 6 : 0;
    const out = Buffer.alloc(14 + stuffing, 0xff);
    out.writeUInt32BE(0x1ba, 0);
    const scr = wrapped(Math.max(0, dts90k - SCR_LEAD_90K));
    const high = Math.floor(scr / 2 ** 30);
    const middle = Math.floor(scr / 2 ** 15) % 2 ** 15;
    const low = scr % 2 ** 15;
    out[4] = 0x44 | (high << 3) | (middle >> 13);
    out[5] = (middle >> 5) & 0xff;
    out[6] = ((middle & 0x1f) << 3) | 0x04 | (low >> 13);
    out[7] = (low >> 5) & 0xff;
    out[8] = ((low & 0x1f) << 3) | 0x04;
    out[9] = 0x01;
    out.writeUIntBE(MUX_RATE * 4 + 3, 10, 3);
    out[13] = 0xf8 | stuffing;
    return out;
  }

  #describe(parts: Buffer[]): void {
    const { streamMap, unknownStartCode } = this.#options.behaviour;
    if (unknownStartCode) parts.push(START(0xaf), Buffer.from([0x00, 0x02, 0x12, 0x34]));
    parts.push(this.#systemHeader());
    if (streamMap === 'key' || (streamMap === 'once' && this.#mapsWritten === 0)) parts.push(this.#map());
    this.#mapsWritten++;
  }

  /** 2.5.3.5: system header. */
  #systemHeader(): Buffer {
    const streams = this.#mapTypes.audio === null ? 1 : 2;
    const out = Buffer.alloc(12 + 3 * streams);
    out.writeUInt32BE(0x1bb, 0);
    out.writeUInt16BE(6 + 3 * streams, 4);
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
    const { timestamps, pesLengthZero, privateStream } = this.#options.behaviour;
    const unbounded = pesLengthZero && stream === VIDEO_STREAM;
    const portion = unbounded ? data.length : MAX_PES_DATA;
    for (let at = 0; at < data.length || at === 0; at += portion) {
      const piece = data.subarray(at, at + portion);
      const clocks = at > 0 || !timestamps ? NO_CLOCKS : clockFields(unit.pts90k, unit.dts90k);
      const header = Buffer.alloc(9);
      header.writeUInt32BE(0x100 | stream, 0);
      header.writeUInt16BE(unbounded ? 0 : 3 + clocks.length + piece.length, 4);
      header[6] = at === 0 ? 0x84 : 0x80;
      header[7] = clocks.length === 0 ? 0 : clocks.length === 5 ? 0x80 : 0xc0;
      header[8] = clocks.length;
      if (at > 0 && privateStream) parts.push(privatePacket());
      parts.push(header, clocks, piece);
      if (at === 0 && privateStream && stream === VIDEO_STREAM) parts.push(privatePacket());
    }
  }
}

const NO_CLOCKS = Buffer.alloc(0);

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

function writeClock(out: Buffer, at: number, prefix: number, clock90k: number): void {
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
