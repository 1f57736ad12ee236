import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gop, MAX_GOP_BYTES, MAX_GOP_FRAGMENTS, MAX_GOP_MS } from '../../../src/media/live/gop.ts';
import { frame } from './make.ts';

test('nothing is kept before the first key frame', () => {
  const gop = new Gop();
  gop.push(frame(0), null);
  assert.deepEqual(gop.entries, []);
});

test('a group of 250 frames at 10 frames a second fits, and the next key frame replaces it', () => {
  const gop = new Gop();
  for (let n = 0; n < 250; n += 1) gop.push(frame(n, { isKey: n === 0, dts90k: n * 9000, size: 40_000 }), null);
  assert.equal(gop.entries.length, 250);
  assert.equal(gop.bytes, 250 * 40_000);
  gop.push(frame(250, { isKey: true }), 'clock');
  assert.deepEqual(
    gop.entries.map((e) => e.clockText),
    ['clock'],
  );
  assert.equal(gop.bytes, 10);
});

test('too many bytes let the whole group go until the next key frame', () => {
  const gop = new Gop();
  gop.push(frame(0, { isKey: true, size: MAX_GOP_BYTES - 5 }), null);
  gop.push(frame(1, { size: 5 }), null);
  assert.equal(gop.entries.length, 2);
  gop.push(frame(2, { size: 1 }), null);
  assert.equal(gop.entries.length, 0);
  gop.push(frame(3), null);
  assert.equal(gop.entries.length, 0);
  gop.push(frame(4, { isKey: true }), null);
  assert.equal(gop.entries.length, 1);
});

test('too much time lets the whole group go', () => {
  const gop = new Gop();
  gop.push(frame(0, { isKey: true, dts90k: 0 }), null);
  gop.push(frame(1, { dts90k: MAX_GOP_MS * 90 }), null);
  assert.equal(gop.entries.length, 2);
  gop.push(frame(2, { dts90k: MAX_GOP_MS * 90 + 1 }), null);
  assert.equal(gop.entries.length, 0);
});

test('too many fragments let the whole group go', () => {
  const gop = new Gop();
  for (let n = 0; n < MAX_GOP_FRAGMENTS; n += 1) gop.push(frame(0, { isKey: n === 0 }), null);
  assert.equal(gop.entries.length, MAX_GOP_FRAGMENTS);
  gop.push(frame(0), null);
  assert.equal(gop.entries.length, 0);
});

test('who sends an old group goes on undisturbed while a new one begins', () => {
  const gop = new Gop();
  gop.push(frame(0, { isKey: true }), null);
  gop.push(frame(1), null);
  const { entries } = gop;
  gop.push(frame(2, { isKey: true }), null);
  assert.equal(entries.length, 2);
});
