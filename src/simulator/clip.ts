import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adtsUnits, type ClipUnit, g711Units, type VideoCodec, videoUnits } from './access-units.ts';

export type AudioCodec = 'pcma' | 'pcmu' | 'aac';

/** What a simulated channel sends, over and over. Its buffers are shared by every device of the process. */
export interface Clip {
  readonly name: string;
  readonly video: { readonly codec: VideoCodec; readonly units: readonly ClipUnit[]; readonly reordered: boolean };
  readonly audio: { readonly codec: AudioCodec; readonly units: readonly ClipUnit[] } | null;
}

/** A clip that cannot be used; the sentence is meant for whoever named it. */
export class ClipError extends Error {}

/** Names of the shipped videos, all 25 frames a second. */
export const SHIPPED_VIDEOS = {
  /** 640x360 H.264 High, 8 s, a key frame every 2 s, no B-frames. */
  h264: 'gate.h264',
  /** 640x360 H.265 Main, 8 s, a key frame every 2 s, no B-frames. */
  h265: 'yard.h265',
  /** 320x180 H.264 Main, 8 s, a key frame every second, no B-frames, 42 kbit/s: what recorders keep. */
  footage: 'hut.h264',
  /** 320x180, 4 s, B-frames, two slices a picture, access unit delimiters. */
  'h264-bframes': 'bframes.h264',
  'h265-bframes': 'bframes.h265',
} as const;

const SHIPPED_AUDIO: Record<AudioCodec, string> = { pcma: 'tune.alaw', pcmu: 'tune.ulaw', aac: 'tune.aac' };

/** Raw Annex B carries no reliable frame rate: shipped clips and files are sent at this one. */
const FRAME_90K = 3600;

const VIDEO_BY_EXTENSION: Record<string, VideoCodec> = {
  '.h264': 'h264',
  '.264': 'h264',
  '.avc': 'h264',
  '.h265': 'h265',
  '.265': 'h265',
  '.hevc': 'h265',
};

/** Clips are read once per process, however many devices send them. */
const cache = new Map<string, Buffer>();

function bytesOf(path: string): Buffer {
  let bytes = cache.get(path);
  if (bytes === undefined) {
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw new ClipError(`The clip ${path} cannot be read: ${(error as Error).message}`);
    }
    cache.set(path, bytes);
  }
  return bytes;
}

function shipped(file: string): string {
  return fileURLToPath(new URL(`./clips/${file}`, import.meta.url));
}

/** `(pts - dts)` in frames beside a clip with B-frames; a file without that companion is taken to have none. */
function offsetsOf(path: string): number[] {
  try {
    return bytesOf(`${path}.offsets`).toString('latin1').trim().split(/\s+/).map(Number);
  } catch {
    return [];
  }
}

const clips = new Map<string, Clip>();

/**
 * A shipped video by name (`h264`, `h265`, `h264-bframes`, `h265-bframes`) or a raw Annex B file (`.h264`, `.h265`, 25 frames a
 * second), with one of the shipped sounds. Throws ClipError when the file is missing or holds no key frame at its start.
 */
export function loadClip(video: string, audio: AudioCodec | 'none'): Clip {
  const key = `${video} ${audio}`;
  let clip = clips.get(key);
  if (clip === undefined) {
    clip = readClip(video, audio);
    clips.set(key, clip);
  }
  return clip;
}

function readClip(video: string, audio: AudioCodec | 'none'): Clip {
  const known = Object.hasOwn(SHIPPED_VIDEOS, video) ? SHIPPED_VIDEOS[video as keyof typeof SHIPPED_VIDEOS] : undefined;
  const path = known === undefined ? video : shipped(known);
  const codec = VIDEO_BY_EXTENSION[extname(path).toLowerCase()];
  if (codec === undefined) throw new ClipError(`The clip ${video} is neither raw H.264 (.h264) nor raw H.265 (.h265)`);
  const offsets = offsetsOf(path);
  const units = videoUnits(bytesOf(path), codec, FRAME_90K, offsets);
  const first = units.findIndex((unit) => unit.key);
  if (first < 0) throw new ClipError(`The clip ${video} holds no key frame`);
  return {
    name: basename(path),
    video: { codec, units: units.slice(first), reordered: offsets.some((offset) => offset > 0) },
    audio: audio === 'none' ? null : { codec: audio, units: audioUnitsOf(audio) },
  };
}

function audioUnitsOf(codec: AudioCodec): ClipUnit[] {
  const bytes = bytesOf(shipped(SHIPPED_AUDIO[codec]));
  return codec === 'aac' ? adtsUnits(bytes) : g711Units(bytes);
}

/** Every unit of one pass through the clip, in the order in which they are sent: what a test compares with. */
export function clipUnits(clip: Clip): { video: readonly ClipUnit[]; audio: readonly ClipUnit[] } {
  return { video: clip.video.units, audio: clip.audio?.units ?? [] };
}
