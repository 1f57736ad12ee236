/** Program stream map (ISO/IEC 13818-1 clause 2.5.4; stream types of GB/T 28181-2022 annex C.1). */

export interface MapEntry {
  readonly streamType: number;
  readonly streamId: number;
  /** Descriptors of the stream, when there are any. */
  readonly descriptors?: Uint8Array;
}

/** What a map says, and whether its own sums are right (PS-6). */
export interface StreamMap {
  readonly entries: readonly MapEntry[];
  /** In words what is wrong with its inner length or its CRC, else null. */
  readonly fault: string | null;
}

/** Stream types that are played, and names for those that are only recognised. */
export const STREAM_TYPE = {
  h264: 0x1b,
  h265: 0x24,
  aac: 0x0f,
  aacRaw: 0x1c,
  pcma: 0x90,
  pcmu: 0x91,
} as const;

/** Names of stream types we know and do not play. PS-25. */
export const UNPLAYED_STREAM_TYPES: Readonly<Record<number, string>> = {
  3: 'MPEG-1 audio',
  4: 'MPEG-2 audio',
  16: 'MPEG-4 Visual',
  17: 'AAC-LATM',
  128: 'SVAC video',
  146: 'G.722.1',
  147: 'G.723.1',
  150: 'G.726',
  153: 'G.729',
  155: 'SVAC audio',
};

/**
 * The map that starts at `at` (its start code) and ends before `end`. PS-6: the inner lengths and the CRC are often
 * junk, only the outer length is trusted; entries are read while four bytes are left before the CRC.
 */
export function readMap(bytes: Uint8Array, at: number, end: number): StreamMap {
  const entries: MapEntry[] = [];
  if (end - at < 12) return { entries, fault: null };
  const infoLength = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  const first = at + 10 + infoLength + 2;
  if (first > end) return { entries, fault: null };
  let offset = first;
  while (offset + 4 <= end - 4) {
    const streamId = bytes[offset + 1]!;
    // Ids below BC are no streams (table 2-18): from here on it is not a map any more.
    if (streamId < 0xbc) break;
    const from = offset + 4;
    offset = from + ((bytes[offset + 2]! << 8) | bytes[offset + 3]!);
    const streamType = bytes[from - 4]!;
    const hasDescriptors = offset > from && offset <= end - 4;
    entries.push(
      hasDescriptors ? { streamType, streamId, descriptors: bytes.slice(from, offset) } : { streamType, streamId },
    );
  }
  return { entries, fault: faultOf(bytes, at, end, first) };
}

function faultOf(bytes: Uint8Array, at: number, end: number, first: number): string | null {
  const inner = (bytes[first - 2]! << 8) | bytes[first - 1]!;
  if (inner !== end - 4 - first) return `the stream map says ${inner} bytes of streams and holds ${end - 4 - first}`;
  const written = word(bytes, end - 4);
  const right = crc32(bytes, at, end - 4);
  if (written === right) return null;
  return `the CRC of the stream map is ${written.toString(16)}, not ${right.toString(16)}`;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let i = 0; i < 8; i += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc;
});

/** CRC-32 of ISO/IEC 13818-1 annex A. */
function crc32(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff_ffff;
  for (let i = from; i < to; i += 1) crc = ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ bytes[i]!) & 0xff]!) >>> 0;
  return crc;
}
