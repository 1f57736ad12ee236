/** H.264: parameter sets, avcC, codec string. Source: ISO/IEC 14496-10 7.3.2.1 and annex E; 14496-15 5.3.3; RFC 6381. */
import { BitReader, hex2, plausibleFps, rbsp } from './nal.ts';
import { skipVuiHead } from './vui.ts';

export const H264_NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, aud: 9 } as const;

export interface H264Sps {
  readonly id: number;
  readonly profileIdc: number;
  readonly constraints: number;
  readonly levelIdc: number;
  /** After cropping. */
  readonly width: number;
  readonly height: number;
  readonly fps: number | null;
  /** How many pictures may come before one that is shown earlier (max_num_reorder_frames); null: it does not say. */
  readonly reorderDepth: number | null;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly frameMbsOnly: boolean;
  /** Bits before field_pic_flag in a slice header: frame_num, and colour_plane_id when planes are separate. */
  readonly frameNumBits: number;
  readonly separatePlanes: boolean;
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

const PROFILES: Readonly<Record<number, string>> = {
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4',
};

/** Larger pictures than 16,384 are beyond every level of the standard: such an SPS is corrupt. */
const MAX_SIDE = 16_384;

/** Whether a NAL unit (header included) has the looks of an H.264 SPS: used to tell H.264 from H.265 (PS-1, PS-4). */
export function looksLikeH264Sps(header: number, profileIdc: number): boolean {
  return (
    (header & 0x9f) === H264_NAL.sps &&
    (header & 0x60) !== 0 &&
    (profileIdc in PROFILES || HIGH_PROFILES.has(profileIdc))
  );
}

/** Reads a sequence parameter set NAL unit; null when it is corrupt. */
export function parseH264Sps(nal: Uint8Array): H264Sps | null {
  if (nal.length < 5 || nal.length > 4096) return null;
  const reader = new BitReader(rbsp(nal), 8);
  const profileIdc = reader.bits(8);
  const constraints = reader.bits(8);
  const levelIdc = reader.bits(8);
  const id = reader.ue();
  let chromaFormat = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  let separatePlanes = false;
  if (HIGH_PROFILES.has(profileIdc)) {
    chromaFormat = reader.ue();
    if (chromaFormat === 3) separatePlanes = reader.bit() === 1;
    bitDepthLuma = 8 + reader.ue();
    bitDepthChroma = 8 + reader.ue();
    reader.skip(1);
    if (reader.bit() === 1) {
      const lists = chromaFormat === 3 ? 12 : 8;
      for (let i = 0; i < lists; i += 1) if (reader.bit() === 1) skipScalingList(reader, i < 6 ? 16 : 64);
    }
  }
  const frameNumBits = reader.ue() + 4;
  const pocType = reader.ue();
  if (pocType === 0) {
    reader.ue();
  } else if (pocType === 1) {
    reader.skip(1);
    reader.se();
    reader.se();
    const cycle = reader.ue();
    if (cycle > 255) return null;
    for (let i = 0; i < cycle; i += 1) reader.se();
  }
  reader.ue();
  reader.skip(1);
  const widthMbs = reader.ue() + 1;
  const mapUnits = reader.ue() + 1;
  const frameMbsOnly = reader.bit() === 1;
  if (!frameMbsOnly) reader.skip(1);
  reader.skip(1);
  let width = widthMbs * 16;
  let height = (frameMbsOnly ? 1 : 2) * mapUnits * 16;
  if (reader.bit() === 1) {
    const cropX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
    const cropY = (chromaFormat === 1 ? 2 : 1) * (frameMbsOnly ? 1 : 2);
    width -= (reader.ue() + reader.ue()) * cropX;
    height -= (reader.ue() + reader.ue()) * cropY;
  }
  if (reader.overrun || id > 31 || width <= 0 || height <= 0 || width > MAX_SIDE || height > MAX_SIDE) return null;
  // No B slices in Baseline, no reordering with picture order count type 2 (8.2.1).
  let reorderDepth = pocType === 2 || profileIdc === 66 ? 0 : null;
  let fps: number | null = null;
  if (reader.bit() === 1) {
    const vui = readVui(reader);
    fps = vui.fps;
    reorderDepth = vui.reorderDepth ?? reorderDepth;
  }
  return {
    id,
    profileIdc,
    constraints,
    levelIdc,
    width,
    height,
    fps,
    reorderDepth,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    frameMbsOnly,
    frameNumBits,
    separatePlanes,
  };
}

/** Annex E.1.1. A VUI that runs over the end says nothing; the picture size before it stays good. */
function readVui(reader: BitReader): { fps: number | null; reorderDepth: number | null } {
  let fps: number | null = null;
  let reorderDepth: number | null = null;
  skipVuiHead(reader);
  if (reader.bit() === 1) {
    const units = reader.bits(32);
    const scale = reader.bits(32);
    reader.skip(1);
    // A unit is a field: two of them are a frame.
    if (!reader.overrun) fps = plausibleFps(scale, units * 2);
  }
  const nalHrd = reader.bit() === 1;
  if (nalHrd) skipHrd(reader);
  const vclHrd = reader.bit() === 1;
  if (vclHrd) skipHrd(reader);
  if (nalHrd || vclHrd) reader.skip(1);
  reader.skip(1);
  if (reader.bit() === 1) {
    reader.skip(1);
    reader.ue();
    reader.ue();
    reader.ue();
    reader.ue();
    const depth = reader.ue();
    if (!reader.overrun && depth <= 16) reorderDepth = depth;
  }
  return { fps, reorderDepth };
}

function skipHrd(reader: BitReader): void {
  const count = Math.min(reader.ue() + 1, 32);
  reader.skip(8);
  for (let i = 0; i < count; i += 1) {
    reader.ue();
    reader.ue();
    reader.skip(1);
  }
  reader.skip(20);
}

function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let i = 0; i < size; i += 1) {
    const next = (last + reader.se() + 256) & 0xff;
    if (next === 0) return;
    last = next;
  }
}

export function h264ProfileName(sps: H264Sps): string {
  if (sps.profileIdc === 66 && (sps.constraints & 0x40) !== 0) return 'Constrained Baseline';
  return PROFILES[sps.profileIdc] ?? `profile ${sps.profileIdc}`;
}

/** RFC 6381 and ISO/IEC 14496-15 annex E: `avc1.PPCCLL`. */
export function h264CodecString(sps: H264Sps): string {
  return `avc1.${hex2(sps.profileIdc)}${hex2(sps.constraints)}${hex2(sps.levelIdc)}`;
}

/** AVCDecoderConfigurationRecord, 4-byte lengths. `spsNal` first, it is the one in force. */
export function avcConfig(sps: H264Sps, spsNals: readonly Uint8Array[], ppsNals: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [
    Uint8Array.of(1, sps.profileIdc, sps.constraints, sps.levelIdc, 0xff, 0xe0 | spsNals.length),
  ];
  for (const nal of spsNals) parts.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
  parts.push(Uint8Array.of(ppsNals.length));
  for (const nal of ppsNals) parts.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
  if (sps.profileIdc === 100 || sps.profileIdc === 110 || sps.profileIdc === 122 || sps.profileIdc === 144) {
    parts.push(
      Uint8Array.of(0xfc | sps.chromaFormat, 0xf8 | (sps.bitDepthLuma - 8), 0xf8 | (sps.bitDepthChroma - 8), 0),
    );
  }
  return Uint8Array.from(Buffer.concat(parts));
}
