import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordView } from '../../src/gateway/search/record-views.ts';
import { opened } from './opened.ts';

const C = '/api/v1/devices/34020000001180000001/channels/34020000001320000001';
const DAY = 'start=2026-01-05T00:00:00%2B08:00&end=2026-01-06T00:00:00%2B08:00';
const RANGE = {
  startEpochMs: Date.parse('2026-01-05T00:00:00+08:00'),
  endEpochMs: Date.parse('2026-01-06T00:00:00+08:00'),
};

const record = (hour: number): RecordView => ({
  start: `2026-01-05T${String(hour).padStart(2, '0')}:00:00.000+08:00`,
  end: `2026-01-05T${String(hour).padStart(2, '0')}:30:00.000+08:00`,
  name: 'Camera 01',
  type: 'time',
  secrecy: 0,
  size: 1000,
  filePath: 'rec/1',
  recorderId: 'r',
});

test('a search is asked with range, filters and patience, and answered as the contract has it', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.recordsAnswer = { items: [record(8)], complete: false, queryId: 'q7' };
  const { status, json } = await ask(
    'GET',
    `${C}/records?${DAY}&type=alarm&secrecy=1&filePath=disk1&address=gate&recorderId=r&fuzzy=true&streamNumber=1&alarmMethod=5&alarmType=2&waitSeconds=3`,
  );
  assert.equal(status, 200);
  assert.deepEqual(json, { items: [record(8)], next: null, complete: false, queryId: 'q7' });
  assert.deepEqual(gateway.calls.at(-1), [
    'records.search',
    '34020000001180000001',
    '34020000001320000001',
    RANGE,
    {
      type: 'alarm',
      secrecy: 1,
      filePath: 'disk1',
      address: 'gate',
      recorderId: 'r',
      fuzzy: true,
      streamNumber: 1,
      alarmMethod: '5',
      alarmType: '2',
    },
    { waitMs: 3_000, resume: null },
  ]);
});

test('times are taken as epoch seconds too; ten seconds are waited', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  await ask('GET', `${C}/records?start=${RANGE.startEpochMs / 1000}&end=${RANGE.endEpochMs / 1000}`);
  assert.deepEqual(gateway.calls.at(-1)?.slice(3), [RANGE, {}, { waitMs: 10_000, resume: null }]);
});

test('the pages of a list are of the search that was answered', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.recordsAnswer = { items: [5, 3, 1, 4, 2].map(record), complete: true, queryId: 'q7' };
  const seen: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { json } = await ask('GET', `${C}/records?${DAY}&limit=2${cursor}`);
    const resume = (gateway.calls.at(-1)![5] as { resume: string | null }).resume;
    assert.equal(resume, next === '' ? null : 'newest');
    seen.push(...json.items.map((item: RecordView) => item.start.slice(11, 13)));
    next = json.next;
  }
  assert.deepEqual(seen, ['01', '02', '03', '04', '05']);
  await ask('GET', `${C}/records?${DAY}&queryId=q7`);
  assert.equal((gateway.calls.at(-1)![5] as { resume: string | null }).resume, 'q7');
  assert.equal((await ask('GET', `${C}/records?${DAY}&cursor=bogus`)).status, 400);
});

test('bad requests are refused before the device is asked', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const query of [
    '',
    'start=2026-01-05T00:00:00&end=2026-01-06T00:00:00',
    `start=2026-01-05T00:00:00Z`,
    'start=yesterday&end=today',
    `${DAY}&type=motion`,
    `${DAY}&secrecy=2`,
    `${DAY}&streamNumber=-1`,
    `${DAY}&alarmMethod=%3Cx%3E`,
    `${DAY}&waitSeconds=3600`,
    `${DAY}&limit=0`,
    `${DAY}&filePath=${'x'.repeat(300)}`,
  ]) {
    const { status, json } = await ask('GET', `${C}/records?${query}`);
    assert.deepEqual([status, json.code], [400, 'bad_request'], query);
  }
  for (const query of ['', 'month=2026', 'month=2026-1', 'month=x', 'month=2026-01&waitSeconds=-1'])
    assert.equal((await ask('GET', `${C}/records/days?${query}`)).status, 400, query);
  assert.deepEqual(gateway.calls, []);
});

test('a refusal keeps its code', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const [problem, status] of [
    ['device_offline', 503],
    ['device_timeout', 504],
    ['device_error', 502],
    ['rate_limited', 429],
    ['channel_not_found', 404],
  ] as const) {
    gateway.recordsAnswer = gateway.recordDaysAnswer = { problem, detail: 'Why.' };
    for (const path of [`records?${DAY}`, 'records/days?month=2026-01']) {
      const answer = await ask('GET', `${C}/${path}`);
      assert.deepEqual([answer.status, answer.json.code], [status, problem]);
    }
  }
});

test('the days of a month', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const days = [
    { date: '2026-01-01', hasFootage: true, files: 24, footageSeconds: 86_400 },
    { date: '2026-01-02', hasFootage: null, files: 0, footageSeconds: 0 },
  ];
  gateway.recordDaysAnswer = { month: '2026-01', days, complete: false };
  const { status, json } = await ask('GET', `${C}/records/days?month=2026-01&waitSeconds=2`);
  assert.deepEqual([status, json], [200, { month: '2026-01', days, complete: false }]);
  assert.deepEqual(gateway.calls.at(-1), [
    'records.days',
    '34020000001180000001',
    '34020000001320000001',
    '2026-01',
    2_000,
  ]);
});

test('both stand in the OpenAPI document, with their parameters', async (t) => {
  const { http, ask } = await opened();
  t.after(() => http.close());
  const { json } = await ask('GET', '/api/v1/openapi.json');
  const find = (end: string) => Object.entries(json.paths).find(([path]) => path.endsWith(end))?.[1] as any;
  const names = find('/records').get.parameters.map((p: { name: string }) => p.name);
  for (const name of ['start', 'end', 'type', 'waitSeconds', 'cursor', 'queryId', 'alarmType', 'recorderId', 'address'])
    assert.ok(names.includes(name), name);
  assert.ok(find('/records/days').get.responses['200']);
});
