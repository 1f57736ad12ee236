/** AAC in ADTS frames (ISO/IEC 14496-3 1.A.2): found, checked as a chain, and described by an AudioSpecificConfig. */

export interface AdtsHeader {
  /** MPEG-4 audio object type, 2 = AAC-LC. */
  objectType: number;
  frequencyIndex: number;
  channels: number;
  headerBytes: number;
  /** Header included. */
  frameBytes: number;
}

export const AAC_FRAME_SAMPLES = 1024;

/** Sampling frequencies by index (ISO/IEC 14496-3 table 1.18). */
export const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** Reads the header at `at`; null when there is none. `out` is reused. */
export function readAdts(bytes: Uint8Array, at: number, end: number, out: AdtsHeader): AdtsHeader | null {
  if (end - at < 7 || bytes[at] !== 0xff || (bytes[at + 1]! & 0xf6) !== 0xf0) return null;
  out.objectType = (bytes[at + 2]! >> 6) + 1;
  out.frequencyIndex = (bytes[at + 2]! >> 2) & 15;
  out.channels = ((bytes[at + 2]! & 1) << 2) | (bytes[at + 3]! >> 6);
  out.headerBytes = (bytes[at + 1]! & 1) === 1 ? 7 : 9;
  out.frameBytes = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
  // Channel configuration 0 has its layout inside the data: no camera does that, and it cannot be described here.
  if (out.frequencyIndex >= AAC_RATES.length || out.channels === 0 || out.frameBytes <= out.headerBytes) return null;
  return out;
}

export function emptyAdts(): AdtsHeader {
  return { objectType: 0, frequencyIndex: 0, channels: 0, headerBytes: 0, frameBytes: 0 };
}

/**
 * Whether the bytes are whole ADTS frames from the first to the last. PS-5: some devices declare G.711 and send AAC; a
 * chain over the whole PES is no accident.
 */
export function isAdtsChain(bytes: Uint8Array, start: number, end: number): boolean {
  const header = emptyAdts();
  let at = start;
  while (at < end) {
    if (readAdts(bytes, at, end, header) === null) return false;
    at += header.frameBytes;
  }
  return at === end && end > start;
}

export function aacSampleRate(header: AdtsHeader): number {
  return AAC_RATES[header.frequencyIndex]!;
}

/** ISO/IEC 14496-3 1.6.2.1, two bytes. */
export function audioSpecificConfig(header: AdtsHeader): Uint8Array {
  const value = (header.objectType << 11) | (header.frequencyIndex << 7) | (header.channels << 3);
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** `mp4a.40.2` (RFC 6381). */
export function aacCodecString(header: AdtsHeader): string {
  return `mp4a.40.${header.objectType}`;
}

/** A frame of silence in AAC-LC; null for other layouts. One or two channels, empty spectrum, any sampling rate. */
export function silentAac(channels: number): Uint8Array | null {
  if (channels === 1) return Uint8Array.of(0x00, 0xc8, 0x00, 0x80, 0x23, 0x80);
  if (channels === 2) return Uint8Array.of(0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80);
  return null;
}
