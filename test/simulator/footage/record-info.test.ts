import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadClip } from '../../../src/simulator/clip.ts';
import { Footage } from '../../../src/simulator/footage/footage.ts';
import { recordInfo } from '../../../src/simulator/footage/record-info.ts';
import { behaviourOf } from '../../../src/simulator/quirks.ts';

const DEVICE = '34020000001180000001';
const CHANNEL = { id: '34020000001310000001', name: 'Gate' };
/** Midnight in Beijing. */
const MIDNIGHT = Date.UTC(2026, 8, 29, 16);

interface Listed {
  readonly messages: string[];
  readonly sums: number[];
  readonly items: Record<string, string>[];
}

function search(o: {
  from?: string;
  to?: string;
  type?: string | null;
  quirks?: string[];
  sip?: 'udp' | 'tcp';
}): Listed {
  const style = behaviourOf(new Set(o.quirks ?? []));
  const clip = loadClip('footage', 'none');
  const footage = new Footage({ days: 1, untilEpochMs: MIDNIGHT + 86_400_000 }, clip, clip, style);
  const type = o.type === undefined ? 'all' : o.type;
  const body = Buffer.from(
    `<Query><CmdType>RecordInfo</CmdType><SN>17</SN><DeviceID>${CHANNEL.id}</DeviceID><StartTime>${o.from ?? '2026-09-30T08:00:00'}</StartTime><EndTime>${o.to ?? '2026-09-30T10:00:00'}</EndTime><Secrecy>0</Secrecy>${type === null ? '' : `<Type>${type}</Type>`}</Query>`,
  );
  const query = { root: 'Query', cmdType: 'RecordInfo', sn: '17', deviceId: CHANNEL.id };
  const messages = recordInfo({
    query,
    body,
    deviceId: DEVICE,
    channel: CHANNEL,
    footage,
    sip: o.sip ?? 'tcp',
    style,
  }).map((bytes) => bytes.toString('latin1'));
  return {
    messages,
    sums: messages.map((text) => Number(/<SumNum>(\d+)</.exec(text)?.[1])),
    items: messages.flatMap((text) =>
      [...text.matchAll(/<Item>([\s\S]*?)<\/Item>/g)].map((item) =>
        Object.fromEntries([...item[1]!.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, value]) => [name!, value!])),
      ),
    ),
  };
}

test('files of a range in local time, cut to it, one message over TCP', () => {
  const { items, messages, sums } = search({ from: '2026-09-30T08:10:00', to: '2026-09-30T09:00:01' });
  assert.equal(messages.length, 1);
  assert.deepEqual(sums, [3]);
  assert.deepEqual(
    items.map((item) => [item.StartTime, item.EndTime]),
    [
      ['2026-09-30T08:10:00', '2026-09-30T08:30:00'],
      ['2026-09-30T08:30:00', '2026-09-30T09:00:00'],
      ['2026-09-30T09:00:00', '2026-09-30T09:00:01'],
    ],
  );
  assert.match(messages[0]!, /<RecordList Num="3">/);
  assert.deepEqual(Object.keys(items[0]!), [
    ...['DeviceID', 'Name', 'FilePath', 'Address', 'StartTime', 'EndTime', 'Secrecy', 'Type', 'RecorderID', 'FileSize'],
  ]);
  assert.equal(items[0]!.DeviceID, CHANNEL.id);
  assert.ok(Number(items[1]!.FileSize) > 5_000_000);
});

test('a day has 48 files, by two in a message over UDP, each with the whole sum', () => {
  const { items, messages, sums } = search({ from: '2026-09-30T00:00:00', to: '2026-10-01T00:00:00', sip: 'udp' });
  assert.equal(items.length, 48);
  assert.equal(messages.length, 24);
  assert.deepEqual(new Set(sums), new Set([48]));
  assert.ok(messages.every((message) => message.length < 1300));
});

test('types are kept apart', () => {
  const day = { from: '2026-09-30T00:00:00', to: '2026-10-01T00:00:00' };
  const counts = ['time', 'alarm', 'manual', 'all'].map((type) => search({ ...day, type }).items.length);
  assert.equal(counts[0]! + counts[1]! + counts[2]!, 48);
  assert.equal(counts[3], 48);
  assert.ok(counts.every((count) => count > 0));
  assert.ok(search({ ...day, type: 'alarm' }).items.every((item) => item.Type === 'alarm'));
});

test('a range in which nothing was recorded, and one that makes no sense', () => {
  for (const range of [
    { from: '2020-01-01T00:00:00', to: '2020-01-02T00:00:00' },
    { from: '2026-09-30T10:00:00', to: '2026-09-30T08:00:00' },
    { from: 'nonsense' },
  ]) {
    const { items, messages, sums } = search(range);
    assert.deepEqual(items, []);
    assert.deepEqual(sums, [0]);
    assert.ok(!messages[0]!.includes('RecordList'));
  }
});

test('REC-1: nothing recorded, without a list; REC-1a: with an empty one', () => {
  assert.ok(!search({ quirks: ['REC-1'] }).messages[0]!.includes('RecordList'));
  assert.match(search({ quirks: ['REC-1a'] }).messages[0]!, /<SumNum>0<\/SumNum>\r\n<RecordList Num="0">/);
});

test('REC-2: two items a message', () => {
  assert.equal(search({ quirks: ['REC-2'] }).messages.length, 2);
});

test('REC-3: a sum that is too large, items that come twice', () => {
  const { items, sums } = search({ quirks: ['REC-3'] });
  assert.deepEqual(sums, [7]);
  assert.equal(items.length, 5);
  assert.deepEqual(items[0], items[1]);
});

test('REC-4: no answer without Type', () => {
  assert.deepEqual(search({ quirks: ['REC-4'], type: null }).messages, []);
  assert.equal(search({ quirks: ['REC-4'] }).items.length, 4);
  assert.equal(search({ type: null }).items.length, 4);
});

const FORMS: [string, string][] = [
  ['none', '2026-09-30T08:30:00'],
  ['REC-5', '2026-09-30 08:30:00'],
  ['REC-5a', '2026-09-30T00:30:00Z'],
  ['REC-5b', '2026-09-30T08:30:00.000'],
  ['REC-5c', '1790728200'],
];
for (const [code, form] of FORMS) {
  test(`${code}: half past eight is ${form}`, () => {
    assert.equal(search({ quirks: [code] }).items[0]!.EndTime, form);
  });
}

test('REC-6: whole files, and one that ends before it begins', () => {
  const { items } = search({ quirks: ['REC-6'], from: '2026-09-30T08:10:00', to: '2026-09-30T08:20:00' });
  assert.deepEqual(
    items.map((item) => [item.StartTime, item.EndTime]),
    [
      ['2026-09-30T08:00:00', '2026-09-30T08:30:00'],
      ['2026-09-30T08:30:00', '2026-09-30T08:00:00'],
    ],
  );
});

test('REC-7: no size, the same path for all; REC-8: the device in place of the channel', () => {
  const bare = search({ quirks: ['REC-7'] }).items;
  assert.ok(bare.every((item) => item.FileSize === undefined && item.FilePath === 'LOCAL_FILE'));
  assert.ok(search({ quirks: ['REC-8'] }).items.every((item) => item.DeviceID === DEVICE));
});
