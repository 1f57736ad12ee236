import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_KEPT_MS, MAX_SETTLING_FILES } from '../../../src/gateway/search/record-days.ts';
import { daysOfMonth, footageOfDays, joinSpans } from '../../../src/gateway/search/record-spans.ts';
import {
  KEEP_SEARCH_MS,
  MAX_FILES_HELD,
  MAX_KEPT_SEARCHES,
  MAX_RUNNING_SEARCHES,
  Records,
  UNREAD_MS,
} from '../../../src/gateway/search/records.ts';
import { isoInZone } from '../../../src/gateway/zone.ts';
import type { RecordsOptions, RecordsResult } from '../../../src/sip/camera/records.ts';
import type { RecordItem, RecordQuery } from '../../../src/sip/manscdp/record-info.ts';
import type { QueryFault } from '../../../src/sip/server.ts';
import { FakeClock, settle } from '../../support/clock.ts';

const DEVICE = '34020000001180000001';
const CHANNEL = '34020000001320000001';
const ZONE = 'Asia/Shanghai';
const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(`${text}+08:00`);
const span = (from: string, to: string) => ({ startEpochMs: at(from), endEpochMs: at(to) });
const MORNING = span('2026-01-04T00:00:00', '2026-01-04T12:00:00');

function item(from: string, to: string, o: Partial<RecordItem> = {}): RecordItem {
  return {
    ...span(from, to),
    name: 'cam',
    type: 'time',
    secrecy: false,
    filePath: null,
    address: null,
    recorderId: null,
    sizeBytes: null,
    streamNumber: null,
    ...o,
  };
}

interface Asked {
  readonly deviceId: string;
  readonly query: RecordQuery;
  readonly o: RecordsOptions;
  stopped: boolean;
  /** Ends the search, after telling of the items. */
  end(result: RecordsResult | QueryFault): void;
}

function desk(clock = new FakeClock(at('2026-01-05T14:00:00'))) {
  const asked: Asked[] = [];
  const events: [type: string, data: Record<string, unknown>][] = [];
  let ids = 0;
  const records = new Records({
    ask(deviceId, query, o) {
      let settled: (result: RecordsResult | QueryFault) => void = () => {};
      const done = new Promise<RecordsResult | QueryFault>((resolve) => {
        settled = resolve;
      });
      const one: Asked = {
        deviceId,
        query,
        o,
        stopped: false,
        end(result) {
          if ('items' in result) o.onItems(result.items, result.items.length);
          settled(result);
        },
      };
      asked.push(one);
      return {
        done,
        stop() {
          one.stopped = true;
          settled({ items: [], complete: false });
        },
      };
    },
    missing: (deviceId) => (deviceId === DEVICE ? null : { problem: 'device_not_found', detail: 'none' }),
    clock,
    timeZone: ZONE,
    iso: (epochMs) => isoInZone(epochMs, ZONE),
    newId: () => `q${++ids}`,
    publish: (type, data) => events.push([type, data]),
  });
  const search = (o: { waitMs?: number; resume?: string | null; range?: typeof MORNING; filters?: object } = {}) =>
    records.search(DEVICE, CHANNEL, o.range ?? MORNING, o.filters ?? {}, {
      waitMs: o.waitMs ?? 10_000,
      resume: o.resume ?? null,
    });
  return { records, asked, events, clock, search };
}

test('an answer is waited for, and shown with the times of the device in the zone of the gateway', async () => {
  const { asked, search } = desk();
  const answer = search({ filters: { type: 'alarm' } });
  await settle();
  assert.deepEqual(asked[0]?.query, { channelId: CHANNEL, ...MORNING, type: 'alarm' });
  asked[0]?.end({
    items: [
      item('2026-01-03T23:30:00', '2026-01-04T00:30:00', {
        sizeBytes: 5,
        filePath: 'a',
        recorderId: 'r',
        address: 'gate',
        streamNumber: 0,
        secrecy: true,
      }),
      item('2026-01-04T08:00:00', '2026-01-04T09:00:00'),
    ],
    complete: true,
  });
  assert.deepEqual(await answer, {
    items: [
      {
        start: '2026-01-03T23:30:00.000+08:00',
        end: '2026-01-04T00:30:00.000+08:00',
        name: 'cam',
        type: 'time',
        secrecy: 1,
        size: 5,
        filePath: 'a',
        recorderId: 'r',
        address: 'gate',
        streamNumber: 0,
      },
      {
        start: '2026-01-04T08:00:00.000+08:00',
        end: '2026-01-04T09:00:00.000+08:00',
        name: 'cam',
        type: 'time',
        secrecy: 0,
      },
    ],
    complete: true,
    queryId: 'q1',
  });
});

test('REC-2: when the time is over the part that came is answered; more comes as events, and the next request gets it all', async () => {
  const { asked, events, search, clock } = desk();
  const answer = search({ waitMs: 3_000 });
  await settle();
  asked[0]?.o.onItems([item('2026-01-04T01:00:00', '2026-01-04T02:00:00')], 3);
  await clock.advance(3_000);
  const part = await answer;
  assert.ok('items' in part);
  assert.deepEqual([part.items.length, part.complete], [1, false]);

  const joined = search({ waitMs: 60_000 });
  await clock.advance(5_000);
  assert.equal(asked.length, 1, 'the same search goes on');
  asked[0]?.end({ items: [item('2026-01-04T02:00:00', '2026-01-04T03:00:00')], complete: true });
  const rest = await joined;
  assert.ok('items' in rest);
  assert.deepEqual([rest.items.length, rest.complete, rest.queryId], [2, true, part.queryId]);
  assert.deepEqual(
    events.map(([type, data]) => [type, data.received, data.expected, data.state, data.complete, data.queryId]),
    [
      ['records.progress', 1, 3, 'running', false, 'q1'],
      ['records.progress', 2, 1, 'running', false, 'q1'],
      ['records.progress', 2, 1, 'over', true, 'q1'],
    ],
  );
  void search();
  await settle();
  assert.equal(asked.length, 2, 'an answer that was read is not given again');
});

test('an answer that came between two requests is given to the next one, for a minute', async () => {
  for (const [laterMs, asks] of [
    [UNREAD_MS - 1000, 1],
    [UNREAD_MS + 1000, 2],
  ] as const) {
    const { asked, search, clock } = desk();
    const first = search({ waitMs: 1_000 });
    await clock.advance(1_000);
    await first;
    asked[0]?.end({ items: [item('2026-01-04T01:00:00', '2026-01-04T02:00:00')], complete: true });
    await clock.advance(laterMs);
    void search();
    await settle();
    assert.equal(asked.length, asks);
  }
});

test('pages and a named search are of the answer that was given, not of a new one', async () => {
  const { asked, search, clock } = desk();
  const first = search();
  await settle();
  asked[0]?.end({ items: [item('2026-01-04T01:00:00', '2026-01-04T02:00:00')], complete: true });
  const { queryId } = (await first) as { queryId: string };
  for (const resume of ['newest', queryId]) {
    const again = await search({ resume });
    assert.ok('items' in again);
    assert.deepEqual([again.items.length, again.queryId], [1, queryId]);
  }
  assert.equal(asked.length, 1);
  void search({ resume: queryId, filters: { type: 'alarm' } });
  await settle();
  assert.equal(asked.length, 2, 'an id of another search is none');
  void search({ resume: 'q99' });
  await settle();
  assert.equal(asked.length, 3);
  await clock.advance(KEEP_SEARCH_MS + 1000);
  void search({ range: span('2026-01-01T00:00:00', '2026-01-02T00:00:00') });
  await settle();
  assert.equal(asked[0]?.stopped, true, 'what is old is forgotten');
});

test('REC-1: nothing found is an empty, whole list', async () => {
  const { asked, search } = desk();
  const answer = search();
  await settle();
  asked[0]?.end({ items: [], complete: true });
  assert.deepEqual(await answer, { items: [], complete: true, queryId: 'q1' });
});

test('each reason why there is no list has its code', async () => {
  for (const [fault, problem] of [
    ['rejected', 'device_error'],
    ['busy', 'rate_limited'],
    ['offline', 'device_offline'],
    ['unreachable', 'device_offline'],
    ['closed', 'device_offline'],
  ] as const) {
    const { asked, search, events } = desk();
    const answer = search();
    await settle();
    asked[0]?.end({ fault, detail: 'why' });
    assert.equal(((await answer) as { problem: string }).problem, problem);
    assert.deepEqual([events.at(-1)?.[1].state, events.at(-1)?.[1].error], ['failed', 'why']);
  }
  const { asked, search } = desk();
  const answer = search({ range: span('2026-01-04T00:00:00', '2026-01-04T01:00:00') });
  await settle();
  asked[0]?.end({ fault: 'timeout', detail: 'why' });
  assert.equal(((await answer) as { problem: string }).problem, 'device_timeout');
});

test('ranges that are inverted, empty or longer than a year are refused', async () => {
  const { asked, search, records } = desk();
  for (const range of [
    span('2026-01-04T12:00:00', '2026-01-04T11:00:00'),
    span('2026-01-04T12:00:00', '2026-01-04T12:00:00'),
    span('2024-01-01T00:00:00', '2026-01-04T12:00:00'),
  ])
    assert.equal(((await search({ range })) as { problem: string }).problem, 'bad_request');
  const nobody = await records.search('x', CHANNEL, MORNING, {}, { waitMs: 0, resume: null });
  assert.deepEqual('problem' in nobody && nobody.problem, 'device_not_found');
  assert.equal(asked.length, 0);
});

test('a range in the future is asked for as well: the clock of the device counts, not ours', async () => {
  const { asked, search } = desk();
  const answer = search({ range: span('2026-02-01T00:00:00', '2026-02-02T00:00:00') });
  await settle();
  asked[0]?.end({ items: [], complete: true });
  assert.deepEqual(await answer, { items: [], complete: true, queryId: 'q1' });
});

test('so many searches run at once, so many answers are kept', async () => {
  const { asked, search } = desk();
  const range = (n: number) => ({ startEpochMs: MORNING.startEpochMs + n * 1000, endEpochMs: MORNING.endEpochMs });
  for (let n = 0; n < MAX_RUNNING_SEARCHES; n += 1) void search({ range: range(n) });
  await settle();
  assert.equal(asked.length, MAX_RUNNING_SEARCHES);
  const refused = await search({ range: range(9_999) });
  assert.deepEqual('problem' in refused && refused.problem, 'rate_limited');
  for (const one of asked) one.end({ items: [], complete: true });
  await settle();
  void search({ range: range(9_999) });
  await settle();
  assert.equal(asked.filter(({ stopped }) => !stopped).length, MAX_KEPT_SEARCHES + 1);
});

test('REC-3: files that come after the end are told, and the answer that was read is another one', async () => {
  const { asked, search, events, clock } = desk();
  const first = search();
  await settle();
  asked[0]?.end({ items: [item('2026-01-04T01:00:00', '2026-01-04T02:00:00')], complete: true });
  await first;
  await clock.advance(2_000);
  asked[0]?.o.onItems([item('2026-01-04T02:00:00', '2026-01-04T03:00:00')], 1);
  assert.deepEqual([events.at(-1)?.[1].state, events.at(-1)?.[1].received], ['over', 2]);
  const again = await search();
  assert.deepEqual(['items' in again && again.items.length, asked.length], [2, 1]);
});

test('all searches together hold no more files than the bound; answers that are over go first', async () => {
  const { asked, search } = desk();
  const many = (count: number, from: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...item('2026-01-04T01:00:00', '2026-01-04T02:00:00'),
      startEpochMs: MORNING.startEpochMs + from + n,
    }));
  const range = (n: number) => ({ startEpochMs: MORNING.startEpochMs + n * 1000, endEpochMs: MORNING.endEpochMs });
  const half = MAX_FILES_HELD / 2;
  const read = search({ range: range(1) });
  await settle();
  asked[0]?.end({ items: many(half, 0), complete: true });
  await read;
  void search({ range: range(2) });
  void search({ range: range(3) });
  await settle();
  asked[1]?.o.onItems(many(half, 0), null);
  assert.equal(asked[0]?.stopped, false);
  asked[2]?.o.onItems(many(half, 0), null);
  assert.equal(asked[0]?.stopped, true, 'it made room');
  const last = search({ range: range(2), waitMs: 1 });
  asked[1]?.end({ items: many(10, half), complete: true });
  const full = await last;
  assert.deepEqual('items' in full && [full.items.length, full.complete], [half, false]);
});

test('events of one search come twice a second at most, the last one always', async () => {
  const { asked, events, search, clock } = desk();
  void search();
  await settle();
  for (let n = 0; n < 100; n += 1) {
    asked[0]?.o.onItems(
      [item('2026-01-04T01:00:00', `2026-01-04T02:00:${String(n % 60).padStart(2, '0')}`, { name: `${n}` })],
      100,
    );
    await clock.advance(10);
  }
  asked[0]?.end({ items: [], complete: true });
  await settle();
  assert.deepEqual(
    events.map(([, data]) => data.state),
    ['running', 'running', 'running', 'over'],
    'at 0, 500 and 1000 ms, and the end',
  );
});

test('find joins files that meet and cuts them at the range (REC-6)', async () => {
  const { records, asked } = desk();
  const found = records.find(DEVICE, CHANNEL, MORNING.startEpochMs, MORNING.endEpochMs);
  await settle();
  asked[0]?.end({
    items: [
      item('2026-01-04T02:00:00', '2026-01-04T03:00:00'),
      item('2026-01-03T23:00:00', '2026-01-04T01:00:00'),
      item('2026-01-04T03:00:02', '2026-01-04T04:00:00'),
      item('2026-01-04T03:30:00', '2026-01-04T03:40:00'),
      item('2026-01-04T11:00:00', '2026-01-04T13:00:00'),
    ],
    complete: true,
  });
  assert.deepEqual(await found, {
    spans: [
      span('2026-01-04T00:00:00', '2026-01-04T01:00:00'),
      span('2026-01-04T02:00:00', '2026-01-04T04:00:00'),
      span('2026-01-04T11:00:00', '2026-01-04T12:00:00'),
    ],
    complete: true,
  });
  const failed = records.find(DEVICE, CHANNEL, MORNING.startEpochMs, MORNING.startEpochMs + HOUR_MS);
  await settle();
  asked[1]?.end({ fault: 'offline', detail: 'it is offline' });
  assert.deepEqual(await failed, { fault: 'it is offline' });
});

test('the days of a month: what they hold, which are to come, and which are not known yet', async () => {
  const { records, asked, clock } = desk();
  const early = records.days(DEVICE, CHANNEL, '2026-01', 1_000);
  await settle();
  assert.deepEqual(asked[0]?.query, { channelId: CHANNEL, ...span('2026-01-01T00:00:00', '2026-01-06T00:00:00') });
  const items = [
    item('2026-01-02T23:00:00', '2026-01-03T01:00:00'),
    item('2026-01-03T00:30:00', '2026-01-03T02:00:00'),
    item('2026-01-05T08:00:00', '2026-01-05T09:00:00'),
  ];
  asked[0]?.o.onItems(items, 3);
  await clock.advance(1_000);
  const part = await early;
  assert.ok('days' in part);
  assert.equal(part.complete, false);
  assert.deepEqual(
    part.days.slice(0, 6).map((d) => d.hasFootage),
    [null, true, true, null, true, false],
  );
  asked[0]?.end({ items, complete: true });
  const all = await records.days(DEVICE, CHANNEL, '2026-01', 1_000);
  assert.ok('days' in all);
  assert.deepEqual([all.complete, all.days.length, all.month], [true, 31, '2026-01']);
  assert.deepEqual(all.days.slice(0, 6), [
    { date: '2026-01-01', hasFootage: false, files: 0, footageSeconds: 0 },
    { date: '2026-01-02', hasFootage: true, files: 1, footageSeconds: 3600 },
    { date: '2026-01-03', hasFootage: true, files: 2, footageSeconds: 7200 },
    { date: '2026-01-04', hasFootage: false, files: 0, footageSeconds: 0 },
    { date: '2026-01-05', hasFootage: true, files: 1, footageSeconds: 3600 },
    { date: '2026-01-06', hasFootage: false, files: 0, footageSeconds: 0 },
  ]);
});

test('a day that is over is remembered for an hour, today is asked for again', async () => {
  const { records, asked, clock } = desk();
  const first = records.days(DEVICE, CHANNEL, '2026-01', 1_000);
  await settle();
  asked[0]?.end({ items: [], complete: true });
  await first;
  await clock.advance(UNREAD_MS + 1000);
  void records.days(DEVICE, CHANNEL, '2026-01', 1_000);
  await settle();
  assert.deepEqual(asked[1]?.query, { channelId: CHANNEL, ...span('2026-01-05T00:00:00', '2026-01-06T00:00:00') });
  asked[1]?.end({ items: [], complete: true });
  await clock.advance(DAY_KEPT_MS);
  void records.days(DEVICE, CHANNEL, '2026-01', 1_000);
  await settle();
  assert.equal(asked[2]?.query.startEpochMs, at('2026-01-01T00:00:00'));
});

test('answers that may still grow are held up to a bound of files, the newest always', async () => {
  const { records, asked, clock } = desk();
  const minutes = (from: string) =>
    Array.from({ length: MAX_SETTLING_FILES / 2 + 1 }, (_, i) => {
      const startEpochMs = at(from) + i * 60_000;
      return { ...item(from, from), startEpochMs, endEpochMs: startEpochMs + 60_000 };
    });
  for (const [index, month] of ['2025-10', '2025-12'].entries()) {
    const answer = records.days(DEVICE, CHANNEL, month, 1_000);
    await settle();
    asked[index]?.end({ items: minutes(`${month}-01T00:00:00`), complete: true });
    await answer;
  }
  await clock.advance(UNREAD_MS + 1000);
  const known = await records.days(DEVICE, CHANNEL, '2025-12', 0);
  assert.deepEqual('days' in known && [known.complete, known.days[0]?.files], [true, 1440]);
  assert.equal(asked.length, 2, 'what came last is remembered');
  void records.days(DEVICE, CHANNEL, '2025-10', 0);
  await settle();
  assert.equal(asked.length, 3, 'what was dropped is asked for again');
});

test('days of an answer that is not whole are not remembered, and a failure has its code', async () => {
  const { records, asked, clock } = desk();
  const first = records.days(DEVICE, CHANNEL, '2025-12', 1_000);
  await settle();
  asked[0]?.o.onItems([item('2025-12-02T00:00:00', '2025-12-02T01:00:00')], 9);
  asked[0]?.end({ fault: 'rejected', detail: '400' });
  const part = await first;
  assert.deepEqual('days' in part && [part.complete, part.days[0]?.hasFootage, part.days[1]?.hasFootage], [
    false,
    null,
    true,
  ]);
  await clock.advance(UNREAD_MS + 1000);
  const second = records.days(DEVICE, CHANNEL, '2025-12', 1_000);
  await settle();
  assert.equal(asked.length, 2);
  asked[1]?.end({ fault: 'offline', detail: 'gone' });
  assert.deepEqual(((await second) as { problem: string }).problem, 'device_offline');
  for (const month of ['2025-13', '2025-00', '1812-01', 'soon'])
    assert.equal(((await records.days(DEVICE, CHANNEL, month, 0)) as { problem: string }).problem, 'bad_request');
  assert.equal(((await records.days('x', CHANNEL, '2025-12', 0)) as { problem: string }).problem, 'device_not_found');
});

test('closing stops every search', async () => {
  const { records, asked, search } = desk();
  const answer = search();
  await settle();
  records.close();
  records.close();
  assert.equal(asked[0]?.stopped, true);
  assert.deepEqual(((await answer) as { complete: boolean }).complete, false);
});

test('days have 23 and 25 hours where the clocks change, months their own length', () => {
  const spring = daysOfMonth('2024-03', 'Europe/Berlin')!;
  assert.equal(spring.length, 31);
  assert.equal(spring[30]!.endEpochMs - spring[30]!.startEpochMs, 23 * HOUR_MS);
  const autumn = daysOfMonth('2024-10', 'Europe/Berlin')!;
  assert.equal(autumn[26]!.endEpochMs - autumn[26]!.startEpochMs, 25 * HOUR_MS);
  assert.equal(daysOfMonth('2024-02', ZONE)?.length, 29);
  assert.equal(daysOfMonth('2023-02', ZONE)?.length, 28);
  for (const [n, day] of autumn.entries()) if (n > 0) assert.equal(day.startEpochMs, autumn[n - 1]!.endEpochMs);
});

test('files over midnight count for both days, overlaps once', () => {
  const days = daysOfMonth('2026-01', ZONE)!;
  const files = [
    span('2026-01-01T22:00:00', '2026-01-02T02:00:00'),
    span('2026-01-02T01:00:00', '2026-01-02T03:00:00'),
  ];
  const found = footageOfDays(files, days);
  assert.deepEqual(found.get('2026-01-01'), { files: 1, footageMs: 2 * HOUR_MS });
  assert.deepEqual(found.get('2026-01-02'), { files: 2, footageMs: 3 * HOUR_MS });
});

test('a hole of more than two seconds stays a hole', () => {
  const range = { startEpochMs: 0, endEpochMs: 100_000 };
  const spans = [
    { startEpochMs: 0, endEpochMs: 10_000 },
    { startEpochMs: 12_000, endEpochMs: 20_000 },
    { startEpochMs: 22_001, endEpochMs: 30_000 },
    { startEpochMs: 200_000, endEpochMs: 300_000 },
  ];
  assert.deepEqual(joinSpans(spans, range), [
    { startEpochMs: 0, endEpochMs: 20_000 },
    { startEpochMs: 22_001, endEpochMs: 30_000 },
  ]);
});
