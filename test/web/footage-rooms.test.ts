import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsOf, footageFrom, joined, lengthOf, type Range, rangeAt, within } from '../../web/page/footage/lanes.ts';
import { isWhole, markedBetween, markedIn, markedOut, NO_MARK } from '../../web/page/footage/mark.ts';
import {
  around,
  endOf,
  following,
  MAX_SPAN_MS,
  MIN_SPAN_MS,
  panned,
  resized,
  spanOf,
  timeAt,
  xOf,
  zoomed,
} from '../../web/page/footage/scale.ts';
import { LABEL_PX, ticksOf } from '../../web/page/footage/ticks.ts';
import { dateAfter, monthAfter, Zone } from '../../web/page/footage/zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-11-21T04:00:00Z');
const BEIJING = new Zone('Asia/Shanghai');
const BERLIN = new Zone('Europe/Berlin');

test('a zone that is not the browser’s: dates, clocks, days of 23 and 25 hours', () => {
  assert.equal(BEIJING.write(NOW), '2026-11-21 12:00:00');
  assert.equal(BEIJING.date(Date.parse('2026-11-20T16:00:00Z')), '2026-11-21');
  assert.deepEqual(BEIJING.day('2026-11-21'), {
    startMs: Date.parse('2026-11-20T16:00:00Z'),
    endMs: Date.parse('2026-11-21T16:00:00Z'),
  });
  const length = (date: string) => {
    const day = BERLIN.day(date);
    return ((day?.endMs ?? 0) - (day?.startMs ?? 0)) / HOUR_MS;
  };
  assert.deepEqual(['2026-03-28', '2026-03-29', '2026-10-25'].map(length), [24, 23, 25]);
  assert.equal(
    BERLIN.epoch(Date.parse('2026-10-25T02:30:00Z')),
    Date.parse('2026-10-25T00:30:00Z'),
    'the first of both',
  );
  assert.equal(BERLIN.write(BERLIN.epoch(Date.parse('2026-03-29T02:30:00Z'))), '2026-03-29 03:30:00', 'there is none');
  assert.equal(new Zone('Nowhere/At_All').name, 'UTC');
  assert.deepEqual([dateAfter('2026-02-28', 1), dateAfter('2024-03-01', -1)], ['2026-03-01', '2024-02-29']);
  assert.deepEqual([monthAfter('2026-11', 2), monthAfter('2026-01', -1)], ['2027-01', '2025-12']);
});

test('typed times: what people type, and what is no time', () => {
  assert.equal(BEIJING.read('2026-11-21 12:00:00'), NOW);
  assert.equal(BEIJING.read(' 2026-11-21T9:05 '), Date.parse('2026-11-21T01:05:00Z'));
  for (const odd of [
    '',
    '12:00',
    '2026-02-30 10:00',
    '2026-11-21 24:01',
    '2026-11-21 12:60',
    '21.11.2026 10:00',
    'now',
  ])
    assert.equal(BEIJING.read(odd), null, odd);
  fc.assert(
    fc.property(fc.integer({ min: 1.3e9, max: 2e9 }), (seconds) => {
      assert.equal(BEIJING.read(BEIJING.write(seconds * 1000)), seconds * 1000);
    }),
  );
});

test('the zoom keeps what is under the pointer, from a month to seconds, and stops at both ends', () => {
  const scale = around(NOW - 40 * DAY_MS, DAY_MS, 1_000, NOW);
  assert.equal(spanOf(scale), DAY_MS);
  for (const factor of [0.5, 0.8, 1.25, 2]) {
    const next = zoomed(scale, 250, factor, NOW);
    assert.ok(Math.abs(timeAt(next, 250) - timeAt(scale, 250)) < 1, `${factor}`);
    assert.ok(Math.abs(spanOf(next) - DAY_MS * factor) < 1);
  }
  let close = scale;
  for (let i = 0; i < 100; i++) close = zoomed(close, 700, 0.8, NOW);
  assert.ok(Math.abs(spanOf(close) - MIN_SPAN_MS) < 1);
  assert.ok(Math.abs(timeAt(close, 700) - timeAt(scale, 700)) < 1, 'also when it can come no closer');
  let far = scale;
  for (let i = 0; i < 100; i++) far = zoomed(far, 700, 1.25, NOW);
  assert.ok(Math.abs(spanOf(far) - MAX_SPAN_MS) < 1);
});

test('the window: dragged with the hand, never far into the future, the same span on another width', () => {
  const scale = around(NOW - 40 * DAY_MS, HOUR_MS, 600, NOW);
  assert.ok(Math.abs(timeAt(panned(scale, 100, NOW), 100) - timeAt(scale, 0)) < 1);
  const ahead = panned(scale, -1e9, NOW);
  assert.ok(endOf(ahead) <= NOW + HOUR_MS / 2 + 1, 'now is never out of sight on the left');
  assert.ok(panned(scale, 1e12, NOW).startMs >= Date.UTC(2010, 0, 1));
  const phone = resized(scale, 300);
  assert.deepEqual([spanOf(phone), phone.startMs, phone.widthPx], [spanOf(scale), scale.startMs, 300]);
  assert.equal(resized(scale, 0), scale, 'a line that is not shown has no width');
});

test('the window follows what plays by whole pages, and stays while it is in sight', () => {
  const scale = around(NOW - DAY_MS, HOUR_MS, 600, NOW);
  assert.equal(following(scale, timeAt(scale, 599), NOW), scale);
  const ahead = following(scale, endOf(scale) + 1000, NOW);
  assert.ok(Math.abs(xOf(ahead, endOf(scale) + 1000) - 60) < 1, 'most of the room is ahead of it');
  const back = following(scale, scale.startMs - 1000, NOW);
  assert.ok(Math.abs(xOf(back, scale.startMs - 1000) - 540) < 1);
});

for (const [what, spanMs, widthPx, labels] of [
  ['ten seconds', MIN_SPAN_MS, 1_000, ['11:59:55', '11:59:56', '11:59:57']],
  ['an hour', HOUR_MS, 1_000, ['11:30:00', '11:35:00', '11:40:00']],
  ['a day', DAY_MS, 1_000, ['00:00:00', '03:00:00', '06:00:00']],
  ['a day on a phone', DAY_MS, 340, ['00:00:00', '06:00:00', '12:00:00']],
] as const)
  test(`ticks of ${what} stand on round times of the zone`, () => {
    const centre = Date.parse('2026-10-01T04:00:00Z');
    const scale = around(centre, spanMs, widthPx, NOW);
    const { ticks } = ticksOf(scale, BEIJING);
    const named = ticks.filter(({ kind, atMs }) => kind !== 'minor' && atMs >= scale.startMs);
    assert.deepEqual(
      named.slice(0, 3).map(({ atMs }) => BEIJING.clock(atMs)),
      labels,
    );
    for (const [i, { atMs }] of named.entries())
      if (i > 0) assert.ok(xOf(scale, atMs) - xOf(scale, named[i - 1]!.atMs) >= LABEL_PX - 0.001, 'words have room');
    assert.ok(ticks.length < 400);
  });

test('ticks of days: midnights stand out, weeks begin on Monday, a day of 25 hours has its hours on the wall', () => {
  const week = ticksOf(around(Date.parse('2026-10-01T04:00:00Z'), 7 * DAY_MS, 1_000, NOW), BEIJING).ticks;
  const days = week.filter(({ kind }) => kind === 'day');
  assert.ok(days.length >= 7);
  for (const { atMs } of days) assert.equal(BEIJING.clock(atMs), '00:00:00');
  const month = ticksOf(around(Date.parse('2026-10-01T04:00:00Z'), 40 * DAY_MS, 1_000, NOW), BEIJING).ticks;
  for (const { atMs, kind } of month)
    if (kind !== 'minor') assert.equal(new Date(BEIJING.wall(atMs)).getUTCDay(), 1, BEIJING.date(atMs));
  const change = ticksOf(around(Date.parse('2026-10-25T11:00:00Z'), DAY_MS, 1_000, NOW), BERLIN).ticks;
  const clocks = change.filter(({ kind }) => kind !== 'minor').map(({ atMs }) => BERLIN.clock(atMs).slice(3));
  assert.ok(clocks.length > 6 && clocks.every((rest) => rest === '00:00'), clocks.join());
  const rising = change.every(({ atMs }, i) => i === 0 || atMs > change[i - 1]!.atMs);
  assert.ok(rising);
});

const r = (startMs: number, endMs: number): Range => ({ startMs, endMs });

test('ranges are joined: in order, overlapping, a second apart; what ends before it begins is none', () => {
  assert.deepEqual(joined([r(5_000, 9_000), r(0, 3_000), r(2_000, 4_000), r(10_000, 12_000), r(20_000, 15_000)]), [
    r(0, 12_000),
  ]);
  assert.deepEqual(joined([r(0, 1_000), r(4_000, 5_000)]), [r(0, 1_000), r(4_000, 5_000)]);
});

test('where there is footage: here, next, within', () => {
  const ranges = [r(0, 10_000), r(20_000, 30_000)];
  assert.deepEqual(rangeAt(ranges, 5_000), ranges[0]);
  assert.equal(rangeAt(ranges, 10_000), null, 'an end is outside');
  assert.deepEqual(rangeAt(ranges, 20_000), ranges[1]);
  assert.deepEqual(
    [0, 15_000, 25_000, 30_000].map((at) => footageFrom(ranges, at)),
    [0, 20_000, 25_000, null],
  );
  assert.deepEqual(within(ranges, r(5_000, 25_000)), [r(5_000, 10_000), r(20_000, 25_000)]);
  assert.equal(lengthOf(within(ranges, r(5_000, 25_000))), 10_000);
});

test('bars: thousands of files cost what can be seen, a hole below a pixel is none, the shortest piece is seen', () => {
  // a file each minute for a month, with a hole of ten seconds behind each
  const files = Array.from({ length: 43_200 }, (_, i) => r(i * 60_000, i * 60_000 + 50_000));
  const month = { startMs: 0, msPerPx: (30 * DAY_MS) / 1_000, widthPx: 1_000 };
  assert.equal(barsOf(files, month).length, 1);
  const hour = { startMs: 15 * DAY_MS, msPerPx: HOUR_MS / 1_000, widthPx: 1_000 };
  const bars = barsOf(files, hour);
  assert.equal(bars.length, 60);
  assert.ok(Math.abs(bars[1]!.x - 1_000 / 60) < 0.01);
  const short = barsOf([r(DAY_MS, DAY_MS + 100)], month);
  assert.ok(short.length === 1 && short[0]!.width >= 1);
  const day = { startMs: 0, msPerPx: DAY_MS / 800, widthPx: 800 };
  assert.ok(barsOf(files, day).every(({ x, width }) => x >= -1 && x + width <= 802));
});

test('bars cover what the ranges cover, whatever they are', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 5e6 }), fc.integer({ min: 1, max: 4e5 }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 60 }), fc.integer({ min: 0, max: 5e6 }), (spans, at) => {
      const ranges = joined(spans.map(([start, length]) => r(start, start + length)));
      const scale = { startMs: 1e6, msPerPx: 2_000, widthPx: 1_000 };
      const x = xOf(scale, at);
      if (rangeAt(ranges, at) === null || x < 0 || x >= 1_000) return;
      assert.ok(barsOf(ranges, scale).some((bar) => bar.x <= x + 0.001 && x <= bar.x + bar.width + 0.001));
    }),
  );
});

test('marks: two ends in either order, whole seconds, an end that makes no sense any more is forgotten', () => {
  assert.deepEqual(markedBetween(9_400, 2_700), { inMs: 2_000, outMs: 10_000 });
  assert.equal(isWhole(NO_MARK), false);
  const begun = markedIn(NO_MARK, 5_300);
  assert.deepEqual([begun.inMs, isWhole(begun)], [5_000, false]);
  const whole = markedOut(begun, 8_100);
  assert.deepEqual(whole, { inMs: 5_000, outMs: 9_000 });
  assert.ok(isWhole(whole));
  assert.deepEqual(markedIn(whole, 20_000), { inMs: 20_000, outMs: null });
  assert.deepEqual(markedOut(whole, 1_000), { inMs: null, outMs: 1_000 });
  assert.ok(isWhole(markedBetween(1_000, 1_000)), 'the shortest is a second');
});
