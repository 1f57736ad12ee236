import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Library } from '../../../src/simulator/footage/library.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 0, 10);

const library = (gaps: [number, number][] = [], hourlyGap = false) =>
  new Library({
    startEpochMs: MIDNIGHT,
    endEpochMs: () => MIDNIGHT + DAY,
    fileMs: 30 * MINUTE,
    gaps: gaps.map(([from, to]) => ({ startEpochMs: MIDNIGHT + from, endEpochMs: MIDNIGHT + to })),
    hourlyGap,
  });

/** Files as minutes from midnight. */
const minutes = (of: Library, from: number, to: number) =>
  of
    .files({ startEpochMs: MIDNIGHT + from * MINUTE, endEpochMs: MIDNIGHT + to * MINUTE })
    .map((file) => [(file.startEpochMs - MIDNIGHT) / MINUTE, (file.endEpochMs - MIDNIGHT) / MINUTE]);

test('files join on the grid of the clock', () => {
  assert.deepEqual(minutes(library(), 0, 90), [
    [0, 30],
    [30, 60],
    [60, 90],
  ]);
  assert.equal(library().files({ startEpochMs: 0, endEpochMs: MIDNIGHT + 9 * DAY }).length, 48);
});

test('a range is answered with the whole files that it touches', () => {
  assert.deepEqual(minutes(library(), 29, 31), [
    [0, 30],
    [30, 60],
  ]);
  assert.deepEqual(minutes(library(), -100, 0), []);
  assert.deepEqual(minutes(library(), 24 * 60, 48 * 60), []);
});

test('gaps cut files, over joints too; what overlaps or touches is one gap', () => {
  const cut = library([
    [25 * MINUTE, 35 * MINUTE],
    [5 * MINUTE, 10 * MINUTE],
    [8 * MINUTE, 12 * MINUTE],
    [12 * MINUTE, 13 * MINUTE],
  ]);
  assert.deepEqual(minutes(cut, 0, 60), [
    [0, 5],
    [13, 25],
    [35, 60],
  ]);
  assert.equal(cut.next(MIDNIGHT + 5 * MINUTE), MIDNIGHT + 13 * MINUTE);
  assert.equal(cut.next(MIDNIGHT + 5 * MINUTE - 1), MIDNIGHT + 5 * MINUTE - 1);
});

test('PB-7: minutes 20 to 25 of every hour are missing', () => {
  assert.deepEqual(minutes(library([], true), 0, 90), [
    [0, 20],
    [25, 30],
    [30, 60],
    [60, 80],
    [85, 90],
  ]);
});

test('files tile what is there: no overlap, and every moment is in one of them or in a gap', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: DAY }), fc.integer({ min: 1, max: 3 * HOUR }));
  fc.assert(
    fc.property(
      fc.array(span, { maxLength: 8 }),
      fc.boolean(),
      fc.integer({ min: 0, max: DAY - 1 }),
      (gaps, hourly, at) => {
        const of = library(
          gaps.map(([from, length]) => [from, from + length]),
          hourly,
        );
        const files = of.files({ startEpochMs: MIDNIGHT, endEpochMs: MIDNIGHT + DAY });
        for (const [index, file] of files.entries()) {
          assert.ok(file.startEpochMs < file.endEpochMs);
          assert.ok(index === 0 || files[index - 1]!.endEpochMs <= file.startEpochMs);
          assert.equal(of.fileStart(file.endEpochMs - 1), file.startEpochMs);
          assert.equal(of.fileEnd(file.startEpochMs), file.endEpochMs);
          assert.ok(of.reachesFrom(file.startEpochMs, file.endEpochMs));
        }
        const epochMs = MIDNIGHT + at;
        const isThere = files.some((file) => file.startEpochMs <= epochMs && epochMs < file.endEpochMs);
        assert.equal(of.next(epochMs) === epochMs, isThere);
        assert.equal(of.gapAt(epochMs) === null, isThere);
      },
    ),
  );
});

test('a recorder that records on has a file that grows', () => {
  let now = MIDNIGHT + 31 * MINUTE;
  const of = new Library({
    startEpochMs: MIDNIGHT,
    endEpochMs: () => now,
    fileMs: 30 * MINUTE,
    gaps: [],
    hourlyGap: false,
  });
  assert.deepEqual(minutes(of, 0, 90), [
    [0, 30],
    [30, 31],
  ]);
  assert.equal(of.next(MIDNIGHT + 31 * MINUTE), null);
  now += 5 * MINUTE;
  assert.deepEqual(minutes(of, 30, 90), [[30, 36]]);
});
