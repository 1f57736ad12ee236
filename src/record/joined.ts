/**
 * The content of several files as one progressive MP4 that exists nowhere: a `moov` made of their indexes, and which bytes of
 * which file follow it. Nothing is coded anew and no media is read.
 */
import { mdatHeader64 } from './box.ts';
import { type ChunkCursor, type SampleCursor, TrackIndex } from './index.ts';
import { codecOf, ftyp, fullMoov, type MovieTrack } from './movie.ts';
import { type Pieces, piece } from './pieces.ts';
import type { StoredIndex } from './stored-index.ts';
import { entryOf, MAX_GAP_SECONDS } from './tracks.ts';

/**
 * Files whose times are not further apart than this follow each other without a break: the start of a recording is the wall
 * clock at which its first frame arrived, a network's delay away from the truth.
 */
export const MAX_JOINT_MS = 1000;

/** Bytes of one file, from an offset on. */
export interface Region {
  readonly path: string;
  readonly from: number;
  readonly size: number;
}

/** The file: its head, then the regions one behind the other. */
export interface JoinedFile {
  readonly head: Pieces;
  readonly regions: readonly Region[];
  readonly size: number;
  /** Content time of its first sample, and of the end of its last. */
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** Bytes of memory that it takes. */
  readonly memoryBytes: number;
}

/** One file that has a share in it. */
export interface Share {
  readonly path: string;
  /** Content time of the file's time 0. */
  readonly startEpochMs: number;
  readonly index: StoredIndex;
}

/** What of a file is wanted: pictures [from, to) by their number, sound by its time in seconds of the file. */
interface Window {
  readonly lead: number;
  readonly from: number;
  readonly to: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export class Joiner {
  readonly #tracks: MovieTrack[] = [];
  readonly #indexes: TrackIndex[] = [];
  readonly #regions: Region[] = [];
  #mediaBytes = 0;
  #startEpochMs = 0;
  /** Where the pictures end so far, in seconds of the joined file. */
  #endSeconds = 0;
  /** End of the file before, in its own words. */
  #endEpochMs = Number.NEGATIVE_INFINITY;

  /**
   * Adds what a file holds of [from, to): from the last key frame that is not behind `from` on, or, where the file before reaches
   * into this one, from the first that is behind its end. Files come in the order of their starts. Answers whether there was any.
   */
  add({ path, startEpochMs, index }: Share, fromEpochMs: number, toEpochMs: number): boolean {
    const isOverlapped = this.#endEpochMs - startEpochMs > MAX_JOINT_MS;
    const window = isOverlapped
      ? windowOf(index, (this.#endEpochMs - startEpochMs) / 1000, (toEpochMs - startEpochMs) / 1000, 'behind')
      : windowOf(index, (fromEpochMs - startEpochMs) / 1000, (toEpochMs - startEpochMs) / 1000, 'before');
    if (window === null) return false;
    const beginsEpochMs = startEpochMs + window.fromSeconds * 1000;
    if (this.#regions.length === 0) this.#startEpochMs = Math.round(beginsEpochMs);
    const due = (beginsEpochMs - this.#startEpochMs) / 1000;
    const isClose = due - this.#endSeconds <= MAX_JOINT_MS / 1000;
    const at = isClose ? this.#endSeconds : Math.min(due, this.#endSeconds + MAX_GAP_SECONDS);
    this.#copy(path, index, window, at - window.fromSeconds);
    this.#endEpochMs = startEpochMs + Math.min(window.toSeconds, endSecondsOf(index)) * 1000;
    return true;
  }

  /** The file, or null when nothing was added. */
  finish(): JoinedFile | null {
    const type = ftyp();
    let moov = fullMoov(this.#tracks, this.#indexes, this.#startEpochMs);
    if (moov === null) return null;
    // The tables know where the media is, and longer tables move it: offsets past 4 GiB take twice the room.
    for (;;) {
      const shift: number = type.length + moov.size + 16;
      const next: Pieces = fullMoov(this.#tracks, this.#indexes, this.#startEpochMs, shift)!;
      const isSettled = next.size === moov.size;
      moov = next;
      if (isSettled) break;
    }
    const head = sequence(piece(type), moov, piece(mdatHeader64(16 + this.#mediaBytes)));
    const seconds = Math.max(...this.#tracks.map((track, i) => this.#indexes[i]!.endDts / track.timescale));
    return {
      head,
      regions: this.#regions,
      size: head.size + this.#mediaBytes,
      startEpochMs: this.#startEpochMs,
      endEpochMs: this.#startEpochMs + Math.round(seconds * 1000),
      memoryBytes: this.#indexes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    };
  }

  #copy(path: string, { tracks, indexes }: StoredIndex, window: Window, shiftSeconds: number): void {
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const [i, track] of tracks.entries()) {
      each(indexes[i]!, track, isWanted(i, window), (sample, offset) => {
        from = Math.min(from, offset);
        to = Math.max(to, offset + sample.size);
      });
    }
    const shiftBytes = this.#mediaBytes - from;
    for (const [i, track] of tracks.entries()) {
      const lanes = new Map<number, ReturnType<typeof entryOf>>();
      let chunk = -1;
      let expected = -1;
      each(indexes[i]!, track, isWanted(i, window), (sample, offset, { offset: chunkOffset, entry }) => {
        let place = lanes.get(entry);
        if (place === undefined) {
          place = entryOf(this.#tracks, track, track.entries[entry - 1]!);
          lanes.set(entry, place);
        }
        const out = this.#tracks[place.lane]!.timescale;
        this.#indexes[place.lane] ??= new TrackIndex();
        const index = this.#indexes[place.lane]!;
        if (chunkOffset !== chunk || offset !== expected) index.beginChunk(offset + shiftBytes, place.entry);
        chunk = chunkOffset;
        expected = offset + sample.size;
        const scaled = (time: number) => Math.round((time * out) / track.timescale);
        const dts = Math.max(scaled(sample.dts) + Math.round(shiftSeconds * out), index.lastDts);
        index.add(dts, scaled(sample.duration), scaled(sample.compositionOffset), sample.size, sample.isSync);
      });
    }
    this.#regions.push({ path, from, size: to - from });
    this.#mediaBytes += to - from;
    const lead = tracks[window.lead]!;
    const place = this.#tracks.findIndex(
      (one) => one.kind === lead.kind && codecOf(one.entries[0]!) === codecOf(lead.entries[0]!),
    );
    this.#endSeconds = this.#indexes[place]!.endDts / this.#tracks[place]!.timescale;
  }
}

/** Parts one behind the other, without a box around them. */
function sequence(...parts: readonly Pieces[]): Pieces {
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    *make() {
      for (const part of parts) yield* part.make();
    },
  };
}

/** The track that is cut at key frames: pictures that go on behind `from`, or sound where there are none. */
function leadOf({ tracks, indexes }: StoredIndex, from: number): number {
  const used = tracks.flatMap(({ kind, timescale }, i) => {
    const { sampleCount, endDts } = indexes[i]!;
    return sampleCount === 0 ? [] : [{ i, kind, end: endDts / timescale }];
  });
  const videos = used.filter(({ kind }) => kind === 'video');
  const leads = videos.length > 0 ? videos : used;
  return leads.find(({ end }) => end > from)?.i ?? -1;
}

function endSecondsOf({ tracks, indexes }: StoredIndex): number {
  return Math.max(0, ...tracks.map(({ timescale }, i) => indexes[i]!.endDts / timescale));
}

/** The samples of [from, to) seconds of the file, begun at a key frame; null: none. */
function windowOf(index: StoredIndex, from: number, to: number, key: 'before' | 'behind'): Window | null {
  const lead = leadOf(index, from);
  if (lead < 0) return null;
  const { timescale } = index.tracks[lead]!;
  const cursor = index.indexes[lead]!.samples();
  let first = -1;
  let fromSeconds = 0;
  let number = 0;
  for (; cursor.next(); number += 1) {
    const seconds = cursor.dts / timescale;
    if (seconds >= to) break;
    if (!cursor.isSync) continue;
    if (key === 'before' ? first < 0 || seconds <= from : first < 0 && seconds >= from) {
      first = number;
      fromSeconds = seconds;
    }
  }
  if (first < 0) return null;
  return { lead, from: first, to: number, fromSeconds, toSeconds: to };
}

/** Which samples of track `i` are wanted. Everything that is no lead goes by time. */
function isWanted(i: number, { lead, from, to, fromSeconds, toSeconds }: Window) {
  if (i === lead) return (number: number) => number >= from && number < to;
  return (_: number, seconds: number) => seconds >= fromSeconds && seconds < toSeconds;
}

/** Walks the wanted samples of a track with their offsets in the file and their chunks. */
function each(
  index: TrackIndex,
  track: MovieTrack,
  wants: (number: number, seconds: number) => boolean,
  visit: (sample: SampleCursor, offset: number, chunk: ChunkCursor) => void,
): void {
  const samples = index.samples();
  const chunks = index.chunks();
  let number = 0;
  while (chunks.next()) {
    let { offset } = chunks;
    for (let i = 0; i < chunks.count && samples.next(); i += 1) {
      if (wants(number, samples.dts / track.timescale)) visit(samples, offset, chunks);
      offset += samples.size;
      number += 1;
    }
  }
}
