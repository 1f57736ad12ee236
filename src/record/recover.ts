import { findBox, readBoxHeader } from './box.ts';
import { openRecordFile, type RecordFile } from './file.ts';
import { readMoof } from './fragment.ts';
import { TrackIndex } from './index.ts';
import { readMovie } from './movie.ts';
import { durationMsOf, enter, finalise, type Layout } from './writer.ts';

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

/** No `moov` or `moof` of ours comes near it; a size beyond it is damage. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;

/** Finalises what a crash left of a recording. A file that is already complete is only measured. Never throws. */
export async function recoverFile(
  path: string,
  open: (path: string) => Promise<RecordFile> = (at) => openRecordFile(at, false),
): Promise<Recovered | RecoverFault> {
  let file: RecordFile;
  try {
    file = await open(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { fault: code === 'ENOENT' ? 'missing' : 'io', detail: message };
  }
  try {
    return await recover(file);
  } catch (error) {
    return { fault: 'io', detail: (error as Error).message };
  } finally {
    await file.close().catch(() => {});
  }
}

async function recover(file: RecordFile): Promise<Recovered | RecoverFault> {
  const size = await file.size();
  const first = await boxAt(file, 0, size);
  if (first === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  if (first.type !== 'ftyp') return { fault: 'unreadable', detail: 'it does not begin with ftyp' };
  const second = await boxAt(file, first.end, size);
  if (second === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  if (second.type !== 'moov') return measure(file, second.end, size, second.type);
  const movie = second.end - second.at > MAX_TABLE_BYTES ? null : await readMoov(file, second);
  if (movie === null) return { fault: 'unreadable', detail: 'its moov cannot be read' };
  if (!movie.isFragmented) return measure(file, second.at, size, 'moov');
  const reserve = await boxAt(file, second.end, size);
  if (reserve === null) return { fault: 'empty', detail: 'nothing was recorded before it broke off' };
  if (reserve.type !== 'free') return { fault: 'unreadable', detail: 'it has no reserve behind its moov' };
  const layout: Layout = {
    tracks: movie.tracks,
    indexes: movie.tracks.map(() => new TrackIndex()),
    startEpochMs: movie.startEpochMs,
    moovAt: second.at,
    reserveAt: second.end,
    mediaAt: reserve.end,
    end: reserve.end,
  };
  await walk(file, layout, size);
  if (layout.end === layout.mediaAt)
    return { fault: 'empty', detail: 'not one group of pictures was whole when it broke off' };
  const bytes = await finalise(file, layout);
  return { durationMs: durationMsOf(layout), bytes };
}

/** Enters every whole fragment, up to the first that is not. */
async function walk(file: RecordFile, layout: Layout, size: number): Promise<void> {
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
    }
    enter(layout, tables, at);
    layout.end = end;
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
    if (next.type !== 'moov' || next.end - next.at > MAX_TABLE_BYTES) continue;
    const moov = await file.read(next.at, next.end - next.at);
    const mvhd = findBox(moov.subarray(8), 'mvhd')?.payload;
    if (mvhd === undefined || mvhd[0] !== 1 || mvhd.length < 32) break;
    const view = Buffer.from(mvhd.buffer, mvhd.byteOffset, mvhd.length);
    const durationMs = Math.round((Number(view.readBigUInt64BE(24)) * 1000) / view.readUInt32BE(20));
    return { durationMs, bytes: size };
  }
  return { fault: 'unreadable', detail: 'its moov cannot be read' };
}

async function readMoov(file: RecordFile, moov: { at: number; end: number }): Promise<ReturnType<typeof readMovie>> {
  return readMovie((await file.read(moov.at, moov.end - moov.at)).subarray(8));
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
