import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fragment, Sample } from '../../src/media/frame.ts';
import { Cutter, MAX_HELD_BYTES, MAX_LAG_MS, MAX_OPEN_BYTES } from '../../src/record/cutter.ts';
import { startRecording } from '../../src/record/recorder.ts';
import { makeClip } from './clip.ts';
import { MemoryFile } from './disk.ts';

const clip = makeClip({ codec: 'libx264', seconds: 8, gop: 30, audio: 'flac', bframes: 2, delayAudioMs: 120 });

async function record(fragments: readonly Fragment[]): Promise<Buffer> {
  const file = new MemoryFile();
  const recorder = startRecording({
    path: '',
    startEpochMs: 0,
    init: clip.init,
    onFault: (detail) => assert.fail(detail),
    onNewInit: 'add-entry',
    openFile: async () => file,
    reserveBytes: 16_384,
  });
  for (const fragment of fragments) recorder.fragment(fragment);
  await recorder.stop();
  return file.content;
}

/** The clip with its sound handed over late, by up to `lags[n]` frames, in pieces of any size. */
function delayed(lags: readonly number[]): Fragment[] {
  const waiting: { due: number; sample: Sample }[] = [];
  return clip.fragments.map((fragment, n) => {
    const lag = lags[n % lags.length]!;
    for (const sample of fragment.samples) {
      if (sample.track === 'audio') waiting.push({ due: n + lag, sample });
    }
    // In order, always.
    let count = 0;
    while (count < waiting.length && (waiting[count]!.due <= n || n === clip.fragments.length - 1)) count += 1;
    const sound = waiting.splice(0, count).map(({ sample }) => sample);
    return {
      ...fragment,
      arrivedMs: n * 7,
      samples: [...fragment.samples.filter((s) => s.track === 'video'), ...sound],
    };
  });
}

test('the same samples give the same bytes, in whatever company and however fast they come', async () => {
  const wanted = await record(clip.fragments);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), async (lags) => {
      // The first frame with its sound: it sets the time 0 of the file.
      assert.ok((await record(delayed(lags))).equals(wanted));
    }),
    { numRuns: 25 },
  );
});

const sample = (dts: number, isSync = false, size = 10) => ({
  data: new Uint8Array(size),
  dts,
  duration: 3600,
  compositionOffset: 0,
  isSync,
});

test('a fragment waits for the sound of its time, and no longer than sound may lag', () => {
  const cutter = new Cutter();
  const video = cutter.addLane(1, 90_000, true);
  const audio = cutter.addLane(2, 8000, false);
  for (let n = 0; n <= 25; n += 1) cutter.add(video, sample(n * 3600, n % 25 === 0), 1);
  for (let n = 0; n < 25; n += 1) cutter.add(audio, sample(n * 320), 1);
  assert.equal(cutter.next(), null, 'sound up to the cut may still come');
  cutter.add(audio, sample(25 * 320), 1);
  const first = cutter.next();
  assert.deepEqual(
    first?.map(({ trackId, samples }) => [trackId, samples.length]),
    [
      [1, 25],
      [2, 25],
    ],
  );
  for (let n = 26; n < 50 + MAX_LAG_MS / 40; n += 1) cutter.add(video, sample(n * 3600, n % 25 === 0), 1);
  assert.equal(cutter.next(), null);
  cutter.add(video, sample(n(50) + MAX_LAG_MS * 90, true), 1);
  assert.deepEqual(
    cutter.next()?.map(({ trackId, samples }) => [trackId, samples.length]),
    [
      [1, 25],
      [2, 1],
    ],
  );
  // Sound that comes too late is in the next one, not lost.
  for (let k = 26; k < 50; k += 1) cutter.add(audio, sample(k * 320), 1);
  cutter.end();
  assert.equal(cutter.next()?.find(({ trackId }) => trackId === 2)?.samples.length, 24);
});

const n = (frames: number) => frames * 3600;

test('what waits for sound is bounded in bytes', () => {
  const cutter = new Cutter();
  const video = cutter.addLane(1, 90_000, true);
  cutter.addLane(2, 8000, false);
  let held = 0;
  let frames = 0;
  // Frames of a millisecond: no time passes, only bytes.
  for (; cutter.next() === null && held < 2 * MAX_HELD_BYTES; frames += 1) {
    cutter.add(video, sample(frames * 90, frames === 0, MAX_OPEN_BYTES / 8), 1);
    held += MAX_OPEN_BYTES / 8;
  }
  assert.ok(held <= MAX_HELD_BYTES + MAX_OPEN_BYTES / 8, `${held} bytes were held`);
});

test('samples of another entry are a run of their own', () => {
  const cutter = new Cutter();
  const video = cutter.addLane(1, 90_000, true);
  for (const [k, entry] of [1, 1, 2, 2, 2, 1].entries()) cutter.add(video, sample(k * 3600, k === 0), entry);
  assert.deepEqual(
    cutter.rest()?.map(({ entry, samples }) => [entry, samples.length]),
    [
      [1, 2],
      [2, 3],
      [1, 1],
    ],
  );
  assert.equal(cutter.rest(), null);
});

test('a dts that goes back is moved and still shown when it is due', () => {
  const cutter = new Cutter();
  const video = cutter.addLane(1, 90_000, true);
  assert.equal(cutter.add(video, { ...sample(7200, true), compositionOffset: 0 }, 1), 7200);
  assert.equal(cutter.add(video, { ...sample(3600), compositionOffset: 7200 }, 1), 7200);
  const [run] = cutter.rest()!;
  assert.equal(run!.samples[1]!.compositionOffset, 3600);
  assert.equal(run!.samples[0]!.duration, 0);
});
