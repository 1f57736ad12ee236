import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeCatalogQuery } from '../../../src/sip/manscdp/catalog.ts';
import { cruiseTrackQuestion, readCruiseTrack } from '../../../src/sip/manscdp/cruise-track.ts';
import { cruisesQuestion, readCruises } from '../../../src/sip/manscdp/cruise-track-list.ts';
import { deviceInfoQuestion, readDeviceInfo } from '../../../src/sip/manscdp/device-info.ts';
import { deviceStatusQuestion, readDeviceStatus } from '../../../src/sip/manscdp/device-status.ts';
import { bodyStyle, type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { homePositionQuestion, readHomePosition } from '../../../src/sip/manscdp/home-position.ts';
import { positionQuestion } from '../../../src/sip/manscdp/mobile-position.ts';
import { ptzPositionQuestion, readPtzPosition } from '../../../src/sip/manscdp/ptz-position.ts';
import { writeRecordQuery } from '../../../src/sip/manscdp/record-info.ts';
import { readStorageCards, storageCardsQuestion } from '../../../src/sip/manscdp/storage-card.ts';

/** The other queries: their bytes, and their answers, against examples of the standard and as makers write them. */

const CHANNEL = '34020000001320000001';
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const DEVICE = '34020000001180000001';
const OLD = bodyStyle('2.0', null);
const NEW = bodyStyle('3.0', null);
const DAY = {
  channelId: CHANNEL,
  startEpochMs: Date.parse('2024-01-05T00:00:00+08:00'),
  endEpochMs: Date.parse('2024-01-05T23:59:59+08:00'),
};

function envelope(body: Uint8Array | string): Envelope {
  const read = readEnvelope(typeof body === 'string' ? Buffer.from(body) : body);
  assert.ok(!('fault' in read));
  return read;
}

const answer = (inner: string): Envelope =>
  envelope(`<Response><CmdType>X</CmdType><SN>1</SN><DeviceID>${CHANNEL}</DeviceID>${inner}</Response>`);

test('each query: the bytes of the example', () => {
  for (const [name, sn, written] of [
    ['home-position-query', 72, homePositionQuestion(CHANNEL).write(72, NEW)],
    ['cruise-track-list-query', 73, cruisesQuestion(CHANNEL).write(73, NEW)],
    ['cruise-track-query', 74, cruiseTrackQuestion(CHANNEL, 0).write(74, NEW)],
    ['ptz-position', 75, ptzPositionQuestion(CHANNEL).write(75, NEW)],
    ['subscribe-mobile-position', 91, positionQuestion(CHANNEL).write(91, OLD)],
    ['sd-card-status', 81, storageCardsQuestion(CHANNEL).write(81, NEW)],
    ['device-status', 3, deviceStatusQuestion(DEVICE).write(3, OLD)],
    ['device-info', 2, deviceInfoQuestion(DEVICE).write(2, OLD)],
    ['catalog', 17430, writeCatalogQuery(DEVICE, 17430, OLD)],
    ['record-info', 17431, writeRecordQuery(DAY, 17431, 'Asia/Shanghai', OLD)],
  ] as const)
    assert.equal(written.toString(), fixture(name).toString(), `${name} ${sn}`);
});

test('DeviceInfo: the answer of the example, and the older name of the count', () => {
  const read = readDeviceInfo(envelope(fixture('device-info-response')));
  assert.deepEqual(read, {
    name: 'NVR',
    manufacturer: 'ACME',
    model: 'N8',
    firmware: 'V1.0',
    channelCount: 8,
    ok: true,
  });
  assert.equal(readDeviceInfo(answer('<MaxCamera>16</MaxCamera>')).channelCount, 16);
});

test('DeviceStatus: the answer of the example, and the older names of what is armed', () => {
  assert.deepEqual(readDeviceStatus(envelope(fixture('device-status-response'))), {
    ok: true,
    online: true,
    healthy: true,
    reason: '',
    encoding: true,
    recording: false,
    deviceTime: '2024-01-05T14:03:21',
    alarms: [{ deviceId: '34020000001340000001', duty: 'OFFDUTY' }],
  });
  const item = (duty: string) => `<Item><DeviceID>34020000001340000001</DeviceID>${duty}</Item>`;
  for (const list of ['Alarmstatus Num="2"', 'AlarmStatus num="2"']) {
    const name = list.split(' ')[0];
    const read = readDeviceStatus(
      answer(
        `<${list}>${item('<Status>ONDUTY</Status>')}${item('<StatusDutyStatus>ALARM</StatusDutyStatus>')}</${name}>`,
      ),
    );
    assert.deepEqual(
      read.alarms.map(({ duty }) => duty),
      ['ONDUTY', 'ALARM'],
    );
  }
  assert.equal(readDeviceStatus(answer('<Result>ERROR</Result>')).ok, false);
});

test('HomePositionQuery: the answer of the example, and one without its frame', () => {
  const home = { enabled: true, resetSeconds: 60, preset: 1, ok: true };
  assert.deepEqual(readHomePosition(envelope(fixture('home-position-query-response'))), home);
  assert.deepEqual(
    readHomePosition(answer('<Enabled>ON</Enabled><ResetTime>60</ResetTime><PresetIndex>1</PresetIndex>')),
    home,
  );
  assert.deepEqual(readHomePosition(answer('<homeposition Enabled="0"/>')), {
    enabled: false,
    resetSeconds: null,
    preset: null,
    ok: true,
  });
  assert.equal(readHomePosition(answer('<Result>Error</Result>')).ok, false);
  assert.equal(homePositionQuestion(CHANNEL).fits?.(answer('<HomePosition/>')), true);
  assert.equal(homePositionQuestion(CHANNEL).fits?.(answer('')), false);
});

test('CruiseTrackListQuery: the answer of the example, items, several messages, none', () => {
  const { read, gather, merge, fits } = cruisesQuestion(CHANNEL);
  const example = read(envelope(fixture('cruise-track-list-query-response')));
  assert.deepEqual(example, { items: [{ number: 0, name: 'night' }], sumNum: 1, ok: true });
  assert.equal(gather?.([example]), true);
  const first = read(
    answer('<SumNum>2</SumNum><CruiseTrackList Num="1"><Item><Number>3</Number></Item></CruiseTrackList>'),
  );
  const second = read(answer('<SumNum>2</SumNum><CruiseTrack><Number>1</Number><Name>b</Name></CruiseTrack>'));
  assert.equal(gather?.([first]), false);
  assert.equal(gather?.([first, first]), false, 'a repetition is no second cruise');
  assert.equal(gather?.([first, second]), true);
  assert.deepEqual(merge?.([first, second]).items, [
    { number: 1, name: 'b' },
    { number: 3, name: '' },
  ]);
  assert.equal(gather?.([read(answer('<SumNum>0</SumNum>'))]), true);
  assert.equal(gather?.([read(answer('<SumNum>9</SumNum><Result>ERROR</Result>'))]), true);
  assert.deepEqual(readCruises(answer('<CruiseTrack><Number>x</Number></CruiseTrack>')).items, []);
  assert.equal(fits?.(answer('<cruisetracklist/>')), true);
  const many = readCruises(answer('<CruiseTrack><Number>1</Number></CruiseTrack>'.repeat(1000)));
  assert.equal(many.items.length, 256);
});

test('CruiseTrackQuery: the answer of the example, and points in several messages in their order', () => {
  const { read, gather, merge } = cruiseTrackQuestion(CHANNEL, 0);
  const example = read(envelope(fixture('cruise-track-query-response')));
  assert.deepEqual(example, {
    number: 0,
    name: 'night',
    sumNum: 2,
    ok: true,
    points: [
      { preset: 1, staySeconds: 10, speed: 5 },
      { preset: 2, staySeconds: 10, speed: 5 },
    ],
  });
  assert.equal(gather?.([example]), true);
  const point = (preset: number) => `<CruisePoint><PresetIndex>${preset}</PresetIndex></CruisePoint>`;
  const part = (...presets: number[]) =>
    read(
      answer(`<Number>0</Number><SumNum>3</SumNum><CruisePointList>${presets.map(point).join('')}</CruisePointList>`),
    );
  assert.equal(gather?.([part(7, 3)]), false);
  assert.equal(gather?.([part(7, 3), part(7)]), true);
  assert.deepEqual(
    merge?.([part(7, 3), part(7)]).points.map(({ preset }) => preset),
    [7, 3, 7],
  );
  assert.equal(readCruiseTrack(answer('<Result>ERROR</Result>')).ok, false);
  const many = readCruiseTrack(answer(`<SumNum>9999</SumNum>${point(1).repeat(1000)}`));
  assert.equal(many.points.length, 256);
  assert.equal(gather?.([many]), true);
});

test('PTZPosition: the answer and the notify of the example, and what is no number', () => {
  assert.deepEqual(readPtzPosition(envelope(fixture('ptz-position-response'))), {
    pan: 90,
    tilt: 10.5,
    zoom: 4,
    horizontalFieldAngle: 55,
    verticalFieldAngle: 33,
    maxViewDistance: 150,
    ok: true,
  });
  const notified = readPtzPosition(envelope(fixture('ptz-position-notify')));
  assert.deepEqual([notified.pan, notified.tilt, notified.maxViewDistance], [91.2, 10.5, null]);
  const odd = readPtzPosition(answer('<Pan>NaN</Pan><Tilt>-30.00</Tilt><Zoom></Zoom>'));
  assert.deepEqual([odd.pan, odd.tilt, odd.zoom], [null, -30, null]);
  assert.equal(ptzPositionQuestion(CHANNEL).fits?.(answer('<pan>1</pan>')), true);
});

test('SDCardStatus: the answer of the example, one that is being formatted, and too many', () => {
  const { read, gather } = storageCardsQuestion(CHANNEL);
  const example = read(envelope(fixture('sd-card-status-response')));
  assert.deepEqual(example, {
    items: [{ id: 1, name: 'sd1', status: 'ok', formatProgress: null, capacityMb: 61057, freeMb: 30211 }],
    sumNum: 1,
    ok: true,
  });
  assert.equal(gather?.([example]), true);
  const item = (id: number) => `<Item ID="${id}"><Status>Formatting</Status><FormatProgress>40</FormatProgress></Item>`;
  const odd = readStorageCards(answer(`<sdcardstatusinfo>${item(2)}</sdcardstatusinfo>`)).items[0];
  assert.deepEqual([odd?.id, odd?.status, odd?.formatProgress, odd?.capacityMb], [2, 'formatting', 40, null]);
  const many = readStorageCards(answer(Array.from({ length: 100 }, (_, i) => item(i)).join('')));
  assert.equal(many.items.length, 64);
});
