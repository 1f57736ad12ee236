/** Reads what a crash left of a recording: where its parts are, and every fragment that is whole. */
import { findBox, readBoxHeader } from './box.ts';
import type { RecordFile } from './file.ts';
import { type RunTable, readMoof } from './fragment.ts';
import { TrackIndex } from './index.ts';
import { readMovie } from './movie.ts';
import { enter, type Layout } from './writer.ts';

/** A file that cannot be recovered: it is gone, holds no whole fragment, is none of ours, or the disk refuses. */
export interface RecoverFault {
  readonly fault: 'missing' | 'empty' | 'unreadable' | 'io';
  readonly detail: string;
}

export interface Recovered {
  readonly durationMs: number;
  readonly bytes: number;
}

/** Read at once at a fragment's start: its headers, and most often its whole `moof` (5 s of 25 frames with sound take 5 kB). */
const READ_AHEAD_BYTES = 8192;

/** No `moov` that announces fragments and no `moof` of ours comes near it; a size beyond it is damage. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;

/** `mvhd` comes first in a `moov` of ours and has 120 bytes. */
const MVHD_BYTES = 256;

/**
 * The layout of a file that was not finalised, with its index; the length of one that was. `onFragment` sees every fragment:
 * its tables, and where its `moof` stands. Rejects with the file's error.
 */
export async function findLayout(
  file: RecordFile,
  onFragment: (tables: readonly RunTable[], at: number) => void,
): Promise<Layout | Recovered | RecoverFault> {
  const size = await file.size();
  const first = await boxAt(file, 0, size);
  if (first === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  if (first.type !== 'ftyp') return { fault: 'unreadable', detail: 'it does not begin with ftyp' };
  const second = await boxAt(file, first.end, size);
  if (second === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  const moov = second.type === 'free' ? await boxAt(file, second.end, size) : second;
  if (moov?.type !== 'moov') return measure(file, second.end, size, second.type);
  const payload = moov.end - moov.at > MAX_TABLE_BYTES ? null : await file.read(moov.at, moov.end - moov.at);
  const movie = payload === null ? null : readMovie(payload.subarray(8));
  if (movie !== null && !movie.isFragmented) return measure(file, moov.at, size, 'moov');
  if (movie === null) return payload === null ? measure(file, moov.at, size, 'moov') : unreadable;
  const reserve = await boxAt(file, moov.end, size);
  if (reserve === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  if (reserve.type !== 'free') return { fault: 'unreadable', detail: 'it has no reserve behind its moov' };
  const layout: Layout = {
    tracks: [...movie.tracks],
    indexes: movie.tracks.map(() => new TrackIndex()),
    startEpochMs: movie.startEpochMs,
    switchAt: first.end,
    moovAt: moov.at,
    reserveAt: moov.end,
    mediaAt: reserve.end,
    end: reserve.end,
  };
  await walk(file, layout, size, onFragment);
  if (layout.end === layout.mediaAt)
    return { fault: 'empty', detail: 'not one group of pictures was whole when it broke off' };
  return layout;
}

const unreadable: RecoverFault = { fault: 'unreadable', detail: 'its moov cannot be read' };

/** Enters every whole fragment, up to the first that is not. */
async function walk(
  file: RecordFile,
  layout: Layout,
  size: number,
  onFragment: (tables: readonly RunTable[], at: number) => void,
): Promise<void> {
  for (;;) {
    const at = layout.end;
    let bytes = await file.read(at, Math.min(READ_AHEAD_BYTES, size - at));
    const header = readBoxHeader(bytes, 0);
    if (header?.type !== 'moof' || header.size === 0 || header.size > MAX_TABLE_BYTES) return;
    const needed = header.size + 8;
    if (at + needed > size) return;
    if (bytes.length < needed) bytes = await file.read(at, needed);
    const mdat = readBoxHeader(bytes, header.size);
    if (mdat?.type !== 'mdat' || mdat.headerBytes !== 8 || mdat.size === 0) return;
    const end = at + header.size + mdat.size;
    if (end > size) return;
    const tables = readMoof(bytes.subarray(0, header.size));
    if (tables === null) return;
    for (const table of tables) {
      const used = table.entries.reduce((sum, entry) => sum + entry.size, table.dataOffset);
      if (table.dataOffset < needed || at + used > end) return;
      // An entry that nobody described describes nothing.
      const track = layout.tracks.find(({ id }) => id === table.trackId);
      if (track !== undefined && (table.entry < 1 || table.entry > track.entries.length)) return;
    }
    enter(layout, tables, at);
    layout.end = end;
    onFragment(tables, at);
  }
}

/** A finished file: its `moov` says how long it is. */
async function measure(
  file: RecordFile,
  from: number,
  size: number,
  hidden: string,
): Promise<Recovered | RecoverFault> {
  for (let at = from; ; ) {
    const next = await boxAt(file, at, size);
    if (next === null) return { fault: 'unreadable', detail: `it holds no moov behind its ${hidden}` };
    at = next.end;
    if (next.type !== 'moov') continue;
    const moov = await file.read(next.at, Math.min(MVHD_BYTES, next.end - next.at));
    const mvhd = findBox(moov.subarray(8), 'mvhd')?.payload;
    if (mvhd === undefined || mvhd[0] !== 1 || mvhd.length < 32) return unreadable;
    const view = Buffer.from(mvhd.buffer, mvhd.byteOffset, mvhd.length);
    const durationMs = Math.round((Number(view.readBigUInt64BE(24)) * 1000) / view.readUInt32BE(20));
    return { durationMs, bytes: size };
  }
}

/** The box at a position, when it lies whole in the file. */
async function boxAt(
  file: RecordFile,
  at: number,
  size: number,
): Promise<{ type: string; at: number; end: number } | null> {
  const header = readBoxHeader(await file.read(at, 16), 0);
  if (header === null) return null;
  const end = header.size === 0 ? size : at + header.size;
  return end > size ? null : { type: header.type, at, end };
}
