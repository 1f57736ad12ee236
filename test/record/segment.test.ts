import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isoInZone, zoneOffsetMinutes } from '../../src/gateway/zone.ts';
import type { Fragment } from '../../src/media/frame.ts';
import { CLOCK_SET_MS, MAX_DRIFT_MS, nextBoundary, Segmenter, type SegmentRule } from '../../src/record/segment.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function ruleOf(segmentMs: number, timeZone: string): SegmentRule {
  return { segmentMs, offsetMs: (epochMs) => zoneOffsetMinutes(epochMs, timeZone) * MINUTE };
}

/** The boundaries between two moments, as the wall clock of the zone shows them. */
function boundaries(from: string, to: string, segmentMs: number, timeZone: string): string[] {
  const found: string[] = [];
  const rule = ruleOf(segmentMs, timeZone);
  for (let at = nextBoundary(Date.parse(from), rule); at <= Date.parse(to); at = nextBoundary(at, rule))
    found.push(isoInZone(at, timeZone).replace(':00.000', '').slice(11));
  return found;
}

describe('boundaries of the wall clock', () => {
  const table: [string, string, string, number, string, string[]][] = [
    [
      'half hours of the zone, not of UTC',
      '2026-01-05T10:10:00+05:45',
      '2026-01-05T12:00:00+05:45',
      30 * MINUTE,
      'Asia/Kathmandu',
      ['10:30+05:45', '11:00+05:45', '11:30+05:45', '12:00+05:45'],
    ],
    [
      'on a boundary the next one is meant',
      '2026-01-05T10:30:00+08:00',
      '2026-01-05T11:30:00+08:00',
      30 * MINUTE,
      'Asia/Shanghai',
      ['11:00+08:00', '11:30+08:00'],
    ],
    [
      'a segment that does not divide the day begins anew at midnight',
      '2026-01-05T20:00:00+08:00',
      '2026-01-06T07:30:00+08:00',
      7 * HOUR,
      'Asia/Shanghai',
      ['21:00+08:00', '00:00+08:00', '07:00+08:00'],
    ],
    [
      'a segment longer than a day is a day',
      '2026-01-05T20:00:00+08:00',
      '2026-01-07T07:30:00+08:00',
      40 * HOUR,
      'Asia/Shanghai',
      ['00:00+08:00', '00:00+08:00'],
    ],
    [
      'clocks go forward: the hour that is missing has no boundary of its own',
      '2026-03-29T01:10:00+01:00',
      '2026-03-29T04:00:00+02:00',
      30 * MINUTE,
      'Europe/Berlin',
      ['01:30+01:00', '03:00+02:00', '03:30+02:00', '04:00+02:00'],
    ],
    [
      'clocks go forward over a boundary: there is one where they do',
      '2026-03-29T01:10:00+01:00',
      '2026-03-29T06:00:00+02:00',
      2 * HOUR,
      'Europe/Berlin',
      ['03:00+02:00', '04:00+02:00', '06:00+02:00'],
    ],
    [
      'clocks go back: the hour that comes twice has its boundaries twice',
      '2026-10-25T01:40:00+02:00',
      '2026-10-25T03:30:00+01:00',
      30 * MINUTE,
      'Europe/Berlin',
      ['02:00+02:00', '02:30+02:00', '02:00+01:00', '02:30+01:00', '03:00+01:00', '03:30+01:00'],
    ],
    [
      'clocks go back by half an hour, onto no boundary',
      '2026-04-05T00:10:00+11:00',
      '2026-04-05T03:00:00+10:30',
      HOUR,
      'Australia/Lord_Howe',
      ['01:00+11:00', '02:00+10:30', '03:00+10:30'],
    ],
    [
      'clocks go forward over midnight',
      '2026-09-05T22:30:00-04:00',
      '2026-09-06T03:00:00-03:00',
      2 * HOUR,
      'America/Santiago',
      ['01:00-03:00', '02:00-03:00'],
    ],
  ];
  for (const [name, from, to, segmentMs, zone, expected] of table)
    test(name, () => assert.deepEqual(boundaries(from, to, segmentMs, zone), expected));

  test('from anywhere in the year: always later, at most a segment later, never one left out', () => {
    const zones = ['Asia/Shanghai', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'UTC'];
    const year = { min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) };
    fc.assert(
      fc.property(
        fc.integer(year),
        fc.constantFrom(...zones),
        fc.constantFrom(MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (epochMs, zone, segmentMs, share) => {
          const rule = ruleOf(segmentMs, zone);
          const boundary = nextBoundary(epochMs, rule);
          assert.ok(boundary > epochMs && boundary <= epochMs + segmentMs);
          const between = epochMs + Math.floor((boundary - epochMs - 1) * share);
          assert.equal(nextBoundary(between, rule), boundary);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function key(seconds: number, soundSeconds?: number): Fragment {
  const data = new Uint8Array(1);
  const common = { data, compositionOffset: 0, duration: 1, isSync: true };
  const sound = soundSeconds === undefined ? [] : [{ ...common, track: 'audio' as const, dts: soundSeconds * 8000 }];
  return {
    generation: 1,
    bytes: data,
    isKey: true,
    afterLoss: false,
    dts90k: seconds * 90_000,
    arrivedMs: 0,
    samples: [{ ...common, track: 'video', dts: seconds * 90_000 }, ...sound],
  };
}

describe('a recording from file to file', () => {
  const START = Date.parse('2026-01-05T10:29:50.000+08:00');
  const rule = ruleOf(30 * MINUTE, 'Asia/Shanghai');
  /** A recording whose feed stands at 1000 s when it begins. */
  const begun = (timescale = Number.NaN) => new Segmenter(rule, key(1000), START, timescale);

  test('the first key frame at or after the boundary begins the next file', () => {
    const segmenter = begun();
    assert.equal(segmenter.next(key(1009.96), START + 9960), null);
    assert.deepEqual(segmenter.next(key(1010), START + 10_000), {
      startEpochMs: START + 10_000,
      keyEpochMs: START + 10_000,
    });
    assert.equal(segmenter.next(key(1012), START + 12_000), null);
    const half = 30 * 60;
    assert.equal(segmenter.next(key(1009 + half), START + (9 + half) * 1000), null);
    assert.equal(
      segmenter.next(key(1013 + half), START + (13 + half) * 1000)?.startEpochMs,
      START + (13 + half) * 1000,
    );
  });

  test('sound that is older than its picture begins the file, which is named by the picture', () => {
    const next = begun(8000).next(key(1010, 1009.98), START + 10_000);
    assert.deepEqual(next, { startEpochMs: START + 9980, keyEpochMs: START + 10_000 });
  });

  test('key frames further apart than a segment: each begins a file', () => {
    const segmenter = begun();
    for (const minutes of [47, 95, 140]) {
      const ms = minutes * MINUTE;
      assert.equal(segmenter.next(key(1000 + ms / 1000), START + ms)?.startEpochMs, START + ms);
    }
  });

  test('sound alone is cut at any sample', () => {
    const sample = (seconds: number): Fragment => ({
      ...key(0),
      dts90k: seconds * 90_000,
      samples: [
        {
          track: 'audio',
          data: new Uint8Array(1),
          dts: seconds * 8000,
          compositionOffset: 0,
          duration: 160,
          isSync: true,
        },
      ],
    });
    const segmenter = new Segmenter(rule, sample(5), START, 8000);
    assert.equal(segmenter.next(sample(14.98), START + 9980), null);
    assert.equal(segmenter.next(sample(15), START + 10_000)?.startEpochMs, START + 10_000);
  });

  test('a delay of the network moves nothing', () => {
    const segmenter = begun();
    segmenter.next(key(1004), START + 4000);
    assert.equal(segmenter.next(key(1010), START + 13_000)?.startEpochMs, START + 10_000);
  });

  test('a camera whose clock is slow: the next file begins when it was filmed', () => {
    const segmenter = begun();
    for (const s of [2, 4, 6]) segmenter.next(key(1000 + s), START + s * 1000 + 700);
    assert.equal(segmenter.next(key(1010), START + 10_800)?.startEpochMs, START + 10_700);
  });

  test('a camera whose clock is fast: made up for in steps that still count as joined, and no boundary comes twice', () => {
    const segmenter = begun();
    assert.equal(segmenter.next(key(1010), START + 10_000 - 3000)?.startEpochMs, START + 10_000 - MAX_DRIFT_MS);
    assert.equal(segmenter.next(key(1011), START + 11_000 - 3000), null);
  });

  test('a clock that was set back: the next file has its time, and is cut by it', () => {
    const segmenter = begun();
    const backMs = CLOCK_SET_MS + 5000;
    assert.equal(segmenter.next(key(1010), START + 10_000 - backMs)?.startEpochMs, START + 10_000 - backMs);
    const again = segmenter.next(key(1010 + backMs / 1000), START + 10_000);
    assert.equal(again?.startEpochMs, START + 10_000, 'the half hour strikes again');
  });
});
