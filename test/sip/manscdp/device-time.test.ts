import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochsOfLocal, isTimeZone, localMsOf, localText } from '../../../src/sip/local-time.ts';
import { parseDeviceTime } from '../../../src/sip/manscdp/device-time.ts';

const BEIJING = 'Asia/Shanghai';
const BERLIN = 'Europe/Berlin';
/** 2024-01-05 08:00:00 in Beijing. */
const EIGHT = Date.UTC(2024, 0, 5, 0, 0, 0);

test('REC-5: every form of a time that devices write says the same moment', () => {
  const forms = [
    '2024-01-05T08:00:00',
    '2024-01-05 08:00:00',
    '2024-01-05  8:00:00',
    '2024-1-5 8:0:0',
    '2024-01-05T08:00',
    '2024/01/05 08:00:00',
    '2024.01.05 08:00:00',
    '2024-01-05T08:00:00.000',
    '2024-01-05-08-00-00',
    '20240105T080000',
    '20240105080000',
    '20240105T000000Z',
    '2024-01-05T00:00:00Z',
    '2024-01-05T00:00:00.000Z',
    '2024-01-05T08:00:00+08:00',
    '2024-01-05T08:00:00+0800',
    '2024-01-05T08:00:00.000+08:00',
    '2024-01-04T19:00:00-05:00',
    '1704412800',
    '1704412800000',
    '  2024-01-05T08:00:00 ',
  ];
  for (const form of forms) assert.deepEqual(parseDeviceTime(form, BEIJING)?.epochMs, [EIGHT], form);
  assert.equal(parseDeviceTime('2024-01-05T08:00:00', BEIJING)?.standard, true);
  assert.equal(parseDeviceTime('2024-01-05 08:00:00', BEIJING)?.standard, false);
  assert.deepEqual(parseDeviceTime('2024-01-05T08:00:00.512', BEIJING)?.epochMs, [EIGHT + 512]);
  assert.deepEqual(parseDeviceTime('1704412800512', BEIJING)?.epochMs, [EIGHT + 512]);
  assert.deepEqual(parseDeviceTime('2024-01-04T24:00:00', BEIJING)?.epochMs, [EIGHT - 8 * 3_600_000]);
});

test('REC-5: a time without a zone is of the zone of the device', () => {
  assert.deepEqual(parseDeviceTime('2024-01-05T08:00:00', BERLIN)?.epochMs, [Date.UTC(2024, 0, 5, 7)]);
  assert.deepEqual(parseDeviceTime('2024-07-05 08:00:00', BERLIN)?.epochMs, [Date.UTC(2024, 6, 5, 6)]);
});

test('what is no time is none', () => {
  for (const text of [
    '',
    'now',
    '0',
    '12',
    '2024-13-05T08:00:00',
    '2024-02-30T08:00:00',
    '2024-01-05T25:00:00',
    '2024-01-05T24:00:01',
    '2024-01-05T08:61:00',
    '2024-01-05',
    '99999999999999',
    '1'.repeat(10_000),
  ])
    assert.equal(parseDeviceTime(text, BEIJING), null, text.slice(0, 40));
});

test('the hour that comes twice is two moments, the one that is skipped is after the change', () => {
  const twice = parseDeviceTime('2024-10-27T02:30:00', BERLIN);
  assert.deepEqual(twice?.epochMs, [Date.UTC(2024, 9, 27, 0, 30), Date.UTC(2024, 9, 27, 1, 30)]);
  assert.deepEqual(epochsOfLocal(Date.UTC(2024, 9, 27, 1, 30), BERLIN), [Date.UTC(2024, 9, 26, 23, 30)]);
  assert.deepEqual(epochsOfLocal(Date.UTC(2024, 9, 27, 3, 30), BERLIN), [Date.UTC(2024, 9, 27, 2, 30)]);
  assert.deepEqual(epochsOfLocal(Date.UTC(2024, 2, 31, 2, 30), BERLIN), [Date.UTC(2024, 2, 31, 1, 30)]);
});

test('a moment comes back out of its local time, in zones east, west, and with half hours', () => {
  const zones = [BEIJING, BERLIN, 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2015, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 }),
      (zone, seconds) => {
        const text = localText(localMsOf(seconds * 1000, zone));
        assert.ok(parseDeviceTime(text, zone)?.epochMs.includes(seconds * 1000), `${text} in ${zone}`);
      },
    ),
    { numRuns: 300 },
  );
});

test('a zone that nobody knows is none', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('Mars/Olympus'), false);
  assert.equal(isTimeZone(''), false);
});
