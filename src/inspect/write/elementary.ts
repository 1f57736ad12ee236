/** Elementary streams as files hold them: from samples of an MP4 to byte streams. */
import type { AdtsHeader } from '../../media/es/aac.ts';

/** A sample with a start code in place of each length (ISO/IEC 14496-10 annex B). Both have four bytes. */
export function byteStream(sample: Uint8Array): Buffer {
  const out = Buffer.from(sample);
  for (let at = 0; at + 4 <= out.length; ) {
    const length = out.readUInt32BE(at);
    out.writeUInt32BE(1, at);
    at += 4 + length;
  }
  return out;
}

/** The header of an ADTS frame of so many bytes (ISO/IEC 14496-3 1.A.2.2): MPEG-4, no CRC, variable rate. */
export function adtsOf({ objectType, frequencyIndex, channels }: AdtsHeader, frameBytes: number): Buffer {
  const length = frameBytes + 7;
  return Buffer.from([
    0xff,
    0xf1,
    ((objectType - 1) << 6) | (frequencyIndex << 2) | (channels >> 2),
    ((channels & 3) << 6) | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ]);
}

/** ISO/IEC 14496-3 table 1.18. */
const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** The index of a sampling rate; that of 8,000 Hz for one that has none. */
export function frequencyIndexOf(sampleRate: number): number {
  const index = RATES.indexOf(sampleRate);
  return index < 0 ? RATES.indexOf(8000) : index;
}
