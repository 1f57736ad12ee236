import { crc32Mpeg } from './crc32-mpeg.ts';

/** A program stream of nothing but A-law (ISO/IEC 13818-1 2.5; GB/T 28181 annex C: stream type 0x90, stream 0xC0). */

const AUDIO_STREAM = 0xc0;
const STREAM_TYPE_G711A = 0x90;
/** 64 kbit/s and what goes around it, in units of 50 bytes/s. */
const MUX_RATE = 400;

/** One pack with one frame. `time90k`: of the frame, 32 bits; `isExplained`: system header and stream map come before it. */
export function writePsVoice(alaw: Uint8Array, time90k: number, isExplained: boolean): Buffer {
  const parts = [packHeader(time90k)];
  if (isExplained) parts.push(SYSTEM_HEADER, STREAM_MAP);
  parts.push(pesHeader(alaw.length, time90k), Buffer.from(alaw.buffer, alaw.byteOffset, alaw.length));
  return Buffer.concat(parts);
}

/** 2.5.3.3: SCR with extension 0, mux rate, no stuffing. */
function packHeader(time90k: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt32BE(0x000001ba, 0);
  const time = time90k >>> 0;
  const bits32to30 = time >>> 30;
  const bits29to15 = (time >>> 15) & 0x7fff;
  const bits14to0 = time & 0x7fff;
  bytes[4] = 0x44 | (bits32to30 << 3) | (bits29to15 >>> 13);
  bytes[5] = (bits29to15 >>> 5) & 0xff;
  bytes[6] = ((bits29to15 & 0x1f) << 3) | 0x04 | (bits14to0 >>> 13);
  bytes[7] = (bits14to0 >>> 5) & 0xff;
  bytes[8] = ((bits14to0 & 0x1f) << 3) | 0x04;
  bytes[9] = 0x01;
  bytes[10] = (MUX_RATE >>> 14) & 0xff;
  bytes[11] = (MUX_RATE >>> 6) & 0xff;
  bytes[12] = ((MUX_RATE & 0x3f) << 2) | 0x03;
  bytes[13] = 0xf8;
  return bytes;
}

/** 2.4.3.7: PTS alone. */
function pesHeader(payloadBytes: number, time90k: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt32BE(0x00000100 | AUDIO_STREAM, 0);
  bytes.writeUInt16BE(payloadBytes + 8, 4);
  bytes[6] = 0x80;
  bytes[7] = 0x80;
  bytes[8] = 5;
  const time = time90k >>> 0;
  bytes[9] = 0x21 | ((time >>> 30) << 1);
  bytes.writeUInt16BE((((time >>> 15) & 0x7fff) << 1) | 1, 10);
  bytes.writeUInt16BE(((time & 0x7fff) << 1) | 1, 12);
  return bytes;
}

/** 2.5.3.5: one audio stream, its buffer 32 units of 128 bytes. */
const SYSTEM_HEADER = Buffer.from([
  0,
  0,
  1,
  0xbb,
  0,
  9,
  0x80,
  MUX_RATE >>> 7,
  ((MUX_RATE & 0x7f) << 1) | 1,
  0x04,
  0x20,
  0x7f,
  AUDIO_STREAM,
  0xc0,
  32,
]);

/** 2.5.4.1: one elementary stream. */
const STREAM_MAP = ((): Buffer => {
  const map = Buffer.from([
    0,
    0,
    1,
    0xbc,
    0,
    14,
    0xe0,
    0xff,
    0,
    0,
    0,
    4,
    STREAM_TYPE_G711A,
    AUDIO_STREAM,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  map.writeUInt32BE(crc32Mpeg(map.subarray(0, 16)), 16);
  return map;
})();
