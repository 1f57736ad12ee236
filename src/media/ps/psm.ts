/** Program stream map (ISO/IEC 13818-1 clause 2.5.4; stream types of GB/T 28181-2022 annex C.1). */

export interface MapEntry {
  readonly streamType: number;
  readonly streamId: number;
}

/** Stream types that are played, and names for those that are only recognised. */
export const STREAM_TYPE = {
  h264: 0x1b,
  h265: 0x24,
  aac: 0x0f,
  pcma: 0x90,
  pcmu: 0x91,
} as const;

/** Names of stream types we know and do not play. PS-25. */
export const UNPLAYED_STREAM_TYPES: Readonly<Record<number, string>> = {
  3: 'MPEG-1 audio',
  4: 'MPEG-2 audio',
  16: 'MPEG-4 Visual',
  17: 'AAC-LATM',
  28: 'AAC without ADTS',
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
export function readMap(bytes: Uint8Array, at: number, end: number): MapEntry[] {
  const entries: MapEntry[] = [];
  if (end - at < 12) return entries;
  const infoLength = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  let offset = at + 10 + infoLength + 2;
  if (offset > end) return entries;
  while (offset + 4 <= end - 4) {
    const streamId = bytes[offset + 1]!;
    // Ids below BC are no streams (table 2-18): from here on it is not a map any more.
    if (streamId < 0xbc) break;
    entries.push({ streamType: bytes[offset]!, streamId });
    offset += 4 + ((bytes[offset + 2]! << 8) | bytes[offset + 3]!);
  }
  return entries;
}
