import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, CRUISES, HOME, POSITION, STATUS } from './fake-gateway.ts';
import { opened } from './opened.ts';

/** Configuration and the other queries over HTTP. */

const DEVICE = '34020000001180000001';
const CHANNEL = '34020000001320000001';
const D = `/api/v1/devices/${DEVICE}`;
const C = `${D}/channels/${CHANNEL}`;

test('configuration is read by sections, of a device and of a channel', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.configShown = { BasicParam: { Name: 'gate' }, VideoParamOpt: { DownloadSpeed: [1, 2] } };
  const { status, json } = await ask('GET', `${D}/config?type=BasicParam,VideoParamOpt`);
  assert.deepEqual([status, json], [200, gateway.configShown]);
  assert.equal((await ask('GET', `${C}/config?force=true`)).status, 200);
  assert.deepEqual(gateway.calls, [
    ['configs.read', DEVICE, null, ['BasicParam', 'VideoParamOpt'], { force: false }],
    ['configs.read', DEVICE, CHANNEL, null, { force: true }],
  ]);
  const wrong = await ask('GET', `${D}/config?type=BasicParam,Foo`);
  assert.equal(wrong.status, 400);
  assert.match(
    wrong.json.detail,
    /query\.type names "Foo", which is no section; there are: BasicParam, .*SnapShotConfig/,
  );
  gateway.refusal = { problem: 'not_supported', detail: 'It cannot.' };
  assert.equal((await ask('GET', `${D}/config?type=OSDConfig`)).status, 501);
});

/** One change of every section that can be written. */
const CHANGES: Record<string, unknown> = {
  BasicParam: { Name: '东门', HeartBeatInterval: 30 },
  VideoParamConfig: { Item: [{ StreamName: 'Stream1', FrameRate: 20 }] },
  AudioParamConfig: { Item: [{ StreamName: 'Stream1', AudioFormat: 1 }] },
  SVACEncodeConfig: { AudioParam: { AudioRecognitionFlag: true } },
  SVACDecodeConfig: { SVCParam: { SVCSTMMode: 1 } },
  VideoParamAttribute: { Item: [{ StreamNumber: 0, VideoBitRate: 2048 }] },
  VideoRecordPlan: { RecordEnable: false },
  VideoAlarmRecord: { RecordTime: 60 },
  PictureMask: { On: true, RegionList: { Item: [{ Seq: 1, Point: [0, 0, 10, 10] }] } },
  FrameMirror: 3,
  AlarmReport: { MotionDetection: false, Maker: { '@Level': '1', Zone: ['a', 'b'] } },
  OSDConfig: { Item: [{ Text: 'gate 1', X: 0, Y: 0 }] },
  SnapShotConfig: { SnapNum: 1, Interval: 1, UploadURL: 'http://192.0.2.1/up', SessionID: 'a'.repeat(32) },
};

test('every section that can be written is taken as it is', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.configShown = { FrameMirror: 3 };
  for (const [type, change] of Object.entries(CHANGES)) {
    gateway.calls.length = 0;
    const answer = await ask('PATCH', `${C}/config`, { [type]: change });
    assert.deepEqual([answer.status, answer.json], [200, { FrameMirror: 3 }], type);
    assert.deepEqual(gateway.calls, [['configs.change', DEVICE, CHANNEL, { [type]: change }, { force: false }]]);
  }
  assert.equal((await ask('PATCH', `${D}/config?force=true`, CHANGES)).status, 200);
  assert.deepEqual(gateway.calls.at(-1), ['configs.change', DEVICE, null, CHANGES, { force: true }]);
  gateway.configConfirmed = false;
  assert.equal((await ask('PATCH', `${D}/config`, { FrameMirror: 0 })).status, 202);
});

test('what is no configuration is 400 and says where', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const [body, words] of [
    [{}, /^body must not be empty\.$/],
    [{ Foo: {} }, /unknown key "Foo"/],
    [{ VideoParamOpt: { DownloadSpeed: [1] } }, /^body\.VideoParamOpt is only read/],
    [{ FrameMirror: 4 }, /body\.FrameMirror must be <= 3/],
    [{ FrameMirror: '1' }, /body\.FrameMirror must be a whole number/],
    [{ BasicParam: { Expiration: 0 } }, /body\.BasicParam\.Expiration must be >= 1/],
    [{ BasicParam: { Name: 'x'.repeat(65) } }, /64 characters/],
    [{ AlarmReport: { MotionDetection: 1 } }, /MotionDetection must be true or false/],
    [{ PictureMask: { RegionList: { Item: [{ Seq: 1, Point: [1, 2, 3] }] } } }, /needs 4 entries at least/],
    [{ PictureMask: { RegionList: { Item: [{ Seq: 5, Point: [1, 2, 3, 4] }] } } }, /Seq must be <= 4/],
    [{ PictureMask: { RegionList: { Item: [{ Seq: 1 }] } } }, /needs "Point"/],
    [{ VideoParamAttribute: { Item: [{ FrameRate: 25 }] } }, /needs "StreamNumber"/],
    [{ OSDConfig: { Item: Array(9).fill({ Text: 'a', X: 0, Y: 0 }) } }, /more than 8/],
    [{ SnapShotConfig: { SnapNum: 1 } }, /Interval/],
    [{ VideoRecordPlan: { RecordSchedule: [{ WeekDayNum: 8 }] } }, /WeekDayNum|TimeSegment/],
  ] as const) {
    const { status, json } = await ask('PATCH', `${D}/config`, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(json.detail, words, JSON.stringify(body));
  }
  assert.deepEqual(gateway.calls, []);
});

test('the other queries', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const [path, name, rest, answer] of [
    [`${D}/status`, 'queries.status', [null], STATUS],
    [`${C}/status`, 'queries.status', [CHANNEL], STATUS],
    [`${C}/cruises`, 'queries.cruises', [CHANNEL], { items: CRUISES, next: null }],
    [`${C}/cruises/0`, 'queries.cruise', [CHANNEL, 0], { ...CRUISES[0], points: [] }],
    [`${C}/home-position`, 'queries.homePosition', [CHANNEL], HOME],
    [`${C}/ptz-position`, 'queries.ptzPosition', [CHANNEL], POSITION],
    [`${D}/storage-cards`, 'queries.storageCards', [], { items: CARDS, next: null }],
  ] as const) {
    gateway.calls.length = 0;
    const { status, json } = await ask('GET', path);
    assert.deepEqual([status, json], [200, answer], path);
    assert.equal((await ask('GET', `${path}?force=true`)).status, 200);
    assert.deepEqual(gateway.calls, [
      [name, DEVICE, ...rest, { force: false }],
      [name, DEVICE, ...rest, { force: true }],
    ]);
    gateway.refusal = { problem: 'device_timeout', detail: 'Quiet.' };
    assert.equal((await ask('GET', path)).status, 504, path);
    gateway.refusal = null;
  }
  assert.deepEqual((await ask('GET', `${C}/cruises?q=day`)).json.items, [CRUISES[1]]);
  const first = await ask('GET', `${D}/storage-cards?limit=1`);
  assert.deepEqual(first.json.items, [CARDS[0]]);
  assert.deepEqual((await ask('GET', `${D}/storage-cards?limit=1&cursor=${first.json.next}`)).json.items, [CARDS[1]]);
  for (const number of ['-1', '256', 'x']) assert.equal((await ask('GET', `${C}/cruises/${number}`)).status, 400);
});

test('a token that only looks reads and changes nothing', async (t) => {
  const { http, ask } = await opened();
  t.after(() => http.close());
  const look = { authorization: 'Bearer token-that-looks' };
  assert.equal((await ask('GET', `${D}/config`, undefined, look)).status, 200);
  assert.equal((await ask('PATCH', `${D}/config`, { FrameMirror: 0 }, look)).status, 403);
});

test('the API document has the elements of the standard', async (t) => {
  const { http, ask } = await opened();
  t.after(() => http.close());
  const { text } = await ask('GET', '/api/v1/openapi.json');
  for (const word of ['HeartBeatInterval', 'SVCSTMMode', 'RecordScheduleSumNum', 'storage-cards', 'cruises/{number}'])
    assert.ok(text.includes(word), word);
});

test('what a configuration may hold is told as schemas, by section, with bounds and what is only read', async (t) => {
  const { http, ask } = await opened();
  t.after(() => http.close());
  const { status, json } = await ask('GET', '/api/v1/config-sections');
  assert.equal(status, 200);
  const { sections } = json;
  assert.equal(Object.keys(sections).length, 15);
  assert.deepEqual(sections.FrameMirror.maximum, 3);
  assert.deepEqual(
    Object.keys(sections).filter((type) => sections[type].readOnly),
    ['VideoParamOpt', 'AudioParamOpt', 'SnapShotConfig'],
  );
  const { Name, Password, PositionCapability } = sections.BasicParam.properties;
  assert.deepEqual(
    [Name.type, Name.maxLength, Password.writeOnly, PositionCapability.readOnly],
    ['string', 64, true, true],
  );
  const { RecordSchedule } = sections.VideoRecordPlan.properties;
  assert.deepEqual(RecordSchedule.items.required, ['WeekDayNum', 'TimeSegment']);
  assert.equal(RecordSchedule.items.properties.TimeSegment.items.properties.StopHour.maximum, 24);
});
