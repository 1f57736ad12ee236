import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnFootage } from '../../../src/gateway/recording/own-footage.ts';
import { JOINT_MS, MAX_TIMELINE_DAYS, ownFootageDesk } from '../../../src/gateway/recording/own-footage-desk.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { isoInZone } from '../../../src/gateway/zone.ts';
import type { Recording } from '../../../src/record/archive.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnight of 2026-01-05 in Shanghai. */
const MIDNIGHT = Date.UTC(2026, 0, 4, 16);

/** A recording of `hours` from `from` hours after midnight on. */
function row(id: string, from: number, hours: number, o: Partial<Recording> = {}): Recording {
  const startEpochMs = MIDNIGHT + from * HOUR;
  return {
    id,
    streamId: 's',
    deviceId: 'D',
    channelId: 'C',
    streamNumber: 0,
    startEpochMs,
    endEpochMs: startEpochMs + hours * HOUR,
    durationMs: hours * HOUR,
    bytes: 10,
    path: `${id}.mp4`,
    state: 'complete',
    locked: false,
    error: null,
    reason: 'plan',
    ...o,
  };
}

function desk(rows: Recording[], fresh: (row: Recording) => Recording = (r) => r, timeZone = 'Asia/Shanghai') {
  const footage = new OwnFootage({ list: () => rows, get: () => undefined, put() {}, delete() {} });
  const made = ownFootageDesk({
    footage,
    fresh,
    retention: () => assert.fail(),
    timeZone,
    iso: (ms) => isoInZone(ms, timeZone),
  });
  const timeline = (fromHours: number, toHours: number, streamNumber = 0) => {
    const range = { startEpochMs: MIDNIGHT + fromHours * HOUR, endEpochMs: MIDNIGHT + toHours * HOUR };
    return made.timeline({ deviceId: 'D', channelId: 'C', streamNumber, ...range });
  };
  /** `00-02 ab plan`: hours, files, and what is special. */
  const words = (fromHours: number, toHours: number, streamNumber = 0) => {
    const answer = timeline(fromHours, toHours, streamNumber);
    assert.ok(!isProblem(answer), JSON.stringify(answer));
    return answer.items.map(({ start, end, recordingIds, state, locked, reason }) => {
      const hour = (time: string) => time.slice(11, 16);
      return [hour(start), hour(end), recordingIds.join(''), state, ...(locked ? ['locked'] : []), reason].join(' ');
    });
  };
  return { ...made, timeline, words };
}

test('files that follow each other within a second are one stretch', () => {
  const second = 1 / 3600;
  const { words, timeline } = desk([
    row('a', 0, 0.5),
    row('b', 0.5, 0.5),
    row('c', 1 + (JOINT_MS / 1000) * second, 1),
    row('d', 2 + 2.1 * second, 1, { state: 'recovered' }),
    row('sub', 0, 5, { streamNumber: 1 }),
    row('other', 0, 5, { channelId: 'X' }),
    row('z', 30, 1),
  ]);
  assert.deepEqual(words(0, 24), ['00:00 02:00 abc complete plan', '02:00 03:00 d complete plan']);
  assert.deepEqual(words(0, 24, 1), ['00:00 05:00 sub complete plan']);
  // those that reach into the range, whole
  assert.deepEqual(words(0.75, 0.8), ['00:30 01:00 b complete plan']);
  assert.deepEqual(words(5, 6), []);
  const answer = timeline(30, 40);
  assert.ok(!isProblem(answer));
  assert.equal(answer.items[0]?.start, '2026-01-06T06:00:00.000+08:00');
});

test('what differs in more than its file is a stretch of its own', () => {
  const { words } = desk([
    row('a', 0, 1),
    row('b', 1, 1, { reason: 'alarm' }),
    row('c', 2, 1, { reason: 'alarm', locked: true }),
    row('d', 3, 1, { reason: 'alarm', locked: true, state: 'recovered' }),
    row('e', 4, 1, { reason: 'alarm', locked: true, state: 'failed' }),
    row('f', 5, 0, { state: 'failed', endEpochMs: MIDNIGHT + 6 * HOUR }),
    row('g', 6, 1, { reason: 'request' }),
  ]);
  assert.deepEqual(words(0, 24), [
    '00:00 01:00 a complete plan',
    '01:00 02:00 b complete alarm',
    '02:00 04:00 cd complete locked alarm',
    '04:00 05:00 e failed locked alarm',
    '06:00 07:00 g complete request',
  ]);
  // a row of an earlier version: somebody asked
  const { reason: _, ...old } = row('a', 0, 1);
  assert.deepEqual(desk([old, row('b', 1, 1, { reason: 'request' })]).words(0, 24), [
    '00:00 02:00 ab complete request',
  ]);
});

test('what is being written reaches as far as its file', () => {
  const running = row('b', 1, 0, { state: 'recording', endEpochMs: null });
  const fresh = (r: Recording) => (r.id === 'b' ? { ...r, durationMs: 2 * HOUR } : r);
  const { words, days } = desk([row('a', 0, 1), running], fresh);
  assert.deepEqual(words(0, 24), ['00:00 03:00 ab recording plan']);
  assert.deepEqual(words(4, 24), []);
  const month = days('D', 'C', 0, '2026-01');
  assert.ok(!isProblem(month));
  assert.deepEqual(month.days[4], { date: '2026-01-05', hasFootage: true, files: 2, footageSeconds: 3 * 3600 });
});

test('the days of a month in the zone of the gateway', () => {
  const { days } = desk([row('a', 22, 4), row('b', 23, 2), row('c', 31 * 24, 1)]);
  const month = days('D', 'C', 0, '2026-01');
  assert.ok(!isProblem(month));
  assert.deepEqual([month.month, month.complete, month.days.length], ['2026-01', true, 31]);
  assert.deepEqual(
    month.days.filter(({ hasFootage }) => hasFootage),
    [
      { date: '2026-01-05', hasFootage: true, files: 2, footageSeconds: 2 * 3600 },
      { date: '2026-01-06', hasFootage: true, files: 2, footageSeconds: 2 * 3600 },
    ],
  );
  // a day of 23 hours
  const york = desk([row('a', 0, 24 * 90)], undefined, 'America/New_York').days('D', 'C', 0, '2026-03');
  assert.ok(!isProblem(york));
  assert.equal(york.days.find(({ date }) => date === '2026-03-08')?.footageSeconds, 23 * 3600);
});

test('ranges and months that are none are refused', () => {
  const { timeline, days } = desk([]);
  for (const answer of [timeline(2, 2), timeline(2, 1), timeline(0, MAX_TIMELINE_DAYS * 24 + 1)])
    assert.equal(isProblem(answer) && answer.problem, 'bad_request');
  assert.ok(!isProblem(timeline(0, (MAX_TIMELINE_DAYS * DAY) / HOUR)));
  const none = days('D', 'C', 0, '2026-13');
  assert.equal(isProblem(none) && none.problem, 'bad_request');
});
