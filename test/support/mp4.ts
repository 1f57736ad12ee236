/**
 * A reader of MP4 for tests, written from ISO/IEC 14496-12 and sharing nothing with the writers under test: fragmented
 * or progressive bytes in, samples out.
 */

export interface Mp4Sample {
  handler: 'vide' | 'soun';
  data: Buffer;
  /** In the track's timescale. */
  dts: number;
  cts: number;
  duration: number;
  sync: boolean;
}

export interface Mp4Track {
  id: number;
  handler: 'vide' | 'soun';
  timescale: number;
  /** Four letters of the sample entry: `avc1`, `hvc1`, `fLaC`, `mp4a`. */
  entry: string;
  /** The sample entry whole. */
  entryBytes: Buffer;
  samples: Mp4Sample[];
}

interface Box {
  type: string;
  start: number;
  body: number;
  end: number;
}

export function boxesOf(bytes: Buffer, start = 0, end = bytes.length): Box[] {
  const boxes: Box[] = [];
  let at = start;
  while (at + 8 <= end) {
    let size = bytes.readUInt32BE(at);
    let body = at + 8;
    if (size === 1) {
      size = Number(bytes.readBigUInt64BE(at + 8));
      body = at + 16;
    }
    if (size === 0) size = end - at;
    if (size < 8 || at + size > end) throw new Error(`box of ${size} bytes at ${at} does not fit into ${end}`);
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at, body, end: at + size });
    at += size;
  }
  if (at !== end) throw new Error(`${end - at} bytes behind the last box`);
  return boxes;
}

function child(bytes: Buffer, parent: Box, ...path: string[]): Box | undefined {
  let box: Box | undefined = parent;
  for (const type of path) box = box && boxesOf(bytes, box.body, box.end).find((b) => b.type === type);
  return box;
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

/** Every track with its samples, from `moov` tables and from fragments alike, in file order. */
export function readMp4(bytes: Buffer): Mp4Track[] {
  const tracks = new Map<number, Mp4Track>();
  for (const box of boxesOf(bytes)) {
    if (box.type === 'moov') for (const track of readMoov(bytes, box)) tracks.set(track.id, track);
    if (box.type === 'moof') readMoof(bytes, box, tracks);
  }
  return [...tracks.values()];
}

function readMoov(bytes: Buffer, moov: Box): Mp4Track[] {
  return boxesOf(bytes, moov.body, moov.end)
    .filter((box) => box.type === 'trak')
    .map((trak) => {
      const tkhd = must(child(bytes, trak, 'tkhd'), 'tkhd');
      const mdhd = must(child(bytes, trak, 'mdia', 'mdhd'), 'mdhd');
      const hdlr = must(child(bytes, trak, 'mdia', 'hdlr'), 'hdlr');
      const stbl = must(child(bytes, trak, 'mdia', 'minf', 'stbl'), 'stbl');
      const stsd = must(child(bytes, stbl, 'stsd'), 'stsd');
      const entry = must(boxesOf(bytes, stsd.body + 8, stsd.end)[0], 'sample entry');
      const track: Mp4Track = {
        id: bytes.readUInt32BE(tkhd.body + (bytes[tkhd.body] === 1 ? 20 : 12)),
        handler: bytes.toString('latin1', hdlr.body + 8, hdlr.body + 12) as Mp4Track['handler'],
        timescale: bytes.readUInt32BE(mdhd.body + (bytes[mdhd.body] === 1 ? 20 : 12)),
        entry: entry.type,
        entryBytes: bytes.subarray(entry.start, entry.end),
        samples: [],
      };
      readTables(bytes, stbl, track);
      return track;
    });
}

function readTables(bytes: Buffer, stbl: Box, track: Mp4Track): void {
  const stsz = must(child(bytes, stbl, 'stsz'), 'stsz');
  const constant = bytes.readUInt32BE(stsz.body + 4);
  const count = bytes.readUInt32BE(stsz.body + 8);
  if (count === 0) return;
  const sizes = Array.from({ length: count }, (_, i) => constant || bytes.readUInt32BE(stsz.body + 12 + 4 * i));
  const co64 = child(bytes, stbl, 'co64');
  const stco = co64 ?? must(child(bytes, stbl, 'stco'), 'stco');
  const chunks = Array.from({ length: bytes.readUInt32BE(stco.body + 4) }, (_, i) =>
    co64 ? Number(bytes.readBigUInt64BE(stco.body + 8 + 8 * i)) : bytes.readUInt32BE(stco.body + 8 + 4 * i),
  );
  const stsc = must(child(bytes, stbl, 'stsc'), 'stsc');
  const runs = Array.from({ length: bytes.readUInt32BE(stsc.body + 4) }, (_, i) => ({
    first: bytes.readUInt32BE(stsc.body + 8 + 12 * i),
    perChunk: bytes.readUInt32BE(stsc.body + 12 + 12 * i),
  }));
  const durations = expand(bytes, must(child(bytes, stbl, 'stts'), 'stts'), (at) => bytes.readUInt32BE(at));
  const ctts = child(bytes, stbl, 'ctts');
  const offsets = ctts ? expand(bytes, ctts, (at) => bytes.readInt32BE(at)) : null;
  const stss = child(bytes, stbl, 'stss');
  const syncs = stss
    ? new Set(
        Array.from({ length: bytes.readUInt32BE(stss.body + 4) }, (_, i) => bytes.readUInt32BE(stss.body + 8 + 4 * i)),
      )
    : null;
  let sample = 0;
  let dts = 0;
  for (const [chunk, chunkOffset] of chunks.entries()) {
    const perChunk = must(
      runs.findLast((run) => run.first <= chunk + 1),
      'stsc run',
    ).perChunk;
    let at = chunkOffset;
    for (let i = 0; i < perChunk; i++, sample++) {
      const size = must(sizes[sample], `size of sample ${sample}`);
      const duration = must(durations[sample], `duration of sample ${sample}`);
      track.samples.push({
        handler: track.handler,
        data: bytes.subarray(at, at + size),
        dts,
        cts: offsets?.[sample] ?? 0,
        duration,
        sync: syncs === null || syncs.has(sample + 1),
      });
      at += size;
      dts += duration;
    }
  }
  if (sample !== count) throw new Error(`${sample} samples in chunks, ${count} in stsz`);
}

function expand(bytes: Buffer, box: Box, read: (at: number) => number): number[] {
  const values: number[] = [];
  const entries = bytes.readUInt32BE(box.body + 4);
  for (let i = 0; i < entries; i++) {
    const repeat = bytes.readUInt32BE(box.body + 8 + 8 * i);
    const value = read(box.body + 12 + 8 * i);
    for (let k = 0; k < repeat; k++) values.push(value);
  }
  return values;
}

/** Reads big-endian 32-bit numbers one after another. */
class Cursor {
  readonly #bytes: Buffer;
  at: number;
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }
  u32(): number {
    this.at += 4;
    return this.#bytes.readUInt32BE(this.at - 4);
  }
  i32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }
}

function readMoof(bytes: Buffer, moof: Box, tracks: Map<number, Mp4Track>): void {
  for (const traf of boxesOf(bytes, moof.body, moof.end).filter((box) => box.type === 'traf')) {
    const tfhd = must(child(bytes, traf, 'tfhd'), 'tfhd');
    const head = new Cursor(bytes, tfhd.body);
    const flags = head.u32() & 0xffffff;
    const track = must(tracks.get(head.u32()), 'track of traf');
    let base = moof.start;
    if (flags & 1) base = head.u32() * 2 ** 32 + head.u32();
    if (flags & 2) head.u32();
    const defaultDuration = flags & 8 ? head.u32() : 0;
    const defaultSize = flags & 0x10 ? head.u32() : 0;
    const defaultFlags = flags & 0x20 ? head.u32() : 0;
    const tfdt = must(child(bytes, traf, 'tfdt'), 'tfdt');
    let dts = bytes[tfdt.body] === 1 ? Number(bytes.readBigUInt64BE(tfdt.body + 4)) : bytes.readUInt32BE(tfdt.body + 4);
    for (const trun of boxesOf(bytes, traf.body, traf.end).filter((box) => box.type === 'trun')) {
      const run = new Cursor(bytes, trun.body);
      const runFlags = run.u32() & 0xffffff;
      const count = run.u32();
      let data = runFlags & 1 ? base + run.i32() : base;
      const firstFlags = runFlags & 4 ? run.u32() : null;
      for (let i = 0; i < count; i++) {
        const duration = runFlags & 0x100 ? run.u32() : defaultDuration;
        const size = runFlags & 0x200 ? run.u32() : defaultSize;
        let sampleFlags = runFlags & 0x400 ? run.u32() : defaultFlags;
        if (i === 0 && firstFlags !== null) sampleFlags = firstFlags;
        const cts = runFlags & 0x800 ? run.i32() : 0;
        track.samples.push({
          handler: track.handler,
          data: bytes.subarray(data, data + size),
          dts,
          cts,
          duration,
          sync: (sampleFlags & 0x10000) === 0,
        });
        data += size;
        dts += duration;
      }
    }
  }
}

/** The NAL units of a sample with 32-bit lengths. */
export function nalsOfSample(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const size = data.readUInt32BE(at);
    if (at + 4 + size > data.length) throw new Error('a NAL unit reaches past its sample');
    nals.push(data.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return nals;
}

/** The NAL units of a byte stream (ISO/IEC 14496-10 annex B): naive on purpose. */
export function nalsOfByteStream(data: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let i = 0; i + 2 < data.length; i++)
    if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) starts.push(i + 3);
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? must(starts[i + 1], 'start code') - 3 : data.length;
    while (end > start && data[end - 1] === 0) end--;
    return data.subarray(start, end);
  });
}
