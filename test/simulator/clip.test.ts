import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClipError, clipUnits, loadClip, SHIPPED_VIDEOS } from '../../src/simulator/clip.ts';

const FOLDER = new URL('../../src/simulator/clips/', import.meta.url).pathname;
/** Types of the NAL units of every key frame, in order. */
const KEY_FRAMES: Record<string, [frames: number, types: number[], group: number]> = {
  h264: [200, [7, 8, 6, 5], 50],
  h265: [200, [32, 33, 34, 20], 50],
  footage: [200, [7, 8, 5], 25],
  'h264-bframes': [100, [9, 7, 8, 6, 5, 5], 50],
  'h265-bframes': [100, [35, 32, 33, 34, 20], 50],
};

for (const [name, file] of Object.entries(SHIPPED_VIDEOS)) {
  test(`${name}: every byte of ${file} is in an access unit, every key frame brings its parameter sets`, () => {
    const { video } = clipUnits(loadClip(name, 'none'));
    const [frames, types, group] = KEY_FRAMES[name]!;
    assert.ok(Buffer.concat(video.map((unit) => unit.data)).equals(readFileSync(join(FOLDER, file))));
    assert.equal(video.length, frames);
    assert.deepEqual(
      video.flatMap((unit, index) => (unit.key ? [index] : [])),
      Array.from({ length: frames / group }, (_, index) => index * group),
    );
    const typeOf = (nal: Buffer) => (file.endsWith('.h264') ? nal[0]! & 0x1f : nal[0]! >> 1);
    for (const unit of video.filter((candidate) => candidate.key)) {
      const found = unit.nals.map(typeOf);
      if (unit === video[0]) assert.deepEqual(found, types);
      else
        assert.deepEqual(
          found.filter((type) => type !== 6),
          types.filter((type) => type !== 6),
        );
    }
    for (const unit of video) {
      let rest = unit.data;
      for (const nal of unit.nals) {
        const at = rest.indexOf('000001', 0, 'hex');
        assert.ok(at === 0 || (at === 1 && rest[0] === 0));
        assert.ok(rest.subarray(at + 3, at + 3 + nal.length).equals(nal));
        rest = rest.subarray(at + 3 + nal.length);
      }
      assert.equal(rest.length, 0);
    }
  });
}

for (const name of ['h264-bframes', 'h265-bframes']) {
  test(`${name}: presentation times are a permutation that never precedes decoding`, () => {
    const clip = loadClip(name, 'none');
    assert.equal(clip.video.reordered, true);
    const times = clip.video.units.map((unit, index) => index + unit.offset90k / 3600);
    assert.ok(clip.video.units.every((unit) => unit.offset90k >= 0));
    assert.ok(times.some((time, index) => time < times[index - 1]!));
    const sorted = times.toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted,
      Array.from({ length: 100 }, (_, index) => sorted[0]! + index),
    );
  });
}

test('sounds come in portions of 40 ms, AAC in frames of 1,024 samples', () => {
  for (const [audio, file, units, duration] of [
    ['pcma', 'tune.alaw', 200, 3600],
    ['pcmu', 'tune.ulaw', 200, 3600],
    ['aac', 'tune.aac', 64, 11_520],
  ] as const) {
    const { audio: frames } = clipUnits(loadClip('h264', audio));
    assert.equal(frames.length, units);
    assert.ok(frames.every((frame) => frame.duration90k === duration));
    assert.ok(Buffer.concat(frames.map((frame) => frame.data)).equals(readFileSync(join(FOLDER, file))));
  }
});

test('clips are read once and shared', () => {
  assert.equal(loadClip('h264', 'pcma'), loadClip('h264', 'pcma'));
  assert.equal(
    loadClip('h264', 'pcma').video.units[3]?.data.buffer,
    loadClip('h264', 'aac').video.units[3]?.data.buffer,
  );
});

test('the shipped clips stay under 2 MB together', () => {
  const bytes = readdirSync(FOLDER).reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0);
  assert.ok(bytes > 1_000_000 && bytes < 2_000_000, String(bytes));
});

test('a file of one’s own begins at its first key frame; one without is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clip-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { video } = clipUnits(loadClip('h264', 'none'));
  const late = join(folder, 'late.264');
  writeFileSync(late, Buffer.concat(video.slice(45, 60).map((unit) => unit.data)));
  const units = clipUnits(loadClip(late, 'none')).video;
  assert.equal(units.length, 10);
  assert.ok(units[0]?.data.equals(video[50]!.data));
  const never = join(folder, 'never.h264');
  writeFileSync(never, Buffer.concat(video.slice(1, 10).map((unit) => unit.data)));
  assert.throws(() => loadClip(never, 'none'), ClipError);
  assert.throws(() => loadClip(join(folder, 'missing.h265'), 'none'), /cannot be read/);
});
