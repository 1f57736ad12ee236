/** Recorded footage in the player: when its pictures were filmed, and where and how fast they are played. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentTime } from '../../web/player/content-time.ts';
import { bridge, type Stretch } from '../../web/player/edge.ts';
import { FootageEdge } from '../../web/player/footage-edge.ts';
import { readMessage } from '../../web/player/protocol.ts';

const live = (atS: number, epochMs: number) => ({ atS, epochMs, rate: null, scale: 1 });
const footage = (atS: number, epochMs: number, rate = 1, scale = 1) => ({ atS, epochMs, rate, scale });

test('content time is counted from the clock in force where the picture stands, not from the newest', () => {
  const time = new ContentTime();
  assert.equal(time.epochMsAt(1), null);
  assert.equal(time.isFootage, false);
  time.add(live(10, 1_000));
  assert.equal(time.isFootage, false);
  assert.equal(time.epochMsAt(9.5), 500, 'before the first clock by the first');
  time.clear();
  time.add(footage(0, 0));
  time.add(footage(2, 600_000));
  time.add(footage(4, 602_000, 1, 4));
  assert.equal(time.isFootage, true);
  assert.equal(time.epochMsAt(1.5), 1_500);
  assert.equal(time.epochMsAt(3), 601_000);
  assert.equal(time.epochMsAt(5), 606_000, 'a second of media is four of content');
  assert.equal(time.markAt(5)?.scale, 4);
});

test('a correction takes back what was said of later media', () => {
  const time = new ContentTime();
  for (let s = 0; s < 5; s += 1) time.add(footage(s, s * 1_000));
  time.add(footage(2.5, 2_500, 1, 8));
  assert.equal(time.epochMsAt(2), 2_000);
  assert.equal(time.epochMsAt(4.5), 2_500 + 16_000);
});

test('of a long playback the clocks of what is gone are forgotten', () => {
  const time = new ContentTime();
  for (let s = 0; s < 5_000; s += 1) time.add(footage(s, s * 1_000));
  assert.equal(time.epochMsAt(4_999), 4_999_000);
  assert.equal(time.markAt(0)?.atS, 5_000 - 900);
});

const from0 = (end: number): Stretch[] => [{ start: 0, end }];

/** An edge that plays from 0. */
function started(): FootageEdge {
  const edge = new FootageEdge(bridge);
  assert.equal(edge.next(0, from0(1), 0, 1, false)?.type, 'jump');
  return edge;
}

test('it starts with the first picture, once there is a cushion or no more comes', () => {
  const edge = new FootageEdge(bridge);
  assert.equal(edge.next(0, [], 0, 1, false), null);
  assert.equal(edge.next(0, [{ start: 5, end: 5.1 }], 0, 1, false), null);
  assert.deepEqual(edge.next(0, [{ start: 5, end: 5.4 }], 50, 1, false), { type: 'jump', to: 5.001, why: 'start' });
  edge.restart();
  assert.equal(edge.next(0, from0(0.1), 0, 1, false), null);
  assert.equal(edge.next(0, from0(0.1), 1_000, 1, false)?.type, 'jump');
  edge.restart();
  assert.deepEqual(edge.next(0, from0(3), 0, 1, true), { type: 'jump', to: 2.99, why: 'start' }, 'paused: the newest');
});

test('no lag is ever skipped: it is played faster, for a person who asked for speed hardly noticed', () => {
  const edge = started();
  for (const behind of [3, 30, 300]) {
    const move = edge.next(0, from0(behind), 1_000, 1, false);
    assert.ok(move === null || move.type === 'rate', JSON.stringify(move));
  }
  assert.equal(edge.next(299.5, from0(300), 1_000, 1, false)?.type, 'rate');
});

test('the rate is that of the footage, corrected by the cushion, which is counted in seconds of watching', () => {
  const edge = started();
  assert.deepEqual(edge.next(0, from0(4), 0, 8, false), { type: 'rate', rate: 8 });
  assert.equal(edge.next(0, from0(4), 0, 8, false), null, 'said once');
  assert.deepEqual(edge.next(0, from0(16), 0, 8, false), { type: 'rate', rate: 10 });
  assert.deepEqual(edge.next(0, from0(64), 0, 8, false), { type: 'rate', rate: 16 });
  assert.equal(edge.next(0, from0(8), 0, 8, false), null, 'until half of it is gone');
  assert.deepEqual(edge.next(0, from0(5), 0, 8, false), { type: 'rate', rate: 8 });
  assert.deepEqual(edge.next(0, from0(0.8), 0, 8, false), { type: 'rate', rate: 7.2 });
  assert.deepEqual(edge.next(0, from0(0.5), 0, 0.25, false), { type: 'rate', rate: 0.3125 });
});

test('the rate stays within what browsers play', () => {
  const edge = started();
  assert.deepEqual(edge.next(0, from0(1_000), 0, 16, false), { type: 'rate', rate: 16 });
  assert.deepEqual(edge.next(0, from0(0.001), 0, 0.05, false), { type: 'rate', rate: 0.0625 });
});

test('while it is paused nothing moves, but where it was told to go it goes', () => {
  const edge = started();
  assert.equal(edge.next(0, from0(100), 0, 1, true), null);
  assert.notEqual(edge.next(1, from0(4), 0, 1, false, 5)?.type, 'jump', 'not before it is there');
  assert.deepEqual(edge.next(1, from0(6), 0, 1, false, 5), { type: 'jump', to: 5, why: 'lag' });
  assert.notEqual(edge.next(5.5, from0(6), 0, 1, false, 5)?.type, 'jump', 'and never back');
});

test('a hole in the buffer is jumped over', () => {
  const holed = [
    { start: 0, end: 5 },
    { start: 5.3, end: 9 },
  ];
  assert.deepEqual(started().next(4.98, holed, 0, 1, false), { type: 'jump', to: 5.301, why: 'gap' });
  assert.deepEqual(started().next(50, from0(9), 0, 1, false), { type: 'jump', to: 0, why: 'gap' }, 'began anew');
});

test('the clock of footage and answers to controls are read', () => {
  const time = '2026-01-05T08:30:00.000Z';
  assert.deepEqual(readMessage(JSON.stringify({ type: 'clock', dts90k: 90, time, rate: 4, scale: 2, jump: true })), {
    type: 'clock',
    dts90k: 90,
    time,
    rate: 4,
    scale: 2,
    isJump: true,
    isKey: true,
  });
  const plain = { type: 'clock', dts90k: 90, time, rate: null, scale: 1, isJump: false, isKey: true };
  assert.deepEqual(readMessage(JSON.stringify({ type: 'clock', dts90k: 90, time })), plain);
  assert.deepEqual(readMessage(JSON.stringify({ type: 'clock', dts90k: 90, time, rate: 'x', scale: -0, key: false })), {
    ...plain,
    isKey: false,
  });
  const state = { type: 'state', state: 'playing', code: 'forbidden', action: 'pause' };
  assert.deepEqual(readMessage(JSON.stringify({ ...state, detail: 'x' })), state);
});
