/** NAL units in a byte stream (ISO/IEC 14496-10 and 23008-2 annex B), and the bits inside them. */

const START_CODE = Buffer.from([0, 0, 1]);

/** Offset of the next `00 00 01` in `bytes[from, end)`, or −1. */
export function findNalStart(bytes: Buffer, from: number, end: number): number {
  const found = bytes.subarray(from, end).indexOf(START_CODE);
  return found < 0 ? -1 : from + found;
}

/** `bytes` without emulation prevention: `00 00 03` → `00 00` (ISO/IEC 14496-10 7.3.1). */
export function rbsp(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Reads bits from the front. Past the end it reads zeros and `overrun` is set: nothing throws, nothing loops for ever. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  overrun = false;

  constructor(bytes: Uint8Array, bitOffset = 0) {
    this.#bytes = bytes;
    this.#at = bitOffset;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) {
      this.overrun = true;
      return 0;
    }
    const bit = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit;
  }

  /** Unsigned, up to 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.bit();
    return value;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length * 8) this.overrun = true;
  }

  /** Unsigned Exp-Golomb, ue(v) (ISO/IEC 14496-10 9.1). */
  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 32 || this.overrun) {
        this.overrun = true;
        return 0;
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Signed Exp-Golomb, se(v). */
  se(): number {
    const value = this.ue();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

/** Frames per second when a camera could mean it; timing info is often junk. */
export function plausibleFps(timeScale: number, unitsPerFrame: number): number | null {
  if (unitsPerFrame <= 0 || timeScale <= 0) return null;
  const fps = timeScale / unitsPerFrame;
  return fps >= 0.5 && fps <= 240 ? Math.round(fps * 1000) / 1000 : null;
}

/** Two hex digits, lower case. */
export function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
