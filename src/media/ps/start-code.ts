/** Start codes of MPEG program streams (ISO/IEC 13818-1 table 2-18 and clause 2.5.3): `00 00 01 <id>`. */

export const PACK = 0xba;
export const SYSTEM_HEADER = 0xbb;
export const PROGRAM_STREAM_MAP = 0xbc;
export const PRIVATE_STREAM_1 = 0xbd;
export const PADDING = 0xbe;
/** The lowest id that belongs to the container; below are start codes of video elementary streams. */
export const END_CODE = 0xb9;

/** Stream ids E0–EF. */
export function isVideoId(id: number): boolean {
  return (id & 0xf0) === 0xe0;
}

/** Stream ids C0–DF. */
export function isAudioId(id: number): boolean {
  return (id & 0xe0) === 0xc0;
}

/**
 * Ids that may end an unbounded PES (PS-8). A NAL unit header has its first bit 0, so in H.264 and H.265 data no
 * `00 00 01` is followed by a byte of 80 or more: these codes cannot be payload.
 */
export function endsUnbounded(id: number): boolean {
  return id >= END_CODE && id <= 0xef;
}

/**
 * How many bytes at the end of `bytes[from, end)` may be the beginning of a start code whose id is not there yet:
 * 3 for `00 00 01`, 2 for `00 00`, 1 for `00`, else 0.
 */
export function prefixAtEnd(bytes: Uint8Array, from: number, end: number): 0 | 1 | 2 | 3 {
  if (end - from >= 3 && bytes[end - 1] === 1 && bytes[end - 2] === 0 && bytes[end - 3] === 0) return 3;
  if (end === from || bytes[end - 1] !== 0) return 0;
  return end - from >= 2 && bytes[end - 2] === 0 ? 2 : 1;
}

/** Offset of the next `00 00 01 <id>` with an id of the container whose four bytes lie in `bytes[from, end)`, or −1. */
export function findContainerCode(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 3;
  while (at < end) {
    // Looks at the third byte of a possible prefix first: anything above 1 rules out three positions at once.
    const third = bytes[at - 1]!;
    if (third > 1) at += 3;
    else if (third === 0) at += 1;
    else if (bytes[at - 2] === 0 && bytes[at - 3] === 0 && endsUnbounded(bytes[at]!)) return at - 3;
    else at += 3;
  }
  return -1;
}

/** A pack header stands at the very start of an RTP payload. Its fixed bits must be right: an audio body may hold anything. */
export function packCuts(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 14 || bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1 || bytes[at + 3] !== PACK) {
    return false;
  }
  return (bytes[at + 4]! & 0xc4) === 0x44 && (bytes[at + 12]! & 3) === 3;
}
