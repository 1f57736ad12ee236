import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fragment, InitSegment } from '../../../src/media/frame.ts';
import { Stream } from '../../../src/media/live/stream.ts';
import {
  MAX_BUFFERED_BYTES,
  MAX_CONGESTED_MS,
  MAX_LAG_MS,
  REPORT_VALID_MS,
  RESUME_BUFFERED_BYTES,
} from '../../../src/media/live/viewer.ts';
import { FakeClock, FakeSink, frame, init } from './make.ts';

function open(loss: 'deliver' | 'wait' = 'deliver') {
  const clock = new FakeClock();
  const stream = new Stream({ id: 's', loss, clock });
  const push = (fragment: Fragment) => {
    clock.now = fragment.arrivedMs;
    stream.push({ type: 'fragment', fragment });
  };
  return { clock, stream, push };
}

const WS = { protocol: true, singleInit: false };
const PLAIN = { protocol: false, singleInit: false };

test('a viewer gets init segment and group of pictures at once, then every frame, without a copy', () => {
  const { stream, push } = open();
  const first = init(1);
  stream.push({ type: 'init', init: first });
  const fragments = [0, 1, 2, 3].map((n) => frame(n, { isKey: n === 1 }));
  for (const f of fragments.slice(0, 3)) push(f);
  const sinks = [new FakeSink(), new FakeSink()];
  for (const sink of sinks) stream.addViewer(sink, PLAIN);
  push(fragments[3]!);
  for (const sink of sinks) {
    assert.equal(sink.messages[0], first.bytes);
    assert.deepEqual(sink.messages.slice(1), [fragments[1]!.bytes, fragments[2]!.bytes, fragments[3]!.bytes]);
    assert.equal(sink.messages[3], fragments[3]!.bytes, 'the very same bytes for everybody');
  }
});

test('gbgate.v1: state, init before its segment, clock before each key frame, end', () => {
  const { stream, push } = open();
  stream.setState('playing');
  stream.push({ type: 'init', init: init(1) });
  push(frame(25, { isKey: true }));
  push(frame(26));
  const sink = new FakeSink();
  stream.addViewer(sink, WS);
  push(frame(50, { isKey: true }));
  stream.setState('stalled', 'no_media');
  stream.end('stopped', 4409);
  const kinds = sink.messages.map((m) => (m instanceof Uint8Array ? m[0] : m.type));
  assert.deepEqual(kinds, ['state', 'init', 0x10, 'clock', 25, 26, 'clock', 50, 'state', 'end']);
  assert.deepEqual(sink.texts('init')[0], {
    type: 'init',
    mime: 'video/mp4; codecs="avc1.64001f,flac"',
    video: { codec: 'h264', width: 1280, height: 720, fps: 25, profile: 'High' },
    audio: null,
  });
  assert.deepEqual(sink.texts('clock'), [
    { type: 'clock', dts90k: 90_000, time: '2026-11-21T04:00:01.000Z' },
    { type: 'clock', dts90k: 180_000, time: '2026-11-21T04:00:02.000Z' },
  ]);
  assert.deepEqual(sink.texts('state')[1], { type: 'state', state: 'stalled', code: 'no_media' });
  assert.deepEqual(sink.texts('end'), [{ type: 'end', reason: 'stopped' }]);
  assert.deepEqual(sink.closed, { code: 4409, reason: 'stopped' });
  assert.equal(stream.viewers, 0);
});

test('without the subprotocol there are binary messages only', () => {
  const { stream, push } = open();
  stream.setState('playing');
  const sink = new FakeSink();
  stream.addViewer(sink, PLAIN);
  stream.push({ type: 'init', init: init(1) });
  push(frame(0, { isKey: true }));
  stream.end('ended', 4410);
  assert.ok(sink.messages.every((m) => m instanceof Uint8Array));
  assert.equal(sink.messages.length, 2);
});

test('a new init segment goes out with the first key frame that needs it', () => {
  const { stream, push } = open();
  const sink = new FakeSink();
  stream.addViewer(sink, PLAIN);
  stream.push({ type: 'init', init: init(1) });
  push(frame(5, { isKey: true }));
  stream.push({ type: 'init', init: init(2) });
  push(frame(6, { isKey: true, generation: 2 }));
  assert.deepEqual(
    sink.messages.map((m) => [...(m as Uint8Array).subarray(0, 2)]),
    [
      [0x10, 1],
      [5, 5],
      [0x10, 2],
      [6, 6],
    ],
  );
});

test('chunked HTTP ends where a second init segment would come', () => {
  const { stream, push } = open();
  const sink = new FakeSink();
  stream.addViewer(sink, { protocol: false, singleInit: true });
  stream.push({ type: 'init', init: init(1) });
  push(frame(5, { isKey: true }));
  stream.push({ type: 'init', init: init(2) });
  push(frame(6, { isKey: true, generation: 2 }));
  assert.deepEqual(sink.binaries, [0x10, 5]);
  assert.deepEqual(sink.closed, { code: 1000, reason: 'new init segment' });
  assert.equal(stream.viewers, 0);
});

test('a queue past its bound jumps to the next key frame and says how much it left out', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  const other = new FakeSink();
  stream.addViewer(sink, WS);
  stream.addViewer(other, WS);
  push(frame(0, { isKey: true }));
  push(frame(1));
  sink.bufferedBytes = MAX_BUFFERED_BYTES + RESUME_BUFFERED_BYTES;
  push(frame(2));
  push(frame(3));
  sink.bufferedBytes = 0;
  push(frame(4));
  push(frame(5, { isKey: true }));
  push(frame(6));
  assert.deepEqual(sink.binaries, [0x10, 0, 1, 5, 6]);
  assert.deepEqual(sink.texts('drop'), [{ type: 'drop', frames: 3, ms: 120 }]);
  assert.deepEqual(other.binaries, [0x10, 0, 1, 2, 3, 4, 5, 6], 'nothing changes for anyone else');
  assert.deepEqual(other.texts('drop'), []);
});

test('a queue that has not drained at the key frame waits for the next one', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  stream.addViewer(sink, WS);
  push(frame(0, { isKey: true }));
  sink.bufferedBytes = MAX_BUFFERED_BYTES * 2;
  push(frame(1));
  sink.bufferedBytes = RESUME_BUFFERED_BYTES + 1;
  push(frame(2, { isKey: true }));
  sink.bufferedBytes = RESUME_BUFFERED_BYTES;
  push(frame(3));
  push(frame(4, { isKey: true }));
  assert.deepEqual(sink.binaries, [0x10, 0, 4]);
  assert.deepEqual(sink.texts('drop'), [{ type: 'drop', frames: 3, ms: 120 }]);
});

test('the first burst may be larger than the bound', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  for (let n = 0; n < 40; n += 1) push(frame(n, { isKey: n === 0, size: 100_000 }));
  const sink = new FakeSink();
  sink.reads = false;
  stream.addViewer(sink, WS);
  assert.equal(sink.binaries.length, 41);
  push(frame(40));
  assert.equal(sink.binaries.length, 42, 'the burst does not count');
  sink.bufferedBytes = 0;
  push(frame(41));
  sink.bufferedBytes = MAX_BUFFERED_BYTES + 1;
  push(frame(42));
  assert.equal(sink.binaries.at(-1), 41, 'once drained the bound holds');
});

test('key frames of 2 MB reach whoever can drain them before the next one, at the start and later', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const size = (n: number) => (n % 50 === 0 ? 2_000_000 : 20_000);
  for (let n = 0; n < 5; n += 1) push(frame(n, { isKey: n === 0, size: size(n) }));
  const sink = new FakeSink();
  sink.reads = false;
  stream.addViewer(sink, WS);
  assert.equal(sink.binaries.length, 6, 'the key frame does not stop the frames behind it');
  for (let n = 5; n < 200; n += 1) {
    // 40 Mbit/s: a key frame takes 400 ms.
    sink.bufferedBytes = Math.max(0, sink.bufferedBytes - 200_000);
    push(frame(n, { isKey: n % 50 === 0, size: size(n) }));
  }
  assert.deepEqual(sink.texts('drop'), []);
  assert.equal(sink.binaries.length, 201);
});

test('a viewer that never reads is bounded, then closed with 4429', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  sink.reads = false;
  stream.addViewer(sink, WS);
  let closedAtMs = 0;
  for (let n = 0; n < 1000 && sink.closed === null; n += 1) {
    push(frame(n, { isKey: n % 50 === 0, size: 20_000 }));
    closedAtMs = n * 40;
  }
  assert.deepEqual(sink.closed, { code: 4429, reason: 'too slow' });
  assert.ok(sink.bufferedBytes < MAX_BUFFERED_BYTES + 2 * 20_000, `${sink.bufferedBytes} bytes piled up`);
  const filledMs = Math.ceil(MAX_BUFFERED_BYTES / 20_000) * 40;
  assert.ok(Math.abs(closedAtMs - filledMs - MAX_CONGESTED_MS) <= 120, `closed after ${closedAtMs} ms`);
  assert.equal(stream.viewers, 0);
});

test('a reported lag makes a viewer jump, and it goes on when the lag has shrunk', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  const viewer = stream.addViewer(sink, WS);
  for (let n = 0; n <= 250; n += 1) push(frame(n, { isKey: n === 0 }));
  viewer.report(0, 0);
  assert.equal(viewer.lagMs, 0, 'a page that has not begun says 0');
  viewer.report(10 - MAX_LAG_MS / 1000, 4.8);
  push(frame(251));
  assert.equal(sink.binaries.at(-1), 251, 'exactly the bound is not too much');
  viewer.report(10.04 - MAX_LAG_MS / 1000 - 0.01, 4.8);
  assert.ok(Math.abs(viewer.lagMs - MAX_LAG_MS - 10) < 0.001);
  push(frame(252));
  push(frame(253, { isKey: true }));
  assert.equal(sink.binaries.at(-1), 251);
  viewer.report(9.9, 9);
  push(frame(254));
  push(frame(255, { isKey: true }));
  assert.equal(sink.binaries.at(-1), 255);
  assert.deepEqual(sink.texts('drop'), [{ type: 'drop', frames: 3, ms: 120 }]);
});

test('footage at eight times its speed may be eight times as far behind', () => {
  for (const [rate, isLate] of [
    [1, true],
    [8, false],
  ] as const) {
    const pace = { rate, scale: 1 };
    const footage = { filmedEpochMs: () => 0, clock: () => pace, pace: () => pace };
    const stream = new Stream({ id: 's', loss: 'deliver', clock: { nowMs: () => 0, epochMs: () => 0 }, footage });
    stream.push({ type: 'init', init: init(1) });
    const sink = new FakeSink();
    const viewer = stream.addViewer(sink, WS);
    for (let n = 0; n <= 250; n += 1) stream.push({ type: 'fragment', fragment: frame(n, { isKey: n === 0 }) });
    viewer.report(2, 2);
    stream.push({ type: 'fragment', fragment: frame(251) });
    assert.equal(sink.binaries.at(-1), isLate ? 250 : 251, `at ${rate}`);
    assert.ok(Math.abs(viewer.lagMs - 8000 / rate) < 1, `${viewer.lagMs}`);
  }
});

test('the clock of footage is corrected between key frames', () => {
  let pace = { rate: 1, scale: 1 };
  const footage = { filmedEpochMs: () => 1000, clock: () => pace, pace: () => pace };
  const stream = new Stream({ id: 's', loss: 'deliver', clock: { nowMs: () => 0, epochMs: () => 0 }, footage });
  stream.reclock(0, 1000);
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  stream.addViewer(sink, WS);
  stream.push({ type: 'fragment', fragment: frame(0, { isKey: true }) });
  pace = { rate: 1, scale: 4 };
  stream.reclock(3600, 1040);
  assert.deepEqual(sink.texts('clock'), [
    { type: 'clock', dts90k: 0, time: '1970-01-01T00:00:01.000Z', rate: 1, scale: 1 },
    { type: 'clock', dts90k: 3600, time: '1970-01-01T00:00:01.040Z', rate: 1, scale: 4, key: false },
  ]);
});

test('a lag that stays closes the viewer; reports that cease are no reason to', () => {
  for (const reports of [true, false]) {
    const { stream, push } = open();
    stream.push({ type: 'init', init: init(1) });
    const sink = new FakeSink();
    const viewer = stream.addViewer(sink, WS);
    for (let n = 0; n <= 250; n += 1) push(frame(n, { isKey: n === 0 }));
    viewer.report(1, 1);
    const until = 250 + (MAX_CONGESTED_MS + 1000) / 40;
    for (let n = 251; n <= until; n += 1) {
      if (reports && n % 25 === 0) viewer.report(1, 1);
      push(frame(n, { isKey: n % 50 === 0 }));
    }
    if (reports) assert.deepEqual(sink.closed, { code: 4429, reason: 'too slow' });
    else {
      assert.equal(sink.closed, null);
      const [drop] = sink.texts('drop');
      assert.ok((drop?.ms as number) <= REPORT_VALID_MS + 2000);
    }
  }
});

test('reports that are no numbers change nothing', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  const viewer = stream.addViewer(sink, WS);
  push(frame(0, { isKey: true }));
  push(frame(1));
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e300]) {
    viewer.report(bad, 0);
    if (!Number.isFinite(bad)) viewer.report(1, bad);
  }
  assert.equal(viewer.lagMs, 0);
  push(frame(2));
  assert.equal(sink.binaries.at(-1), 2);
});

test('after a loss `deliver` goes on and `wait` waits for the key frame', () => {
  for (const loss of ['deliver', 'wait'] as const) {
    const { stream, push } = open(loss);
    stream.push({ type: 'init', init: init(1) });
    const sink = new FakeSink();
    stream.addViewer(sink, WS);
    push(frame(0, { isKey: true }));
    push(frame(3, { afterLoss: true }));
    const late = new FakeSink();
    stream.addViewer(late, WS);
    push(frame(4));
    push(frame(5, { isKey: true }));
    push(frame(6, { isKey: true, afterLoss: true }));
    const expected = loss === 'wait' ? [0x10, 0, 5, 6] : [0x10, 0, 3, 4, 5, 6];
    assert.deepEqual(sink.binaries, expected);
    assert.deepEqual(late.binaries, expected);
    assert.deepEqual(sink.texts('drop'), loss === 'wait' ? [{ type: 'drop', frames: 2, ms: 80 }] : []);
  }
});

test('viewers are told how many frames a loss took, with those that wait for the key frame', () => {
  for (const loss of ['deliver', 'wait'] as const) {
    const { stream, push } = open(loss);
    stream.push({ type: 'init', init: init(1) });
    const sink = new FakeSink();
    stream.addViewer(sink, WS);
    push(frame(0, { isKey: true }));
    push(frame(1));
    push(frame(5, { afterLoss: true }));
    const late = new FakeSink();
    stream.addViewer(late, WS);
    push(frame(6));
    push(frame(7, { isKey: true }));
    const missing = loss === 'deliver' ? 3 : 5;
    assert.deepEqual(sink.texts('drop'), [{ type: 'drop', frames: missing, ms: missing * 40 }]);
    const order = sink.messages.map((m) => (m instanceof Uint8Array ? m[0] : m.type));
    assert.equal(order[order.indexOf('drop') - 1], 1, 'it is said where the hole is');
    assert.equal(
      late.texts('drop').length,
      loss === 'deliver' ? 0 : 1,
      'of what was lost before it came nobody tells it',
    );
  }
});

test('damage without a hole, a break of the stream, and sound alone lose no frames', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const sink = new FakeSink();
  stream.addViewer(sink, WS);
  push(frame(0, { isKey: true }));
  push(frame(1));
  push(frame(2, { afterLoss: true }));
  push(frame(3));
  const sound = {
    track: 'audio',
    data: new Uint8Array(),
    dts: 0,
    compositionOffset: 0,
    duration: 1,
    isSync: true,
  } as const;
  push(frame(3.5, { samples: [sound] }));
  push(frame(4, { afterLoss: true }));
  push(frame(5));
  push(frame(5 + 25 * 10, { isKey: true, afterLoss: true }));
  assert.deepEqual(sink.texts('drop'), []);
});

test('consumers get every frame from the key frame on, also after a loss, and each init segment', () => {
  const { stream, push } = open('wait');
  const log: (string | number)[] = [];
  const consumer = {
    init: (i: InitSegment) => log.push(`init ${i.generation}`),
    fragment: (f: Fragment) => log.push(f.bytes[0]!),
    end: (reason: string) => log.push(reason),
  };
  stream.push({ type: 'init', init: init(1) });
  push(frame(0));
  push(frame(1, { isKey: true }));
  push(frame(2, { afterLoss: true }));
  assert.equal(stream.gopEpochMs, Date.UTC(2026, 10, 21, 4) + 40);
  stream.subscribe(consumer);
  const detached: number[] = [];
  const detach = stream.subscribe({ init() {}, fragment: (f) => detached.push(f.bytes[0]!), end() {} });
  push(frame(3));
  detach();
  stream.push({ type: 'init', init: init(2) });
  assert.equal(stream.gopEpochMs, null);
  push(frame(4, { generation: 2, isKey: true }));
  stream.end('gone', 4410);
  assert.deepEqual(log, ['init 1', 1, 2, 3, 'init 2', 4, 'gone']);
  assert.deepEqual(detached, [1, 2, 3]);
});

test('a consumer may leave and come back while it is being served', () => {
  const { stream, push } = open();
  const log: string[] = [];
  const begin = (name: string) => {
    let seen = 0;
    const leave = stream.subscribe({
      init(i) {
        log.push(`${name} init ${i.generation}`);
        seen += 1;
        if (seen === 1) return;
        leave();
        begin(`${name}'`);
      },
      fragment: (f) => log.push(`${name} ${f.bytes[0]}`),
      end() {},
    });
  };
  stream.push({ type: 'init', init: init(1) });
  begin('a');
  push(frame(0, { isKey: true }));
  stream.push({ type: 'init', init: init(2) });
  push(frame(1, { isKey: true, generation: 2 }));
  assert.deepEqual(log, ['a init 1', 'a 0', 'a init 2', "a' init 2", "a' 1"]);
});

test('viewers that come and go are counted; the end is told to latecomers too', () => {
  const { stream } = open();
  const counts: number[] = [];
  stream.onViewersChanged = (count) => counts.push(count);
  const a = stream.addViewer(new FakeSink(), WS);
  const b = stream.addViewer(new FakeSink(), WS);
  a.close();
  a.close();
  b.close();
  assert.deepEqual(counts, [1, 2, 1, 0]);
  stream.end('device offline', 4480);
  stream.end('again', 4410);
  const late = new FakeSink();
  stream.addViewer(late, WS);
  assert.deepEqual(late.texts('end'), [{ type: 'end', reason: 'device offline' }]);
  assert.deepEqual(late.closed, { code: 4480, reason: 'device offline' });
  assert.deepEqual(counts, [1, 2, 1, 0]);
});

test('a viewer that closes itself while it is served does not disturb the next', () => {
  const { stream, push } = open();
  stream.push({ type: 'init', init: init(1) });
  const first = new FakeSink();
  const second = new FakeSink();
  const viewer = stream.addViewer(first, PLAIN);
  stream.addViewer(second, PLAIN);
  first.sendBinary = () => viewer.close();
  push(frame(0, { isKey: true }));
  push(frame(1));
  assert.equal(stream.viewers, 1);
  assert.deepEqual(second.binaries, [0x10, 0, 1]);
});
