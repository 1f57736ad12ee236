import type { BitReader } from './nal.ts';

/** Extended_SAR: its two numbers follow (H.264 table E-1, H.265 table E.1). */
const EXTENDED_SAR = 255;

/** Reads over the head of the VUI, which H.264 (E.1.1) and H.265 (E.2.1) share: aspect ratio, overscan, signal type, chroma place. */
export function skipVuiHead(reader: BitReader): void {
  if (reader.bit() === 1 && reader.bits(8) === EXTENDED_SAR) reader.skip(32);
  if (reader.bit() === 1) reader.skip(1);
  if (reader.bit() === 1) {
    reader.skip(4);
    if (reader.bit() === 1) reader.skip(24);
  }
  if (reader.bit() === 1) {
    reader.ue();
    reader.ue();
  }
}
