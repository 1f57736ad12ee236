/**
 * Writes program streams for tests, from ISO/IEC 13818-1 clause 2.5: every field can be bent. Shares nothing with the
 * demultiplexer or with the simulator's muxer.
 */

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

export const SYSTEM_HEADER = hex('000001BB 000C 80CCF5 04 21 7F E0E800 C0C200');
/** sdp-and-media.md section 10.3: H.264 + G.711A, and H.265 alone. */
export const MAP_H264_PCMA = hex('000001BC0012E0FF000000081BE0000090C00000FEDFB1D7');
export const MAP_H265 = hex('000001BC000EE0FF0000000424E000000C49B076');

export function pack(scr = 0, stuffing = 0): Buffer {
  const base = BigInt(scr);
  const bits =
    (0b01n << 46n) |
    (((base >> 30n) & 7n) << 43n) |
    (1n << 42n) |
    (((base >> 15n) & 0x7fffn) << 27n) |
    (1n << 26n) |
    ((base & 0x7fffn) << 11n) |
    (1n << 10n) |
    1n;
  const out = Buffer.alloc(14 + stuffing, 0xff);
  out.writeUInt32BE(0x1ba, 0);
  out.writeUIntBE(Number(bits), 4, 6);
  out.set(hex('005F6B'), 10);
  out[13] = 0xf8 | stuffing;
  return out;
}

/** ISO/IEC 11172-1: 12 bytes. */
export function mpeg1Pack(): Buffer {
  return hex('000001BA 21 0001 0001 80 02EF');
}

export function map(...streams: readonly (readonly [type: number, id: number])[]): Buffer {
  const out = Buffer.alloc(16 + streams.length * 4);
  out.writeUInt32BE(0x1bc, 0);
  out.writeUInt16BE(out.length - 6, 4);
  out[6] = 0xe0;
  out[7] = 0xff;
  out.writeUInt16BE(streams.length * 4, 10);
  streams.forEach(([type, id], i) => {
    out[12 + i * 4] = type;
    out[13 + i * 4] = id;
  });
  out.writeUInt32BE(crc32(out.subarray(0, -4)), out.length - 4);
  return out;
}

/** ISO/IEC 13818-1 annex A, bit by bit. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = (crc >>> 31) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) ^ (top === 1 ? 0x04c1_1db7 : 0)) >>> 0;
    }
  return crc;
}

export interface PesOptions {
  pts?: number | null;
  dts?: number | null;
  /** PES_packet_length as written; by default the right one. */
  length?: number;
}

export function pes(id: number, data: Uint8Array, { pts = null, dts = null, length }: PesOptions = {}): Buffer {
  const times = pts === null ? 0 : dts === null ? 5 : 10;
  const head = Buffer.alloc(9 + times);
  head.writeUInt32BE(0x100 + id, 0);
  head.writeUInt16BE(length ?? 3 + times + data.length, 4);
  head[6] = 0x84;
  head[7] = pts === null ? 0 : dts === null ? 0x80 : 0xc0;
  head[8] = times;
  if (pts !== null) stamp(head, 9, dts === null ? 2 : 3, pts);
  if (pts !== null && dts !== null) stamp(head, 14, 1, dts);
  return Buffer.concat([head, data]);
}

function stamp(out: Buffer, at: number, prefix: number, value: number): void {
  const high = Math.floor(value / 2 ** 30) & 7;
  const middle = Math.floor(value / 2 ** 15) & 0x7fff;
  const low = value & 0x7fff;
  out[at] = (prefix << 4) | (high << 1) | 1;
  out.writeUInt16BE((middle << 1) | 1, at + 1);
  out.writeUInt16BE((low << 1) | 1, at + 3);
}

/** A frame as cameras send it: PES of at most 65,535 bytes, the time on the first only. */
export function videoPes(data: Uint8Array, options: PesOptions = {}, limit = 65_000): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += limit) {
    parts.push(pes(0xe0, data.subarray(at, at + limit), at === 0 ? options : {}));
  }
  return Buffer.concat(parts);
}

/** Cuts `frames` into RTP packets as cameras do: each begins in a packet of its own, the marker is on its last packet. */
export class RtpWriter {
  sequence: number;
  readonly ssrc: number;

  constructor(sequence = 1, ssrc = 0x0bebc201) {
    this.sequence = sequence;
    this.ssrc = ssrc;
  }

  write(frame: Uint8Array, timestamp: number, { size = 1400, marker = true } = {}): Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at < frame.length; at += size) {
      const last = at + size >= frame.length;
      const head = Buffer.alloc(12);
      head[0] = 0x80;
      head[1] = (marker && last ? 0x80 : 0) | 96;
      head.writeUInt16BE(this.sequence & 0xffff, 2);
      head.writeUInt32BE(timestamp >>> 0, 4);
      head.writeUInt32BE(this.ssrc, 8);
      this.sequence += 1;
      packets.push(Buffer.concat([head, frame.subarray(at, at + size)]));
    }
    return packets;
  }
}
