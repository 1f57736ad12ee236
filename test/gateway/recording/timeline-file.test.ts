import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  GROWING_KEPT_MS,
  MAX_KEPT,
  MAX_TIMELINE_FILES,
  MAX_TIMELINE_MS,
  type TimelineFile,
  TimelineFiles,
} from '../../../src/gateway/recording/timeline-file.ts';
import type { Problem } from '../../../src/gateway/views.ts';
import type { Fragment, InitSegment, Sample } from '../../../src/media/frame.ts';
import type { Recording } from '../../../src/record/archive.ts';
import { MAX_JOINT_MS } from '../../../src/record/joined.ts';
import { type Recorder, startRecording } from '../../../src/record/recorder.ts';
import { MAX_GAP_SECONDS } from '../../../src/record/tracks.ts';
import { makeClip, readSamples } from '../../record/clip.ts';

const dir = mkdtempSync(join(tmpdir(), 'gbgate-timeline-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const START = Date.UTC(2026, 10, 21, 4, 0, 0);
const GOP = 25;
const clip = makeClip({ codec: 'libx264', seconds: 12, gop: GOP, audio: 'flac', bframes: 2 });
const large = makeClip({ codec: 'libx264', seconds: 3, gop: GOP, audio: 'flac', size: '320x240' });
const all = clip.fragments.flatMap(({ samples }) => samples);

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 1500 && !isSo(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(isSo());
}

let number = 0;

/** Records fragments into a file of their own. */
async function file(
  fragments: readonly Fragment[],
  startEpochMs: number,
  o: { init?: InitSegment; reserveBytes?: number; streamNumber?: number } = {},
): Promise<Recording> {
  number += 1;
  const row = rowOf(`${number}.mp4`, startEpochMs, o.streamNumber);
  const recorder = begin(row, o);
  for (const fragment of fragments) recorder.fragment(fragment);
  const { bytes, durationMs, endEpochMs } = await recorder.stop();
  return { ...row, bytes, durationMs, endEpochMs, state: 'complete' };
}

function rowOf(path: string, startEpochMs: number, streamNumber = 0): Recording {
  return {
    id: path,
    streamId: 's',
    deviceId: 'd',
    channelId: 'c',
    streamNumber,
    startEpochMs,
    endEpochMs: null,
    durationMs: 0,
    bytes: 0,
    path,
    state: 'recording',
    locked: false,
    error: null,
  };
}

function begin(row: Recording, o: { init?: InitSegment; reserveBytes?: number }): Recorder {
  return startRecording({
    path: join(dir, row.path),
    startEpochMs: row.startEpochMs,
    init: o.init ?? clip.init,
    onFault: (detail) => assert.fail(detail),
    onNewInit: 'add-entry',
    ...(o.reserveBytes === undefined ? {} : { reserveBytes: o.reserveBytes }),
  });
}

function opened(rows: readonly Recording[], maxKeptBytes?: number) {
  const logged: string[] = [];
  const held: string[] = [];
  const clock = { nowMs: 0 };
  const files = new TimelineFiles({
    nowMs: () => clock.nowMs,
    recordings: () => rows,
    absolutePath: ({ path }) => join(dir, path),
    hold(id) {
      held.push(id);
      return () => void held.splice(held.indexOf(id), 1);
    },
    log: (message) => logged.push(message),
    ...(maxKeptBytes === undefined ? {} : { maxKeptBytes }),
  });
  const ask = (fromSeconds: number, toSeconds: number, streamNumber = 0) =>
    files.file({
      deviceId: 'd',
      channelId: 'c',
      streamNumber,
      startEpochMs: START + fromSeconds * 1000,
      endEpochMs: START + toSeconds * 1000,
    });
  return { files, ask, logged, clock, held };
}

async function bytes(file: TimelineFile | Problem, first = 0, last = -1): Promise<Buffer> {
  assert.ok(!('problem' in file), JSON.stringify(file));
  const parts: Buffer[] = [];
  for await (const part of file.read(first, last < 0 ? file.size - 1 : last)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Pictures and sound hold exactly these samples, with the time that passed between them in the feed. */
function compare(content: Uint8Array, expected: readonly Sample[]): void {
  for (const track of readSamples(content)) {
    const wanted = expected.filter((sample) => sample.track === track.kind);
    assert.equal(track.samples.length, wanted.length, track.kind);
    for (const [i, sample] of track.samples.entries()) {
      assert.ok(Buffer.from(sample.data).equals(wanted[i]!.data), `${track.kind} ${i}`);
      assert.ok(
        Math.abs(sample.dts - track.samples[0]!.dts - (wanted[i]!.dts - wanted[0]!.dts)) <= 1,
        `${track.kind} ${i}`,
      );
      assert.equal(sample.compositionOffset, wanted[i]!.compositionOffset);
      assert.equal(sample.isSync, wanted[i]!.isSync);
    }
  }
}

/** Frames [from, to) of the clip. */
const cut = (from: number, to: number) => clip.fragments.slice(from, to);

/** Three files of 4 s, cut at key frames; the wall clock of the second and third is a little off. */
const three = Promise.all([
  file(cut(0, 100), START),
  file(cut(100, 200), START + 4000 + 230, { reserveBytes: 64 }),
  file(cut(200, 300), START + 8000 - 140),
]);

test('files are joined to the frame: every sample once, in order, as if it had been one file', async () => {
  const { ask } = opened(await three);
  const joined = await ask(0, 100);
  const content = await bytes(joined);
  assert.ok(!('problem' in joined));
  assert.equal(content.length, joined.size);
  compare(content, all);
  assert.equal(joined.startEpochMs, START);
  assert.equal(joined.endEpochMs, START + 12_000);
  assert.ok(!joined.isGrowing);
  const path = join(dir, 'joined.mp4');
  writeFileSync(path, content);
  const words = execFileSync('ffmpeg', ['-v', 'warning', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  assert.equal(words, '');
  const created = execFileSync('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'format_tags=creation_time',
    '-of',
    'csv=p=0',
    path,
  ]);
  assert.equal(created.toString().trim(), '2026-11-21T04:00:00.000000Z');
  // Progressive: its tables in front, its media behind, nothing that says fragment in between.
  assert.ok(content.indexOf('moov') < content.indexOf('mdat') && content.indexOf('mvex') < 0);
});

test('a range begins with the key frame in force at its start and ends at its end', async () => {
  const { ask } = opened(await three);
  // 3.5 s: the key frame at 3 s; up to 8.2 s: five frames of the third file.
  const joined = await ask(3.5, 8.1);
  const content = await bytes(joined);
  const [video, audio] = readSamples(content);
  const sent = all.filter(({ track }) => track === 'video');
  assert.ok(Buffer.from(video!.samples[0]!.data).equals(sent[75]!.data));
  assert.ok(video!.samples[0]!.isSync);
  assert.ok(!('problem' in joined));
  assert.equal(joined.startEpochMs, START + 3000);
  // The third file says that it begins at 7.86 s.
  assert.equal(video!.samples.length, 125 + 6);
  const seconds = audio!.samples.reduce((sum, { duration }) => sum + duration, 0) / 8000;
  assert.ok(Math.abs(seconds - 131 / 25) < 0.1, `${seconds}`);
});

test('any bytes of it are those of the whole', async () => {
  const { ask } = opened(await three);
  const joined = await ask(0, 100);
  const whole = await bytes(joined);
  const ends = [0, 1, 15, 16, 4000, whole.indexOf('mdat') - 4, whole.indexOf('mdat') + 12];
  for (let at = 5000; at < whole.length; at += 40_001) ends.push(at);
  for (const first of ends) {
    for (const length of [1, 17, 100_000]) {
      const last = Math.min(first + length, whole.length) - 1;
      assert.ok((await bytes(joined, first, last)).equals(whole.subarray(first, last + 1)), `${first}-${last}`);
    }
  }
});

test('its recordings are held while it is read, also when the reader goes away', async () => {
  const { ask, held } = opened(await three);
  const joined = await ask(0, 100);
  assert.ok(!('problem' in joined));
  assert.deepEqual(held, []);
  const reader = joined.read(0, joined.size - 1);
  const [first] = await once(reader, 'data');
  assert.ok((first as Buffer).length > 0);
  assert.equal(held.length, 3);
  reader.destroy();
  await once(reader, 'close');
  await until(() => held.length === 0);
  await bytes(joined);
  await until(() => held.length === 0);
});

test('a gap stays time', async () => {
  const first = await file(cut(0, 100), START);
  const second = await file(cut(200, 300), START + 60_000);
  const { ask } = opened([second, first]);
  const joined = await ask(0, 100);
  const [video, audio] = readSamples(await bytes(joined));
  assert.equal(video!.samples.length, 200);
  assert.equal(video!.samples[100]!.dts, 60 * 90_000);
  assert.equal(video!.samples[99]!.duration, 60 * 90_000 - 99 * 3600);
  const after = audio!.samples.find(({ dts }) => dts > 10 * 8000)!;
  assert.ok(Math.abs(after.dts - 60 * 8000) < 400, `${after.dts}`);
  assert.ok(!('problem' in joined) && joined.endEpochMs === START + 64_000);
  // A range that begins in the gap begins where there is something.
  const late = await ask(30, 100);
  assert.ok(!('problem' in late) && late.startEpochMs === START + 60_000);
});

test('files that overlap give every moment once', async () => {
  const first = await file(cut(0, 200), START);
  const second = await file(cut(100, 300), START + 4000);
  const { ask } = opened([first, second]);
  compare(await bytes(await ask(0, 100)), all);
  assert.ok(MAX_JOINT_MS < 4000);
});

test('other sample entries and another codec of one channel stand beside each other', async () => {
  const rows = [
    await file(cut(0, 100), START),
    await file(large.fragments, START + 4000, { init: large.init }),
    await file(cut(200, 300), START + 7000),
  ];
  const content = await bytes(await opened(rows).ask(0, 100));
  const path = join(dir, 'sizes.mp4');
  writeFileSync(path, content);
  const out = execFileSync(
    'ffprobe',
    ['-v', 'warning', '-select_streams', 'v', '-show_entries', 'frame=width', '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  );
  const widths = out.split('\n').flatMap((line) => (/^\d/.test(line) ? [Number.parseInt(line, 10)] : []));
  assert.deepEqual(
    [192, 320].map((width) => widths.filter((one) => one === width).length),
    [200, 75],
  );
  assert.equal(readSamples(content).length, 2);
});

test('a recording that is being written has its share; what a player reads of it stays one file', async () => {
  const [before] = await three;
  const row = rowOf('growing.mp4', START + 4000);
  const recorder = begin(row, {});
  for (const fragment of cut(100, 230)) recorder.fragment(fragment);
  await recorder.drained();
  const rows = [before!, row];
  const { ask, clock } = opened(rows);
  const first = await ask(0, 100);
  assert.ok(!('problem' in first) && first.isGrowing);
  compare(
    await bytes(first),
    clip.fragments.slice(0, 225).flatMap(({ samples }) => samples),
  );
  for (const fragment of cut(230, 300)) recorder.fragment(fragment);
  await recorder.drained();
  rows[1] = { ...row, bytes: 1 };
  clock.nowMs += GROWING_KEPT_MS - 1;
  assert.equal(await ask(0, 100), first, 'the same while it is used');
  clock.nowMs += GROWING_KEPT_MS - 1;
  assert.equal(await ask(0, 100), first);
  const early = await bytes(first);
  const { durationMs } = await recorder.stop();
  assert.ok((await bytes(first)).equals(early), 'finalising moves no byte of it');
  clock.nowMs += GROWING_KEPT_MS;
  rows[1] = { ...row, bytes: 2, durationMs, state: 'complete' };
  const last = await ask(0, 100);
  assert.ok(!('problem' in last) && last.etag !== first.etag && !last.isGrowing);
  compare(await bytes(last), all);
});

test('only the stream that is asked for', async () => {
  const main = await file(cut(0, 100), START);
  const sub = await file(large.fragments, START, { init: large.init, streamNumber: 1 });
  const { ask } = opened([main, sub]);
  assert.equal(readSamples(await bytes(await ask(0, 100)))[0]!.samples.length, 100);
  assert.equal(readSamples(await bytes(await ask(0, 100, 1)))[0]!.samples.length, 75);
});

test('a file that is gone or damaged is a gap, and is told; nothing at all is a refusal', async () => {
  const [first, second, third] = await three;
  const damaged = { ...second!, path: 'damaged.mp4' };
  writeFileSync(join(dir, damaged.path), 'no film at all');
  const { ask, logged } = opened([first!, damaged, third!]);
  const joined = await ask(0, 100);
  assert.equal(readSamples(await bytes(joined))[0]!.samples.length, 200);
  assert.equal(logged.length, 1);
  const gone = opened([{ ...first!, path: 'gone.mp4' }]);
  const refusal = await gone.ask(0, 100);
  assert.ok('problem' in refusal && refusal.problem === 'recording_not_found');
  // What is deleted while it is read breaks the answer off: it must not end as if it were whole.
  const short = { ...first!, path: 'short.mp4' };
  writeFileSync(join(dir, short.path), readFileSync(join(dir, first!.path)));
  const cutOff = await opened([short]).ask(0, 100);
  truncateSync(join(dir, short.path), statSync(join(dir, short.path)).size / 2);
  await assert.rejects(bytes(cutOff), /has become shorter/);
});

test('ranges have bounds: inverted, longer than a day, of too many files', async () => {
  const [first] = await three;
  const { ask } = opened([first!]);
  for (const [from, to] of [
    [10, 10],
    [10, 5],
    [0, MAX_TIMELINE_MS / 1000 + 1],
  ] as const) {
    const refusal = await ask(from, to);
    assert.ok('problem' in refusal && refusal.problem === 'bad_request', `${from}-${to}`);
  }
  assert.ok(!('problem' in (await ask(0, MAX_TIMELINE_MS / 1000))));
  const many = opened(Array.from({ length: MAX_TIMELINE_FILES + 1 }, () => first!));
  const refusal = await many.ask(0, 10);
  assert.ok('problem' in refusal && refusal.problem === 'bad_request');
});

test('what was made is kept for the next range, but not too much of it', async () => {
  const { ask } = opened(await three);
  const first = await ask(0, 100);
  assert.equal(await ask(0, 100), first);
  for (let n = 0; n < MAX_KEPT; n += 1) await ask(n / 10, 50);
  assert.notEqual(await ask(0, 100), first, 'forgotten');
  const again = await ask(0, 100);
  assert.ok(
    !('problem' in again) && !('problem' in first) && again.etag === first.etag,
    'the same content has the same tag',
  );
});

test('what was made is kept up to a bound in bytes; the newest always is', async () => {
  const { ask } = opened(await three, 1);
  const first = await ask(0, 100);
  assert.equal(await ask(0, 100), first);
  await ask(1, 50);
  assert.notEqual(await ask(0, 100), first);
});

test('a gap that no file can show is shown as long as one can, with sound and picture together', async () => {
  const first = await file(cut(0, 100), START);
  const second = await file(cut(200, 300), START + 20 * 3600 * 1000);
  const [video, audio] = readSamples(await bytes(await opened([first, second]).ask(0, MAX_TIMELINE_MS / 1000)));
  const seconds = 4 + MAX_GAP_SECONDS;
  assert.equal(video!.samples[100]!.dts, seconds * 90_000);
  const after = audio!.samples.find(({ dts }) => dts > 10 * 8000)!;
  assert.ok(Math.abs(after.dts - seconds * 8000) < 400, `${after.dts}`);
});
