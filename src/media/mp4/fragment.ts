/**
 * `moof` + `mdat` heads written straight into the fragment's buffer (ISO/IEC 14496-12 8.8): a fragment is one allocation,
 * a few dozen stores and one copy of each frame.
 */
import type { VideoUnit } from '../es/unit.ts';
import { AUDIO_TRACK_ID, VIDEO_TRACK_ID } from './init.ts';

/** sample_depends_on 2, sync. */
const SYNC_FLAGS = 0x0200_0000;
/** sample_depends_on 1, not sync. */
const NON_SYNC_FLAGS = 0x0101_0000;

const MOOF = 0x6d6f_6f66;
const MFHD = 0x6d66_6864;
const TRAF = 0x7472_6166;
const TFHD = 0x7466_6864;
const TFDT = 0x7466_6474;
const TRUN = 0x7472_756e;
const MDAT = 0x6d64_6174;

/** moof 8, mfhd 16, traf 8, tfhd 16, tfdt 20, trun 20 without samples, mdat 8. */
const HEAD_BYTES = 96;

/** Bytes before the payload of a video fragment of one sample: duration, size, flags, composition offset. */
export const VIDEO_HEAD_BYTES = HEAD_BYTES + 16;

/** Bytes before the payload of an audio fragment: each sample has duration and size. */
export function audioHeadBytes(samples: number): number {
  return HEAD_BYTES + 8 * samples;
}

/** Writes everything before the payload of a video fragment; returns the offset of the payload. */
export function writeVideoHead(
  out: Buffer,
  at: number,
  sequence: number,
  dts: number,
  payloadBytes: number,
  duration: number,
  isSync: boolean,
  compositionOffset: number,
): number {
  // data offset, duration, size, flags, composition offset; version 1: signed offsets.
  let p = writeHead(out, at, VIDEO_TRACK_ID, sequence, dts, 0x0100_0f01, 1, 16);
  p = u32(out, p, duration);
  p = u32(out, p, payloadBytes);
  p = u32(out, p, isSync ? SYNC_FLAGS : NON_SYNC_FLAGS);
  p = u32(out, p, compositionOffset);
  p = u32(out, p, payloadBytes + 8);
  return u32(out, p, MDAT);
}

/** The same for a run of audio samples; `sizes` and `durations` hold `count` values from `first` on. */
export function writeAudioHead(
  out: Buffer,
  at: number,
  sequence: number,
  dts: number,
  sizes: readonly number[],
  durations: readonly number[],
): number {
  const count = sizes.length;
  let p = writeHead(out, at, AUDIO_TRACK_ID, sequence, dts, 0x301, count, 8);
  let payload = 0;
  for (let i = 0; i < count; i += 1) {
    p = u32(out, p, durations[i]!);
    p = u32(out, p, sizes[i]!);
    payload += sizes[i]!;
  }
  p = u32(out, p, payload + 8);
  return u32(out, p, MDAT);
}

function writeHead(
  out: Buffer,
  at: number,
  trackId: number,
  sequence: number,
  dts: number,
  trunFlags: number,
  count: number,
  perSample: number,
): number {
  const run = 20 + count * perSample;
  const moof = HEAD_BYTES - 28 + run;
  let p = u32(out, at, moof);
  p = u32(out, p, MOOF);
  p = u32(out, p, 16);
  p = u32(out, p, MFHD);
  p = u32(out, p, 0);
  p = u32(out, p, sequence);
  p = u32(out, p, moof - 24);
  p = u32(out, p, TRAF);
  p = u32(out, p, 16);
  p = u32(out, p, TFHD);
  p = u32(out, p, 0x2_0000);
  p = u32(out, p, trackId);
  p = u32(out, p, 20);
  p = u32(out, p, TFDT);
  p = u32(out, p, 0x0100_0000);
  p = u32(out, p, Math.floor(dts / 0x1_0000_0000));
  p = u32(out, p, dts >>> 0);
  p = u32(out, p, run);
  p = u32(out, p, TRUN);
  p = u32(out, p, trunFlags);
  p = u32(out, p, count);
  return u32(out, p, moof + 8);
}

function u32(out: Buffer, at: number, value: number): number {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + 4;
}

/** The payload: NAL units of a unit behind 32-bit lengths. */
export function copyNals(unit: VideoUnit, out: Buffer, at: number): void {
  const { bytes, starts, ends } = unit;
  for (let i = unit.first; i < unit.last; i += 1) {
    const start = starts[i]!;
    const length = ends[i]! - start;
    out[at] = length >>> 24;
    out[at + 1] = length >>> 16;
    out[at + 2] = length >>> 8;
    out[at + 3] = length;
    bytes.copy(out, at + 4, start, start + length);
    at += 4 + length;
  }
}
