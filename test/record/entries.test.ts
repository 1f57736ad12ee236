import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Fragment, InitSegment } from '../../src/media/frame.ts';
import { readMoof } from '../../src/record/fragment.ts';
import { type Recorder, startRecording } from '../../src/record/recorder.ts';
import { recoverFile } from '../../src/record/recover.ts';
import { resumeRecording } from '../../src/record/resume.ts';
import { MAX_SAMPLE_ENTRIES } from '../../src/record/tracks.ts';
import { makeClip, type ReadTrack, readSamples } from './clip.ts';
import { MemoryFile } from './disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'gbgate-entries-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const SECONDS = 3;
const small = makeClip({ codec: 'libx264', seconds: SECONDS, gop: 25, audio: 'flac', size: '192x128' });
const large = makeClip({ codec: 'libx264', seconds: SECONDS, gop: 25, audio: 'flac', size: '320x240' });
const hevc = makeClip({ codec: 'libx265', seconds: SECONDS, gop: 25, audio: 'flac', size: '320x240' });
const silent = makeClip({ codec: 'libx264', seconds: SECONDS, gop: 25, audio: null, size: '192x128' });

function begin(file: MemoryFile, init: InitSegment, reserveBytes = 32_768, isPatient = false) {
  const faults: string[] = [];
  const recorder = startRecording({
    path: '',
    startEpochMs: 0,
    init,
    onFault: (detail) => faults.push(detail),
    onNewInit: 'add-entry',
    openFile: async () => file,
    reserveBytes,
    isPatient,
  });
  return { recorder, faults };
}

/** The clip as the n-th part of one feed: later, and of another generation. */
function part(clip: { fragments: readonly Fragment[] }, n: number): Fragment[] {
  const shift = n * SECONDS;
  return clip.fragments.map((fragment) => ({
    ...fragment,
    generation: n + 1,
    dts90k: fragment.dts90k + shift * 90_000,
    samples: fragment.samples.map((sample) => ({
      ...sample,
      dts: sample.dts + shift * (sample.track === 'video' ? 90_000 : 8000),
    })),
  }));
}

function feed(recorder: Recorder, clips: readonly { init: InitSegment; fragments: readonly Fragment[] }[]): void {
  for (const [n, clip] of clips.entries()) {
    if (n > 0) recorder.init({ ...clip.init, generation: n + 1 });
    for (const fragment of part(clip, n)) recorder.fragment(fragment);
  }
}

/** Sizes of the pictures as ffmpeg decodes them; any word of complaint is a failure. */
function sizes(content: Uint8Array, name: string): string[] {
  const path = join(dir, name);
  writeFileSync(path, content);
  const out = execFileSync(
    'ffprobe',
    ['-v', 'warning', '-select_streams', 'v:0', '-show_entries', 'frame=width,height', '-of', 'csv=p=0', path],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // Side data of a frame makes lines of its own.
  return out.split('\n').flatMap((line) => (/^\d/.test(line) ? [line.replace(/,$/, '')] : []));
}

const runsOf = (values: readonly string[]) => values.filter((value, i) => value !== values[i - 1]);

for (const [where, reserveBytes] of [
  ['front', 65_536],
  ['back', 4096],
] as const) {
  test(`ES-3: another picture size becomes a second sample entry of the same track, and back again the first (moov at the ${where})`, async () => {
    const file = new MemoryFile();
    const { recorder, faults } = begin(file, small.init, reserveBytes);
    feed(recorder, [small, large, small]);
    const outcome = await recorder.stop();
    assert.deepEqual(faults, []);
    assert.ok(outcome.finalised);
    assert.equal(outcome.durationMs, 3 * SECONDS * 1000);
    const { content } = file;
    assert.equal(content.lastIndexOf('moov') < content.indexOf('moof'), where === 'front');
    const decoded = sizes(content, `${where}.mp4`);
    assert.equal(decoded.length, 3 * SECONDS * 25);
    assert.deepEqual(runsOf(decoded), ['192,128', '320,240', '192,128']);
    const tracks = readSamples(content);
    assert.deepEqual(
      tracks.map(({ kind }) => kind),
      ['video', 'audio'],
    );
    const sent = [small, large, small].flatMap((clip, n) => part(clip, n).flatMap(({ samples }) => samples));
    for (const track of tracks) {
      const expected = sent.filter((sample) => sample.track === track.kind);
      assert.equal(track.samples.length, expected.length);
      for (const [i, sample] of track.samples.entries()) {
        assert.ok(Buffer.from(sample.data).equals(expected[i]!.data), `${track.kind} ${i}`);
        assert.equal(sample.dts, expected[i]!.dts - expected[0]!.dts);
      }
    }
  });
}

test('ES-3: killed at any byte, also while another entry is declared, the file plays and recovers what was whole', async () => {
  const measured = new MemoryFile();
  const first = begin(measured, small.init);
  feed(first.recorder, [small, large, hevc, small]);
  await first.recorder.stop();
  const all = measured.content;
  const expected = readSamples(all);
  const moments = Array.from({ length: 40 }, (_, i) => Math.floor((measured.written * (i + 1)) / 41));
  let played = 0;
  for (const budget of [...moments, ...Array.from({ length: 12 }, (_, i) => measured.written - 1 - i * 700)]) {
    const file = new MemoryFile(budget);
    const { recorder } = begin(file, small.init);
    feed(recorder, [small, large, hevc, small]);
    await recorder.stop();
    const before = Uint8Array.from(file.content);
    const survivor = MemoryFile.of(before);
    const result = await recoverFile('', async () => survivor);
    if ('fault' in result) {
      assert.equal(result.fault, 'empty', result.detail);
      continue;
    }
    played += 1;
    for (const [i, track] of readSamples(survivor.content).entries()) {
      const brief = (samples: ReadTrack['samples']) => samples.map(({ dts, data }) => [dts, data.length]);
      assert.equal(track.codec, expected[i]!.codec);
      assert.deepEqual(brief(track.samples), brief(expected[i]!.samples.slice(0, track.samples.length)));
    }
  }
  assert.ok(played > 40);
  // The last kills are while it is finalised: nothing is lost, whatever was written of it.
  const late = new MemoryFile(measured.written - 1);
  const { recorder } = begin(late, small.init);
  feed(recorder, [small, large, hevc, small]);
  await recorder.stop();
  const survivor = MemoryFile.of(Uint8Array.from(late.content));
  await recoverFile('', async () => survivor);
  assert.ok(survivor.content.equals(all));
});

test('killed at every single write while it is finalised and redeclared, the file is whole', async () => {
  class Cut extends MemoryFile {
    readonly #most: number;
    #count = 0;
    constructor(most: number) {
      super();
      this.#most = most;
    }
    override async write(bytes: Uint8Array, position: number): Promise<void> {
      this.#count += 1;
      if (this.#count > this.#most) throw new Error('killed');
      await super.write(bytes, position);
    }
    override async truncate(length: number): Promise<void> {
      if (this.#count >= this.#most) throw new Error('killed');
      await super.truncate(length);
    }
  }
  for (const reserveBytes of [65_536, 4096]) {
    const whole = new MemoryFile();
    const first = begin(whole, small.init, reserveBytes);
    feed(first.recorder, [small, large]);
    await first.recorder.stop();
    let finalising = 0;
    for (let most = 1; most <= whole.writes; most += 1) {
      const file = new Cut(most);
      const { recorder } = begin(file, small.init, reserveBytes);
      feed(recorder, [small, large]);
      await recorder.stop();
      const survivor = MemoryFile.of(Uint8Array.from(file.content));
      const result = await recoverFile('', async () => survivor);
      if ('fault' in result) {
        assert.ok(most <= 2, `${result.detail} after ${most} writes`);
        continue;
      }
      if (result.durationMs === 2 * SECONDS * 1000) {
        finalising += 1;
        assert.ok(survivor.content.equals(whole.content), `after ${most} writes`);
      }
    }
    assert.ok(finalising >= 3, `${finalising} kills while it was finalised`);
  }
});

for (const isPatient of [false, true])
  test(`another codec gets a track of its own, beginning where it begins: ffmpeg reads one codec a track (${isPatient ? 'its fragments waited with those before' : 'each written by itself'})`, async () => {
    const file = new MemoryFile();
    const { recorder, faults } = begin(file, small.init, 32_768, isPatient);
    await recorder.drained(); // the file is begun as the first describes itself
    feed(recorder, [small, hevc]);
    await recorder.stop();
    assert.deepEqual(faults, []);
    const tracks = readSamples(file.content);
    assert.deepEqual(
      tracks.map(({ codec, samples }) => [codec.slice(0, 4), samples.length]),
      [
        ['avc1', SECONDS * 25],
        ['fLaC', tracks[1]!.samples.length],
        ['hvc1', SECONDS * 25],
      ],
    );
    assert.equal(tracks[2]!.delaySeconds, SECONDS);
    const path = join(dir, 'two.mp4');
    writeFileSync(path, file.content);
    execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-map', '0:v', '-f', 'null', '-']);
  });

test('sound that comes later gets a track of its own; a source that stops sending it keeps nobody waiting', async () => {
  const file = new MemoryFile();
  const { recorder } = begin(file, silent.init);
  feed(recorder, [silent, small, silent]);
  const outcome = await recorder.stop();
  assert.equal(outcome.durationMs, 3 * SECONDS * 1000);
  const [video, audio] = readSamples(file.content);
  assert.equal(video!.samples.length, 3 * SECONDS * 25);
  assert.equal(audio!.delaySeconds, SECONDS);
  assert.equal(Math.round(audio!.samples.reduce((sum, { duration }) => sum + duration, 0) / 8000), SECONDS);
});

test('a resumed file knows its entries: the same again adds none', async () => {
  const file = new MemoryFile();
  const first = begin(file, small.init);
  feed(first.recorder, [small, large]);
  await first.recorder.suspend();
  const moovs = file.content.filter((_, i) => file.content.subarray(i, i + 4).toString('latin1') === 'moov').length;
  const result = await resumeRecording({
    path: '',
    startEpochMs: 0,
    onFault: (detail) => assert.fail(detail),
    onNewInit: 'add-entry',
    openFile: async () => file,
  });
  assert.ok('recorder' in result);
  const again = part(large, 0);
  result.recorder.join({ ...large.init, generation: 1 }, { dts90k: again[0]!.dts90k, at90k: 10 * 90_000 });
  for (const fragment of again) result.recorder.fragment(fragment);
  await result.recorder.suspend();
  const after = file.content.filter((_, i) => file.content.subarray(i, i + 4).toString('latin1') === 'moov').length;
  assert.equal(after, moovs);
  const survivor = MemoryFile.of(Uint8Array.from(file.content));
  await recoverFile('', async () => survivor);
  assert.deepEqual(runsOf(sizes(survivor.content, 'again.mp4')), ['192,128', '320,240']);
});

test('a source that describes itself anew again and again ends the recording, which plays', async () => {
  const file = new MemoryFile();
  const { recorder, faults } = begin(file, silent.init, 1 << 20);
  feed(recorder, [silent]);
  const at = Buffer.from(silent.init.bytes).indexOf('avc1');
  for (let n = 0; faults.length === 0 && n < 2 * MAX_SAMPLE_ENTRIES; n += 1) {
    const bytes = Uint8Array.from(silent.init.bytes);
    // Another height each time.
    bytes[at + 4 + 26] = n;
    bytes[at + 4 + 27] = 255;
    recorder.init({ ...silent.init, bytes, generation: n + 2 });
  }
  const outcome = await recorder.stop();
  assert.match(faults[0]!, /more ways/);
  assert.ok(outcome.finalised);
  assert.equal(outcome.durationMs, SECONDS * 1000);
});

test('a reserve without room for another description ends the recording, which plays', async () => {
  const file = new MemoryFile();
  const { recorder, faults } = begin(file, small.init, 64);
  feed(recorder, [small, large]);
  const outcome = await recorder.stop();
  assert.match(faults[0]!, /no room/);
  assert.ok(outcome.finalised);
  // All but the group of pictures that was still open.
  assert.equal(readSamples(file.content)[0]!.samples.length, (SECONDS - 1) * 25);
});

test('a fragment that names an entry nobody described ends what is read', async () => {
  const file = new MemoryFile();
  const { recorder } = begin(file, small.init);
  feed(recorder, [small, large]);
  await recorder.suspend();
  const { content } = file;
  let at = content.indexOf('moof');
  let tables = readMoof(content.subarray(at - 4, at - 4 + content.readUInt32BE(at - 4)));
  while (tables?.[0]?.entry !== 2) {
    at = content.indexOf('moof', at + 4);
    assert.ok(at > 0);
    tables = readMoof(content.subarray(at - 4, at - 4 + content.readUInt32BE(at - 4)));
  }
  content[content.indexOf('tfhd', at) + 15] = 3;
  const survivor = MemoryFile.of(Uint8Array.from(content));
  const result = await recoverFile('', async () => survivor);
  assert.ok(!('fault' in result));
  assert.equal(result.durationMs, SECONDS * 1000);
});
