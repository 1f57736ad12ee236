import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mp4File } from '../../web/player/mp4-file.ts';
import { Recorder } from '../../web/player/recorder.ts';
import type { RecordingResult } from '../../web/player/state.ts';

type Bytes = Uint8Array<ArrayBuffer>;

function box(type: string, ...content: Uint8Array[]): Bytes {
  const size = 8 + content.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, size);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  let at = 8;
  for (const piece of content) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function u32(...values: number[]): Bytes {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) new DataView(bytes.buffer).setUint32(i * 4, value);
  return bytes;
}

const VIDEO = { id: 1, timescale: 90_000 };
const AUDIO = { id: 2, timescale: 8_000 };

function trak({ id, timescale }: { id: number; timescale: number }): Bytes {
  // tkhd and mdhd of version 0: version and flags, two times, then the track's number or the timescale.
  return box('trak', box('tkhd', u32(0, 0, 0, id, 0)), box('mdia', box('mdhd', u32(0, 0, 0, timescale, 0))));
}

function init(...marks: number[]): Bytes {
  const ftyp = box('ftyp', u32(...marks));
  const moov = box('moov', trak(VIDEO), trak(AUDIO));
  const bytes = new Uint8Array(ftyp.length + moov.length);
  bytes.set(ftyp);
  bytes.set(moov, ftyp.length);
  return bytes;
}

/** A fragment with both tracks at these seconds; `tfdt` of the video in 64 bits, of the audio in 32. */
function fragment(videoS: number, audioS: number, payload = 4): Bytes {
  const ticks = videoS * VIDEO.timescale;
  const moof = box(
    'moof',
    box('mfhd', u32(0, 1)),
    box(
      'traf',
      box('tfhd', u32(0, VIDEO.id)),
      box('tfdt', u32(0x0100_0000, Math.floor(ticks / 2 ** 32), ticks % 2 ** 32)),
    ),
    box('traf', box('tfhd', u32(0, AUDIO.id)), box('tfdt', u32(0, audioS * AUDIO.timescale))),
  );
  const mdat = box('mdat', new Uint8Array(payload));
  const bytes = new Uint8Array(moof.length + mdat.length);
  bytes.set(moof);
  bytes.set(mdat, moof.length);
  return bytes;
}

/** The two `tfdt`s of a fragment, in seconds. */
function timesOf(bytes: Bytes): number[] {
  const view = new DataView(bytes.buffer);
  const text = Buffer.from(bytes).toString('latin1');
  const video = text.indexOf('tfdt') + 8;
  const audio = text.lastIndexOf('tfdt') + 8;
  return [Number(view.getBigUint64(video)) / VIDEO.timescale, view.getUint32(audio) / AUDIO.timescale];
}

test('a file begins at zero, however long the camera has been on', () => {
  const file = new Mp4File();
  assert.deepEqual(file.init(init(1)), init(1));
  assert.deepEqual(timesOf(file.fragment(fragment(50_000, 50_000.02))), [0, 0.02]);
  assert.deepEqual(timesOf(file.fragment(fragment(50_000.04, 50_000.06))), [0.04, 0.06]);
  assert.ok(Math.abs(file.seconds - 0.08) < 1e-6, `${file.seconds}`);
});

test('sound that begins before the first picture begins with it', () => {
  const file = new Mp4File();
  file.init(init(1));
  assert.deepEqual(timesOf(file.fragment(fragment(10, 9.98))), [0.02, 0], 'the earlier of both is zero');
});

test('the wire’s bytes are not changed', () => {
  const file = new Mp4File();
  file.init(init(1));
  const wire = fragment(7, 7);
  file.fragment(wire);
  assert.deepEqual(wire, fragment(7, 7));
});

test('the same description after a reconnect goes on without a leap; another one cannot be in the file', () => {
  const file = new Mp4File();
  file.init(init(1));
  for (let i = 0; i < 25; i++) file.fragment(fragment(100 + i * 0.04, 100 + i * 0.04));
  assert.equal(file.init(init(1))?.length, 0, 'it is in the file already');
  const [next] = timesOf(file.fragment(fragment(3, 3)));
  assert.ok(Math.abs((next ?? 0) - 1) < 0.001, `${next}`);
  assert.equal(file.init(init(2)), null);
});

test('boxes with impossible sizes are copied as they are', () => {
  const file = new Mp4File();
  file.init(init(1));
  for (const size of [0, 7, 0xffff_ffff]) {
    const broken = fragment(1, 1);
    new DataView(broken.buffer).setUint32(8, size);
    assert.deepEqual(file.fragment(broken), broken);
  }
});

test('a recording in memory ends at its bound, with all that was taken', async () => {
  const ended: RecordingResult[] = [];
  const recorder = new Recorder(null, (result) => ended.push(result), 10_000);
  recorder.take(init(1), true);
  for (let i = 0; i < 20; i++) recorder.take(fragment(i, i, 1_000), false);
  const result = await recorder.end('asked');
  assert.equal(result.why, 'limit');
  assert.equal(result.file?.size, result.bytes);
  assert.ok(result.bytes > 10_000 && result.bytes < 12_000, `${result.bytes}`);
  assert.deepEqual(ended, [result], 'said once');
});

test('a recording to disk is written in order and closed', async () => {
  const written: Uint8Array[] = [];
  let isClosed = false;
  const target = {
    async write(bytes: Uint8Array) {
      await new Promise((resolve) => setTimeout(resolve, written.length === 0 ? 20 : 0));
      written.push(bytes);
    },
    async close() {
      isClosed = true;
    },
  };
  const recorder = new Recorder(target, () => {});
  recorder.take(init(1), true);
  recorder.take(fragment(5, 5), false);
  const result = await recorder.end('asked');
  assert.deepEqual({ why: result.why, file: result.file, isClosed }, { why: 'asked', file: null, isClosed: true });
  assert.deepEqual(written, [init(1), fragment(0, 0)]);
});

test('a disk that refuses, at once or at the end, and one that is too slow, end a recording as a fault', async () => {
  const forever = new Promise<void>(() => {});
  for (const target of [
    { write: () => Promise.reject(new Error('full')), close: () => Promise.resolve() },
    { write: () => Promise.resolve(), close: () => Promise.reject(new Error('full')) },
    { write: () => forever, close: () => Promise.resolve() },
  ]) {
    const ended: string[] = [];
    const recorder = new Recorder(target, ({ why }) => ended.push(why));
    recorder.take(init(1), true);
    for (let i = 0; i < 80; i++) recorder.take(fragment(i, i, 1024 * 1024), false);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await recorder.end('asked')).why, 'fault');
    assert.deepEqual(ended, ['fault']);
  }
});

test('another description ends a recording: a player could not read the rest', async () => {
  const recorder = new Recorder(null, () => {});
  recorder.take(init(1), true);
  recorder.take(fragment(5, 5), false);
  recorder.take(init(2), true);
  recorder.take(fragment(6, 6), false);
  const result = await recorder.end('asked');
  assert.equal(result.why, 'codec');
  assert.equal(result.bytes, init(1).length + fragment(5, 5).length);
});
