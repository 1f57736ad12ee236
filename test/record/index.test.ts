import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteLog } from '../../src/record/byte-log.ts';
import { MAX_DURATION, TrackIndex } from '../../src/record/index.ts';
import { fullMoov, type MovieTrack } from '../../src/record/movie.ts';
import { inPieces } from '../../src/record/pieces.ts';
import { readStoredIndex } from '../../src/record/stored-index.ts';
import { MemoryFile } from './disk.ts';

const VIDEO: MovieTrack = {
  id: 1,
  kind: 'video',
  timescale: 90_000,
  width: 640,
  height: 480,
  entries: ['one1', 'two2'].map((type) =>
    Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from(type), Buffer.alloc(8)]),
  ),
};

interface Sample {
  dts: number;
  duration: number;
  compositionOffset: number;
  size: number;
  isSync: boolean;
  offset: number;
  entry: number;
}

/** Every sample of an index, with its place. */
function listOf(index: TrackIndex): Sample[] {
  const list: Sample[] = [];
  const samples = index.samples();
  const chunks = index.chunks();
  while (chunks.next()) {
    let { offset } = chunks;
    for (let i = 0; i < chunks.count; i += 1) {
      assert.ok(samples.next());
      const { dts, duration, compositionOffset, size, isSync } = samples;
      list.push({ dts, duration, compositionOffset, size, isSync, offset, entry: chunks.entry });
      offset += size;
    }
  }
  assert.ok(!samples.next() && !chunks.next());
  return list;
}

const chunksOfSamples = fc.array(
  fc.record({
    skip: fc.oneof(fc.nat(1000), fc.nat(2 ** 34)),
    entry: fc.integer({ min: 1, max: 2 }),
    samples: fc.array(
      fc.record({
        duration: fc.oneof(fc.constant(3600), fc.nat(MAX_DURATION), fc.integer({ min: 3500, max: 3700 })),
        compositionOffset: fc.oneof(fc.constant(0), fc.nat(90_000)),
        size: fc.oneof(fc.nat(3000), fc.nat(2 ** 26)),
        isSync: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  }),
  { minLength: 1, maxLength: 20 },
);

test('numbers come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { maxLength: 3000 }), (values) => {
      const log = new ByteLog();
      for (const value of values) log.signed(value);
      const reader = log.reader();
      assert.deepEqual(
        values.map(() => reader.signed()),
        values,
      );
    }),
    { numRuns: 50 },
  );
});

test('an index gives back what it was given, from memory and from the finished tables', async () => {
  await fc.assert(
    fc.asyncProperty(chunksOfSamples, fc.nat(100_000), async (chunks, first) => {
      const index = new TrackIndex();
      const expected: Sample[] = [];
      let offset = 0;
      let dts = first;
      for (const { skip, entry, samples } of chunks) {
        offset += skip;
        index.beginChunk(offset, entry);
        for (const sample of samples) {
          index.add(dts, sample.duration, sample.compositionOffset, sample.size, sample.isSync);
          expected.push({ ...sample, dts, offset, entry });
          offset += sample.size;
          dts += sample.duration;
        }
      }
      assert.deepEqual(listOf(index), expected);
      assert.equal(index.endDts, dts);
      assert.equal(index.syncCount, expected.filter(({ isSync }) => isSync).length);
      const moov = Buffer.concat([...fullMoov([VIDEO], [index], 0)!.make()]);
      const stored = await readStoredIndex(MemoryFile.of(moov));
      assert.ok('indexes' in stored);
      assert.deepEqual(listOf(stored.indexes[0]!), expected);
    }),
    { numRuns: 100 },
  );
});

test('the tables of a damaged moov are refused or read, never an exception', async () => {
  const index = new TrackIndex();
  for (let n = 0; n < 200; n += 1) {
    if (n % 25 === 0) index.beginChunk(n * 1000, 1 + (n % 2));
    index.add(n * 3600, 3600, n % 3 === 0 ? 0 : 3600, 900 + n, n % 25 === 0);
  }
  const moov = Buffer.concat([...fullMoov([VIDEO], [index], 0)!.make()]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(moov.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      async (changes) => {
        const damaged = Buffer.from(moov);
        for (const [at, value] of changes) damaged[at] = value;
        const stored = await readStoredIndex(MemoryFile.of(damaged));
        assert.ok('fault' in stored || stored.indexes.length > 0);
      },
    ),
    { numRuns: 300 },
  );
});

for (const { name, jitter, reorders } of [
  { name: 'even time stamps', jitter: 0, reorders: false },
  { name: 'time stamps that tremble by 10 ms', jitter: 900, reorders: false },
  { name: 'B-frames', jitter: 0, reorders: true },
]) {
  test(`a day of 25 frames a second with sound takes at most 6 bytes a sample: ${name}`, () => {
    const video = new TrackIndex();
    const audio = new TrackIndex();
    const frames = 24 * 3600 * 25;
    let seed = 1;
    let offset = 0;
    for (let n = 0; n < frames; n += 1) {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      if (n % 50 === 0) {
        video.beginChunk(offset);
        audio.beginChunk(offset + 150_000);
        offset += 200_000;
      }
      const dts = n * 3600 + (jitter === 0 ? 0 : seed % jitter);
      // 2 Mbit/s: a key frame of 90 kB, the others around 8 kB.
      const size = n % 50 === 0 ? 90_000 + (seed % 9000) : 4000 + (seed % 9000);
      video.add(dts, 3600, reorders ? [3600, 10_800, 3600, 0][n % 4]! : 0, size, n % 50 === 0);
      audio.add(n * 320, 320, 0, 180 + (seed % 120), true);
    }
    const bytes = video.memoryBytes + audio.memoryBytes;
    assert.ok(bytes / (2 * frames) <= 6, `${(bytes / (2 * frames)).toFixed(2)} bytes a sample`);
    assert.ok(bytes < 30e6, `${bytes} bytes`);
    if (jitter > 0) return;
    // The tables of the file leave in pieces.
    const moov = fullMoov([VIDEO], [video], 0)!;
    let sum = 0;
    for (const piece of inPieces(moov)) {
      assert.ok(piece.length <= 64 * 1024, `a piece of ${piece.length} bytes`);
      sum += piece.length;
    }
    assert.equal(sum, moov.size);
    assert.ok(moov.size > 8e6);
  });
}
