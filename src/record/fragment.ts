import { box, fullBox, u32 } from '../media/mp4/boxes.ts';
import { childBoxes, readBoxHeader, u64 } from './box.ts';

/** Fragments of a recording: `moof` and `mdat` with a run of samples for each track, written and read back. */

/** One sample on the file's own time line, which begins at 0; times in the track's timescale. */
export interface RunSample {
  readonly data: Uint8Array;
  readonly dts: number;
  duration: number;
  readonly compositionOffset: number;
  readonly isSync: boolean;
}

/** Samples of one track that follow each other. */
export interface Run {
  readonly trackId: number;
  readonly isVideo: boolean;
  readonly samples: readonly RunSample[];
}

/** A sample as the fragment's tables tell it. */
export interface RunEntry {
  readonly dts: number;
  readonly duration: number;
  readonly compositionOffset: number;
  readonly size: number;
  readonly isSync: boolean;
}

export interface RunTable {
  readonly trackId: number;
  /** From the first byte of the `moof`. */
  readonly dataOffset: number;
  readonly entries: readonly RunEntry[];
}

/** Fragments begin and end on blocks of this size, so that the write that makes one valid lies in one sector. */
export const FRAGMENT_ALIGNMENT = 16;

/** Sample flags (ISO/IEC 14496-12 8.8.3.1): depends on no other sample; depends on others and is no sync sample. */
const SYNC_FLAGS = 0x0200_0000;
const NON_SYNC_FLAGS = 0x0101_0000;

const DEFAULT_BASE_IS_MOOF = 0x02_0000;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;

/** Words before the entries in a `trun`: version and flags, sample count, data offset. */
const TRUN_HEAD_BYTES = 12;

/** One fragment as it lies in the file, all runs in one `moof`, the samples behind it in the same order. */
export function fragmentBytes(sequence: number, runs: readonly Run[]): Buffer {
  const build = (dataOffsets: readonly number[]) =>
    box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...runs.map((run, i) => traf(run, dataOffsets[i] ?? 0)));
  const runBytes = runs.map((run) => run.samples.reduce((sum, sample) => sum + sample.data.length, 0));
  const moofBytes = build([]).length;
  const offsets = runBytes.map((_, i) => moofBytes + 8 + runBytes.slice(0, i).reduce((sum, bytes) => sum + bytes, 0));
  const moof = build(offsets);
  const used = moofBytes + 8 + runBytes.reduce((sum, bytes) => sum + bytes, 0);
  const total = Math.ceil(used / FRAGMENT_ALIGNMENT) * FRAGMENT_ALIGNMENT;
  const bytes = Buffer.allocUnsafe(total);
  moof.copy(bytes);
  bytes.writeUInt32BE(total - moofBytes, moofBytes);
  bytes.write('mdat', moofBytes + 4, 'latin1');
  let at = moofBytes + 8;
  for (const run of runs) {
    for (const sample of run.samples) {
      bytes.set(sample.data, at);
      at += sample.data.length;
    }
  }
  // Up to 15 bytes that no sample refers to.
  bytes.fill(0, at);
  return bytes;
}

function traf(run: Run, dataOffset: number): Buffer {
  const withComposition = run.samples.some((sample) => sample.compositionOffset > 0);
  const flags = TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | (withComposition ? TRUN_COMPOSITION : 0);
  const entryBytes = withComposition ? 16 : 12;
  const trun = Buffer.allocUnsafe(8 + run.samples.length * entryBytes);
  trun.writeUInt32BE(run.samples.length, 0);
  trun.writeUInt32BE(dataOffset, 4);
  let at = 8;
  for (const sample of run.samples) {
    trun.writeUInt32BE(sample.duration, at);
    trun.writeUInt32BE(sample.data.length, at + 4);
    trun.writeUInt32BE(sample.isSync ? SYNC_FLAGS : NON_SYNC_FLAGS, at + 8);
    if (withComposition) trun.writeUInt32BE(sample.compositionOffset, at + 12);
    at += entryBytes;
  }
  return box(
    'traf',
    fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(run.trackId)),
    fullBox('tfdt', 1, 0, u64(run.samples[0]?.dts ?? 0)),
    fullBox('trun', 0, flags, trun),
  );
}

/** The tables of what `fragmentBytes` wrote, without reading the samples. */
export function tablesOf(runs: readonly Run[], fragment: Buffer): RunTable[] {
  let dataOffset = (readBoxHeader(fragment, 0)?.size ?? 0) + 8;
  return runs.map((run) => {
    const table: RunTable = {
      trackId: run.trackId,
      dataOffset,
      entries: run.samples.map(({ data, dts, duration, compositionOffset, isSync }) => ({
        dts,
        duration,
        compositionOffset,
        size: data.length,
        isSync,
      })),
    };
    for (const entry of table.entries) dataOffset += entry.size;
    return table;
  });
}

/** The tables of a whole `moof` box as this file writes it; null when it is anything else, or damaged. */
export function readMoof(moof: Uint8Array): RunTable[] | null {
  const tables: RunTable[] = [];
  for (const child of childBoxes(moof.subarray(8))) {
    if (child.type !== 'traf') continue;
    const table = readTraf(child.payload);
    if (table === null) return null;
    tables.push(table);
  }
  return tables.length === 0 ? null : tables;
}

function readTraf(payload: Uint8Array): RunTable | null {
  const parts = new Map([...childBoxes(payload)].map((child) => [child.type, child.payload]));
  const [tfhd, tfdt, trun] = ['tfhd', 'tfdt', 'trun'].map((type) => {
    const part = parts.get(type);
    return part && Buffer.from(part.buffer, part.byteOffset, part.length);
  });
  if (tfhd?.length !== 8 || tfdt?.length !== 12 || trun === undefined || trun.length < TRUN_HEAD_BYTES) return null;
  const flags = trun.readUInt32BE(0) & 0xffffff;
  const expected = TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS;
  if ((flags & ~TRUN_COMPOSITION) !== expected) return null;
  const withComposition = (flags & TRUN_COMPOSITION) !== 0;
  const entryBytes = withComposition ? 16 : 12;
  const count = trun.readUInt32BE(4);
  if (trun.length !== TRUN_HEAD_BYTES + count * entryBytes) return null;
  let dts = Number(tfdt.readBigUInt64BE(4));
  const entries: RunEntry[] = [];
  for (let at = TRUN_HEAD_BYTES; at < trun.length; at += entryBytes) {
    const duration = trun.readUInt32BE(at);
    entries.push({
      dts,
      duration,
      compositionOffset: withComposition ? trun.readUInt32BE(at + 12) : 0,
      size: trun.readUInt32BE(at + 4),
      isSync: trun.readUInt32BE(at + 8) === SYNC_FLAGS,
    });
    dts += duration;
  }
  return { trackId: tfhd.readUInt32BE(4), dataOffset: trun.readUInt32BE(8), entries };
}
