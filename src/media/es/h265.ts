/** H.265: parameter sets, hvcC, codec string. Source: ISO/IEC 23008-2 7.3.2.2 and annex E; 14496-15 8.3.3 and annex E. */
import { BitReader, plausibleFps, rbsp } from './nal.ts';
import { skipVuiHead } from './vui.ts';

export const H265_NAL = { firstIrap: 16, lastIrap: 23, vps: 32, sps: 33, pps: 34, aud: 35, prefixSei: 39 } as const;

export interface H265Sps {
  readonly id: number;
  readonly profileSpace: number;
  readonly tier: number;
  readonly profileIdc: number;
  readonly compatibility: number;
  /** general constraint indicator flags, 6 bytes. */
  readonly constraints: Uint8Array;
  readonly levelIdc: number;
  /** After the conformance window. */
  readonly width: number;
  readonly height: number;
  readonly fps: number | null;
  /** sps_max_num_reorder_pics of the highest sub-layer. */
  readonly reorderDepth: number;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly temporalLayers: number;
  readonly temporalIdNested: number;
}

/** Larger pictures than 16,384 are beyond every level of the standard: such an SPS is corrupt. */
const MAX_SIDE = 16_384;

export function h265NalType(header: number): number {
  return (header >> 1) & 0x3f;
}

/** VPS, SPS or PPS with nuh_layer_id 0 and temporal id 0, as every camera writes them: tells H.265 from H.264 (PS-1, PS-4). */
export function looksLikeH265ParameterSet(first: number, second: number): boolean {
  return (first === 0x40 || first === 0x42 || first === 0x44) && second === 1;
}

/** Reads a sequence parameter set NAL unit; null when it is corrupt. */
export function parseH265Sps(nal: Uint8Array): H265Sps | null {
  if (nal.length < 16 || nal.length > 4096) return null;
  const bytes = rbsp(nal);
  const reader = new BitReader(bytes, 16);
  reader.skip(4);
  const subLayers = reader.bits(3);
  const temporalIdNested = reader.bit();
  const profileSpace = reader.bits(2);
  const tier = reader.bit();
  const profileIdc = reader.bits(5);
  const compatibility = reader.bits(32);
  const constraints = Uint8Array.from({ length: 6 }, () => reader.bits(8));
  const levelIdc = reader.bits(8);
  skipSubLayers(reader, subLayers);
  const id = reader.ue();
  const chromaFormat = reader.ue();
  if (chromaFormat === 3) reader.skip(1);
  let width = reader.ue();
  let height = reader.ue();
  if (reader.bit() === 1) {
    const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
    const unitY = chromaFormat === 1 ? 2 : 1;
    width -= (reader.ue() + reader.ue()) * unitX;
    height -= (reader.ue() + reader.ue()) * unitY;
  }
  const bitDepthLuma = 8 + reader.ue();
  const bitDepthChroma = 8 + reader.ue();
  const pocBits = reader.ue() + 4;
  const perLayer = reader.bit() === 1;
  let reorderDepth = 0;
  for (let i = perLayer ? 0 : subLayers; i <= subLayers; i += 1) {
    reader.ue();
    reorderDepth = reader.ue();
    reader.ue();
  }
  if (reader.overrun || id > 15 || width <= 0 || height <= 0 || width > MAX_SIDE || height > MAX_SIDE) return null;
  return {
    id,
    profileSpace,
    tier,
    profileIdc,
    compatibility,
    constraints,
    levelIdc,
    width,
    height,
    fps: readFps(reader, pocBits),
    reorderDepth: Math.min(reorderDepth, 16),
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    temporalLayers: subLayers + 1,
    temporalIdNested,
  };
}

function skipSubLayers(reader: BitReader, subLayers: number): void {
  if (subLayers === 0) return;
  const present: number[] = [];
  for (let i = 0; i < 8; i += 1) present.push(reader.bits(2));
  for (let i = 0; i < subLayers; i += 1) {
    if ((present[i]! & 2) !== 0) reader.skip(88);
    if ((present[i]! & 1) !== 0) reader.skip(8);
  }
}

/** Goes on behind the reorder depth to the VUI timing (7.3.2.2.1, E.2.1); null when it is not there or not believable. */
function readFps(reader: BitReader, pocBits: number): number | null {
  for (let i = 0; i < 6; i += 1) reader.ue();
  if (reader.bit() === 1 && reader.bit() === 1) skipScalingLists(reader);
  reader.skip(2);
  if (reader.bit() === 1) {
    reader.skip(8);
    reader.ue();
    reader.ue();
    reader.skip(1);
  }
  if (!skipShortTermSets(reader)) return null;
  if (reader.bit() === 1) {
    const count = Math.min(reader.ue(), 32);
    reader.skip(count * (pocBits + 1));
  }
  reader.skip(2);
  if (reader.bit() === 0) return null;
  skipVuiHead(reader);
  reader.skip(3);
  if (reader.bit() === 1) for (let i = 0; i < 4; i += 1) reader.ue();
  if (reader.bit() === 0) return null;
  const units = reader.bits(32);
  const scale = reader.bits(32);
  return reader.overrun ? null : plausibleFps(scale, units);
}

function skipScalingLists(reader: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId += 1) {
    for (let matrix = 0; matrix < 6; matrix += sizeId === 3 ? 3 : 1) {
      if (reader.bit() === 0) {
        reader.ue();
        continue;
      }
      const coefficients = Math.min(64, 1 << (4 + (sizeId << 1)));
      if (sizeId > 1) reader.se();
      for (let i = 0; i < coefficients; i += 1) reader.se();
    }
  }
}

function skipShortTermSets(reader: BitReader): boolean {
  const sets = reader.ue();
  if (sets > 64) return false;
  let deltas = 0;
  for (let set = 0; set < sets; set += 1) {
    if (set > 0 && reader.bit() === 1) {
      reader.skip(1);
      reader.ue();
      let used = 0;
      for (let i = 0; i <= deltas; i += 1) {
        const usedByCurrent = reader.bit();
        const useDelta = usedByCurrent === 1 ? 1 : reader.bit();
        used += useDelta;
      }
      deltas = used;
      continue;
    }
    const negative = reader.ue();
    const positive = reader.ue();
    if (negative > 16 || positive > 16 || reader.overrun) return false;
    deltas = negative + positive;
    for (let i = 0; i < deltas; i += 1) {
      reader.ue();
      reader.skip(1);
    }
  }
  return true;
}

export function h265ProfileName(sps: H265Sps): string {
  const tier = sps.tier === 1 ? ' (High tier)' : '';
  const names: Readonly<Record<number, string>> = {
    1: 'Main',
    2: 'Main 10',
    3: 'Main Still Picture',
    4: 'Range Extensions',
  };
  return (names[sps.profileIdc] ?? `profile ${sps.profileIdc}`) + tier;
}

/** ISO/IEC 14496-15 annex E.3: `hvc1.1.6.L93.B0`. */
export function h265CodecString(sps: H265Sps): string {
  const space = ['', 'A', 'B', 'C'][sps.profileSpace] ?? '';
  let reversed = 0;
  for (let i = 0; i < 32; i += 1) if (Math.floor(sps.compatibility / 2 ** i) % 2 === 1) reversed += 2 ** (31 - i);
  let last = sps.constraints.length;
  while (last > 0 && sps.constraints[last - 1] === 0) last -= 1;
  const constraints = [...sps.constraints.subarray(0, last)]
    .map((byte) => `.${byte.toString(16).toUpperCase()}`)
    .join('');
  return `hvc1.${space}${sps.profileIdc}.${reversed.toString(16).toUpperCase()}.${sps.tier === 1 ? 'H' : 'L'}${sps.levelIdc}${constraints}`;
}

/** HEVCDecoderConfigurationRecord, 4-byte lengths. */
export function hevcConfig(
  sps: H265Sps,
  vpsNals: readonly Uint8Array[],
  spsNals: readonly Uint8Array[],
  ppsNals: readonly Uint8Array[],
): Uint8Array {
  const head = Buffer.alloc(23);
  head[0] = 1;
  head[1] = (sps.profileSpace << 6) | (sps.tier << 5) | sps.profileIdc;
  head.writeUInt32BE(sps.compatibility, 2);
  head.set(sps.constraints, 6);
  head[12] = sps.levelIdc;
  head.writeUInt16BE(0xf000, 13);
  head[15] = 0xfc;
  head[16] = 0xfc | sps.chromaFormat;
  head[17] = 0xf8 | (sps.bitDepthLuma - 8);
  head[18] = 0xf8 | (sps.bitDepthChroma - 8);
  head[21] = (sps.temporalLayers << 3) | (sps.temporalIdNested << 2) | 3;
  head[22] = 3;
  const parts: Uint8Array[] = [head];
  // array_completeness 0: samples carry parameter sets of their own.
  for (const [type, nals] of [
    [H265_NAL.vps, vpsNals],
    [H265_NAL.sps, spsNals],
    [H265_NAL.pps, ppsNals],
  ] as const) {
    parts.push(Uint8Array.of(type, nals.length >> 8, nals.length & 0xff));
    for (const nal of nals) parts.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
