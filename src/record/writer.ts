import { u32 } from '../media/mp4/boxes.ts';
import { free, mdatHeader64 } from './box.ts';
import type { RecordFile } from './file.ts';
import { type BuiltFragment, FRAGMENT_ALIGNMENT, type RunTable } from './fragment.ts';
import { TrackIndex } from './index.ts';
import { fragmentedMoov, ftyp, fullMoov, type MovieTrack } from './movie.ts';
import { inPieces, type Pieces, piece } from './pieces.ts';

/**
 * Room kept for the full `moov` at the front of the file: an hour of 25 frames a second with sound takes 0.75 MB. It is
 * written, not left as a hole, so that a recording on a full disk can still be finalised. A recording that outgrows it
 * gets its `moov` at the end.
 */
export const RESERVE_BYTES = 1024 * 1024;

/** A hybrid MP4: where its parts are, and what is in it so far. */
export interface Layout {
  readonly tracks: MovieTrack[];
  /** One for each track. */
  readonly indexes: TrackIndex[];
  readonly startEpochMs: number;
  /** Position of the box behind `ftyp`, on a block of 16: the first `moov`, or a `free` box that hides the way to the one in force. */
  readonly switchAt: number;
  /** The `moov` in force, and the `free` box behind it. */
  moovAt: number;
  reserveAt: number;
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
    tracks: [...tracks],
    indexes: tracks.map(() => new TrackIndex()),
    startEpochMs,
    switchAt: type.length,
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
    index.beginChunk(at + table.dataOffset, table.entry);
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
 * Puts another `moov` that announces fragments in force: these tracks or their sample entries have become more. Rejects with the
 * file's error, or when the reserve has no room for it; then nothing has changed.
 */
export async function redeclare(
  file: RecordFile,
  layout: Layout,
  tracks: readonly MovieTrack[],
  moov: Uint8Array,
): Promise<void> {
  const { mediaAt } = layout;
  const at = placeFor(layout, moov.length, mediaAt);
  if (at === null) throw new Error('the file has no room for another description of its tracks');
  const reserveAt = at + moov.length;
  await file.write(Buffer.concat([moov, freeHeader(mediaAt - reserveAt)]), at);
  await file.datasync();
  await file.write(freeHeader(at - layout.switchAt), layout.switchAt);
  layout.moovAt = at;
  layout.reserveAt = reserveAt;
  for (const track of tracks.slice(layout.tracks.length)) {
    layout.tracks.push(track);
    layout.indexes.push(new TrackIndex());
  }
}

/**
 * Makes a progressive file of a fragmented one, in place: not a byte of media moves. First the full `moov` is written
 * where no reader looks (inside the reserve, or behind the media in a `free` box), then one small write turns the old
 * `moov` into the start of a box that hides everything but the new one. A power cut before it leaves the good fragmented
 * file, one after it the good progressive one. Answers the size of the file; rejects with the file's error.
 */
export async function finalise(file: RecordFile, layout: Layout): Promise<number> {
  const { switchAt, mediaAt, end } = layout;
  const moov = fullMoov(layout.tracks, layout.indexes, layout.startEpochMs);
  if (moov === null) throw new Error('the recording holds no samples');
  await file.truncate(end);
  // Front: free(old moov, header of the reserve) | moov | free(rest) | mdat(16-byte header, everything to the end)
  const roomEnd = mediaAt - 16;
  const at = placeFor(layout, moov.size, roomEnd);
  if (at !== null) {
    const rest = roomEnd - at - moov.size;
    await writePieces(file, at, moov, rest === 0 ? piece() : piece(freeHeader(rest)));
    await file.write(mdatHeader64(end - roomEnd), roomEnd);
    await file.datasync();
    await file.write(freeHeader(at - switchAt), switchAt);
    await file.datasync();
    return end;
  }
  // Back: mdat(old moov, reserve, media, header of the free box) | moov
  await writePieces(file, end, piece(freeHeader(8 + moov.size)), moov);
  await file.datasync();
  await file.write(mdatHeader64(end + 8 - switchAt), switchAt);
  await file.datasync();
  return end + 8 + moov.size;
}

/**
 * Where `size` bytes fit between the box behind `ftyp` and `roomEnd` without touching the `moov` in force and the header of
 * the reserve, so that what is left up to `roomEnd` is a box (or nothing, where an `mdat` follows); null: nowhere.
 */
function placeFor({ switchAt, moovAt, reserveAt, mediaAt }: Layout, size: number, roomEnd: number): number | null {
  const behind = reserveAt + 8;
  if (behind > roomEnd) return null;
  if (behind + size + 8 <= roomEnd || (behind + size === roomEnd && roomEnd < mediaAt)) return behind;
  // In front of a `moov` that has moved before.
  return switchAt + 8 + size + 8 <= moovAt ? switchAt + 8 : null;
}

function freeHeader(size: number): Uint8Array {
  return Buffer.concat([u32(size), Buffer.from('free', 'latin1')]);
}

async function writePieces(file: RecordFile, at: number, ...parts: readonly Pieces[]): Promise<void> {
  for (const bytes of inPieces(...parts)) {
    await file.write(bytes, at);
    at += bytes.length;
  }
}
