import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fragment, Sample } from '../../src/media/frame.ts';
import { type Recorder, startRecording } from '../../src/record/recorder.ts';
import { recoverFile } from '../../src/record/recover.ts';
import { resumeRecording } from '../../src/record/resume.ts';
import { hashOf, MAX_TAIL_SAMPLES, TAIL_MS, Tail, type TailSample } from '../../src/record/tail.ts';
import { MAX_GAP_SECONDS } from '../../src/record/tracks.ts';
import { makeClip, readSamples } from './clip.ts';
import { MemoryFile } from './disk.ts';

const START = Date.UTC(2026, 10, 21, 4);
const clip = makeClip({ codec: 'libx264', seconds: 12, gop: 25, audio: 'flac', bframes: 2 });

function options(file: MemoryFile, reserveBytes = 32_768) {
  const faults: string[] = [];
  return {
    path: '',
    startEpochMs: START,
    onFault: (detail: string) => faults.push(detail),
    onNewInit: 'add-entry' as const,
    openFile: async () => file,
    keepsTail: true,
    reserveBytes,
    faults,
  };
}

const begin = (file: MemoryFile, reserveBytes?: number) =>
  startRecording({ ...options(file, reserveBytes), init: clip.init });

async function whole(reserveBytes?: number): Promise<Buffer> {
  const file = new MemoryFile();
  const recorder = begin(file, reserveBytes);
  for (const fragment of clip.fragments) recorder.fragment(fragment);
  assert.ok((await recorder.stop()).finalised);
  return file.content;
}

/**
 * What another call sends from its key frame number `from` on: its own time base and generation, its sound cut into fragments
 * otherwise. `skipped` samples of each track, counted from the beginning of the clip, are left out.
 */
function again(from: number, skipped: { video: number; audio: number }): Fragment[] {
  const shift90k = 777_777;
  const seen = { video: 0, audio: 0 };
  const late: Sample[] = [];
  return clip.fragments.flatMap((fragment, n): Fragment[] => {
    const moved = fragment.samples.flatMap((sample): Sample[] => {
      seen[sample.track] += 1;
      if (n < from || seen[sample.track] <= skipped[sample.track]) return [];
      const shift = sample.track === 'video' ? shift90k : (shift90k * 8000) / 90_000;
      return [{ ...sample, dts: Math.round(sample.dts + shift) }];
    });
    // Sound comes every third frame.
    late.push(...moved.filter(({ track }) => track === 'audio'));
    const samples = moved.filter(({ track }) => track === 'video');
    if (n % 3 === 0 || n === clip.fragments.length - 1) samples.push(...late.splice(0));
    if (samples.length === 0) return [];
    return [{ ...fragment, generation: 5, dts90k: fragment.dts90k + shift90k, arrivedMs: n, samples }];
  });
}

/** Goes on with the footage from the beginning, leaving out what the file holds by the hashes of its newest samples. */
function goOn(recorder: Recorder, tail: readonly TailSample[]): void {
  const last = { video: -1, audio: -1 };
  const seen = { video: 0, audio: 0 };
  const all: Record<'video' | 'audio', Sample[]> = { video: [], audio: [] };
  for (const fragment of clip.fragments) for (const sample of fragment.samples) all[sample.track].push(sample);
  for (const track of ['video', 'audio'] as const) {
    const newest = tail.filter((one) => one.track === track).at(-1);
    last[track] = newest === undefined ? -1 : all[track].findIndex(({ data }) => hashOf(data) === newest.hash);
    seen[track] = last[track] + 1;
  }
  const fragments = again(0, seen);
  const newest = tail.filter(({ track }) => track === 'video').at(-1)!;
  const sound = tail.filter(({ track }) => track === 'audio').at(-1)!;
  const init = { ...clip.init, generation: 5 };
  recorder.join(init, {
    dts90k: all.video[last.video]!.dts + 777_777,
    at90k: newest.dts,
    audio: { dts: Math.round(all.audio[last.audio]!.dts + (777_777 * 8000) / 90_000), at: sound.dts },
  });
  for (const fragment of fragments) recorder.fragment(fragment);
}

for (const [where, reserveBytes] of [
  ['front', 32_768],
  ['back', 64],
] as const) {
  test(`broken off at any byte and gone on with, a file is what it would have been, bit for bit (moov at the ${where})`, async () => {
    const wanted = await whole(reserveBytes);
    const measured = new MemoryFile();
    const first = begin(measured, reserveBytes);
    for (const fragment of clip.fragments) first.fragment(fragment);
    await first.stop();
    let resumed = 0;
    for (let budget = 1000; budget < measured.written + 5000; budget += 7919) {
      const broken = new MemoryFile(budget);
      const recorder = begin(broken, reserveBytes);
      for (const fragment of clip.fragments) recorder.fragment(fragment);
      await recorder.stop();
      const survivor = MemoryFile.of(Uint8Array.from(broken.content));
      const result = await resumeRecording(options(survivor, reserveBytes));
      if ('fault' in result) {
        assert.equal(result.fault, 'empty');
        assert.ok(budget < 60_000 + reserveBytes, `nothing to go on with after ${budget} bytes`);
        continue;
      }
      if ('complete' in result) {
        assert.equal(result.bytes, wanted.length);
        assert.ok(survivor.content.equals(wanted));
        continue;
      }
      resumed += 1;
      assert.equal(result.recorder.durationMs, result.durationMs);
      goOn(result.recorder, result.tail);
      const outcome = await result.recorder.stop();
      assert.equal(outcome.fault, null);
      assert.ok(survivor.content.equals(wanted), `broken off at ${budget}`);
    }
    assert.ok(resumed > 10);
  });
}

test('suspended twice and gone on with, it is the same too, and nothing but whole fragments is kept meanwhile', async () => {
  const wanted = await whole();
  const file = new MemoryFile();
  const recorder = begin(file);
  for (const fragment of clip.fragments.slice(0, 140)) recorder.fragment(fragment);
  const outcome = await recorder.suspend();
  assert.ok(!outcome.finalised && outcome.fault === null);
  assert.equal(await recorder.stop(), outcome, 'a suspended recorder is over');
  assert.equal(outcome.durationMs, 5000);
  assert.equal(readSamples(file.content)[0]!.samples.length, 125);
  for (const last of [false, true]) {
    const result = await resumeRecording(options(file));
    assert.ok('recorder' in result);
    assert.equal(result.durationMs, 5000);
    if (!last) {
      await result.recorder.suspend();
      continue;
    }
    goOn(result.recorder, result.tail);
    assert.ok((await result.recorder.stop()).finalised);
  }
  assert.ok(file.content.equals(wanted));
});

test('the tail tells the newest samples by their hashes, the running recorder as the resumed one', async () => {
  const file = new MemoryFile();
  const recorder = begin(file);
  for (const fragment of clip.fragments.slice(0, 126)) recorder.fragment(fragment);
  const sent = clip.fragments.slice(0, 125).flatMap(({ samples }) => samples);
  const running = recorder.tail();
  await recorder.suspend();
  const result = await resumeRecording(options(file));
  assert.ok('recorder' in result);
  for (const track of ['video', 'audio'] as const) {
    const hashes = sent.filter((sample) => sample.track === track).map(({ data }) => hashOf(data));
    const tail: TailSample[] = result.tail.filter((one) => one.track === track);
    assert.deepEqual(
      tail.map(({ hash }) => hash),
      hashes.slice(0, tail.length),
    );
    assert.ok(tail.length >= hashes.length - 2);
    assert.deepEqual(tail, running.filter((one) => one.track === track).slice(0, tail.length));
  }
  assert.deepEqual(result.recorder.tail(), result.tail);
  await result.recorder.suspend();
});

test('hashes tell samples apart by every byte, and by their length', () => {
  const data = Buffer.from(clip.fragments[0]!.samples[0]!.data);
  const hashes = new Set([hashOf(data), hashOf(data.subarray(1)), hashOf(Buffer.concat([data, Buffer.alloc(1)]))]);
  for (let at = 0; at < data.length; at += 1) {
    data[at]! ^= 1 << (at % 8);
    hashes.add(hashOf(data));
    data[at]! ^= 1 << (at % 8);
  }
  assert.equal(hashes.size, data.length + 3);
  assert.equal(hashOf(Buffer.alloc(200)), hashOf(new Uint8Array(200)));
  assert.notEqual(hashOf(Buffer.alloc(200)), hashOf(Buffer.alloc(201)));
  assert.ok(Number.isSafeInteger(hashOf(Buffer.alloc(3 * 2 ** 20, 0xff))));
});

test('the tail has a length in time and in samples', () => {
  const tail = new Tail();
  for (let n = 0; n < 10_000; n += 1) tail.add({ track: 'video', dts: n * 3600, timescale: 90_000, hash: n });
  assert.equal(tail.list().length, TAIL_MS / 40 + 1);
  assert.equal(tail.list().at(-1)!.hash, 9999);
  const dense = new Tail();
  for (let n = 0; n < 10_000; n += 1) dense.add({ track: 'audio', dts: n, timescale: 8000, hash: n });
  assert.equal(dense.list().length, MAX_TAIL_SAMPLES);
  assert.equal(dense.list()[0]!.hash, 10_000 - MAX_TAIL_SAMPLES);
});

test('a gap stays time: what comes behind a joint stands where it belongs', async () => {
  const file = new MemoryFile();
  const recorder = begin(file);
  for (const fragment of clip.fragments.slice(0, 50)) recorder.fragment(fragment);
  recorder.join({ ...clip.init, generation: 5 }, { dts90k: clip.fragments[0]!.dts90k + 777_777, at90k: 100 * 90_000 });
  for (const fragment of again(0, { video: 0, audio: 0 }).slice(0, 50)) recorder.fragment(fragment);
  await recorder.stop();
  const [video, audio] = readSamples(file.content);
  assert.equal(video!.samples.length, 100);
  assert.equal(video!.samples[50]!.dts, 100 * 90_000);
  const first = audio!.samples.find(({ dts }) => dts > 10 * 8000)!;
  assert.ok(Math.abs(first.dts - 100 * 8000) <= 1, `${first.dts}`);
});

test('a gap that no file can show is shown as long as one can, with sound and picture together', async () => {
  const file = new MemoryFile();
  const recorder = begin(file);
  for (const fragment of clip.fragments.slice(0, 50)) recorder.fragment(fragment);
  const endMs = recorder.durationMs;
  const dts90k = clip.fragments[0]!.dts90k + 777_777;
  recorder.join({ ...clip.init, generation: 5 }, { dts90k, at90k: 20 * 3600 * 90_000 });
  for (const fragment of again(0, { video: 0, audio: 0 }).slice(0, 50)) recorder.fragment(fragment);
  await recorder.stop();
  const [video, audio] = readSamples(file.content);
  const seconds = endMs / 1000 + MAX_GAP_SECONDS;
  assert.ok(Math.abs(video!.samples[50]!.dts / 90_000 - seconds) < 0.001);
  const first = audio!.samples.find(({ dts }) => dts > 10 * 8000)!;
  assert.ok(Math.abs(first.dts / 8000 - seconds) < 0.001);
});

test('there is nothing to go on with: a file that is gone, empty, none of ours, on a disk that refuses', async () => {
  const cases: [Uint8Array | null, string][] = [
    [null, 'missing'],
    [new Uint8Array(), 'empty'],
    [Buffer.from('\0\0\0\x08skip\0\0\0\x08skip'), 'unreadable'],
  ];
  for (const [content, fault] of cases) {
    const file = content === null ? null : MemoryFile.of(content);
    const result = await resumeRecording({
      ...options(new MemoryFile()),
      openFile: async () => {
        if (file === null) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        return file;
      },
    });
    assert.ok('fault' in result && result.fault === fault, fault);
    assert.equal(file?.closed ?? 1, 1, 'it is closed again');
  }
  const broken = MemoryFile.of(new Uint8Array(100));
  broken.size = () => Promise.reject(new Error('EIO'));
  const result = await resumeRecording(options(broken));
  assert.ok('fault' in result && result.fault === 'io');
});

test('a fragment of an init segment that nobody announced is a fault', async () => {
  const file = new MemoryFile();
  const o = options(file);
  const recorder = startRecording({ ...o, init: clip.init });
  recorder.fragment(clip.fragments[0]!);
  recorder.fragment({ ...clip.fragments[1]!, generation: 9 });
  const outcome = await recorder.stop();
  assert.equal(o.faults.length, 1);
  assert.match(outcome.fault?.detail ?? '', /before the init segment/);
  assert.ok(!('fault' in (await recoverFile('', async () => MemoryFile.of(Uint8Array.from(file.content))))));
});
