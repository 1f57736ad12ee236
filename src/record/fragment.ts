import { box, fullBox, u32 } from '../media/mp4/boxes.ts';
import { childBoxes, u64 } from './box.ts';

/** Fragments of a recording: `moof` and `mdat` with a run of samples for each track, written and read back. */

/** One sample on the file's own time line, which begins at 0; times in the track's timescale. */
export interface RunSample {
  readonly data: Uint8Array;
  readonly dts: number;
  duration: number;
  readonly compositionOffset: number;
  readonly isSync: boolean;
}

/** Samples of one track that follow each other, of one sample entry. */
export interface Run {
  readonly trackId: number;
  /** The sample entry that describes them, from 1. */
  readonly entry: number;
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
  /** Sample entry, from 1. */
  readonly entry: number;
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
const TFHD_ENTRY = 0x2;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;

/** Words before the entries in a `trun`: version and flags, sample count, data offset. */
const TRUN_HEAD_BYTES = 12;

/** `moof` 8, `mfhd` 16; `traf` 8, `tfhd` 16 (20 with an entry of its own), `tfdt` 20 and the header of `trun` 8; header of `mdat` 8. */
const MOOF_BYTES = 24;
const TRAF_BYTES = 52;
const MDAT_HEADER_BYTES = 8;

/** Samples up to this size are copied behind each other: naming one more range to the system costs as much as copying 2 kB. */
const MAX_GATHERED_BYTES = 2048;

/** One fragment on its way to the file: all runs in one `moof`, the samples behind it in the same order. */
export interface BuiltFragment {
  /** Byte ranges one behind the other. Large samples are not copied: they are the feed's own views. */
  readonly parts: readonly Uint8Array[];
  /** Bytes of all parts; a multiple of FRAGMENT_ALIGNMENT. */
  readonly size: number;
  readonly tables: readonly RunTable[];
}

/** Builds the fragment. Its first part begins with the `moof` header and is its own memory. */
export function buildFragment(sequence: number, runs: readonly Run[]): BuiltFragment {
  const moofBytes = runs.reduce((sum, run) => sum + trafBytes(run), MOOF_BYTES);
  const headBytes = moofBytes + MDAT_HEADER_BYTES;
  const tables = tablesOf(runs, headBytes);
  let payload = 0;
  let gathered = 0;
  for (const { entries } of tables) {
    for (const { size } of entries) {
      payload += size;
      if (size <= MAX_GATHERED_BYTES) gathered += size;
    }
  }
  const size = Math.ceil((headBytes + payload) / FRAGMENT_ALIGNMENT) * FRAGMENT_ALIGNMENT;
  // Up to 15 bytes that no sample refers to.
  const padding = size - headBytes - payload;
  const own = Buffer.allocUnsafe(headBytes + gathered + padding);
  const moof = box(
    'moof',
    fullBox('mfhd', 0, 0, u32(sequence)),
    ...runs.map((run, i) => traf(run, tables[i]!.dataOffset)),
  );
  own.set(moof);
  own.writeUInt32BE(size - moofBytes, moofBytes);
  own.write('mdat', moofBytes + 4, 'latin1');
  const parts: Uint8Array[] = [];
  let from = 0;
  let at = headBytes;
  for (const { samples } of runs) {
    for (const { data } of samples) {
      if (data.length <= MAX_GATHERED_BYTES) {
        own.set(data, at);
        at += data.length;
        continue;
      }
      if (at > from) parts.push(own.subarray(from, at));
      from = at;
      parts.push(data);
    }
  }
  own.fill(0, at);
  if (own.length > from) parts.push(own.subarray(from));
  return { parts, size, tables };
}

function hasComposition(run: Run): boolean {
  return run.samples.some((sample) => sample.compositionOffset > 0);
}

function trafBytes(run: Run): number {
  return (
    TRAF_BYTES + (run.entry === 1 ? 0 : 4) + TRUN_HEAD_BYTES + run.samples.length * (hasComposition(run) ? 16 : 12)
  );
}

function traf(run: Run, dataOffset: number): Buffer {
  const withComposition = hasComposition(run);
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
  // `trex` says entry 1.
  const tfhd =
    run.entry === 1
      ? fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(run.trackId))
      : fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF | TFHD_ENTRY, u32(run.trackId, run.entry));
  return box('traf', tfhd, fullBox('tfdt', 1, 0, u64(run.samples[0]?.dts ?? 0)), fullBox('trun', 0, flags, trun));
}

/** The tables of a fragment whose first sample stands `dataOffset` behind its start. */
function tablesOf(runs: readonly Run[], dataOffset: number): RunTable[] {
  return runs.map((run) => {
    const table: RunTable = {
      trackId: run.trackId,
      entry: run.entry,
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
  if (tfhd === undefined || tfhd.length < 8) return null;
  const hasEntry = (tfhd.readUInt32BE(0) & TFHD_ENTRY) !== 0;
  if (tfhd.length !== (hasEntry ? 12 : 8) || tfdt?.length !== 12 || trun === undefined || trun.length < TRUN_HEAD_BYTES)
    return null;
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
  const entry = hasEntry ? tfhd.readUInt32BE(8) : 1;
  return { trackId: tfhd.readUInt32BE(4), entry, dataOffset: trun.readUInt32BE(8), entries };
}
