import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Fragment, Sample } from '../../src/media/frame.ts';
import { MAX_GOP_BYTES } from '../../src/media/live/gop.ts';
import { makeInit } from '../../src/media/mp4/init.ts';
import { MAX_OPEN_BYTES, MAX_OPEN_MS, MIN_OPEN_MS } from '../../src/record/cutter.ts';
import { readMoof } from '../../src/record/fragment.ts';
import { TrackIndex } from '../../src/record/index.ts';
import { codecOf, fullMoov, readMovie } from '../../src/record/movie.ts';
import {
  GATHER_FROM_BYTES,
  MAX_GATHERED_BYTES,
  PATIENT_BYTES,
  type RecordingOutcome,
  SYNC_EVERY_MS,
  startRecording,
} from '../../src/record/recorder.ts';
import { recoverFile } from '../../src/record/recover.ts';
import { MAX_QUEUED_BYTES } from '../../src/record/write-queue.ts';
import { type Clip, makeClip, readSamples } from './clip.ts';
import { MemoryFile } from './disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'gbgate-record-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const START = Date.UTC(2026, 10, 21, 4, 5, 6);
const clip = makeClip({ codec: 'libx264', seconds: 4, gop: 25, audio: 'flac' });
/** Tracks of a stream without sound: no fragment waits for any. */
const silent = makeClip({ codec: 'libx264', seconds: 1, gop: 25, audio: null });

interface Faults {
  code: string;
  detail: string;
}

function open(file: MemoryFile | string, o: { reserveBytes?: number; init?: Clip['init']; isPatient?: boolean } = {}) {
  const faults: Faults[] = [];
  const news = { count: 0 };
  const recorder = startRecording({
    path: typeof file === 'string' ? file : '',
    startEpochMs: START,
    init: o.init ?? clip.init,
    onFault: (detail, code) => faults.push({ detail, code }),
    onNewInit: () => {
      news.count += 1;
    },
    ...(typeof file === 'string' ? {} : { openFile: async () => file }),
    reserveBytes: o.reserveBytes ?? 8192,
    isPatient: o.isPatient ?? false,
  });
  return { recorder, faults, news };
}

/** Frame `n` of a stream of 25 frames a second with the first clip's tracks, `size` bytes each. */
function frame(n: number, o: { isKey?: boolean; size?: number; generation?: number } = {}): Fragment {
  const isSync = o.isKey ?? false;
  const data = new Uint8Array(o.size ?? 100).fill(n);
  const sample: Sample = { track: 'video', data, dts: n * 3600, compositionOffset: 0, duration: 3600, isSync };
  return {
    generation: o.generation ?? 1,
    bytes: data,
    isKey: isSync,
    afterLoss: false,
    dts90k: n * 3600,
    arrivedMs: n * 40,
    samples: [sample],
  };
}

function ffprobe(path: string, ...entries: string[]): string {
  return execFileSync('ffprobe', ['-v', 'warning', '-of', 'csv=p=0', ...entries, path], { encoding: 'utf8' }).trim();
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

function fragmentsIn(file: Uint8Array): number[] {
  const counts: number[] = [];
  const bytes = Buffer.from(file);
  for (let at = bytes.indexOf('moof'); at > 0; at = bytes.indexOf('moof', at + 4)) {
    const tables = readMoof(bytes.subarray(at - 4, at - 4 + bytes.readUInt32BE(at - 4)));
    counts.push(tables?.[0]?.entries.length ?? -1);
  }
  return counts;
}

for (const shape of [
  { codec: 'libx264', audio: 'flac', bframes: 2, delayAudioMs: 100 },
  { codec: 'libx264', audio: 'aac', bframes: 0 },
  { codec: 'libx265', audio: 'flac', bframes: 2 },
  { codec: 'libx265', audio: null, bframes: 0 },
] as const) {
  test(`${shape.codec} with ${shape.audio ?? 'no sound'}: every sample as it was, read by ffprobe and mp4box without a warning`, async () => {
    const source = makeClip({ seconds: 3, gop: 20, ...shape });
    const path = join(dir, 'a/b', `${shape.codec}-${shape.audio}.mp4`);
    const { recorder, faults } = open(path, { init: source.init, reserveBytes: 1 << 20 });
    for (const fragment of source.fragments) recorder.fragment(fragment);
    const duringMs = recorder.durationMs;
    const outcome = await recorder.stop();
    assert.deepEqual(faults, []);
    const sent = source.fragments.flatMap((f) => f.samples);
    const content = readFileSync(path);
    assert.equal(outcome.bytes, content.length);
    assert.equal(outcome.durationMs, duringMs);
    assert.equal(outcome.endEpochMs, START + outcome.durationMs);
    const tracks = readSamples(content);
    assert.equal(tracks.length, shape.audio === null ? 1 : 2);
    for (const track of tracks) {
      const expected = sent.filter((s) => s.track === track.kind);
      assert.equal(track.samples.length, expected.length);
      for (const [i, sample] of track.samples.entries()) {
        assert.ok(Buffer.from(expected[i]!.data).equals(sample.data), `${track.kind} ${i}`);
        assert.equal(sample.dts, expected[i]!.dts - expected[0]!.dts);
        assert.equal(sample.compositionOffset, expected[i]!.compositionOffset);
        assert.equal(sample.isSync, expected[i]!.isSync);
      }
      const delay = track.kind === 'audio' && 'delayAudioMs' in shape ? shape.delayAudioMs / 1000 : 0;
      assert.ok(Math.abs(track.delaySeconds - delay) < 0.0002, `${track.kind} begins at ${track.delaySeconds}`);
    }
    assert.match(tracks[0]!.codec, shape.codec === 'libx264' ? /^avc1\./ : /^hvc1\./);
    assert.equal(Number(ffprobe(path, '-count_packets', '-show_entries', 'stream=nb_read_packets').split('\n')[0]), 75);
    assert.equal(ffprobe(path, '-show_entries', 'format_tags=creation_time'), '2026-11-21T04:05:06.000000Z');
    assert.equal(execFileSync('ffmpeg', ['-v', 'warning', '-i', path, '-f', 'null', '-']).length, 0);
    // moov in front of the media, found without reading it
    assert.ok(content.lastIndexOf('moov') < content.indexOf('mdat'));
  });
}

test('while it is written every group of pictures is there as soon as it is whole', async () => {
  const file = new MemoryFile();
  const { recorder } = open(file);
  for (const fragment of clip.fragments.slice(0, 60)) recorder.fragment(fragment);
  await settle();
  const path = join(dir, 'growing.mp4');
  writeFileSync(path, file.content);
  assert.equal(
    ffprobe(path, '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets'),
    '50',
  );
  assert.equal(readSamples(file.content)[0]!.samples.length, 50);
  await recorder.stop();
});

test('a long group of pictures is written in parts; key frames alone are gathered', async () => {
  const long = new MemoryFile();
  const { recorder } = open(long);
  for (let n = 0; n < 300; n += 1) recorder.fragment(frame(n, { isKey: n === 0 }));
  await recorder.stop();
  assert.deepEqual(fragmentsIn(long.content), [MAX_OPEN_MS / 40, MAX_OPEN_MS / 40, 300 - MAX_OPEN_MS / 20]);
  const heavy = new MemoryFile();
  const second = open(heavy).recorder;
  for (let n = 0; n < 6; n += 1) {
    second.fragment(frame(n, { isKey: n === 0, size: MAX_OPEN_BYTES / 2 }));
    await settle();
  }
  await second.stop();
  assert.deepEqual(fragmentsIn(heavy.content), [2, 2, 2]);
  const intra = new MemoryFile();
  const third = open(intra).recorder;
  for (let n = 0; n < 100; n += 1) third.fragment(frame(n, { isKey: true }));
  await third.stop();
  assert.equal(fragmentsIn(intra.content)[0], Math.ceil(MIN_OPEN_MS / 40));
  assert.equal(readSamples(intra.content)[0]!.samples.length, 100);
});

test('durations come from the decoding times, also across a gap and across fragments', async () => {
  const file = new MemoryFile();
  const { recorder } = open(file);
  const times = [0, 1, 2, 25, 26, 27.5, 100];
  for (const [i, n] of times.entries()) recorder.fragment(frame(n, { isKey: i === 0 || n === 25 }));
  const outcome = await recorder.stop();
  assert.deepEqual(
    readSamples(file.content)[0]!.samples.map((s) => s.duration),
    [3600, 3600, 23 * 3600, 3600, 5400, 72.5 * 3600, 3600],
  );
  assert.equal(outcome.durationMs, 101 * 40);
});

test('what comes before the first key frame is not recorded; nothing at all leaves no file', async () => {
  const path = join(dir, 'nothing.mp4');
  writeFileSync(path, '');
  const { recorder } = open(path);
  recorder.fragment(frame(0));
  const outcome = await recorder.stop();
  assert.deepEqual(
    { ...outcome, fault: null },
    { bytes: 0, durationMs: 0, endEpochMs: START, finalised: false, fault: null },
  );
  assert.ok(!existsSync(path));
});

test('the largest group of pictures a stream keeps is taken at once', async () => {
  const file = new MemoryFile();
  const { recorder, faults } = open(file);
  const size = 1024 * 1024;
  for (let n = 0; n * size < MAX_GOP_BYTES; n += 1) recorder.fragment(frame(n, { isKey: n === 0, size }));
  await recorder.stop();
  assert.deepEqual(faults, []);
  assert.equal(readSamples(file.content)[0]!.samples.length, MAX_GOP_BYTES / size);
});

test('a source faster than real time waits for the disk and writes as much as it likes', async () => {
  const file = new MemoryFile();
  const { recorder, faults } = open(file);
  const size = 1024 * 1024;
  const count = (2 * MAX_QUEUED_BYTES) / size;
  for (let n = 0; n < count; n += 1) {
    recorder.fragment(frame(n, { isKey: n % 25 === 0, size }));
    if (recorder.queuedBytes > 8 * size) await recorder.drained();
  }
  assert.equal((await recorder.stop()).durationMs, count * 40);
  assert.equal(recorder.queuedBytes, 0);
  assert.deepEqual(faults, []);
});

test('a new init segment ends the file and asks for another', async () => {
  const file = new MemoryFile();
  const { recorder, news } = open(file);
  recorder.fragment(frame(0, { isKey: true }));
  recorder.fragment(frame(1));
  recorder.fragment(frame(2, { isKey: true, generation: 2 }));
  recorder.fragment(frame(3, { generation: 2 }));
  const outcome = await recorder.stop();
  assert.equal(news.count, 1);
  assert.equal(outcome.durationMs, 80);
  assert.equal(readSamples(file.content)[0]!.samples.length, 2);
  assert.equal(await recorder.stop(), outcome, 'stop is idempotent');
  assert.equal(file.closed, 1);
});

test('an init segment without a track is a fault, not an exception', async () => {
  const init = { ...clip.init, bytes: new Uint8Array([0, 0, 0, 8, 1, 2, 3, 4]) };
  const { recorder, faults } = open(new MemoryFile(), { init });
  recorder.fragment(frame(0, { isKey: true }));
  const outcome = await recorder.stop();
  assert.equal(faults.length, 1);
  assert.equal(outcome.durationMs, 0);
});

/** Records for 12 s into a file that fails on the way, and says what is left of it. */
async function fail(prepare: (file: MemoryFile, n: number) => void, reserveBytes: number) {
  const file = new MemoryFile();
  const { recorder, faults } = open(file, { reserveBytes, init: silent.init });
  for (let n = 0; n < 300; n += 1) {
    prepare(file, n);
    recorder.fragment(frame(n, { isKey: n % 25 === 0, size: 1000 }));
    if (n % 25 === 0) await settle();
  }
  const outcome: RecordingOutcome = await recorder.stop();
  return { file, faults, outcome };
}

test('a full disk ends the recording; the file is finalised in its reserve and plays', async () => {
  const { file, faults, outcome } = await fail((f) => {
    f.capacity = 100_000;
  }, 8192);
  assert.deepEqual(
    faults.map((f) => f.code),
    ['disk_full'],
  );
  assert.equal(outcome.fault?.code, 'disk_full');
  assert.ok(outcome.finalised);
  assert.equal(outcome.bytes, file.content.length);
  const [track] = readSamples(file.content);
  assert.equal(track!.samples.length, 75);
  assert.equal(outcome.durationMs, 3000);
  assert.ok(file.content.indexOf('moov') < file.content.indexOf('mdat'));
});

test('a full disk without room for the tables leaves the fragmented file, which plays', async () => {
  const { file, faults, outcome } = await fail((f, n) => {
    if (n === 100) f.capacity = 0;
  }, 64);
  assert.deepEqual(
    faults.map((f) => f.code),
    ['disk_full'],
  );
  assert.ok(!outcome.finalised);
  assert.equal(readSamples(file.content)[0]!.samples.length, 75);
  const path = join(dir, 'full.mp4');
  writeFileSync(path, file.content);
  const recovered = await recoverFile(path);
  assert.deepEqual(recovered, { durationMs: 3000, bytes: readFileSync(path).length });
});

test('a disk that fails ends the recording with `io`, once', async () => {
  const { faults, outcome, file } = await fail((f, n) => {
    f.failure = n >= 150 ? Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' }) : null;
  }, 8192);
  assert.deepEqual(faults, [{ code: 'io', detail: 'EIO: i/o error, write' }]);
  assert.ok(!outcome.finalised);
  assert.equal(readSamples(file.content)[0]!.samples.length, 125);
});

test('a disk that hangs ends the recording before memory does', async () => {
  const file = new MemoryFile();
  let let_go = () => {};
  const hanging = new Promise<void>((resolve) => {
    let_go = resolve;
  });
  const write = file.write.bind(file);
  file.write = async (bytes, position) => {
    if (position > 0) await hanging;
    await write(bytes, position);
  };
  const { recorder, faults } = open(file);
  const size = 1024 * 1024;
  let taken = 0;
  while (faults.length === 0 && taken < 100) {
    recorder.fragment(frame(taken * 25, { isKey: true, size }));
    taken += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(faults[0]?.detail ?? '', /too slow/);
  assert.ok(taken * size <= MAX_QUEUED_BYTES + 3 * size, `${taken} MB were taken`);
  let_go();
  const outcome = await recorder.stop();
  assert.equal(outcome.fault?.code, 'io');
  assert.equal(readSamples(file.content)[0]!.samples.length, 1, 'what was in flight is kept');
});

test('a folder that cannot be made is a fault', async () => {
  const path = join(dir, 'file');
  writeFileSync(path, '');
  const { recorder, faults } = open(join(path, 'x', 'y.mp4'));
  recorder.fragment(frame(0, { isKey: true }));
  await recorder.stop();
  assert.equal(faults[0]?.code, 'io');
});

test('data is synced every few seconds, and around the write that finalises', async () => {
  const file = new MemoryFile();
  const { recorder } = open(file);
  for (let n = 0; n < 750; n += 1) recorder.fragment(frame(n, { isKey: n % 25 === 0 }));
  await settle();
  assert.equal(file.datasyncs, Math.floor(29_000 / SYNC_EVERY_MS));
  await recorder.stop();
  assert.equal(file.datasyncs, Math.floor(29_000 / SYNC_EVERY_MS) + 2);
  // A source that is faster than real time is synced by what has arrived meanwhile, not by what it plays.
  const fast = new MemoryFile();
  const second = open(fast).recorder;
  for (let n = 0; n < 750; n += 1) second.fragment({ ...frame(n, { isKey: n % 25 === 0 }), arrivedMs: n });
  await second.stop();
  assert.equal(fast.datasyncs, 2);
});

test('what waits for a disk that is behind goes out in one write, which counts as a whole or not at all', async () => {
  // 30 groups of pictures of 1 MB, all of them before the disk has done anything.
  const record = async (file: MemoryFile) => {
    const { recorder } = open(file, { init: silent.init });
    for (let n = 0; n < 750; n += 1) recorder.fragment(frame(n, { isKey: n % 25 === 0, size: 40_000 }));
    return recorder.stop();
  };
  const file = new MemoryFile();
  assert.ok((await record(file)).finalised);
  const atOnce = Math.floor(MAX_GATHERED_BYTES / 1_000_500);
  const gathered = Math.ceil((30 - Math.ceil(GATHER_FROM_BYTES / 1_000_500)) / atOnce);
  assert.ok(file.writes < 2 * (gathered + 3) + 5, `${file.writes} writes`);
  const whole = readSamples(file.content)[0]!.samples;
  assert.equal(whole.length, 750);
  for (let n = 0; n < 750; n += 10) assert.ok(whole[n]!.data.every((byte) => byte === (n & 0xff)));
  for (let budget = 1_500_000; budget < file.written; budget += 3_333_333) {
    const killed = new MemoryFile(budget);
    await record(killed);
    const survivor = MemoryFile.of(Uint8Array.from(killed.content));
    const result = await recoverFile('', async () => survivor);
    const samples = 'fault' in result ? [] : readSamples(survivor.content)[0]!.samples;
    assert.equal(samples.length % 25, 0);
    assert.ok(
      samples.length * 40_000 > budget - MAX_GATHERED_BYTES - 1_100_000,
      `${samples.length} of ${budget} bytes`,
    );
    for (const [n, sample] of samples.entries()) assert.equal(sample.data[39_999], n & 0xff);
  }
});

test('groups of pictures wait for each other where they may, for so many bytes or a second, and the file is the same', async () => {
  const sizes = { init: silent.init };
  const groups = (from: number, to: number, arrivedMs: (n: number) => number) =>
    Array.from({ length: (to - from) * 25 }, (_, i) => {
      const n = from * 25 + i;
      return { ...frame(n, { isKey: n % 25 === 0, size: 4000 }), arrivedMs: arrivedMs(n) };
    });
  const plain = new MemoryFile();
  const { recorder } = open(plain, sizes);
  for (const fragment of groups(0, 40, () => 5)) {
    recorder.fragment(fragment);
    if (fragment.isKey) await recorder.drained();
  }
  await recorder.stop();
  // 100 kB each, all at once: four writes instead of forty, each with the one that makes it count
  const patient = new MemoryFile();
  const { recorder: second } = open(patient, { ...sizes, isPatient: true });
  let most = 0;
  for (const fragment of groups(0, 40, () => 5)) {
    second.fragment(fragment);
    most = Math.max(most, second.queuedBytes);
    if (second.queuedBytes >= PATIENT_BYTES) await second.drained();
  }
  assert.ok(most >= PATIENT_BYTES && most < PATIENT_BYTES + 200_000, `${most} bytes waited`);
  await second.stop();
  assert.ok(patient.writes <= 8 + 6, `${patient.writes} writes`);
  assert.ok(plain.writes >= 80, `${plain.writes} writes`);
  assert.ok(patient.content.equals(plain.content));
  // in real time none waits longer than a second
  const slow = new MemoryFile();
  const { recorder: third } = open(slow, { ...sizes, isPatient: true });
  for (const fragment of groups(0, 3, (n) => n * 40)) third.fragment(fragment);
  await settle();
  assert.ok(slow.written > 200_000 && third.queuedBytes === 0, `${slow.written} bytes written`);
  for (const fragment of groups(3, 5, () => 3000)) third.fragment(fragment);
  assert.ok(third.queuedBytes > 100_000);
  await third.drained();
  assert.equal(third.queuedBytes, 0);
  for (const fragment of groups(5, 7, () => 3000)) third.fragment(fragment);
  const { durationMs } = await third.suspend();
  assert.equal(durationMs, 6000, 'the groups that were whole');
});

test('the live init segment is read as it is written', () => {
  const video = {
    kind: 'video',
    codec: 'h264',
    codecString: 'avc1.64001f',
    width: 1280,
    height: 720,
    fps: 25,
    profile: 'High',
    config: new Uint8Array([1, 100, 0, 31, 255, 224, 0]),
    timescale: 90_000,
  } as const;
  const audio = {
    kind: 'audio',
    codec: 'pcma',
    codecString: 'flac',
    sampleRate: 8000,
    channels: 1,
    config: new Uint8Array(34),
    timescale: 8000,
  } as const;
  const { bytes } = makeInit(1, video, audio);
  const movie = readMovie(bytes.subarray(Buffer.from(bytes).indexOf('moov') + 4));
  assert.ok(movie?.isFragmented);
  assert.deepEqual(
    movie.tracks.map(({ entries, ...track }) => ({ ...track, entry: entries.map(codecOf).join() })),
    [
      { id: 1, kind: 'video', timescale: 90_000, width: 1280, height: 720, entry: 'avc1' },
      { id: 2, kind: 'audio', timescale: 8000, width: 0, height: 0, entry: 'fLaC' },
    ],
  );
});

test('past 4 GiB the chunk offsets have 64 bits', () => {
  const movie = readMovie(clip.init.bytes.subarray(Buffer.from(clip.init.bytes).indexOf('moov') + 4))!;
  const index = new TrackIndex();
  for (let n = 0; n < 3000; n += 1) {
    index.beginChunk(n * 2_000_000);
    index.add(n * 3600, 3600, 0, 10, n % 25 === 0);
  }
  const moov = Buffer.concat([...fullMoov(movie.tracks.slice(0, 1), [index], START)!.make()]);
  const at = moov.indexOf('co64');
  assert.ok(at > 0 && moov.indexOf('stco') < 0);
  assert.equal(moov.readUInt32BE(at + 8), 3000);
  assert.equal(moov.readBigUInt64BE(at + 12 + 2999 * 8), 5_998_000_000n);
});

test('files that are none of ours are refused in words, never changed', async () => {
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'empty'],
    ['text', Buffer.from('hello, this is no film at all'), 'empty'],
    ['other box first', Buffer.from('\0\0\0\x08skip\0\0\0\x08skip'), 'unreadable'],
    ['ftyp and a broken moov', Buffer.from('\0\0\0\x08ftyp\0\0\0\x0cmoov1234'), 'unreadable'],
    ['ftyp and mdat only', Buffer.from('\0\0\0\x08ftyp\0\0\0\x08mdat'), 'unreadable'],
    ['size below the header', Buffer.from('\0\0\0\x08ftyp\0\0\0\x03moov'), 'empty'],
  ];
  for (const [name, bytes, fault] of cases) {
    const path = join(dir, 'foreign.mp4');
    writeFileSync(path, bytes);
    const result = await recoverFile(path);
    assert.ok('fault' in result, name);
    assert.equal(result.fault, fault, name);
    assert.deepEqual(readFileSync(path), Buffer.from(bytes), name);
  }
  const missing = await recoverFile(join(dir, 'missing.mp4'));
  assert.ok('fault' in missing && missing.fault === 'missing');
});

test('recovery of damaged bytes never throws', async () => {
  const file = new MemoryFile(60_000);
  const { recorder } = open(file, { reserveBytes: 64 });
  for (const fragment of clip.fragments) recorder.fragment(fragment);
  await recorder.stop();
  const whole = Uint8Array.from(file.content);
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (let i = 0; i < 300; i += 1) {
    const damaged = Uint8Array.from(whole);
    // Half of the damage goes where the tables are.
    for (let k = 0; k < 4; k += 1) damaged[random(i % 2 === 0 ? 3000 : damaged.length)] = random(256);
    const result = await recoverFile('', async () => MemoryFile.of(damaged));
    if ('fault' in result) assert.ok(['empty', 'unreadable', 'io'].includes(result.fault), result.fault);
    else assert.ok(result.bytes > 0);
  }
});
