/** The index of a recording that lies on the disk: finished, being written, or broken off. */
import { childBoxes, findBox, readBoxHeader } from './box.ts';
import type { RecordFile } from './file.ts';
import { findLayout, type RecoverFault } from './found.ts';
import { TrackIndex } from './index.ts';
import { MOVIE_TIMESCALE, type MovieTrack, readMovie } from './movie.ts';

/** What is in a file, and where. */
export interface StoredIndex {
  readonly tracks: readonly MovieTrack[];
  /** One for each track; chunk offsets from the start of the file. */
  readonly indexes: readonly TrackIndex[];
}

/** A `moov` of ours takes 30 MB for a day; one that is larger is none, and would take as much memory. */
const MAX_MOOV_BYTES = 64 * 1024 * 1024;

/** Reads it; a file that is being written up to its last whole fragment. Nothing is changed. Rejects with the file's error. */
export async function readStoredIndex(file: RecordFile): Promise<StoredIndex | RecoverFault> {
  const size = await file.size();
  for (let at = 0; at < size; ) {
    const header = readBoxHeader(await file.read(at, 16), 0);
    if (header === null) break;
    const boxSize = header.size === 0 ? size - at : header.size;
    if (header.type === 'moov') {
      if (boxSize > MAX_MOOV_BYTES) break;
      const moov = (await file.read(at, boxSize)).subarray(header.headerBytes);
      if (readMovie(moov)?.isFragmented !== true) return indexOf(moov) ?? unreadable;
      const layout = await findLayout(file, () => {});
      return 'durationMs' in layout ? unreadable : layout;
    }
    at += boxSize;
  }
  return unreadable;
}

const unreadable: RecoverFault = { fault: 'unreadable', detail: 'its moov cannot be read' };

/** The tables of a finished file's `moov` (its payload), as this project writes them; null when they are damaged. */
function indexOf(moov: Uint8Array): StoredIndex | null {
  const tracks = readMovie(moov)?.tracks;
  if (tracks === undefined || tracks.length === 0) return null;
  const traks = [...childBoxes(moov)].filter(({ type }) => type === 'trak');
  const indexes: TrackIndex[] = [];
  for (const [i, { payload }] of traks.entries()) {
    const index = trackIndexOf(payload, tracks[i]!);
    if (index === null) return null;
    indexes.push(index);
  }
  return { tracks, indexes };
}

/** A table's rows as 32-bit words, behind version, flags and `head` words of its own. */
class Rows {
  readonly #view: DataView;
  readonly #rowWords: number;
  readonly count: number;

  constructor(bytes: Uint8Array, headWords: number, rowWords: number) {
    const from = Math.min(bytes.length, 4 + headWords * 4);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + from, bytes.length - from);
    this.#rowWords = rowWords;
    // As many as there are, whatever the head says.
    this.count = Math.floor((bytes.length - from) / (rowWords * 4));
  }

  at(row: number, word = 0): number {
    return this.#view.getUint32((row * this.#rowWords + word) * 4);
  }
}

function trackIndexOf(trak: Uint8Array, track: MovieTrack): TrackIndex | null {
  const stbl = findBox(trak, 'mdia', 'minf', 'stbl')?.payload ?? new Uint8Array();
  const tables = new Map([...childBoxes(stbl)].map(({ type, payload }) => [type, payload]));
  const rows = (type: string, headWords: number, rowWords: number) => {
    const bytes = tables.get(type);
    return bytes === undefined ? null : new Rows(bytes, headWords, rowWords);
  };
  const durations = rows('stts', 1, 2);
  const chunks = rows('stsc', 1, 3);
  const sizes = rows('stsz', 2, 1);
  const short = rows('stco', 1, 1);
  const offsets = short ?? rows('co64', 1, 2);
  if (durations === null || chunks === null || sizes === null || offsets === null) return null;
  const duration = new RunReader(durations);
  const compositions = rows('ctts', 1, 2);
  const composition = compositions === null ? null : new RunReader(compositions);
  const syncs = rows('stss', 1, 1);
  const index = new TrackIndex();
  let dts = delayOf(trak, track);
  let sample = 0;
  let sync = 0;
  let run = -1;
  for (let chunk = 0; chunk < offsets.count; chunk += 1) {
    if (run + 1 < chunks.count && chunks.at(run + 1) === chunk + 1) run += 1;
    if (run < 0) return null;
    const entry = chunks.at(run, 2);
    if (entry < 1 || entry > track.entries.length) return null;
    const offset = short === null ? offsets.at(chunk) * 2 ** 32 + offsets.at(chunk, 1) : offsets.at(chunk);
    index.beginChunk(offset, entry);
    const count = Math.min(chunks.at(run, 1), sizes.count - sample);
    for (let i = 0; i < count; i += 1) {
      sample += 1;
      const isSync = syncs === null || (sync < syncs.count && syncs.at(sync) === sample);
      if (isSync) sync += 1;
      const length = duration.next();
      index.add(dts, length, composition === null ? 0 : composition.next(), sizes.at(sample - 1), isSync);
      dts += length;
    }
  }
  return sample === sizes.count ? index : null;
}

/** Values of a run-length table, one by one; 0 behind its end. */
class RunReader {
  readonly #rows: Rows;
  #row = -1;
  #left = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  next(): number {
    while (this.#left === 0) {
      if (this.#row + 1 >= this.#rows.count) return 0;
      this.#row += 1;
      this.#left = this.#rows.at(this.#row);
    }
    this.#left -= 1;
    return this.#rows.at(this.#row, 1);
  }
}

/** When the track begins, in its timescale: the empty edit at its front. */
function delayOf(trak: Uint8Array, track: MovieTrack): number {
  const elst = findBox(trak, 'edts', 'elst')?.payload;
  if (elst === undefined || elst[0] !== 1 || elst.length < 24) return 0;
  const view = Buffer.from(elst.buffer, elst.byteOffset, elst.length);
  if (view.readBigInt64BE(16) !== -1n) return 0;
  return Math.round((Number(view.readBigUInt64BE(8)) * track.timescale) / MOVIE_TIMESCALE);
}
