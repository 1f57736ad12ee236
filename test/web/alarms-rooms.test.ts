import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alarm, AlarmRule } from '../../web/page/alarms/api.ts';
import { addressOf, belongs, filterOf, isEmpty, kindsOf, kindWords, queryOf } from '../../web/page/alarms/filter.ts';
import { toggled, withField } from '../../web/page/alarms/rule-fields.ts';
import { MAX_NOTICES, type Notice, SHOWN_MS, withEvent, withoutOld } from '../../web/page/notices/notices.ts';

const ALARM: Alarm = {
  id: '7',
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
  priority: 2,
  priorityName: { en: 'level 2', zh: '二级警情' },
  description: '',
  by: 'message',
};
const ALL = filterOf(new URLSearchParams());

test('the filter stands in the address and is read back; what makes no sense is not wanted', () => {
  const text = 'device=D&kind=5%2F6&priority=2&from=2026-01-05T14%3A00&to=2026-01-05T15%3A00%3A30';
  const filter = filterOf(new URLSearchParams(text));
  assert.equal(String(addressOf(filter)), text);
  assert.equal(isEmpty(filter), false);
  assert.equal(isEmpty(ALL), true);
  const odd = 'device=a b&kind=x&priority=9&from=2026-13-45T99:99&to=tomorrow';
  assert.deepEqual(filterOf(new URLSearchParams(odd)), ALL);
});

test('the filter as a question, with times of the browser’s own zone', () => {
  const filter = { device: 'D', kind: '5/6', priority: '2', from: '2026-01-05T14:00', to: '' };
  const query = queryOf(filter, 'next');
  assert.deepEqual(Object.fromEntries(query), {
    limit: '200',
    deviceId: 'D',
    method: '5',
    type: '6',
    priority: '2',
    start: new Date('2026-01-05T14:00').toISOString(),
    cursor: 'next',
  });
  assert.equal(queryOf({ ...ALL, kind: '2' }, null).get('type'), null);
});

test('an alarm that is told belongs into the list as the gateway would say', () => {
  const fits = (o: Partial<typeof ALL>) => belongs(ALARM, { ...ALL, ...o });
  for (const good of [{}, { device: 'D' }, { kind: '5' }, { kind: '5/6' }, { priority: '2' }, { priority: '4' }])
    assert.equal(fits(good), true, JSON.stringify(good));
  for (const bad of [{ device: 'E' }, { kind: '2' }, { kind: '5/2' }, { priority: '1' }])
    assert.equal(fits(bad), false, JSON.stringify(bad));
  assert.equal(belongs({ ...ALARM, priority: null }, { ...ALL, priority: '4' }), false);
  assert.equal(fits({ from: '2026-01-01T00:00', to: '2026-01-09T00:00' }), true);
  assert.equal(fits({ from: '2026-01-09T00:00' }), false);
  assert.equal(fits({ to: '2026-01-01T00:00' }), false);
});

test('what it is about in both languages, and in numbers where there are no words', () => {
  assert.equal(kindWords(ALARM, 'en'), 'intrusion, entered');
  assert.equal(kindWords(ALARM, 'zh'), '入侵检测报警，进入区域');
  const plain = { eventType: null, eventName: null };
  assert.equal(kindWords({ ...ALARM, ...plain, type: 99, typeName: null }, 'en'), 'video 5/99');
  assert.equal(kindWords({ ...ALARM, ...plain, type: null, typeName: null }, 'zh'), '视频报警');
  assert.equal(kindWords({ ...ALARM, ...plain, method: 9, methodName: null, type: 3, typeName: null }, 'en'), '9/3');
  const none = { method: null, methodName: null, type: null, typeName: null };
  assert.equal(kindWords({ ...ALARM, ...plain, ...none }, 'en'), '');
});

test('kinds to choose from: each way with what it may be about', () => {
  const words = (en: string) => ({ en, zh: en.toUpperCase() });
  const list = { methods: { 2: words('device'), 4: words('gps') }, types: { 2: { 1: words('loss') } }, priorities: {} };
  assert.deepEqual(kindsOf(list, 'zh'), [
    { method: '2', name: 'DEVICE', types: [{ kind: '2/1', name: 'LOSS' }] },
    { method: '4', name: 'GPS', types: [] },
  ]);
});

test('a field that is taken out of a rule is not in it; numbers are chosen and given back', () => {
  const rule: AlarmRule = { name: 'a', enabled: true, record: 'plan', priority: 2 };
  assert.deepEqual(withField(rule, 'priority', undefined), { name: 'a', enabled: true, record: 'plan' });
  assert.deepEqual(withField(rule, 'methods', [5]).methods, [5]);
  assert.deepEqual(toggled([5], 2), [2, 5]);
  assert.deepEqual(toggled([2, 5], 2), [5]);
  assert.equal(toggled([5], 5), undefined);
  assert.deepEqual(toggled(undefined, 1), [1]);
});

test('notices: the newest first, one for the same camera with its number, a few, and none for ever', () => {
  const event = (type: string, data: object) => ({ type, time: '', data: data as Record<string, unknown> });
  const alarm = (channelId: string) => event('alarm', { ...ALARM, channelId });
  const told = (events: readonly ReturnType<typeof event>[], before: readonly Notice[] = [], nowMs = 0) =>
    events.reduce((list, one) => withEvent(list, one, nowMs), before);
  const two = told([alarm('A'), alarm('B'), alarm('A')]);
  assert.deepEqual(
    two.map(({ channelId, count }) => [channelId, count]),
    [
      ['A', 2],
      ['B', 1],
    ],
  );
  const offered = told([event('video.offered', { deviceId: 'D', channelId: 'A' })], two);
  assert.deepEqual([offered.length, offered[0]?.alarm, offered[1]?.alarm?.id], [3, null, '7']);
  assert.equal(told([alarm('C'), alarm('E')], offered).length, MAX_NOTICES);
  for (const nothing of [event('position', ALARM), event('alarm', {}), event('video.offered', { deviceId: 7 })])
    assert.equal(withEvent(two, nothing, 0), two);
  const later = told([alarm('B')], two, SHOWN_MS - 1);
  assert.deepEqual(
    withoutOld(later, SHOWN_MS).map(({ channelId }) => channelId),
    ['B'],
  );
  assert.equal(withoutOld(two, SHOWN_MS - 1), two);
});
