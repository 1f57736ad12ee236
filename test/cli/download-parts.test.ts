import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readList } from '../../src/cli/download-list.ts';
import { clock, type Item, type Job, progressLine, Rate } from '../../src/cli/download-progress.ts';
import { endOf, timeOf } from '../../src/cli/download-times.ts';
import { isoInZone } from '../../src/gateway/zone.ts';

test('times with a zone, as epoch seconds, or in the zone of the gateway', () => {
  const shanghai = Date.parse('2026-01-05T14:00:00+08:00');
  for (const text of [
    '2026-01-05T14:00:00+08:00',
    '2026-01-05T06:00:00Z',
    String(shanghai / 1000),
    '2026-01-05 14:00',
    '2026-01-05T14:00:00',
    ' 20260105T140000 ',
  ])
    assert.equal(timeOf(text, 'Asia/Shanghai'), shanghai, text);
  assert.equal(timeOf('2026-01-05 14:00', 'UTC'), Date.parse('2026-01-05T14:00:00Z'));
  for (const text of ['', 'now', '14:00', '2026-13-01 00:00', '2026-02-30 00:00', '2026-01-05', '2026-01-05 24:01'])
    assert.equal(timeOf(text, 'Asia/Shanghai'), null, text);
});

test('hours that daylight saving leaps over do not exist, those that come twice are the first', () => {
  assert.equal(timeOf('2026-03-29 02:30', 'Europe/Berlin'), null);
  assert.equal(timeOf('2026-03-29 03:00', 'Europe/Berlin'), Date.parse('2026-03-29T01:00:00Z'));
  assert.equal(timeOf('2026-03-29 01:59:59', 'Europe/Berlin'), Date.parse('2026-03-29T00:59:59Z'));
  assert.equal(timeOf('2026-10-25 02:30', 'Europe/Berlin'), Date.parse('2026-10-25T00:30:00Z'));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2e9 }),
      fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'),
      (epochSeconds, zone) => {
        const shown = isoInZone(epochSeconds * 1000, zone);
        assert.equal(timeOf(shown, zone), epochSeconds * 1000);
        const local = timeOf(shown.slice(0, 19), zone);
        assert.ok(local !== null && local <= epochSeconds * 1000);
        assert.equal(isoInZone(local, zone).slice(0, 19), shown.slice(0, 19));
      },
    ),
  );
});

test('an end may be so long after its start', () => {
  assert.deepEqual(
    ['+90s', '+30m', '+2h', '+1d', '1970-01-01T00:01:00Z', '+x', '+5'].map((text) => endOf(text, 1000, 'UTC')),
    [91_000, 1_801_000, 7_201_000, 86_401_000, 60_000, null, null],
  );
});

test('a list is bounded, and a mistake names its line', () => {
  const line = 'D/C 2026-01-05T14:00 +1m\n';
  assert.deepEqual(readList(` D/C a b   f.mp4 # x\n#D/C\n`), [
    { deviceId: 'D', channelId: 'C', from: 'a', to: 'b', file: 'f.mp4' },
  ]);
  assert.equal((readList(line.repeat(10_000)) as unknown[]).length, 10_000);
  assert.deepEqual(readList(line.repeat(10_001)), { fault: 'there are more than 10000 ranges in it' });
  for (const text of ['D/C a', 'D a b', 'D/C/E a b', 'D/C a b c d'])
    assert.ok('fault' in readList(`${line}${text}`), text);
  fc.assert(fc.property(fc.string(), (text) => void readList(text)));
});

const item = (o: Partial<Item> & { state?: string; progress?: number; bytes?: number } = {}): Item => ({
  lengthMs: 600_000,
  job: o.state === undefined ? null : ({ state: o.state, progress: o.progress ?? 0, bytes: o.bytes ?? 0 } as Job),
  file: null,
  isEnded: false,
  isAway: false,
  ...o,
});

test('the line of progress: percent of content, speed, size, time left, state', () => {
  assert.equal(progressLine([item()], null), '[------------------------]    0 %  0.0 MB  asking');
  assert.equal(
    progressLine([item({ state: 'running', progress: 0.25, bytes: 41_300_000 })], 6),
    '[######------------------]   25 %  6.0x  41.3 MB  1:15 left  running',
  );
  assert.match(progressLine([item({ state: 'resuming', progress: 0.25 })], 0), /0\.0x {2}0\.0 MB {2}resuming$/);
  assert.match(progressLine([item({ state: 'queued', isAway: true })], null), /the gateway does not answer/);
  assert.match(
    progressLine([item({ state: 'complete', progress: 1, file: { have: 30, total: 120 } })], 8),
    /100 % {2}8\.0x {2}0\.0 MB {2}fetching the file 25 %$/,
  );
  const many = [
    item({ state: 'partial', progress: 0.9, isEnded: true }),
    item({ state: 'running', progress: 0.5 }),
    item(),
    item(),
  ];
  assert.match(progressLine(many, 20), /^\[#{9}-{15}\] {3}37 % {2}20\.0x {2}0\.0 MB {2}1:15 left {2}1\/4 ranges$/);
});

test('speed is that of the last ten seconds', () => {
  const rate = new Rate();
  assert.equal(rate.perMs, null);
  rate.add(0, 0);
  rate.add(500, 4000);
  assert.equal(rate.perMs, null, 'too early to tell');
  for (let ms = 1000; ms <= 20_000; ms += 500) rate.add(ms, ms * 8);
  assert.equal(rate.perMs, 8);
  for (let ms = 20_500; ms <= 31_000; ms += 500) rate.add(ms, 160_000);
  assert.equal(rate.perMs, 0, 'nothing comes any more');
});

test('spans of time as people read them', () => {
  assert.deepEqual([0, 59_600, 3_599_000, 3_723_000].map(clock), ['0:00', '1:00', '59:59', '1:02:03']);
});
