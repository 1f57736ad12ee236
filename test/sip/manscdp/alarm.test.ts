import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { alarmReceipt, readAlarm } from '../../../src/sip/manscdp/alarm.ts';
import { ALARM_WORDS, methodOfWord } from '../../../src/sip/manscdp/alarm-words.ts';
import { bodyStyle, type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { snapshotConfig } from '../../../src/sip/manscdp/snapshot-config.ts';
import { readSnapshotsFinished } from '../../../src/sip/manscdp/upload-snapshot-finished.ts';

/** Alarms and image snapshots: the bytes of what is said, what devices say, and how makers spell it. */

const CAMERA = '34020000001320000001';
const SESSION = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const ZONE = 'Asia/Shanghai';

function envelope(body: Uint8Array | string): Envelope {
  const read = readEnvelope(typeof body === 'string' ? Buffer.from(body) : body);
  assert.ok(!('fault' in read));
  return read;
}

const alarm = (inner: string) =>
  readAlarm(
    envelope(`<Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>${CAMERA}</DeviceID>${inner}</Notify>`),
    ZONE,
  );

test('the example of the standard is read, every field of it', () => {
  assert.deepEqual(readAlarm(envelope(fixture('alarm')), ZONE), {
    sourceId: CAMERA,
    priority: 4,
    method: 5,
    type: 6,
    eventType: 1,
    epochMs: Date.parse('2024-01-05T14:03:21+08:00'),
    description: 'intrusion zone 1',
    longitude: 117.12,
    latitude: 31.12,
    raw: {},
    deviation: null,
  });
});

test('an alarm is receipted with its own number, byte for byte as the standard has it', () => {
  const receipt = alarmReceipt(62, CAMERA);
  assert.equal(receipt.answer, 'none');
  assert.equal(receipt.write(9999, bodyStyle('2.0', null)).toString(), fixture('alarm-response').toString());
});

test('an alarm input says neither type nor place', () => {
  const read = alarm(
    '<AlarmPriority>1</AlarmPriority><AlarmMethod>2</AlarmMethod><AlarmTime>2024-01-05T14:03:21</AlarmTime>',
  );
  assert.deepEqual([read.method, read.type, read.eventType, read.longitude], [2, null, null, null]);
  assert.deepEqual([read.raw, read.deviation], [{}, null]);
});

test('SUB-6: a time that is none, a method in words, other spellings of Info: read or kept as written', () => {
  const odd = alarm(
    '<AlarmPriority>high</AlarmPriority><AlarmMethod>视频</AlarmMethod><AlarmTime>1970-0-0 xx</AlarmTime><info><AlarmType>motion!</AlarmType></info>',
  );
  assert.deepEqual([odd.priority, odd.method, odd.type, odd.epochMs], [null, 5, null, null]);
  assert.deepEqual(odd.raw, {
    AlarmPriority: 'high',
    AlarmMethod: '视频',
    AlarmTime: '1970-0-0 xx',
    AlarmType: 'motion!',
  });
  assert.match(odd.deviation ?? '', /AlarmTime "1970-0-0 xx".*<info> for <Info>/);
  for (const name of ['info', 'Info', 'AlarmInfo'])
    assert.equal(alarm(`<AlarmMethod>5</AlarmMethod><${name}><AlarmType>2</AlarmType></${name}>`).type, 2, name);
  assert.equal(alarm('<AlarmMethod>5</AlarmMethod><AlarmType>2</AlarmType>').type, 2, 'without any Info');
  const beside = alarm('<AlarmMethod>5</AlarmMethod><AlarmInfo>11</AlarmInfo><AlarmType>2</AlarmType>');
  assert.equal(beside.type, 2, 'an AlarmInfo that is a number of its own');
  const blank = alarm('<AlarmTime>2024-01-05 14:03:21.250</AlarmTime>');
  assert.equal(blank.epochMs, Date.parse('2024-01-05T14:03:21.250+08:00'));
  assert.equal(alarm('<AlarmMethod>nobody knows</AlarmMethod>').raw.AlarmMethod, 'nobody knows');
});

test('what is out of range is kept as written, what is too long is cut', () => {
  const odd = alarm(
    `<AlarmMethod>9</AlarmMethod><AlarmPriority>0</AlarmPriority><Longitude>999</Longitude><AlarmDescription>${'x'.repeat(5000)}</AlarmDescription>`,
  );
  assert.deepEqual([odd.method, odd.priority, odd.longitude], [null, null, null]);
  assert.deepEqual(odd.raw, { AlarmMethod: '9', AlarmPriority: '0' });
  assert.equal(odd.description.length, 1024);
  assert.equal(alarm(`<AlarmTime>${'y'.repeat(999)}</AlarmTime>`).raw.AlarmTime?.length, 128);
});

test('every method, type, event and priority of the standard has words in both languages', () => {
  const { methods, types, events, priorities } = ALARM_WORDS;
  assert.deepEqual(Object.keys(methods).map(Number), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(Object.keys(types).map(Number), [2, 5, 6]);
  assert.equal(Object.keys(types[2] ?? {}).length, 5);
  assert.equal(Object.keys(types[5] ?? {}).length, 13);
  assert.equal(Object.keys(types[6] ?? {}).length, 2);
  assert.deepEqual([Object.keys(events).length, Object.keys(priorities).length], [2, 4]);
  const all = [methods, events, priorities, ...Object.values(types)].flatMap((each) => Object.values(each));
  for (const { en, zh } of all) {
    assert.match(en, /^[A-Za-z0-9 ]+$/);
    assert.match(zh, /[\u4e00-\u9fff]/);
  }
  assert.equal(new Set(all.map(({ zh }) => zh)).size, all.length);
  assert.deepEqual(
    [methodOfWord('GPS'), methodOfWord('设备故障报警'), methodOfWord(''), methodOfWord('x')],
    [4, 6, null, null],
  );
});

test('pictures are asked for byte for byte as the standard has it', () => {
  const uploadUrl = 'http://192.168.1.10:18080/api/snap/upload';
  const question = snapshotConfig(CAMERA, { count: 3, intervalSeconds: 1, uploadUrl, session: SESSION });
  assert.equal(question.write(40, bodyStyle('3.0', null)).toString(), fixture('device-config-snapshot').toString());
  assert.equal(question.answer, 'response');
  const said = (result: string) =>
    question.read(envelope(`<Response><CmdType>DeviceConfig</CmdType><SN>40</SN>${result}</Response>`));
  assert.deepEqual([said('<Result>OK</Result>'), said('<Result>ERROR</Result>')], ['OK', 'ERROR']);
});

test('the end of an upload names its files, with or without a list around them', () => {
  const file = '34020000001320000001022024010514032151201';
  assert.deepEqual(readSnapshotsFinished(envelope(fixture('upload-snapshot-finished'))), {
    session: SESSION,
    fileIds: [file],
  });
  const said = (inner: string) =>
    readSnapshotsFinished(
      envelope(`<Notify><CmdType>UploadSnapShotFinished</CmdType><SessionID>${SESSION}</SessionID>${inner}</Notify>`),
    );
  assert.deepEqual(said('<SnapShotList/>').fileIds, [], 'none could be taken');
  assert.deepEqual(said('<SnapShotFileID>a</SnapShotFileID><SnapShotFileID>b</SnapShotFileID>').fileIds, ['a', 'b']);
  const items = Array.from({ length: 40 }, (_, n) => `<Item><SnapShotFileID>${n}</SnapShotFileID></Item>`).join('');
  assert.equal(said(`<SnapShotList Num="40">${items}</SnapShotList>`).fileIds.length, 10);
});
