import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlarmView } from '../../src/gateway/alarms/alarm-views.ts';
import { opened, TOKEN } from './opened.ts';

const alarm = (id: string): AlarmView => ({
  id,
  deviceId: 'D',
  channelId: 'C',
  sourceId: 'C',
  time: '2026-01-05T14:03:21.000+08:00',
  receivedAt: '2026-01-05T14:03:22.000+08:00',
  method: 5,
  methodName: { en: 'video', zh: '视频报警' },
  type: 6,
  typeName: { en: 'intrusion', zh: '入侵检测报警' },
  eventType: 1,
  eventName: { en: 'entered', zh: '进入区域' },
  priority: 4,
  priorityName: { en: 'level 4', zh: '四级警情' },
  description: 'zone 1',
  longitude: 117.12,
  latitude: 31.12,
  by: 'message',
  raw: { AlarmTime: 'xx' },
});

test('alarms are listed page by page, whole, with every filter', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.alarms.list.push(...['5', '4', '3', '2', '1'].map(alarm));
  const first = await ask('GET', '/api/v1/alarms?limit=2');
  assert.deepEqual(first.json.items, [alarm('5'), alarm('4')]);
  const second = await ask('GET', `/api/v1/alarms?limit=3&cursor=${first.json.next}`);
  assert.deepEqual(
    second.json.items.map(({ id }: AlarmView) => id),
    ['3', '2', '1'],
  );
  assert.equal(second.json.next, null);
  gateway.alarms.queries.length = 0;
  const filters = 'deviceId=D&channelId=C&method=5&type=6&priority=2';
  await ask('GET', `/api/v1/alarms?${filters}&start=2026-01-05T00:00:00%2B08:00&end=1767600000`);
  assert.deepEqual(gateway.alarms.queries, [
    {
      deviceId: 'D',
      channelId: 'C',
      method: 5,
      type: 6,
      priority: 2,
      fromEpochMs: Date.parse('2026-01-05T00:00:00+08:00'),
      toEpochMs: 1_767_600_000_000,
      limit: 100,
      before: null,
    },
  ]);
  for (const wrong of [
    'method=8',
    'priority=0',
    'type=x',
    'start=yesterday',
    'end=soon',
    'start=2&end=1',
    'cursor=zzz',
    'limit=0',
  ])
    assert.equal((await ask('GET', `/api/v1/alarms?${wrong}`)).status, 400, wrong);
  const misspelt = await ask('GET', '/api/v1/alarms?device=D');
  assert.match(misspelt.json.detail, /^query has the unknown key "device"; there are: limit, cursor, deviceId, /);
  assert.equal((await ask('GET', `/api/v1/alarms?token=${TOKEN}`)).status, 200);
});

test('one alarm, and what the numbers mean', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.alarms.list.push(alarm('7'));
  assert.deepEqual((await ask('GET', '/api/v1/alarms/7')).json, alarm('7'));
  const none = await ask('GET', '/api/v1/alarms/8');
  assert.deepEqual([none.status, none.json.code], [404, 'alarm_not_found']);
  const { json } = await ask('GET', '/api/v1/alarms/words');
  assert.deepEqual(json.methods['5'], { en: 'video', zh: '视频报警' });
  assert.deepEqual(json.types['5']['13'], { en: 'picture covered', zh: '图像遮挡报警' });
  assert.deepEqual([json.events['1'].en, json.priorities['1'].zh], ['entered', '一级警情']);
});

test('rules are replaced, checked, and taken back', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const rules = [
    {
      name: 'gate',
      enabled: true,
      deviceId: 'D',
      channelId: 'A',
      methods: [2, 5],
      types: [6],
      priority: 2,
      channels: [{ deviceId: 'D', channelId: 'C' }],
      record: 30,
      snapshot: { count: 3, intervalSeconds: 2 },
    },
    { name: 'all', enabled: false, record: 'plan', snapshot: null },
  ];
  assert.deepEqual((await ask('PUT', '/api/v1/alarm-rules', { rules })).json, { rules });
  assert.deepEqual((await ask('GET', '/api/v1/alarm-rules')).json, { rules });
  assert.deepEqual(gateway.alarmRules.rules, rules);
  const short = await ask('PUT', '/api/v1/alarm-rules', { rules: [{ record: 'plan', snapshot: { count: 2 } }] });
  assert.deepEqual(short.json.rules, [
    { name: '', enabled: true, record: 'plan', snapshot: { count: 2, intervalSeconds: 1 } },
  ]);
  const spare = await ask('PUT', '/api/v1/alarm-rules', { rules: [{ name: 'nothing' }] });
  assert.deepEqual(spare.json.rules, [{ name: 'nothing', enabled: true, record: 'off', snapshot: null }]);
  for (const wrong of [
    { record: 'sometimes' },
    { record: 0 },
    { methods: [9] },
    { methods: [] },
    { priority: 5 },
    { snapshot: { count: 11 } },
    { unheard: 1 },
  ])
    assert.equal((await ask('PUT', '/api/v1/alarm-rules', { rules: [wrong] })).status, 400, JSON.stringify(wrong));
  const many = Array.from({ length: 101 }, () => ({ record: 'plan' }));
  assert.equal((await ask('PUT', '/api/v1/alarm-rules', { rules: many })).status, 400);
  assert.deepEqual((await ask('DELETE', '/api/v1/alarm-rules')).json, { rules: [] });
});
