import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeAlarmSubscription } from '../../../src/sip/manscdp/alarm-subscription.ts';
import { writeCatalogQuery } from '../../../src/sip/manscdp/catalog.ts';
import { bodyStyle, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { readMobilePositions, writeMobilePositionQuery } from '../../../src/sip/manscdp/mobile-position.ts';
import { ptzPositionQuestion } from '../../../src/sip/manscdp/ptz-position.ts';

/** Bodies of SUBSCRIBE, against examples of the standard, and positions as devices tell them. */

const ID = '34020000001320000001';
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const OLD = bodyStyle('2.0', null);
const NEW = bodyStyle('3.0', null);
const read = (body: Uint8Array | string) => {
  const envelope = readEnvelope(typeof body === 'string' ? Buffer.from(body) : body);
  assert.ok(!('fault' in envelope));
  return envelope;
};
const flat = (fields: string) => read(`<Notify><CmdType>MobilePosition</CmdType><SN>1</SN>${fields}</Notify>`);

test('what is subscribed is written as the examples of the standard are', () => {
  assert.deepEqual(writeCatalogQuery('34020000001180000001', 1021, OLD), fixture('subscribe-catalog'));
  assert.deepEqual(writeAlarmSubscription(ID, 61, OLD), fixture('subscribe-alarm'));
  assert.deepEqual(writeMobilePositionQuery(ID, 91, OLD, 5), fixture('subscribe-mobile-position'));
  assert.deepEqual(ptzPositionQuestion(ID).write(75, NEW), fixture('ptz-position'));
});

test('a position is read flat, as in 2016, and from a list, as in 2022', () => {
  const common = { id: ID, longitude: 117.12, latitude: 31.12, speed: 36, direction: 90, altitude: 20 };
  assert.deepEqual(readMobilePositions(read(fixture('mobile-position-2016'))), [
    { ...common, time: '2024-01-05T14:03:21', height: null },
  ]);
  assert.deepEqual(readMobilePositions(read(fixture('mobile-position-2022'))), [
    { ...common, time: '2024-01-05T14:03:20', height: 1.5 },
  ]);
});

test('several positions keep their order; an item without its own time or id has those of the notify', () => {
  const list = [1, 2].map((n) => `<Item><Longitude>11${n}</Longitude><Latitude>3${n}.5</Latitude></Item>`).join('');
  const found = readMobilePositions(
    flat(`<DeviceID>${ID}</DeviceID><Time>2024-01-05T14:03:21</Time><DeviceList Num="2">${list}</DeviceList>`),
  );
  assert.deepEqual(
    found.map(({ id, time, longitude, latitude }) => [id, time, longitude, latitude]),
    [
      [ID, '2024-01-05T14:03:21', 111, 31.5],
      [ID, '2024-01-05T14:03:21', 112, 32.5],
    ],
  );
});

test('what is no place on earth is no position, and an odd field is only left out', () => {
  const at = (longitude: string, latitude: string, more = '') =>
    readMobilePositions(
      flat(`<DeviceID>${ID}</DeviceID><Longitude>${longitude}</Longitude><Latitude>${latitude}</Latitude>${more}`),
    );
  for (const [longitude, latitude] of [
    ['65535', '31'],
    ['117', '90.1'],
    ['', ''],
    ['east', '31'],
    ['NaN', '31'],
    ['1e2', '31'],
    ['0', '0'],
    ['0.000', '0.0'],
  ] as const)
    assert.deepEqual(at(longitude, latitude), [], `${longitude} ${latitude}`);
  assert.equal(at('-70.5', '-33.4')[0]?.latitude, -33.4);
  const odd = at('117', '31', '<Speed>fast</Speed><Direction>361</Direction><Altitude>-400</Altitude>')[0];
  assert.deepEqual([odd?.speed, odd?.direction, odd?.altitude], [null, null, -400]);
});

test('a notify of more positions than anybody drives through is cut', () => {
  const items = '<Item><Longitude>1</Longitude><Latitude>1</Latitude></Item>'.repeat(1_100);
  assert.equal(readMobilePositions(flat(`<DeviceID>${ID}</DeviceID><DeviceList>${items}</DeviceList>`)).length, 1_000);
});
