import { box, u32 } from '../media/mp4/boxes.ts';
import { free, mdatHeader64 } from './box.ts';
import type { RecordFile } from './file.ts';
import { type BuiltFragment, FRAGMENT_ALIGNMENT, type RunTable } from './fragment.ts';
import { TrackIndex } from './index.ts';
import { fragmentedMoov, ftyp, fullMoov, type MovieTrack } from './movie.ts';

/**
 * Room kept for the full `moov` at the front of the file: an hour of 25 frames a second with sound takes 0.75 MB. It is
 * written, not left as a hole, so that a recording on a full disk can still be finalised. A recording that outgrows it
 * gets its `moov` at the end.
 */
export const RESERVE_BYTES = 1024 * 1024;

/** A hybrid MP4: where its parts are, and what is in it so far. */
export interface Layout {
  readonly tracks: readonly MovieTrack[];
  readonly indexes: readonly TrackIndex[];
  readonly startEpochMs: number;
  /** Position of the `moov` at the front, and of the `free` box behind it. */
  readonly moovAt: number;
  readonly reserveAt: number;
  /** Position of the first fragment. */
  readonly mediaAt: number;
  /** End of the last whole fragment. */
  end: number;
}

/** The first bytes of a recording: `ftyp`, `moov` that announces fragments, reserve. Written in one piece. */
export function head(
  tracks: readonly MovieTrack[],
  startEpochMs: number,
  reserveBytes: number,
): { bytes: Buffer; layout: Layout } {
  const type = ftyp();
  const moov = fragmentedMoov(tracks, startEpochMs);
  const reserveAt = type.length + moov.length;
  const mediaAt = Math.ceil((reserveAt + Math.max(reserveBytes, 32)) / FRAGMENT_ALIGNMENT) * FRAGMENT_ALIGNMENT;
  const layout: Layout = {
    tracks,
    indexes: tracks.map(() => new TrackIndex()),
    startEpochMs,
    moovAt: type.length,
    reserveAt,
    mediaAt,
    end: mediaAt,
  };
  return { bytes: Buffer.concat([type, moov, free(mediaAt - reserveAt)]), layout };
}

/** Header of a `free` box that ends where the file ends. */
const OPEN_END = Buffer.from('\0\0\0\0free', 'latin1');

/**
 * Writes fragments at the layout's end and enters them in the index. What is to be the first `moof` header says `free` up
 * to the end of the file meanwhile, so that no reader sees half of what is written; the header that makes all of it valid
 * is written last and in one piece. Rejects with the file's error, then nothing has changed.
 */
export async function writeFragments(
  file: RecordFile,
  layout: Layout,
  fragments: readonly BuiltFragment[],
): Promise<void> {
  const at = layout.end;
  const head = fragments[0]!.parts[0]!;
  const commit = Uint8Array.from(head.subarray(0, OPEN_END.length));
  head.set(OPEN_END);
  await file.writeParts(fragments.length === 1 ? fragments[0]!.parts : fragments.flatMap(({ parts }) => parts), at);
  await file.write(commit, at);
  for (const { tables, size } of fragments) {
    enter(layout, tables, layout.end);
    layout.end += size;
  }
}

/** Enters the samples of the fragment whose `moof` is at `at`. */
export function enter(layout: Layout, tables: readonly RunTable[], at: number): void {
  for (const table of tables) {
    const i = layout.tracks.findIndex((track) => track.id === table.trackId);
    const index = layout.indexes[i];
    if (index === undefined) continue;
    index.beginChunk(at + table.dataOffset);
    for (const { dts, duration, compositionOffset, size, isSync } of table.entries)
      index.add(dts, duration, compositionOffset, size, isSync);
  }
}

/** Length of what is in the file, from its time 0 to the end of the last sample. */
export function durationMsOf(layout: Layout): number {
  return Math.round(
    Math.max(0, ...layout.tracks.map((track, i) => (layout.indexes[i]!.endDts * 1000) / track.timescale)),
  );
}

/**
 * Makes a progressive file of a fragmented one, in place: not a byte of media moves. First the full `moov` is written
 * where no reader looks (inside the reserve, or behind the media in a `free` box), then one small write turns the old
 * `moov` into the start of a box that hides everything but the new one. A power cut before it leaves the good fragmented
 * file, one after it the good progressive one. Answers the size of the file; rejects with the file's error.
 */
export async function finalise(file: RecordFile, layout: Layout): Promise<number> {
  const { moovAt, reserveAt, mediaAt, end } = layout;
  const moov = fullMoov(layout.tracks, layout.indexes, layout.startEpochMs);
  if (moov === null) throw new Error('the recording holds no samples');
  await file.truncate(end);
  // Front: free(old moov, header of the reserve) | moov | free(rest) | mdat(16-byte header, everything to the end)
  const roomEnd = mediaAt - 16;
  const rest = roomEnd - (reserveAt + 8) - moov.length;
  if (rest === 0 || rest >= 8) {
    const filler = rest === 0 ? Buffer.alloc(0) : Buffer.concat([u32(rest), Buffer.from('free', 'latin1')]);
    await file.write(Buffer.concat([moov, filler]), reserveAt + 8);
    await file.write(mdatHeader64(end - roomEnd), roomEnd);
    await file.datasync();
    await file.write(Buffer.concat([u32(reserveAt + 8 - moovAt), Buffer.from('free', 'latin1')]), moovAt);
    await file.datasync();
    return end;
  }
  // Back: mdat(old moov, reserve, media, header of the free box) | moov
  await file.write(box('free', moov), end);
  await file.datasync();
  await file.write(mdatHeader64(end + 8 - moovAt), moovAt);
  await file.datasync();
  return end + 8 + moov.length;
}
