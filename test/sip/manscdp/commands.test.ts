import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isVideoChannel, readCatalog, writeCatalogQuery } from '../../../src/sip/manscdp/catalog.ts';
import { decodeBody, encodeBody } from '../../../src/sip/manscdp/charset.ts';
import { looksLikeDeviceInfo, readDeviceInfo } from '../../../src/sip/manscdp/device-info.ts';
import { looksLikeDeviceStatus, readDeviceStatus, readSwitch } from '../../../src/sip/manscdp/device-status.ts';
import { bodyStyle, type Envelope, isCommand, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { readKeepalive, writeKeepalive } from '../../../src/sip/manscdp/keepalive.ts';

function fixture(name: string): Envelope {
  const envelope = readEnvelope(readFileSync(new URL(`../../fixtures/sip/manscdp/${name}`, import.meta.url)));
  assert.ok(!('fault' in envelope));
  return envelope;
}

test('captured keepalive', () => {
  const envelope = fixture('keepalive-ipc.xml');
  assert.equal(envelope.root, 'notify');
  assert.equal(envelope.sn, 3634867);
  assert.ok(isCommand(envelope, 'KEEPALIVE'));
  assert.deepEqual(readKeepalive(envelope), { deviceId: '34020000001320000002', ok: true, faults: [] });
});

test('keepalive with faults, written and read (REG-16)', () => {
  const keepalive = { deviceId: '1', ok: false, faults: ['2', '3'] };
  const envelope = readEnvelope(writeKeepalive(keepalive, 9, bodyStyle(null, null)));
  assert.ok(!('fault' in envelope));
  assert.deepEqual(readKeepalive(envelope), keepalive);
});

test('captured catalogue item', () => {
  const part = readCatalog(fixture('catalog-hikvision.xml'));
  assert.equal(part.sumNum, 1);
  assert.equal(part.items.length, 1);
  const [item] = part.items;
  assert.equal(item!.id, '62010201001320000393');
  assert.equal(item!.on, true);
  assert.deepEqual(Object.keys(item!.fields), [
    'Name',
    'Manufacturer',
    'Model',
    'Owner',
    'CivilCode',
    'Address',
    'Parental',
    'ParentID',
    'SafetyWay',
    'RegisterWay',
    'Secrecy',
    'Status',
  ]);
});

test('charset by evidence, not by declaration (XML-1, XML-2)', () => {
  for (const [name, charset] of [
    ['catalog-gb2312-declared-utf8.xml', 'UTF-8'],
    ['catalog-utf8-declared-gb18030.xml', 'GB18030'],
  ] as const) {
    const envelope = fixture(name);
    assert.equal(envelope.charset, charset);
    const [item] = readCatalog(envelope).items;
    assert.equal(item!.fields.Name, '㐂東門 镕㛃');
    assert.equal(item!.fields.Address, '朝阳区');
  }
});

test('two-byte sequences prove nothing: memory, then declaration decide', () => {
  const bytes = Buffer.from([...Buffer.from('<?xml encoding="GB2312"?><a>'), 0xc4, 0xa3, 0x3c]);
  assert.equal(decodeBody(bytes).charset, 'GB18030');
  assert.equal(decodeBody(bytes, 'UTF-8').charset, 'UTF-8');
  assert.equal(decodeBody(Buffer.from([0xc4, 0xa3])).charset, 'UTF-8');
});

test('UTF-8 with a cut character stays UTF-8', () => {
  const bytes = Buffer.from('朝阳区东大街摄像机一号').subarray(0, -1);
  assert.match(decodeBody(bytes).text, /^朝阳区东大街摄像机一/);
  assert.equal(decodeBody(bytes).charset, 'UTF-8');
  assert.equal(decodeBody(Buffer.from('plain')).charset, null);
  assert.equal(decodeBody(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('x')])).charset, 'UTF-8');
});

test('every Hanzi of both charsets comes back', () => {
  for (const charset of ['UTF-8', 'GB18030'] as const) {
    const text = '<Name>一二三丂㐂龥镕𠀀摄像头</Name>';
    const decoded = decodeBody(encodeBody(text, charset));
    assert.equal(decoded.text, text);
    assert.equal(decoded.charset, charset);
  }
});

test('DeviceInfo in GB2312', () => {
  const envelope = fixture('device-info.xml');
  assert.ok(looksLikeDeviceInfo(envelope));
  assert.deepEqual(readDeviceInfo(envelope), {
    name: '大门录像机',
    manufacturer: 'ACME',
    model: 'N8',
    firmware: 'V1.0',
    channelCount: 8,
    ok: true,
  });
});

test('DeviceStatus whose CmdType is another (XML-8)', () => {
  const envelope = fixture('device-status-wrong-cmdtype.xml');
  assert.ok(isCommand(envelope, 'Catalog'));
  assert.ok(looksLikeDeviceStatus(envelope));
  const status = readDeviceStatus(envelope);
  assert.deepEqual(
    [status.ok, status.online, status.healthy, status.deviceTime, status.alarms.length],
    [true, true, true, '2023-09-15T21:30:15', 0],
  );
});

test('words for on and off (XML-11)', () => {
  for (const word of ['ON', 'OK', 'ONLINE', ' on ', '1']) assert.equal(readSwitch(word), true, word);
  for (const word of ['OFF', 'VLOST', 'DEFECT', 'OFFLINE', 'ERROR']) assert.equal(readSwitch(word), false, word);
  for (const word of ['', 'maybe', null]) assert.equal(readSwitch(word), null, String(word));
});

test('catalogue items: events, Info, bad ids', () => {
  const envelope = readEnvelope(
    Buffer.from(
      '<Notify><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>d</DeviceID><SumNum>x</SumNum><DeviceList Num="4">' +
        '<Item><DeviceID>c1</DeviceID><Event>off</Event></Item><Item><DeviceID>c2</DeviceID><Info><PTZType>1</PTZType></Info></Item>' +
        '<Item><DeviceID>a b</DeviceID></Item><Item><Name>none</Name></Item></DeviceList></Notify>',
    ),
  );
  assert.ok(!('fault' in envelope));
  const part = readCatalog(envelope);
  assert.equal(part.sumNum, null);
  assert.deepEqual(part.items, [
    { id: 'c1', event: 'OFF', on: null, fields: {} },
    { id: 'c2', event: '', on: null, fields: { PTZType: '1' } },
  ]);
});

test('which nodes have video', () => {
  for (const id of [
    '34020000001320000001',
    '34020000001310000001',
    '34020000001180000001',
    '34020000009990000001',
    '130909113319427420',
    'cam1',
  ])
    assert.ok(isVideoChannel(id), id);
  for (const id of [
    '340200',
    '34020000002000000001',
    '34020000002150000001',
    '34020000002160000001',
    '34020000001340000001',
    '34020000001370000001',
  ])
    assert.ok(!isVideoChannel(id), id);
});

test('queries declare the charset of the edition', () => {
  const sent = writeCatalogQuery('34020000001180000001', 17430, bodyStyle(null, null)).toString('latin1');
  assert.equal(
    sent,
    '<?xml version="1.0" encoding="GB2312"?>\r\n<Query>\r\n<CmdType>Catalog</CmdType>\r\n<SN>17430</SN>\r\n<DeviceID>34020000001180000001</DeviceID>\r\n</Query>\r\n',
  );
  assert.equal(bodyStyle('3.0', null).declared, 'GB18030');
  assert.equal(bodyStyle('3.0', 'UTF-8').declared, 'UTF-8');
});

test('bodies that are no command', () => {
  assert.equal((readEnvelope(Buffer.from('')) as { fault: string }).fault, 'not-xml');
  assert.equal((readEnvelope(Buffer.from('<a/>')) as { fault: string }).fault, 'no-command');
});
