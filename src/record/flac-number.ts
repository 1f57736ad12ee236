/**
 * FLAC frames carry the number of their first sample (RFC 9639 9.1.5). Two calls count from different beginnings: in a file that is
 * joined of several, frames are numbered by their place in the file.
 */

/** The frame with another number, where it is one of ours (variable block size, 16-bit block size); else the bytes as they are. */
export function renumbered(frame: Uint8Array, sample: number): Uint8Array {
  // 9.1: sync code and blocking strategy, block size and rate, channels and depth; the number; block size − 1; CRC-8
  if (frame[0] !== 0xff || frame[1] !== 0xf9 || (frame[2]! & 0xf0) !== 0x70) return frame;
  const oldBytes = codedBytes(frame[4] ?? 0xff);
  const rateBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 0][frame[2]! & 0x0f]!;
  const rest = 4 + oldBytes;
  const crcAt = rest + 2 + rateBytes;
  if (oldBytes === 0 || frame.length < crcAt + 3) return frame;
  const number = coded(sample);
  // the first call counts as the file does
  if (number.length === oldBytes && number.every((byte, i) => byte === frame[4 + i])) return frame;
  const out = new Uint8Array(frame.length - oldBytes + number.length);
  out.set(frame.subarray(0, 4));
  out.set(number, 4);
  out.set(frame.subarray(rest), 4 + number.length);
  const newCrcAt = crcAt - oldBytes + number.length;
  out[newCrcAt] = crc8(out.subarray(0, newCrcAt));
  const end = out.length - 2;
  const crc = crc16(out.subarray(0, end));
  out[end] = crc >> 8;
  out[end + 1] = crc & 0xff;
  return out;
}

/** Length of a coded number by its first byte; 0: none begins so. */
function codedBytes(first: number): number {
  if (first < 0x80) return 1;
  const ones = Math.clz32(~first << 24);
  return ones < 2 || ones > 7 ? 0 : ones;
}

/** A number up to 2^36 as RFC 9639 9.1.5 codes it: UTF-8, carried on to seven bytes. */
function coded(sample: number): number[] {
  const value = sample % 2 ** 36;
  if (value < 0x80) return [value];
  let bytes = 2;
  while (bytes < 7 && value >= 2 ** (bytes * 5 + 1)) bytes += 1;
  const out: number[] = [];
  for (let at = bytes - 1; at > 0; at -= 1) out.push(0x80 + (Math.floor(value / 64 ** (at - 1)) % 64));
  const lead = (0xff00 >> bytes) & 0xff;
  return [lead | Math.floor(value / 64 ** (bytes - 1)), ...out];
}

const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i += 1) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
  return crc & 0xff;
});

const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let i = 0; i < 8; i += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc & 0xffff;
});

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = CRC8[crc ^ byte]!;
  return crc;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i += 1) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}
