import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fragment } from '../../src/media/frame.ts';
import {
  MAX_ALL_PRE_ROLL_BYTES,
  MAX_PRE_ROLL_BYTES,
  MAX_PRE_ROLL_FRAGMENTS,
  PreRoll,
  PreRollRoom,
} from '../../src/record/pre-roll.ts';

const EPOCH = Date.UTC(2026, 0, 5);

const roomy = () => new PreRollRoom(() => assert.fail('there is room'));

function frame(arrivedMs: number, isKey: boolean, bytes = 1000): Fragment {
  return {
    generation: 1,
    bytes: new Uint8Array(bytes),
    isKey,
    afterLoss: false,
    dts90k: arrivedMs * 90,
    arrivedMs,
    samples: [],
  };
}

/** A stream with a frame each 500 ms and a key frame each `gopMs`, up to and without `toMs`. */
function filled(keepMs: number, gopMs: number, toMs: number): PreRoll {
  const preRoll = new PreRoll(keepMs, roomy());
  for (let ms = 0; ms < toMs; ms += 500) preRoll.push(frame(ms, ms % gopMs === 0), EPOCH + ms);
  return preRoll;
}

test('begins with the key frame in force so long ago, and reaches up to now', () => {
  for (const [gopMs, nowMs, from] of [
    [2000, 20_000, 14_000],
    [2000, 20_999, 14_000],
    [2000, 21_000, 16_000],
    [10_000, 24_000, 10_000],
    [10_000, 26_000, 20_000],
    [500, 20_000, 15_000],
  ] as const) {
    const kept = filled(5000, gopMs, nowMs).kept(nowMs);
    assert.equal(kept?.startEpochMs, EPOCH + from, `a key frame each ${gopMs} ms at ${nowMs}`);
    assert.ok(kept.fragments[0]!.isKey);
    const expected = [];
    for (let ms = from; ms < nowMs; ms += 500) expected.push(ms);
    assert.deepEqual(
      kept.fragments.map(({ arrivedMs }) => arrivedMs),
      expected,
    );
  }
});

test('a stream that is younger than what is to be kept is kept from its first key frame on', () => {
  const preRoll = new PreRoll(5000, roomy());
  preRoll.push(frame(0, false), EPOCH);
  assert.equal(preRoll.kept(0), null, 'nothing that can be decoded');
  preRoll.push(frame(100, true), EPOCH + 100);
  preRoll.push(frame(200, false), EPOCH + 200);
  assert.deepEqual(
    preRoll.kept(300)?.fragments.map(({ arrivedMs }) => arrivedMs),
    [100, 200],
  );
});

test('holds nothing that is older than needed', () => {
  const preRoll = filled(5000, 2000, 600_000);
  // what is kept, the rest of the group of pictures it begins in, and the one that is still open
  assert.ok(preRoll.bytes <= ((5000 + 2000 + 2000) / 500) * 1000, `${preRoll.bytes} bytes`);
  preRoll.clear();
  assert.equal(preRoll.bytes, 0);
  assert.equal(preRoll.kept(600_000), null);
});

test('too many bytes: it begins at a later key frame', () => {
  const preRoll = new PreRoll(5000, roomy());
  const third = Math.floor(MAX_PRE_ROLL_BYTES / 3);
  for (const ms of [0, 1000, 2000, 3000]) preRoll.push(frame(ms, true, third), EPOCH + ms);
  assert.ok(preRoll.bytes <= MAX_PRE_ROLL_BYTES);
  assert.equal(preRoll.kept(3000)?.startEpochMs, EPOCH + 1000);
});

test('a group of pictures that outgrows the bytes is let go as a whole: the next key frame begins anew', () => {
  const preRoll = new PreRoll(5000, roomy());
  preRoll.push(frame(0, true, MAX_PRE_ROLL_BYTES - 10), EPOCH);
  assert.notEqual(preRoll.kept(0), null);
  preRoll.push(frame(40, false, 100), EPOCH + 40);
  assert.equal(preRoll.kept(40), null);
  assert.equal(preRoll.bytes, 0);
  preRoll.push(frame(80, false, 100), EPOCH + 80);
  assert.equal(preRoll.kept(80), null, 'half a group of pictures is not kept');
  preRoll.push(frame(120, true, 100), EPOCH + 120);
  assert.equal(preRoll.kept(120)?.startEpochMs, EPOCH + 120);
});

test('fragments without bytes are counted', () => {
  const preRoll = new PreRoll(1_000_000, roomy());
  preRoll.push(frame(0, true, 0), EPOCH);
  for (let i = 1; i < MAX_PRE_ROLL_FRAGMENTS; i += 1) preRoll.push(frame(i, false, 0), EPOCH);
  assert.equal(preRoll.kept(0)?.fragments.length, MAX_PRE_ROLL_FRAGMENTS);
  preRoll.push(frame(5000, false, 0), EPOCH);
  assert.equal(preRoll.kept(0), null);
});

test('of all streams together no more than a bound is kept; who keeps the most lets go first, and is told of once', () => {
  const MB = 1024 * 1024;
  let full = 0;
  const room = new PreRollRoom(() => full++);
  const rolls = Array.from({ length: 40 }, () => new PreRoll(60_000, room));
  // one second a key frame: 31 streams of 0.5 MB a second and 9 of 1 MB
  const second = (ms: number) => {
    for (const [i, roll] of rolls.entries()) roll.push(frame(ms, true, i < 31 ? MB / 2 : MB), EPOCH + ms);
    assert.ok(room.bytes <= MAX_ALL_PRE_ROLL_BYTES);
    assert.equal(
      room.bytes,
      rolls.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  };
  for (let ms = 0; ms < 30_000; ms += 1000) second(ms);
  assert.equal(full, 1);
  assert.ok(room.bytes > MAX_ALL_PRE_ROLL_BYTES - 2 * MB, 'as much as there is room for');
  const sizes = rolls.map(({ bytes }) => bytes);
  assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 2 * MB, 'each gets as much as the others');
  for (const roll of rolls) assert.ok(roll.kept(30_000)!.fragments[0]!.isKey);
  for (const roll of rolls) roll.clear();
  assert.equal(room.bytes, 0);
});

test('a lone group of pictures goes too when there is no room for it', () => {
  let full = 0;
  const room = new PreRollRoom(() => full++, 10_000);
  const [small, large] = [new PreRoll(5000, room), new PreRoll(5000, room)];
  small.push(frame(0, true, 3000), EPOCH);
  large.push(frame(0, true, 6000), EPOCH);
  large.push(frame(40, false, 2000), EPOCH + 40);
  assert.equal(large.kept(50), null);
  assert.equal(room.bytes, 3000);
  large.push(frame(80, false, 2000), EPOCH + 80);
  assert.equal(room.bytes, 3000, 'nothing without its key frame');
  large.push(frame(120, true, 8000), EPOCH + 120);
  assert.equal(large.kept(150), null);
  assert.equal(full, 2, 'told again when half of it was free');
});
