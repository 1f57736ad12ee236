import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import {
  matchesFilters,
  type RecordQuery,
  readRecordInfo,
  writeRecordQuery,
} from '../../../src/sip/manscdp/record-info.ts';
import { CHANNEL, ID } from '../opened.ts';

const BEIJING = 'Asia/Shanghai';
const DAY: RecordQuery = {
  channelId: CHANNEL,
  startEpochMs: Date.parse('2024-01-05T00:00:00+08:00'),
  endEpochMs: Date.parse('2024-01-06T00:00:00+08:00'),
};

const file = (start: string, end: string, more = '') =>
  `<Item><DeviceID>${CHANNEL}</DeviceID><Name>Camera 01</Name><FilePath>rec/1</FilePath><Address>gate</Address><StartTime>${start}</StartTime><EndTime>${end}</EndTime><Secrecy>0</Secrecy><Type>time</Type><RecorderID>${CHANNEL}</RecorderID><FileSize>104857600</FileSize>${more}</Item>`;
const answer = (items: string[], sum: number | string = items.length, list = true) =>
  `<?xml version="1.0" encoding="GB2312"?><Response><CmdType>RecordInfo</CmdType><SN>7</SN><DeviceID>${CHANNEL}</DeviceID><Name>Camera 01</Name><SumNum>${sum}</SumNum>${list ? `<RecordList Num="${items.length}">${items.join('')}</RecordList>` : ''}</Response>`;

function read(body: string, query: RecordQuery = DAY, zone = BEIJING) {
  const envelope = readEnvelope(Buffer.from(body));
  assert.ok(!('fault' in envelope));
  const part = readRecordInfo(envelope, query, zone);
  const items = part.records.flatMap(({ item }) => (item === null ? [] : [item]));
  return {
    ...part,
    items,
    times: items.map(({ startEpochMs, endEpochMs }) => [startEpochMs, endEpochMs].map((ms) => localTime(ms)).join(' ')),
    codes: part.tolerated.map(([code]) => code),
  };
}
const localTime = (epochMs: number) => new Date(epochMs + 8 * 3_600_000).toISOString().slice(5, 19);

test('an answer by the standard is read field by field, and nothing is tolerated in it', () => {
  const { items, sumNum, codes } = read(answer([file('2024-01-05T08:00:00', '2024-01-05T09:00:00')]));
  assert.deepEqual(items, [
    {
      startEpochMs: Date.parse('2024-01-05T08:00:00+08:00'),
      endEpochMs: Date.parse('2024-01-05T09:00:00+08:00'),
      name: 'Camera 01',
      type: 'time',
      secrecy: false,
      filePath: 'rec/1',
      address: 'gate',
      recorderId: CHANNEL,
      sizeBytes: 104_857_600,
      streamNumber: null,
    },
  ]);
  assert.equal(sumNum, 1);
  assert.deepEqual(codes, []);
});

test('REC-1: nothing found is SumNum 0, with an empty list or without any', () => {
  for (const body of [answer([], 0, false), answer([], 0)]) {
    const { sumNum, items, codes } = read(body);
    assert.deepEqual({ sumNum, items, codes }, { sumNum: 0, items: [], codes: [] });
  }
});

test('REC-5: the forms of times of one answer are read and named', () => {
  const { times, codes, records } = read(
    answer([
      file('2024-01-05 08:00:00', '2024-01-05 09:00:00'),
      file('2024-01-05T01:00:00.000Z', '2024-01-05T02:00:00.000Z'),
      file('1704420000', '1704423600'),
      file('yesterday', 'today'),
    ]),
  );
  assert.deepEqual(times, [
    '01-05T08:00:00 01-05T09:00:00',
    '01-05T09:00:00 01-05T10:00:00',
    '01-05T10:00:00 01-05T11:00:00',
  ]);
  assert.equal(records.length, 4, 'what cannot be read still counts');
  assert.deepEqual(codes, ['REC-5']);
});

test('REC-5: a Z behind local times is not believed when only local times are of what was asked for', () => {
  const { times, tolerated } = read(answer([file('2024-01-05T20:00:00Z', '2024-01-05T21:00:00Z')]));
  assert.deepEqual(times, ['01-05T20:00:00 01-05T21:00:00']);
  assert.deepEqual(tolerated, [['REC-5', 'it writes Z behind its local time']]);
});

test('REC-6: files over the edges keep their times, one that ends on the day of its start ends on the next, swapped times are swapped back, others are left out', () => {
  const { times, codes, records } = read(
    answer([
      file('2024-01-04T23:30:00', '2024-01-05T00:30:00'),
      file('2024-01-05T23:30:00', '2024-01-05T00:10:00'),
      file('2024-01-05T12:00:00', '2024-01-05T12:00:00'),
      file('2024-01-05T16:00:00', '2024-01-05T15:00:00'),
      file('2024-01-09T12:00:00', '2024-01-05T11:00:00'),
      file('2024-01-07T12:00:00', '2024-01-07T13:00:00'),
    ]),
  );
  assert.deepEqual(times, [
    '01-04T23:30:00 01-05T00:30:00',
    '01-05T23:30:00 01-06T00:10:00',
    '01-05T15:00:00 01-05T16:00:00',
  ]);
  assert.equal(records.length, 6);
  assert.deepEqual(codes, ['REC-6']);
});

test('REC-7: a size of 0 or none and placeholders of paths are left out', () => {
  const bare = `<Item><DeviceID>${CHANNEL}</DeviceID><Name/><StartTime>2024-01-05T08:00:00</StartTime><EndTime>2024-01-05T09:00:00</EndTime></Item>`;
  for (const [body, path] of [
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', '0').replace('rec/1', '(null)'), null],
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', 'many').replace('rec/1', '/'), null],
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', '').replace('rec/1', 'N/A'), null],
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', '').replace('rec/1', 'LOCAL_FILE'), null],
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', '').replace('rec/1', 'file_path'), null],
    [bare, null],
    [file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace('104857600', '-5'), 'rec/1'],
  ] as const) {
    const { items, codes } = read(answer([body]));
    assert.deepEqual([items[0]?.sizeBytes, items[0]?.filePath], [null, path]);
    assert.deepEqual(codes, ['REC-7']);
  }
});

test('REC-8: a file with the id of the device belongs to the channel that was asked for', () => {
  const body = file('2024-01-05T08:00:00', '2024-01-05T09:00:00').replace(CHANNEL, ID);
  const { items, codes } = read(answer([body]));
  assert.equal(items.length, 1);
  assert.deepEqual(codes, ['REC-8']);
});

test('XML-6: a SumNum that is no number is none', () => {
  const { sumNum, codes, items } = read(answer([file('2024-01-05T08:00:00', '2024-01-05T09:00:00')], 'one'));
  assert.deepEqual([sumNum, codes, items.length], [null, ['XML-6'], 1]);
});

test('in the hour that comes twice the reading is taken that is of the range, and an end is after its start', () => {
  const later = {
    channelId: CHANNEL,
    startEpochMs: Date.UTC(2024, 9, 27, 1, 0),
    endEpochMs: Date.UTC(2024, 9, 27, 2, 0),
  };
  const { items } = read(answer([file('2024-10-27T02:10:00', '2024-10-27T02:40:00')]), later, 'Europe/Berlin');
  assert.deepEqual(
    items.map((i) => [i.startEpochMs, i.endEpochMs]),
    [[Date.UTC(2024, 9, 27, 1, 10), Date.UTC(2024, 9, 27, 1, 40)]],
  );
  const over = { ...later, startEpochMs: Date.UTC(2024, 9, 27, 0, 0) };
  const { items: turned } = read(answer([file('2024-10-27T02:50:00', '2024-10-27T02:10:00')]), over, 'Europe/Berlin');
  assert.deepEqual(
    turned.map((i) => [i.startEpochMs, i.endEpochMs]),
    [[Date.UTC(2024, 9, 27, 0, 50), Date.UTC(2024, 9, 27, 1, 10)]],
  );
});

test('one message holds no more than the bound', () => {
  const items = Array.from({ length: 10_050 }, () => '<Item><StartTime>2024-01-05T08:00:00</StartTime></Item>');
  assert.equal(read(answer(items)).records.length, 10_000);
});

const style = { charset: 'GB18030', declared: 'GB2312' } as const;

test('REC-4: Type and Secrecy stand in every query, and the range in the zone of the device', () => {
  const text = writeRecordQuery(DAY, 17431, BEIJING, style).toString();
  assert.equal(
    text.replace(/\r\n/g, ''),
    `<?xml version="1.0" encoding="GB2312"?><Query><CmdType>RecordInfo</CmdType><SN>17431</SN><DeviceID>${CHANNEL}</DeviceID><StartTime>2024-01-05T00:00:00</StartTime><EndTime>2024-01-06T00:00:00</EndTime><Secrecy>0</Secrecy><Type>all</Type></Query>`,
  );
});

test('every filter is sent as the standard names it', () => {
  const text = writeRecordQuery(
    {
      ...DAY,
      type: 'alarm',
      secrecy: 1,
      filePath: 'disk1/a&b',
      address: 'gate',
      recorderId: '34020000001110000001',
      fuzzy: true,
      streamNumber: 1,
      alarmMethod: '5',
      alarmType: '2',
    },
    1,
    BEIJING,
    style,
  ).toString();
  for (const element of [
    '<FilePath>disk1/a&amp;b</FilePath>',
    '<Address>gate</Address>',
    '<Secrecy>1</Secrecy>',
    '<Type>alarm</Type>',
    '<RecorderID>34020000001110000001</RecorderID>',
    '<IndistinctQuery>1</IndistinctQuery>',
    '<StreamNumber>1</StreamNumber>',
    '<AlarmMethod>5</AlarmMethod>',
    '<AlarmType>2</AlarmType>',
  ])
    assert.ok(text.includes(element), element);
});

test('a range with parts of seconds is asked for a little too wide, one over the end of summer time is not cut', () => {
  const parts = writeRecordQuery(
    { ...DAY, startEpochMs: DAY.startEpochMs + 900, endEpochMs: DAY.endEpochMs - 900 },
    1,
    BEIJING,
    style,
  ).toString();
  assert.match(parts, /<StartTime>2024-01-05T00:00:00<[\s\S]*<EndTime>2024-01-06T00:00:00</);
  const twice = {
    channelId: CHANNEL,
    startEpochMs: Date.UTC(2024, 9, 27, 0, 50),
    endEpochMs: Date.UTC(2024, 9, 27, 1, 10),
  };
  const text = writeRecordQuery(twice, 1, 'Europe/Berlin', style).toString();
  assert.match(text, /<StartTime>2024-10-27T02:50:00<[\s\S]*<EndTime>2024-10-27T03:10:00</);
});

test('filters that a device ignores are applied to what it says; what it does not say passes', () => {
  const [item] = read(
    answer([file('2024-01-05T08:00:00', '2024-01-05T09:00:00', '<StreamNumber>0</StreamNumber>')]),
  ).items;
  assert.ok(item !== undefined);
  const passes = (filters: Partial<RecordQuery>, bent = {}) =>
    matchesFilters({ ...item, ...bent }, { ...DAY, ...filters });
  assert.ok(passes({}) && passes({ type: 'all' }) && passes({ type: 'time' }));
  assert.ok(!passes({ type: 'alarm' }) && passes({ type: 'alarm' }, { type: '' }));
  assert.ok(
    passes({ filePath: 'ec/' }) && !passes({ filePath: 'disk2' }) && passes({ filePath: 'disk2' }, { filePath: null }),
  );
  assert.ok(
    passes({ address: 'gat' }) && !passes({ address: 'yard' }) && passes({ address: 'yard' }, { address: null }),
  );
  assert.ok(
    passes({ recorderId: CHANNEL }) && !passes({ recorderId: ID }) && passes({ recorderId: ID }, { recorderId: null }),
  );
  assert.ok(
    passes({ streamNumber: 0 }) && !passes({ streamNumber: 1 }) && passes({ streamNumber: 1 }, { streamNumber: null }),
  );
});
