/**
 * G.711 as lossless FLAC (RFC 9639), so that browsers play it through MSE: fixed predictors, one Rice partition, and the
 * low bits that a law never uses declared as wasted (speech then costs what G.711 costs). Blocks have the size of what
 * the camera sent: the variable block size strategy, so no sample waits for others.
 */
import { G711_TO_PCM, G711_ZERO_BITS, type Law } from './g711.ts';

/** Largest block we write: half a second of 8 kHz. Longer runs become several frames. STREAMINFO declares it. */
export const MAX_BLOCK = 4096;

/** Smallest block STREAMINFO may declare (RFC 9639 8.2). */
const MIN_BLOCK = 16;

/** Sync, codes, 7-byte sample number, block size, CRC-8, subframe head, CRC-16. */
const FRAME_OVERHEAD = 24;

/** Room that one frame of `samples` may need: verbatim samples at worst. */
export function maxFrameBytes(samples: number): number {
  return FRAME_OVERHEAD + samples * 2;
}

/** STREAMINFO (RFC 9639 8.2), 34 bytes: mono, 16 bits, frame sizes and MD5 unknown. */
export function streamInfo(sampleRate: number): Uint8Array {
  const info = new Uint8Array(34);
  const view = new DataView(info.buffer);
  view.setUint16(0, MIN_BLOCK);
  view.setUint16(2, MAX_BLOCK);
  view.setUint32(10, ((sampleRate << 12) | ((16 - 1) << 4)) >>> 0);
  return info;
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

/** What a byte is worth that one, two or three others follow: four bytes take one step then. */
const CRC16_1 = CRC16.map(followed);
const CRC16_2 = CRC16_1.map(followed);
const CRC16_3 = CRC16_2.map(followed);

function followed(crc: number): number {
  return ((crc << 8) & 0xffff) ^ CRC16[crc >> 8]!;
}

/** CRC-16 of a whole frame (RFC 9639 9.3). */
function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  let i = start;
  for (; i + 4 <= end; i += 4)
    crc =
      CRC16_3[(crc >> 8) ^ bytes[i]!]! ^
      CRC16_2[(crc & 0xff) ^ bytes[i + 1]!]! ^
      CRC16_1[bytes[i + 2]!]! ^
      CRC16[bytes[i + 3]!]!;
  for (; i < end; i += 1) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

export class FlacEncoder {
  readonly #table: Int16Array;
  readonly #wasted: number;
  readonly #rateCode: number;
  readonly #samples = new Int32Array(MAX_BLOCK);
  #out: Uint8Array = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #bitCount = 0;

  constructor(law: Law, sampleRate: number) {
    this.#wasted = G711_ZERO_BITS[law];
    this.#table = G711_TO_PCM[law].map((value) => value >> this.#wasted);
    this.#rateCode = sampleRate === 8000 ? 4 : sampleRate === 16000 ? 5 : 0;
  }

  /**
   * Encodes `codes[start, end)` (at most MAX_BLOCK) as one frame into `out` at `at` and returns where it ends.
   * `position`: number of the first sample since the start of the stream.
   */
  encode(codes: Uint8Array, start: number, end: number, position: number, out: Uint8Array, at: number): number {
    const count = end - start;
    const samples = this.#samples;
    const table = this.#table;
    for (let i = 0; i < count; i += 1) samples[i] = table[codes[start + i]!]!;
    this.#open(count, position, out, at);
    this.#subframe(count);
    return this.#close(at);
  }

  /** A frame of `count` samples of 0. */
  silence(count: number, position: number, out: Uint8Array, at: number): number {
    this.#open(count, position, out, at);
    this.#put(0, 8);
    this.#put(0, 16);
    return this.#close(at);
  }

  #open(count: number, position: number, out: Uint8Array, at: number): void {
    const start = at;
    this.#out = out;
    out[at++] = 0xff;
    out[at++] = 0xf9;
    out[at++] = 0x70 | this.#rateCode;
    out[at++] = 0x08;
    at = writeCodedNumber(position % 2 ** 36, out, at);
    out[at++] = (count - 1) >> 8;
    out[at++] = (count - 1) & 0xff;
    let crc = 0;
    for (let i = start; i < at; i += 1) crc = CRC8[crc ^ out[i]!]!;
    out[at++] = crc;
    this.#at = at;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  #close(start: number): number {
    if (this.#bitCount > 0) this.#put(0, 8 - this.#bitCount);
    const out = this.#out;
    const crc = crc16(out, start, this.#at);
    out[this.#at++] = crc >> 8;
    out[this.#at++] = crc & 0xff;
    return this.#at;
  }

  #subframe(count: number): void {
    const samples = this.#samples;
    const first = samples[0]!;
    let constant = true;
    for (let i = 1; i < count && constant; i += 1) constant = samples[i] === first;
    if (constant) {
      this.#put(0, 8);
      this.#put((first << this.#wasted) & 0xffff, 16);
      return;
    }
    const choice = bestOrder(samples, count);
    const order = choice & 7;
    const width = 16 - this.#wasted;
    const residuals = count - order;
    let best = residuals * width;
    let parameter = -1;
    const sum = Math.floor(choice / 8) * 2;
    for (let k = 0; k < 15; k += 1) {
      // An upper bound of what Rice coding with k costs.
      const cost = residuals * (k + 1) + Math.floor(sum / 2 ** k);
      if (cost < best) {
        best = cost;
        parameter = k;
      }
    }
    const kind = parameter < 0 ? 1 : 8 | order;
    this.#put((kind << 1) | 1, 8);
    this.#put(1, this.#wasted);
    if (parameter < 0) {
      for (let i = 0; i < count; i += 1) this.#put(samples[i]! & ((1 << width) - 1), width);
      return;
    }
    for (let i = 0; i < order; i += 1) this.#put(samples[i]! & ((1 << width) - 1), width);
    this.#put(parameter, 10);
    this.#residuals(order, count, parameter);
  }

  /** Rice coding of every residual. The bit writer of `#put`, in local variables: 8,000 times a second for each camera. */
  #residuals(order: number, count: number, parameter: number): void {
    const s = this.#samples;
    const out = this.#out;
    const mask = (1 << parameter) - 1;
    let at = this.#at;
    let bits = this.#bits;
    let pending = this.#bitCount;
    for (let i = order; i < count; i += 1) {
      let r = s[i]!;
      if (order === 1) r -= s[i - 1]!;
      else if (order === 2) r += s[i - 2]! - 2 * s[i - 1]!;
      else if (order === 3) r += 3 * (s[i - 2]! - s[i - 1]!) - s[i - 3]!;
      else if (order === 4) r += 6 * s[i - 2]! - 4 * (s[i - 1]! + s[i - 3]!) + s[i - 4]!;
      const folded = (r << 1) ^ (r >> 31);
      let quotient = folded >> parameter;
      while (quotient > 7) {
        // Eight zeros: one whole byte passes through, what is pending stays pending.
        out[at++] = (bits << (8 - pending)) & 0xff;
        bits = 0;
        quotient -= 8;
      }
      // quotient zeros, a one, then the low bits: at most 7 + 1 + 14, with 7 pending.
      const width = quotient + 1 + parameter;
      bits = (bits << width) | (1 << parameter) | (folded & mask);
      pending += width;
      while (pending >= 8) {
        pending -= 8;
        out[at++] = (bits >>> pending) & 0xff;
      }
      bits &= (1 << pending) - 1;
    }
    this.#at = at;
    this.#bits = bits;
    this.#bitCount = pending;
  }

  /** Up to 24 bits. */
  #put(value: number, count: number): void {
    let bits = (this.#bits << count) | value;
    let pending = this.#bitCount + count;
    while (pending >= 8) {
      pending -= 8;
      this.#out[this.#at++] = (bits >>> pending) & 0xff;
    }
    bits &= (1 << pending) - 1;
    this.#bits = bits;
    this.#bitCount = pending;
  }
}

/**
 * The fixed predictor with the smallest sum of residuals (RFC 9639 9.2.5), packed as `sum * 8 + order`. The first four
 * samples are left out of the comparison and counted at their full size.
 */
function bestOrder(samples: Int32Array, count: number): number {
  if (count <= 4) return absoluteSum(samples, count) * 8;
  let p1 = samples[3]!;
  let d1 = p1 - samples[2]!;
  let d2 = d1 - (samples[2]! - samples[1]!);
  let d3 = d2 - (samples[2]! - 2 * samples[1]! + samples[0]!);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  for (let i = 4; i < count; i += 1) {
    const e0 = samples[i]!;
    const e1 = e0 - p1;
    const e2 = e1 - d1;
    const e3 = e2 - d2;
    const e4 = e3 - d3;
    p1 = e0;
    d1 = e1;
    d2 = e2;
    d3 = e3;
    sum0 += Math.abs(e0);
    sum1 += Math.abs(e1);
    sum2 += Math.abs(e2);
    sum3 += Math.abs(e3);
    sum4 += Math.abs(e4);
  }
  let order = 0;
  let sum = sum0;
  if (sum1 < sum) [order, sum] = [1, sum1];
  if (sum2 < sum) [order, sum] = [2, sum2];
  if (sum3 < sum) [order, sum] = [3, sum3];
  if (sum4 < sum) [order, sum] = [4, sum4];
  return (sum + HEAD_WEIGHT[order]! * absoluteSum(samples, 4)) * 8 + order;
}

/** No residual of a predictor of this order among the first samples exceeds this many times their absolute sum, all together. */
const HEAD_WEIGHT = [1, 2, 4, 8, 0];

function absoluteSum(samples: Int32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += Math.abs(samples[i]!);
  return sum;
}

/** UTF-8-like coding of up to 36 bits (RFC 9639 9.1.5). */
function writeCodedNumber(value: number, out: Uint8Array, at: number): number {
  if (value < 0x80) {
    out[at] = value;
    return at + 1;
  }
  let extra = 1;
  while (value >= 2 ** (6 * extra + 6 - extra)) extra += 1;
  out[at++] = ((0xff00 >> (extra + 1)) & 0xff) | Math.floor(value / 2 ** (6 * extra));
  for (let i = extra - 1; i >= 0; i -= 1) out[at++] = 0x80 | (Math.floor(value / 2 ** (6 * i)) & 0x3f);
  return at;
}
