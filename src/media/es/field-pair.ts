/**
 * Interlaced H.264 with field pictures: the second field of a pair begins with first_mb_in_slice 0 like any picture, and belongs to
 * the sample of the first (ISO/IEC 14496-15 5.4.1). Told by the slice headers: same frame_num, the other parity.
 */
import { parseH264Sps } from './h264.ts';
import { BitReader, rbsp } from './nal.ts';

/** first_mb_in_slice, slice_type, the id, frame_num and two flags lie in these bytes. */
const HEAD_BYTES = 16;
const MAX_SPS_BYTES = 256;

export class FieldPairs {
  #frameNumBits = 0;
  #planeBits = 0;
  /** The sequence may have field pictures. */
  #isInterlaced = false;
  /** frame_num and parity of the first field that waits for its second; −1: none. */
  #open = -1;

  /** A sequence parameter set; `bytes[start, end)` may go on behind it. */
  sps(bytes: Uint8Array, start: number, end: number): void {
    const sps = parseH264Sps(bytes.subarray(start, Math.min(end, start + MAX_SPS_BYTES)));
    if (sps === null) return;
    this.#isInterlaced = !sps.frameMbsOnly;
    this.#frameNumBits = sps.frameNumBits;
    this.#planeBits = sps.separatePlanes ? 2 : 0;
  }

  /** Another frame begins: no field waits. */
  clear(): void {
    this.#open = -1;
  }

  /** Whether the first slice of a picture is that of a second field. `taken`: it joins the frame; else it is only asked. */
  isSecond(bytes: Uint8Array, start: number, end: number, taken: boolean): boolean {
    if (!this.#isInterlaced) return false;
    const reader = new BitReader(rbsp(bytes.subarray(start, Math.min(end, start + HEAD_BYTES))), 8);
    reader.ue();
    reader.ue();
    reader.ue();
    reader.skip(this.#planeBits);
    const frameNum = reader.bits(this.#frameNumBits);
    const field = reader.bit() === 1 ? frameNum * 2 + reader.bit() : -1;
    const isSecond = !reader.overrun && field >= 0 && this.#open >= 0 && field === (this.#open ^ 1);
    if (taken) this.#open = isSecond || reader.overrun ? -1 : field;
    return isSecond;
  }
}
