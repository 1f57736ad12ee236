/** What messages of devices bend, from bytes: it is named by its code, and what they say counts. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCatalog } from '../../../src/sip/manscdp/catalog.ts';
import { catalogFindings } from '../../../src/sip/manscdp/catalog-findings.ts';
import { deviceStatusQuestion } from '../../../src/sip/manscdp/device-status.ts';
import { type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { openStore } from '../../../src/store/store.ts';
import { CHANNEL, catalogPart, commandOf, eventually, ID, item, open, registered, snOf } from '../opened.ts';
import { DOMAIN, PLATFORM_ID } from '../scripted-device.ts';

const KEEPALIVE = `<?xml version="1.0" encoding="GB2312"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>1</SN>\r\n<DeviceID>${ID}</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n`;

function read(text: string | Uint8Array): Envelope {
  const envelope = readEnvelope(typeof text === 'string' ? Buffer.from(text) : text);
  assert.ok(!('fault' in envelope));
  return envelope;
}
const codesOf = (envelope: Envelope) => envelope.tolerated.map(([code]) => code);
const named = (name: string, rest = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>${ID}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${CHANNEL}</DeviceID><Name>${name}</Name>${rest}<Status>ON</Status></Item></DeviceList></Response>`;
const nameIn = (envelope: Envelope) => readCatalog(envelope).items[0]?.fields.Name;

test('a message by the book bends nothing', async (t) => {
  assert.deepEqual(codesOf(read(KEEPALIVE)), []);
  assert.deepEqual(codesOf(read(named('Gate &amp; yard'))), []);
  const { server, camera } = await registered(t);
  const before = server.findingsOf(ID).map((finding) => finding.code);
  await camera.message(KEEPALIVE);
  assert.deepEqual(
    server.findingsOf(ID).map((finding) => finding.code),
    before,
  );
});

test('SIP-6, SIP-9: no Content-Length, blanks before colons, folded lines', async (t) => {
  const { server, camera } = await registered(t);
  camera.raw(
    `MESSAGE sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0\r\nVia : SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKodd\r\nFrom: <sip:${ID}@${DOMAIN}>\r\n ;tag=1\r\nTo: <sip:${PLATFORM_ID}@${DOMAIN}>\r\nCall-ID : odd\r\nCSeq: 77 MESSAGE\r\nContent-Type: Application/MANSCDP+xml\r\n\r\n${KEEPALIVE}`,
  );
  await camera.until((m) => m.kind === 'response' && m.headers.get('CSeq') === '77 MESSAGE');
  const details = Object.fromEntries(server.findingsOf(ID).map((finding) => [finding.code, finding.detail]));
  assert.match(details['SIP-6'] ?? '', /^a MESSAGE has no Content-Length, its body \d+ bytes$/);
  assert.match(details['SIP-9'] ?? '', /folded or have blanks before the colon/);
  assert.equal(server.counters().sip_keepalives_total, 1);
});

test('SIP-7: a catalogue of many kilobytes in one datagram is taken, and TCP is recommended', async (t) => {
  const { server, camera } = await registered(t);
  const items = Array.from({ length: 100 }, (_, n) => item(`3402000000132${String(n + 1).padStart(7, '0')}`));
  await camera.message(catalogPart('1', 100, items));
  assert.equal(server.directory.channelCount(ID), 100);
  assert.match(server.findingsOf(ID).find((f) => f.code === 'SIP-7')?.detail ?? '', /bytes in one datagram.*TCP/);
});

test('SIP-8: a device that opens a connection for each message stays online between them', async (t) => {
  const { server, tcpDevice, time } = await open(t);
  const first = await tcpDevice();
  await first.register('secret');
  first.close();
  const until = async (connections: number) => {
    while (server.counters().sip_tcp_connections !== connections)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(0);
  const second = await tcpDevice();
  assert.equal((await second.keepalive()).status, 200);
  assert.ok(server.findingsOf(ID).some((finding) => finding.code === 'SIP-8'));
  second.close();
  await until(0);
  time.offsetMs += 6_000;
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // two rounds of the slow clock
  assert.equal(server.directory.device(ID)?.online, true);
});

test('SIP-10: MANSCDP without Content-Type, or with another', async (t) => {
  const { server, camera } = await registered(t);
  assert.equal((await camera.send('MESSAGE', [], KEEPALIVE)).status, 200);
  assert.equal((await camera.send('MESSAGE', ['Content-Type: text/plain'], KEEPALIVE)).status, 200);
  assert.equal(server.counters().sip_keepalives_total, 2);
  const finding = server.findingsOf(ID).find((f) => f.code === 'SIP-10');
  assert.deepEqual([finding?.count, finding?.detail], [2, 'a MESSAGE with Content-Type text/plain holds MANSCDP']);
  assert.equal((await camera.send('MESSAGE', ['Content-Type: APPLICATION/mANSCDP+XML'], KEEPALIVE)).status, 200);
  assert.equal(server.findingsOf(ID).find((f) => f.code === 'SIP-10')?.count, 2, 'case is no deviation');
});

test('SIP-11: made-up hosts in Request-URIs are never resolved; ours are the observed address', async (t) => {
  const { camera } = await registered(t);
  camera.raw(
    `MESSAGE sip:${PLATFORM_ID}@3402000000.spvmn.cn SIP/2.0\r\nVia: SIP/2.0/UDP made.up.invalid;branch=z9hG4bKhost\r\nFrom: <sip:${ID}@made.up.invalid>;tag=1\r\nTo: <sip:${PLATFORM_ID}@made.up.invalid>\r\nCall-ID: host\r\nCSeq: 78 MESSAGE\r\nContent-Type: Application/MANSCDP+xml\r\nContent-Length: ${KEEPALIVE.length}\r\n\r\n${KEEPALIVE}`,
  );
  await camera.until((m) => m.kind === 'response' && m.headers.get('CSeq') === '78 MESSAGE');
  const query = camera.requests('MESSAGE')[0]!;
  assert.deepEqual([query.uri.user, query.uri.host, query.uri.port], [ID, '127.0.0.1', camera.localPort]);
});

test('XML-1: GB2312 declared, UTF-8 sent; nothing declared, GB18030 sent', () => {
  const utf8 = read(
    `<?xml version="1.0" encoding="GB2312"?><Notify><CmdType>Keepalive</CmdType><Name>东门摄像机</Name></Notify>`,
  );
  assert.deepEqual(utf8.tolerated, [['XML-1', 'its Keepalive declares GB2312, the bytes are UTF-8']]);
  const bytes = Buffer.concat([
    Buffer.from('<Notify><CmdType>Keepalive</CmdType><Name>'),
    Buffer.from('b6abc3c5', 'hex'), // 东门 in GB2312
    Buffer.from('</Name></Notify>'),
  ]);
  assert.deepEqual(read(bytes).tolerated, [['XML-1', 'its Keepalive declares nothing, the bytes are GB18030']]);
});

test('XML-2: GB2312 declared, a Hanzi of GBK sent', () => {
  const body = (hanzi: string) =>
    Buffer.concat([
      Buffer.from(`<?xml version="1.0" encoding="GB2312"?><Notify><CmdType>Catalog</CmdType><Name>`),
      Buffer.from(hanzi, 'hex'),
      Buffer.from('</Name></Notify>'),
    ]);
  assert.deepEqual(codesOf(read(body('e946'))), ['XML-2'], '镕 is not in GB2312');
  assert.equal(read(body('e946')).element.children[1]?.text, '镕');
  assert.deepEqual(codesOf(read(body('b6abc3c5'))), []);
});

test('XML-3: raw & and < in a name', () => {
  for (const name of ['A&B', '3<5', 'a<b>c', 'x &co; y']) {
    const envelope = read(named(name));
    assert.deepEqual(codesOf(envelope), ['XML-3'], name);
    assert.equal(nameIn(envelope), name);
  }
});

test('XML-4: NUL bytes, surplus and missing close tags, junk behind the end', () => {
  for (const text of [
    named('x\0'),
    named('x</Item>'),
    named('x', '<Owner>y'),
    `${named('x')}junk`,
    `${named('x')}\0\0`,
  ]) {
    const envelope = read(text);
    assert.deepEqual(codesOf(envelope), ['XML-4'], text.slice(150));
    assert.equal(readCatalog(envelope).items[0]?.id, CHANNEL);
  }
});

test('XML-5: values as attributes, tags in another case', () => {
  const attributes = read(
    `<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceList Num="1"><Item DeviceID="${CHANNEL}" Name="gate"></Item></DeviceList></Response>`,
  );
  assert.deepEqual(codesOf(attributes), ['XML-5']);
  assert.equal(nameIn(attributes), 'gate');
  const otherCase = read(named('gate').replace('</Name>', '</NAME>'));
  assert.deepEqual(codesOf(otherCase), ['XML-5']);
  assert.equal(nameIn(otherCase), 'gate');
});

test('XML-6: Num that is wrong, SumNum that is missing; items are counted by ourselves', () => {
  const wrong = read(named('gate').replace('Num="1"', 'Num="7"'));
  assert.deepEqual(catalogFindings(wrong, readCatalog(wrong)), [['XML-6', 'DeviceList says Num="7", 1 items came']]);
  const missing = read(named('gate').replace('<SumNum>1</SumNum>', ''));
  assert.deepEqual(catalogFindings(missing, readCatalog(missing)), [['XML-6', 'no SumNum that is a number: absent']]);
  const right = read(named('gate'));
  assert.deepEqual(catalogFindings(right, readCatalog(right)), []);
});

test('XML-7: a prolog and comments that are no XML', () => {
  for (const head of ['<?xml version="1.0" standalone="true"?>', '<! -- made by hand -->', '<!DOCTYPE x>']) {
    const envelope = read(head + named('gate').replace(/^<\?xml.*?\?>/, ''));
    assert.deepEqual(codesOf(envelope), ['XML-7'], head);
    assert.equal(nameIn(envelope), 'gate');
  }
  assert.deepEqual(codesOf(read(`<?xml version="1.0" standalone="yes"?><!-- fine -->${KEEPALIVE.slice(40)}`)), []);
});

test('XML-9: quotes in names are stored as they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-xml9-'));
  const store = openStore(folder);
  assert.ok(!('fault' in store));
  const name = `O'Neil "x"; DROP TABLE channels;--`;
  const [found] = readCatalog(read(named(name.replaceAll('"', '&quot;')))).items;
  assert.equal(found?.fields.Name, name);
  const channel = { id: CHANNEL, deviceId: `a'b`, name } as Parameters<typeof store.channels.putAll>[0][number];
  store.channels.putAll([channel]);
  assert.equal(store.channels.ofDevice(`a'b`)[0]?.name, name);
  store.close();
  await rm(folder, { recursive: true, force: true });
});

test('XML-10: a private command is answered 200 and named; those of the standard are none', async (t) => {
  const { server, camera } = await registered(t);
  for (const command of ['SensorCatalog', 'MediaStatus', 'MobilePosition'])
    assert.equal((await camera.message(KEEPALIVE.replace('Keepalive', command))).status, 200);
  assert.deepEqual(
    server
      .findingsOf(ID)
      .filter((f) => f.code === 'XML-10')
      .map((f) => [f.count, f.detail]),
    [[1, 'it sent SensorCatalog, which the standard does not know']],
  );
});

test('XML-11, XML-12, CAT-5: words, numbers and parents of items that are no such', () => {
  const odd = read(
    named('gate', '<Longitude>65535</Longitude><Parental>-1</Parental><Parental2/><ParentID>1/2/3</ParentID>').replace(
      '<Status>ON',
      '<Status>OK',
    ),
  );
  assert.deepEqual(catalogFindings(odd, readCatalog(odd)), [
    ['XML-11', `${CHANNEL} has Status "OK"`],
    ['CAT-5', `${CHANNEL} has ParentID "1/2/3": the last id counts`],
    ['XML-12', `${CHANNEL} has Longitude "65535"`],
  ]);
});

test('XML-8, XML-13: an answer with another command, or another SN, finds its question', async (t) => {
  const { server, camera, time } = await registered(t);
  time.offsetMs += 11_000;
  await eventually(() => server.counters().sip_questions_open === 0, 'the questions of the registration are over');
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    const command = commandOf(request);
    const body = (cmdType: string, sn: string) =>
      `<Response><CmdType>${cmdType}</CmdType><SN>${sn}</SN><DeviceID>${ID}</DeviceID><Result>OK</Result><Online>ONLINE</Online><Status>OK</Status></Response>`;
    if (command === 'DeviceStatus') camera.tell(body('Catalog', snOf(request)));
  };
  const first = await server.ask(ID, deviceStatusQuestion(ID));
  assert.ok(!('fault' in first) && first.online === true);
  assert.ok(server.findingsOf(ID).some((f) => f.code === 'XML-8'));
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    if (commandOf(request) === 'DeviceStatus')
      camera.tell(
        `<Response><CmdType>DeviceStatus</CmdType><SN>7</SN><DeviceID>${ID}</DeviceID><Online>OFFLINE</Online></Response>`,
      );
  };
  const second = await server.ask(ID, deviceStatusQuestion(ID));
  assert.ok(!('fault' in second) && second.online === false);
  assert.ok(server.findingsOf(ID).some((f) => f.code === 'XML-13'));
});

test('CAT-6: events before the first catalogue make no orphan rows, and later ones count', async (t) => {
  const { server, camera, stores, types } = await registered(t);
  const notify = (event: string) =>
    `<Notify><CmdType>Catalog</CmdType><SN>9</SN><DeviceID>${ID}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${CHANNEL}</DeviceID><Event>${event}</Event></Item></DeviceList></Notify>`;
  for (const event of ['ON', 'OFF', 'VLOST', 'DEFECT', 'DEL'])
    assert.equal((await camera.message(notify(event))).status, 200);
  assert.equal(stores.rows.channels.size, 0);
  await camera.message(catalogPart('1', 1, [item(CHANNEL)]));
  await camera.message(notify('OFF'));
  assert.equal(server.directory.channel(ID, CHANNEL)?.status, 'off');
  assert.deepEqual(
    types().filter((type) => type.startsWith('channel.')),
    ['channel.added', 'channel.offline'],
  );
});

test('REG-16: a keepalive with faults is a keepalive, and the faults are named', async (t) => {
  const { server, camera } = await registered(t);
  await camera.message(
    KEEPALIVE.replace('<Status>OK</Status>', `<Status>ERROR</Status><Info><DeviceID>${CHANNEL}</DeviceID></Info>`),
  );
  assert.equal(server.directory.device(ID)?.online, true);
  assert.equal(
    server.findingsOf(ID).find((f) => f.code === 'REG-16')?.detail,
    `its keepalive says that something is wrong, with faults of ${CHANNEL}`,
  );
});

test('INV-6: a message that names the channel as its sender is one of its device', async (t) => {
  const { server, camera } = await registered(t);
  await camera.message(catalogPart('1', 1, [item(CHANNEL)]));
  assert.equal((await camera.message(KEEPALIVE, CHANNEL)).status, 200);
  assert.match(
    server.findingsOf(ID).find((f) => f.code === 'INV-6')?.detail ?? '',
    /names 34020000001320000001 in From/,
  );
});
