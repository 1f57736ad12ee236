/** EDGE: writes the elementary streams of an MP4, sample by sample. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mp4Track } from './read/mp4-file.ts';
import { adtsOf, byteStream, frequencyIndexOf } from './write/elementary.ts';

/** Largest sample that is taken out: a key frame of 8K video has 5 MB. A longer one is a damaged table. */
const MAX_SAMPLE_BYTES = 64 * 1024 * 1024;

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** Paths of what was written: `track-1.h264`, `track-2.aac`. Rejects with the error of the disk. */
export async function extractTracks(file: FileHandle, tracks: readonly Mp4Track[], folder: string): Promise<string[]> {
  const written: string[] = [];
  for (const track of tracks) {
    const path = join(folder, `track-${track.id}.${track.codec}`);
    const out = await open(path, 'w');
    try {
      // Players want the parameter sets before the first picture; where pictures bring their own they come twice.
      for (const nal of track.parameterSets) await out.appendFile(Buffer.concat([START_CODE, nal]));
      for (const { offset, size } of track.samples) {
        if (size > MAX_SAMPLE_BYTES) continue;
        const sample = Buffer.alloc(size);
        const { bytesRead } = await file.read(sample, 0, size, offset);
        if (bytesRead < size) break;
        await out.appendFile(track.codec === 'aac' ? adtsFrame(track, sample) : byteStream(sample));
      }
    } finally {
      await out.close();
    }
    written.push(path);
  }
  return written;
}

/** AAC-LC: what cameras and browsers have. */
function adtsFrame({ sound }: Mp4Track, frame: Buffer): Buffer {
  const header = {
    objectType: 2,
    frequencyIndex: frequencyIndexOf(sound?.sampleRate ?? 0),
    channels: sound?.channels ?? 1,
    headerBytes: 7,
    frameBytes: frame.length + 7,
  };
  return Buffer.concat([adtsOf(header, frame.length), frame]);
}
