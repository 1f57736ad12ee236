import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkedPlan, NO_PLAN, type RecordPlan, timesOf, type WeeklyRange } from '../../src/record/plan.ts';
import { MAX_CRON_LENGTH, readCron } from '../../src/record/plan-cron.ts';
import { isActiveAt, nextChangeAfter, type WallClock } from '../../src/record/plan-times.ts';
import { epochsOfLocal, localMsOf } from '../../src/sip/local-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const wall = (zone: string): WallClock => ({
  localMs: (epochMs) => localMsOf(epochMs, zone),
  epochs: (localMs) => epochsOfLocal(localMs, zone),
});
const UTC = wall('UTC');
/** Goes forward at 2026-03-08 02:00 (to 03:00), back at 2026-11-01 02:00 (to 01:00). */
const NEW_YORK = wall('America/New_York');

const plan = (o: Partial<RecordPlan>): RecordPlan => {
  const checked = checkedPlan({ ...NO_PLAN, mode: 'schedule', ...o });
  assert.ok(!('fault' in checked), JSON.stringify(checked));
  return checked;
};
const faultOf = (o: Partial<RecordPlan>): string => {
  const checked = checkedPlan({ ...NO_PLAN, mode: 'schedule', ...o });
  return 'fault' in checked ? checked.fault : 'no fault';
};
const range = (days: number[], from: string, to: string): WeeklyRange => ({ days, from, to });

/** What is on between two moments, as texts of UTC. */
function runs(o: Partial<RecordPlan>, from: string, to: string, clock: WallClock): string[] {
  const times = timesOf(plan(o));
  const found: string[] = [];
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  let at = Date.parse(from);
  let since = isActiveAt(times, at, clock) ? at : null;
  for (let next = nextChangeAfter(times, at, clock); next !== null && next < Date.parse(to); ) {
    if (since === null) since = next;
    else {
      found.push(`${text(since)} ${text(next)}`);
      since = null;
    }
    at = next;
    next = nextChangeAfter(times, at, clock);
  }
  if (since !== null) found.push(`${text(since)} …`);
  return found;
}

test('hours of some days, over midnight, over the end of the week, to 24:00', () => {
  // 2026-01-05 is a Monday
  const weekly = [range([1, 2, 3, 4, 5], '08:00', '18:30'), range([7], '22:00', '06:00'), range([6], '12:00', '24:00')];
  assert.deepEqual(runs({ weekly }, '2026-01-04T12:00Z', '2026-01-12T00:00Z', UTC), [
    '2026-01-04T22:00 2026-01-05T06:00',
    '2026-01-05T08:00 2026-01-05T18:30',
    '2026-01-06T08:00 2026-01-06T18:30',
    '2026-01-07T08:00 2026-01-07T18:30',
    '2026-01-08T08:00 2026-01-08T18:30',
    '2026-01-09T08:00 2026-01-09T18:30',
    '2026-01-10T12:00 2026-01-11T00:00',
    '2026-01-11T22:00 …',
  ]);
});

test('the zone is that of the wall: 08:00 in Shanghai is midnight of UTC', () => {
  assert.deepEqual(
    runs({ weekly: [range([1], '08:00', '09:00')] }, '2026-01-04T00:00Z', '2026-01-06T00:00Z', wall('Asia/Shanghai')),
    ['2026-01-05T00:00 2026-01-05T01:00'],
  );
});

test('ranges that overlap or meet are one; a week is written in its shortest form', () => {
  const merged = (weekly: WeeklyRange[]) => plan({ weekly }).weekly;
  assert.deepEqual(
    merged([range([1, 3], '08:00', '10:00'), range([3, 1, 1], '09:30', '12:00'), range([1], '12:00', '13:00')]),
    [range([3], '08:00', '12:00'), range([1], '08:00', '13:00')],
  );
  assert.deepEqual(merged([range([7], '20:00', '24:00'), range([1], '00:00', '06:00')]), [
    range([7], '20:00', '06:00'),
  ]);
  // more than a day is cut at midnight
  assert.deepEqual(merged([range([1], '20:00', '24:00'), range([2], '00:00', '24:00'), range([3], '00:00', '02:00')]), [
    range([3], '00:00', '02:00'),
    range([2], '00:00', '24:00'),
    range([1], '20:00', '24:00'),
  ]);
  assert.deepEqual(
    merged([range([1, 2, 3, 4, 5, 6, 7], '12:00', '11:59'), range([5], '11:00', '12:30')]),
    [
      range([5], '00:00', '24:00'),
      range([6], '00:00', '11:59'),
      range([1, 2, 3, 6, 7], '12:00', '11:59'),
      range([4], '12:00', '24:00'),
    ].sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to)),
  );
  const week = [range([1, 2, 3, 4, 5, 6, 7], '00:00', '24:00')];
  assert.deepEqual(
    merged([range([1, 2, 3, 4, 5, 6, 7], '18:00', '07:00'), range([7, 6, 5, 4, 3, 2, 1], '06:00', '19:00')]),
    week,
  );
  assert.equal(timesOf(plan({ weekly: week })).isAlways, true);
});

test('writing a week down and reading it again changes nothing, and no minute is lost', () => {
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
  const some = fc
    .record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: time,
      to: fc.oneof(time, fc.constant('24:00')),
    })
    .filter(({ from, to }) => from !== to);
  const start = Date.parse('2026-01-05T00:00Z');
  fc.assert(
    fc.property(
      fc.array(some, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 10_079 }),
      (weekly, minute) => {
        const checked = plan({ weekly });
        assert.deepEqual(plan({ weekly: checked.weekly }).weekly, checked.weekly);
        const isIn = weekly.some(({ days, from, to }) => {
          const [first, last] = [from, to].map((t) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3)));
          const length = last! > first! ? last! - first! : last! + 1440 - first!;
          return days.some((day) => (minute - ((day - 1) * 1440 + first!) + 10_080) % 10_080 < length);
        });
        assert.equal(isActiveAt(timesOf(checked), start + minute * MINUTE, UTC), isIn);
      },
    ),
    { numRuns: 150 },
  );
});

test('the next change is the first moment at which it is another', () => {
  const hours = fc.record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    from: fc.constantFrom('00:00', '01:30', '02:00', '02:15', '02:45', '03:00', '08:00', '23:30'),
    to: fc.constantFrom('00:30', '01:15', '02:30', '03:30', '09:00', '24:00'),
  });
  const changes = fc.constantFrom(Date.parse('2026-03-08T07:00Z'), Date.parse('2026-11-01T06:00Z'));
  fc.assert(
    fc.property(
      fc.array(hours, { minLength: 1, maxLength: 4 }),
      changes,
      fc.integer({ min: -30, max: 30 }),
      (weekly, change, quarters) => {
        const times = timesOf(plan({ weekly }));
        const from = change + quarters * 15 * MINUTE;
        const isOn = isActiveAt(times, from, NEW_YORK);
        const next = nextChangeAfter(times, from, NEW_YORK) ?? from + 2 * DAY;
        for (let at = from; at < Math.min(next, from + 2 * DAY); at += 15 * MINUTE)
          assert.equal(isActiveAt(times, at, NEW_YORK), isOn, new Date(at).toISOString());
        if (next < from + 2 * DAY) assert.equal(isActiveAt(times, next, NEW_YORK), !isOn);
      },
    ),
    { numRuns: 150 },
  );
});

test('a time that is skipped happens at the change, one that comes twice is never torn', () => {
  const of = (from: string, to: string, day: string) =>
    runs({ weekly: [range([7], from, to)] }, `${day}T00:00Z`, `${day}T23:00Z`, NEW_YORK);
  // 02:00 EST = 07:00 UTC becomes 03:00 EDT
  assert.deepEqual(of('02:30', '04:00', '2026-03-08'), ['2026-03-08T07:00 2026-03-08T08:00']);
  assert.deepEqual(of('01:00', '02:30', '2026-03-08'), ['2026-03-08T06:00 2026-03-08T07:00']);
  assert.deepEqual(of('02:10', '02:50', '2026-03-08'), []);
  // 02:00 EDT = 06:00 UTC becomes 01:00 EST: 01:30 is at 05:30 and at 06:30
  assert.deepEqual(of('01:30', '01:45', '2026-11-01'), ['2026-11-01T05:30 2026-11-01T06:45']);
  assert.deepEqual(of('01:30', '03:00', '2026-11-01'), ['2026-11-01T05:30 2026-11-01T08:00']);
  assert.deepEqual(of('00:00', '01:30', '2026-11-01'), ['2026-11-01T04:00 2026-11-01T06:30']);
  // a day there has 23 and 25 hours
  assert.deepEqual(of('00:00', '23:59', '2026-03-08').join(), '2026-03-08T05:00 …');
  const lordHowe = wall('Australia/Lord_Howe'); // half an hour: 02:00 becomes 02:30
  assert.deepEqual(
    runs({ weekly: [range([7], '02:15', '03:00')] }, '2026-10-03T00:00Z', '2026-10-04T00:00Z', lordHowe),
    ['2026-10-03T15:30 2026-10-03T16:00'],
  );
});

test('cron lines: starts and how long they last by the wall', () => {
  const of = (start: string, minutes: number, from: string, to: string, clock = UTC) =>
    runs({ cron: [{ start, minutes }] }, from, to, clock);
  assert.deepEqual(of('0 8 * * 1-5', 600, '2026-01-09T00:00Z', '2026-01-13T00:00Z'), [
    '2026-01-09T08:00 2026-01-09T18:00',
    '2026-01-12T08:00 2026-01-12T18:00',
  ]);
  assert.deepEqual(of('*/20 22-23 * * *', 5, '2026-01-09T22:30Z', '2026-01-09T23:30Z'), [
    '2026-01-09T22:40 2026-01-09T22:45',
    '2026-01-09T23:00 2026-01-09T23:05',
    '2026-01-09T23:20 2026-01-09T23:25',
  ]);
  assert.deepEqual(of('0 22 * * fri', 600, '2026-01-10T01:00Z', '2026-01-11T00:00Z'), [
    '2026-01-10T01:00 2026-01-10T08:00',
  ]);
  // by the wall: 22:00 to 08:00 in the night that has an hour less
  assert.deepEqual(of('0 22 7 3 *', 600, '2026-03-07T00:00Z', '2026-03-09T00:00Z', NEW_YORK), [
    '2026-03-08T03:00 2026-03-08T12:00',
  ]);
  assert.deepEqual(of('0 0 29 2 *', 60, '2097-01-01T00:00Z', '2105-01-01T00:00Z'), [
    '2104-02-29T00:00 2104-02-29T01:00',
  ]);
  // on every minute: it begins and never ends
  assert.deepEqual(of('* * * * *', 1, '2026-01-01T00:00Z', '2026-03-01T00:00Z'), ['2026-01-01T00:00 …']);
});

test('cron and week together are one plan', () => {
  assert.deepEqual(
    runs(
      { weekly: [range([1], '08:00', '09:00')], cron: [{ start: '30 8 * * *', minutes: 60 }] },
      '2026-01-05T00:00Z',
      '2026-01-06T00:00Z',
      UTC,
    ),
    ['2026-01-05T08:00 2026-01-05T09:30'],
  );
});

test('a cron line names its days as every cron does', () => {
  const days = (line: string) => {
    const read = readCron(line);
    assert.ok(!('fault' in read), JSON.stringify(read));
    return Array.from({ length: 31 }, (_, i) => i + 1).filter((day) => read.isOn(Date.UTC(2026, 0, day)));
  };
  assert.deepEqual(days('0 0 * * 1,3'), [5, 7, 12, 14, 19, 21, 26, 28]);
  assert.deepEqual(days('0 0 * * sun'), days('0 0 * * 7'));
  assert.deepEqual(days('0 0 1-5/2,30 * *'), [1, 3, 5, 30]);
  assert.deepEqual(days('0 0 28/1 * *'), [28, 29, 30, 31]);
  // both named: either is enough
  assert.deepEqual(days('0 0 1 * mon'), [1, 5, 12, 19, 26]);
  assert.deepEqual(days('0 0 31 feb,jan *'), [31]);
  assert.deepEqual(days('0 0 * feb *'), []);
  const minutes = readCron('5,35 9-10 * * *');
  assert.deepEqual('minutes' in minutes && minutes.minutes, [545, 575, 605, 635]);
});

test('what is no plan is refused in words', () => {
  for (const line of ['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '5-1 * * * *'])
    assert.match(faultOf({ cron: [{ start: line, minutes: 1 }] }), /fields|is no /, line);
  for (const line of [
    '*/0 * * * *',
    '1-2-3 * * * *',
    'a * * * *',
    '1, * * * *',
    '-1 * * * *',
    '*/ * * * *',
    '1/100 * * * *',
  ])
    assert.match(faultOf({ cron: [{ start: line, minutes: 1 }] }), /is no minute/, line);
  assert.match(faultOf({ cron: [{ start: '0 0 31 2,4 *', minutes: 1 }] }), /no month has/);
  assert.match(faultOf({ cron: [{ start: `${'0,'.repeat(MAX_CRON_LENGTH)}0 0 * * *`, minutes: 1 }] }), /at most 1000/);
  assert.match(faultOf({ cron: [{ start: '0 0 * * *', minutes: 10_081 }] }), /1 to 10080/);
  assert.match(faultOf({ cron: [{ start: '0 0 * * *', minutes: 0 }] }), /1 to 10080/);
  assert.match(faultOf({ cron: Array.from({ length: 21 }, () => ({ start: '0 0 * * *', minutes: 1 })) }), /at most 20/);
  for (const time of ['8:00', '24:01', '08:60', '', '25:00'])
    assert.match(faultOf({ weekly: [range([1], time, '09:00')] }), /is no time of a day/, time);
  assert.match(faultOf({ weekly: [range([1], '24:00', '09:00')] }), /from must be before 24:00/);
  assert.match(faultOf({ weekly: [range([1], '09:00', '09:00')] }), /a whole day is 00:00 to 24:00/);
  for (const days of [[], [0], [8], [1.5]])
    assert.match(faultOf({ weekly: [range(days, '08:00', '09:00')] }), /1 \(Monday\)/);
  assert.match(faultOf({}), /needs times/);
  assert.match(faultOf({ weekly: Array.from({ length: 201 }, () => range([1], '08:00', '09:00')) }), /at most 200/);
});

test('modes: off never, always without an end, alarms at all times or at those named', () => {
  const at = Date.parse('2026-01-05T12:00Z');
  assert.equal(isActiveAt(timesOf(plan({ mode: 'off', weekly: [range([1], '00:00', '24:00')] })), at, UTC), false);
  assert.equal(nextChangeAfter(timesOf(NO_PLAN), at, UTC), null);
  assert.equal(isActiveAt(timesOf(plan({ mode: 'always' })), at, UTC), true);
  assert.equal(nextChangeAfter(timesOf(plan({ mode: 'always' })), at, UTC), null);
  assert.equal(isActiveAt(timesOf(plan({ mode: 'alarm' })), at, UTC), true);
  assert.equal(isActiveAt(timesOf(plan({ mode: 'alarm', weekly: [range([2], '00:00', '24:00')] })), at, UTC), false);
});
