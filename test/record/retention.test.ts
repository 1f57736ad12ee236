import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Recording } from '../../src/record/archive.ts';
import { type RetentionRules, type Stock, verdictOf, wantedFreeBytes } from '../../src/record/retention.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const NO_RULES: RetentionRules = { keepDays: null, maxBytes: null, minFreeBytes: 0 };

/** A recording of an hour that ended so many days ago. */
function row(id: string, daysAgo: number, bytes = 10, o: Partial<Recording> = {}): Recording {
  const endEpochMs = NOW - daysAgo * DAY;
  return {
    id,
    streamId: 's',
    deviceId: 'D',
    channelId: 'C',
    streamNumber: 0,
    startEpochMs: endEpochMs - 3_600_000,
    endEpochMs,
    durationMs: 3_600_000,
    bytes,
    path: `${id}.mp4`,
    state: 'complete',
    locked: false,
    error: null,
    ...o,
  };
}

function stock(rows: Recording[], o: Partial<Stock> = {}): Stock {
  const sorted = [...rows].sort((a, b) => a.startEpochMs - b.startEpochMs);
  const streams = new Set(sorted.map(({ channelId, streamNumber }) => `${channelId} ${streamNumber}`));
  return {
    epochMs: NOW,
    rows: sorted,
    rowsByStream: [...streams].map((key) => sorted.filter((r) => `${r.channelId} ${r.streamNumber}` === key)),
    bytes: sorted.reduce((sum, { bytes }) => sum + bytes, 0),
    disk: { freeBytes: 1000, totalBytes: 100_000 },
    keepDays: () => null,
    isInUse: () => false,
    ...o,
  };
}

const verdict = (rules: Partial<RetentionRules>, s: Stock, max = 100) => {
  const { doomed, isCut, stuck } = verdictOf({ ...NO_RULES, ...rules }, s, max);
  return { words: doomed.map(({ row: { id }, reason }) => `${id} ${reason}`), isCut, stuck };
};

test('by age: what ended too long ago, each stream by its own plan', () => {
  const rows = [row('a', 8), row('b', 6), row('m', 8, 10, { channelId: 'M' }), row('n', 3, 10, { channelId: 'M' })];
  assert.deepEqual(verdict({ keepDays: 7 }, stock(rows)).words.sort(), ['a age', 'm age']);
  assert.deepEqual(verdict({}, stock(rows)).words, []);
  const keepDays = ({ channelId }: Recording) => (channelId === 'M' ? 2 : null);
  assert.deepEqual(verdict({}, stock(rows, { keepDays })).words, ['m age', 'n age']);
  const longer = ({ channelId }: Recording) => (channelId === 'M' ? 30 : null);
  assert.deepEqual(verdict({ keepDays: 1 }, stock(rows, { keepDays: longer })).words, ['a age', 'b age']);
  // one that failed has no end of its own
  const failed = row('f', 7, 0, { endEpochMs: null, durationMs: 0, state: 'failed' });
  assert.deepEqual(verdict({ keepDays: 7 }, stock([failed])).words, ['f age']);
});

test('by bytes: the oldest of all until the rest fits', () => {
  const rows = [row('c', 1, 30), row('a', 3, 10), row('b', 2, 20, { channelId: 'M' })];
  assert.deepEqual(verdict({ maxBytes: 60 }, stock(rows)).words, []);
  assert.deepEqual(verdict({ maxBytes: 59 }, stock(rows)).words, ['a bytes']);
  assert.deepEqual(verdict({ maxBytes: 49 }, stock(rows)).words, ['a bytes', 'b bytes']);
  // what is locked or runs counts too, and is not here to be deleted
  assert.deepEqual(verdict({ maxBytes: 60 }, stock(rows, { bytes: 100 })).words, ['a bytes', 'b bytes', 'c bytes']);
});

test('by free space: the oldest until so much is free; what goes for its age counts', () => {
  const rows = [row('a', 9, 10), row('b', 8, 10), row('c', 3, 10), row('d', 2, 10)];
  const disk = { freeBytes: 75, totalBytes: 100_000 };
  assert.deepEqual(verdict({ minFreeBytes: 100 }, stock(rows, { disk })).words, ['a space', 'b space', 'c space']);
  assert.deepEqual(verdict({ minFreeBytes: 100, keepDays: 7 }, stock(rows, { disk })).words, [
    'a age',
    'b age',
    'c space',
  ]);
  assert.deepEqual(verdict({ minFreeBytes: 75 }, stock(rows, { disk })).words, []);
  assert.deepEqual(verdict({ minFreeBytes: 100 }, stock(rows, { disk: null })).words, []);
});

test('no more than a tenth of the disk is asked to stay free', () => {
  assert.equal(wantedFreeBytes({ ...NO_RULES, minFreeBytes: 2e9 }, 1e12), 2e9);
  assert.equal(wantedFreeBytes({ ...NO_RULES, minFreeBytes: 2e9 }, 4e9), 4e8);
  const disk = { freeBytes: 100, totalBytes: 1000 };
  assert.deepEqual(verdict({ minFreeBytes: 500 }, stock([row('a', 1)], { disk })).words, []);
});

test('nothing that somebody reads; what cannot be reached is said', () => {
  const rows = [row('a', 9, 10), row('b', 8, 10), row('c', 1, 10)];
  const isInUse = (id: string) => id === 'a';
  assert.deepEqual(verdict({ keepDays: 7 }, stock(rows, { isInUse })).words, ['b age']);
  assert.deepEqual(verdict({ maxBytes: 15 }, stock(rows, { isInUse })), {
    words: ['b bytes', 'c bytes'],
    isCut: false,
    stuck: null,
  });
  const full = verdict({ maxBytes: 15 }, stock(rows, { isInUse, bytes: 40 }));
  assert.deepEqual(full, {
    words: ['b bytes', 'c bytes'],
    isCut: false,
    stuck: { reason: 'bytes', missingBytes: 5 },
  });
  const disk = { freeBytes: 0, totalBytes: 1000 };
  assert.deepEqual(verdict({ minFreeBytes: 100 }, stock([], { disk })).stuck, { reason: 'space', missingBytes: 100 });
});

test('one run deletes so many and says that there are more', () => {
  const rows = Array.from({ length: 10 }, (_, i) => row(`r${i}`, 20 - i));
  const aged = verdict({ keepDays: 7 }, stock(rows), 4);
  assert.deepEqual(aged, { words: ['r0 age', 'r1 age', 'r2 age', 'r3 age'], isCut: true, stuck: null });
  const full = verdict({ maxBytes: 1 }, stock(rows), 3);
  assert.deepEqual([full.words.length, full.isCut, full.stuck], [3, true, null]);
  assert.equal(verdict({ keepDays: 7 }, stock(rows), 10).isCut, false);
});

test('whatever there is: the oldest go first, and no more than have to', () => {
  const some = fc.array(fc.record({ daysAgo: fc.double({ min: 0, max: 30, noNaN: true }), bytes: fc.nat(50) }));
  fc.assert(
    fc.property(some, fc.nat(500), (recordings, maxBytes) => {
      const rows = recordings.map(({ daysAgo, bytes }, i) => row(`r${i}`, daysAgo, bytes));
      const s = stock(rows);
      const { doomed, stuck } = verdictOf({ ...NO_RULES, maxBytes }, s, 1000);
      assert.deepEqual(
        doomed.map((one) => one.row.id),
        s.rows.slice(0, doomed.length).map(({ id }) => id),
      );
      const left = s.rows.slice(doomed.length).reduce((sum, { bytes }) => sum + bytes, 0);
      assert.equal(stuck, null);
      assert.ok(left <= maxBytes);
      if (doomed.length > 0) assert.ok(left + doomed.at(-1)!.row.bytes > maxBytes);
    }),
  );
});
