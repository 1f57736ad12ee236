/** The sample tables of ISO/IEC 14496-12 8.6 and 8.7 out of a track's index, piece by piece. */
import type { TrackIndex } from './index.ts';
import { type Pieces, tableOf } from './pieces.ts';

/** `stts`, `ctts` and `stss` where needed, `stsc`, `stsz`, `stco` or `co64`. `mediaShift` is added to every chunk offset. */
export function sampleTables(index: TrackIndex, mediaShift: number): Pieces[] {
  const { sampleCount, syncCount, durationRunCount, compositionRunCount, chunkRunCount, chunkCount } = index;
  const isLong = index.lastChunkOffset + mediaShift > 0xffff_ffff;
  return [
    tableOf('stts', [durationRunCount], durationRunCount, 8, () => runs(index, 'duration')),
    ...(compositionRunCount === 0
      ? []
      : [tableOf('ctts', [compositionRunCount], compositionRunCount, 8, () => runs(index, 'compositionOffset'))]),
    ...(syncCount === sampleCount ? [] : [tableOf('stss', [syncCount], syncCount, 4, () => syncs(index))]),
    tableOf('stsc', [chunkRunCount], chunkRunCount, 12, () => chunkRuns(index)),
    tableOf('stsz', [0, sampleCount], sampleCount, 4, () => sizes(index)),
    isLong
      ? tableOf('co64', [chunkCount], chunkCount, 8, () => longOffsets(index, mediaShift))
      : tableOf('stco', [chunkCount], chunkCount, 4, () => offsets(index, mediaShift)),
  ];
}

type WriteRow = (out: Buffer, at: number) => void;

function runs(index: TrackIndex, field: 'duration' | 'compositionOffset'): WriteRow {
  const cursor = index.samples();
  cursor.next();
  return (out, at) => {
    const value = cursor[field];
    let count = 1;
    while (cursor.next() && cursor[field] === value) count += 1;
    out.writeUInt32BE(count, at);
    out.writeUInt32BE(value, at + 4);
  };
}

function syncs(index: TrackIndex): WriteRow {
  const cursor = index.samples();
  let number = 0;
  return (out, at) => {
    do {
      number += 1;
    } while (cursor.next() && !cursor.isSync);
    out.writeUInt32BE(number, at);
  };
}

function sizes(index: TrackIndex): WriteRow {
  const cursor = index.samples();
  return (out, at) => {
    cursor.next();
    out.writeUInt32BE(cursor.size, at);
  };
}

function chunkRuns(index: TrackIndex): WriteRow {
  const cursor = index.chunks();
  let number = 1;
  cursor.next();
  return (out, at) => {
    const { count, entry } = cursor;
    out.writeUInt32BE(number, at);
    out.writeUInt32BE(count, at + 4);
    out.writeUInt32BE(entry, at + 8);
    do {
      number += 1;
    } while (cursor.next() && cursor.count === count && cursor.entry === entry);
  };
}

function offsets(index: TrackIndex, shift: number): WriteRow {
  const cursor = index.chunks();
  return (out, at) => {
    cursor.next();
    out.writeUInt32BE(cursor.offset + shift, at);
  };
}

function longOffsets(index: TrackIndex, shift: number): WriteRow {
  const cursor = index.chunks();
  return (out, at) => {
    cursor.next();
    out.writeBigUInt64BE(BigInt(cursor.offset + shift), at);
  };
}
