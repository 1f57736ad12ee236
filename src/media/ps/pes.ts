/**
 * PES packet header (ISO/IEC 13818-1 clause 2.4.3.6) and its MPEG-1 form (ISO/IEC 11172-1 clause 2.4.3.3), read in
 * place. Nothing is allocated: the caller hands in one object and reuses it.
 */

export interface PesHeader {
  /** 90 kHz, 33 bits; −1 when absent. */
  pts: number;
  /** 90 kHz, 33 bits; −1 when absent. */
  dts: number;
  /** Bytes before the payload, counted from the start code. */
  size: number;
  /** 2 bits, 0 when the payload lies open (ES-12). */
  scrambling: number;
}

/** A header object to reuse. */
export function emptyPesHeader(): PesHeader {
  return { pts: -1, dts: -1, size: 0, scrambling: 0 };
}

/** The longest PES header: 9 fixed bytes and a header_data_length of 255. */
export const MAX_PES_HEADER = 9 + 255;

/** ISO/IEC 11172-1: at most 16 stuffing bytes before the flags of an MPEG-1 packet. */
const MAX_MPEG1_STUFFING = 16;

/**
 * How many bytes from the start code on must be there before the header can be read. `available` of them are; the
 * answer may grow when more are there. 0: this cannot be a PES header. `early`: see `earlyLayout`.
 */
export function pesHeaderNeed(bytes: Uint8Array, at: number, available: number, early = false): number {
  if (available < 7) return 7;
  if ((bytes[at + 6]! & 0xc0) === 0x80) {
    if (available < 9) return 9;
    return early ? 8 + bytes[at + 7]! : 9 + bytes[at + 8]!;
  }
  // MPEG-1: stuffing FF, optional buffer size 01, then 0010 PTS | 0011 PTS+DTS | 00001111.
  let size = 6;
  while (size < 6 + MAX_MPEG1_STUFFING && size < available && bytes[at + size] === 0xff) size += 1;
  if (size >= available) return available + 1;
  if ((bytes[at + size]! & 0xc0) === 0x40) size += 2;
  if (size >= available) return size + 1;
  const flags = bytes[at + size]!;
  if (flags >> 4 === 2) return size + 5;
  if (flags >> 4 === 3) return size + 10;
  return flags === 0x0f ? size + 1 : 0;
}

/** Reads a header of which `pesHeaderNeed` bytes are there. False when it contradicts itself. */
export function readPesHeader(bytes: Uint8Array, at: number, need: number, out: PesHeader, early = false): boolean {
  out.pts = -1;
  out.dts = -1;
  out.size = need;
  out.scrambling = 0;
  if ((bytes[at + 6]! & 0xc0) === 0x80) {
    out.scrambling = (bytes[at + 6]! >> 4) & 3;
    if (early) {
      if (need >= 13) out.pts = readTimestamp(bytes, at + 8);
      if (need >= 18 && bytes[at + 8]! >> 4 === 3) out.dts = readTimestamp(bytes, at + 13);
      return true;
    }
    const flags = bytes[at + 7]! >> 6;
    const length = bytes[at + 8]!;
    // A flag whose bytes are missing is a writer's bug: the frame is there all the same.
    if ((flags & 2) !== 0 && length >= 5) out.pts = readTimestamp(bytes, at + 9);
    if (flags === 3 && length >= 10) out.dts = readTimestamp(bytes, at + 14);
    return true;
  }
  let size = 6;
  while (bytes[at + size] === 0xff) size += 1;
  if ((bytes[at + size]! & 0xc0) === 0x40) size += 2;
  const form = bytes[at + size]! >> 4;
  if (form === 2 || form === 3) out.pts = readTimestamp(bytes, at + size);
  if (form === 3) out.dts = readTimestamp(bytes, at + size + 5);
  return true;
}

/**
 * PS-17: a camera leaves the byte of flags out, so that PES_header_data_length stands one byte early. Told by its times: where
 * the length should be there is a PTS field (prefix 2 or 3, marker bits set), and the byte of flags has no PTS flag but a length
 * that fits one. `true`, `false`: such a header, a header as in the standard; null: it has no times, both are possible.
 */
export function earlyLayout(bytes: Uint8Array, at: number, available: number): boolean | null {
  if (available < 14 || (bytes[at + 6]! & 0xc0) !== 0x80) return null;
  const flags = bytes[at + 7]!;
  if ((flags & 0x80) !== 0) return bytes[at + 8]! >= 5 && isTimestamp(bytes, at + 9) ? false : null;
  return (flags === 5 || flags === 10) && isTimestamp(bytes, at + 8) ? true : null;
}

function isTimestamp(bytes: Uint8Array, at: number): boolean {
  const prefix = bytes[at]! >> 4;
  return (prefix === 2 || prefix === 3) && (bytes[at]! & bytes[at + 2]! & bytes[at + 4]! & 1) === 1;
}

/** 33 bits in five bytes: `xxxx ttt1 | tttttttt | ttttttt1 | tttttttt | ttttttt1`. Marker bits are not checked. */
export function readTimestamp(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! >> 1) & 7;
  const low =
    ((bytes[at + 1]! << 22) | ((bytes[at + 2]! >> 1) << 15) | (bytes[at + 3]! << 7) | (bytes[at + 4]! >> 1)) >>> 0;
  return high * 0x4000_0000 + low;
}
