/** What a capture is written with: redaction, dialogues that are kept, packets, the file; each bound is reached. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, test } from 'node:test';
import fc from 'fast-check';
import { addressBytes, addressText } from '../../src/inspect/addresses.ts';
import { IpLayer } from '../../src/inspect/read/ip.ts';
import { PcapngReader } from '../../src/inspect/read/pcapng.ts';
import { TcpStreams } from '../../src/inspect/read/tcp.ts';
import { Capture, MAX_TALKS } from '../../src/inspect/write/capture.ts';
import {
  Dialogues,
  KEPT_FIRST,
  KEPT_NEWEST,
  MAX_DIALOGUES,
  MAX_KEPT_BYTES,
} from '../../src/inspect/write/dialogues.ts';
import { AppendedFile, GATHER_BYTES, MAX_WAITING_BYTES } from '../../src/inspect/write/file.ts';
import { TcpTalk, udpPacket } from '../../src/inspect/write/packets.ts';
import { Redaction } from '../../src/inspect/write/redact.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-write-'));
after(() => rmSync(folder, { recursive: true }));

describe('redaction', () => {
  const message = Buffer.from(
    'INVITE sip:34020000001310000001@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:34020000002000000001@3402000000>;tag=a\r\nTo: <sip:34020000001310000001@h>\r\nCall-ID: 123456789012345678901@h\r\nCSeq: 1 INVITE\r\nSubject: 34020000001310000001:0200000001,34020000002000000001:0\r\nContent-Length: 64\r\n\r\nv=0\r\no=34020000001310000001 0 0 IN IP4 10.0.0.1\r\ny=0200000001\r\n\xff',
    'latin1',
  );

  it('replaces each id by the same fake of the same length, everywhere, and nothing else', () => {
    const shown = new Redaction().message(message).toString('latin1');
    assert.equal(shown.length, message.length);
    assert.equal(/3402000000[12]\d{9}/.test(shown), false, shown);
    assert.equal(shown.split('00000000001310000001').length - 1, 4, 'the camera keeps one name');
    assert.equal(shown.split('00000000002000000002').length - 1, 2);
    assert.ok(shown.includes('123456789012345678901@h'), 'a run of 21 digits is no id');
    assert.ok(shown.includes('y=0200000001') && shown.includes('@3402000000>'));
    const parsed = parseDatagram(Buffer.from(shown, 'latin1'));
    assert.ok(parsed.kind === 'request' && parsed.tolerated === undefined, 'the body has the length it claims');
  });

  it('keeps names over the messages of a capture, and the original untouched', () => {
    const copy = Buffer.from(message);
    const redaction = new Redaction();
    assert.deepEqual(redaction.message(message), redaction.message(message));
    assert.deepEqual(message, copy);
  });
});

describe('dialogues', () => {
  const peer = { transport: 'udp', host: '10.0.0.1', port: 5060 } as const;
  const message = (callId: string, n = 0, name = 'Call-ID') =>
    Buffer.from(`SIP/2.0 200 OK\r\n${name}: ${callId}\r\nX: ${n}\r\n\r\n`);

  it('keeps the messages of calls that have begun, whatever the header is called', () => {
    const dialogues = new Dialogues(() => 5);
    dialogues.message('in', message('a'), peer);
    dialogues.begin('a');
    for (const name of ['Call-ID', 'i', 'CALL-id ', 'I\t']) dialogues.message('in', message('a', 0, name), peer);
    dialogues.message('out', message('b'), peer);
    assert.equal(dialogues.of('a').length, 4);
    assert.deepEqual(dialogues.of('a')[0], { direction: 'in', bytes: message('a'), peer, epochMs: 5 });
    assert.deepEqual(dialogues.of('b'), []);
  });

  it('passes over requests that belong to no call, whatever Call-ID they use', () => {
    const dialogues = new Dialogues(() => 5);
    dialogues.begin('a');
    for (const method of [
      'REGISTER',
      'MESSAGE',
      'NOTIFY',
      'OPTIONS',
      'SUBSCRIBE',
      'INVITE',
      'ACK',
      'BYE',
      'CANCEL',
      'INFO',
    ])
      dialogues.message('in', Buffer.from(`${method} sip:1@d SIP/2.0\r\nCall-ID: a\r\n\r\n`), peer);
    const kept = dialogues.of('a').map(({ bytes }) => Buffer.from(bytes).toString().split(' ')[0]);
    assert.deepEqual(kept, ['INVITE', 'ACK', 'BYE', 'CANCEL', 'INFO']);
  });

  it('tells who listens, until it does not', () => {
    const dialogues = new Dialogues(() => 5);
    dialogues.begin('a');
    const heard: string[] = [];
    const stop = dialogues.listen((callId) => heard.push(callId));
    dialogues.message('in', message('a'), peer);
    stop();
    dialogues.message('in', message('a'), peer);
    assert.deepEqual(heard, ['a']);
  });

  it('keeps the first and the newest of a call, and none that is too long', () => {
    const dialogues = new Dialogues(() => 5);
    dialogues.begin('a');
    dialogues.message('in', Buffer.concat([message('a'), Buffer.alloc(MAX_KEPT_BYTES)]), peer);
    const count = KEPT_FIRST + KEPT_NEWEST + 20;
    for (let n = 0; n < count; n += 1) dialogues.message('in', message('a', n), peer);
    const kept = dialogues.of('a').map(({ bytes }) => Number(/X: (\d+)/.exec(Buffer.from(bytes).toString())?.[1]));
    const first = Array.from({ length: KEPT_FIRST }, (_, n) => n);
    assert.deepEqual(kept, [...first, ...Array.from({ length: KEPT_NEWEST }, (_, n) => count - KEPT_NEWEST + n)]);
  });

  it('forgets the call that began first when there are too many', () => {
    const dialogues = new Dialogues(() => 5);
    for (let n = 0; n <= MAX_DIALOGUES; n += 1) dialogues.begin(`call ${n}`);
    for (const n of [0, 1]) dialogues.message('in', message(`call ${n}`), peer);
    assert.deepEqual([dialogues.of('call 0').length, dialogues.of('call 1').length], [0, 1]);
  });
});

test('addresses: text and bytes of both families are the same thing', () => {
  for (const [text, canonical] of [
    ['192.0.2.255', '192.0.2.255'],
    ['2001:db8::8:800:200c:417a', '2001:db8::8:800:200c:417a'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1::', '1::'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ] as const) {
    const bytes = addressBytes(text);
    assert.ok(bytes !== null, text);
    assert.equal(addressText(bytes, 0, bytes.length as 4 | 16), canonical);
  }
  for (const text of ['', 'camera.local', '1.2.3', '1.2.3.4.5', 'g::1']) assert.equal(addressBytes(text), null, text);
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = addressBytes(text)!;
      const again = addressBytes(addressText(bytes, 0, 16))!;
      assert.deepEqual([...again], again.length === 4 ? [...bytes.subarray(12)] : [...bytes]);
    }),
  );
});

test('what is written as a datagram is read as one, in both families; what cannot be one is left out', () => {
  const seen: string[] = [];
  const ip = new IpLayer(({ source, target, protocol, bytes, start, end }) =>
    seen.push(`${source} ${target} ${protocol} ${Buffer.from(bytes.subarray(start + 8, end)).toString()}`),
  );
  for (const [from, to] of [
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8::1', 'fe80::2%eth0'],
  ] as const)
    ip.packet(udpPacket({ host: from, port: 1 }, { host: to, port: 2 }, Buffer.from('odd'))!, 0, 0);
  assert.deepEqual(seen, ['192.0.2.1 192.0.2.2 17 odd', '2001:db8::1 fe80::2 17 odd']);
  const v4 = { host: '192.0.2.1', port: 1 };
  assert.equal(udpPacket(v4, { host: '::1', port: 2 }, Buffer.alloc(1)), null, 'families do not mix');
  assert.equal(udpPacket(v4, { host: 'name', port: 2 }, Buffer.alloc(1)), null);
  assert.equal(udpPacket(v4, v4, Buffer.alloc(65_508)), null, 'longer than any datagram');
  assert.equal(udpPacket(v4, v4, Buffer.alloc(65_507))?.length, 65_535);
});

test('a made-up TCP connection is read as what was said on it, long or short, both ways', () => {
  const heard = new Map<string, string>();
  let openers = 0;
  const streams = new TcpStreams({
    bytes: (half, bytes) => {
      if (half.isOpener) openers += 1;
      heard.set(half.source, (heard.get(half.source) ?? '') + Buffer.from(bytes).toString('latin1'));
    },
    gap: () => assert.fail('nothing is missing'),
    closed: () => {},
  });
  const ip = new IpLayer(({ source, target, bytes, start, end }) => streams.segment(source, target, bytes, start, end));
  const talk = new TcpTalk({ host: '192.0.2.1', port: 1 }, { host: '192.0.2.2', port: 2 });
  const long = 'x'.repeat(150_000);
  for (const [isOpener, said] of [
    [true, 'hello '],
    [false, 'good day'],
    [true, long],
  ] as const)
    for (const packet of talk.packets(isOpener, Buffer.from(said))) ip.packet(packet, 0, 0);
  assert.deepEqual([heard.get('192.0.2.1'), heard.get('192.0.2.2')], [`hello ${long}`, 'good day']);
  assert.equal(openers, 4, 'one segment and three');
});

test('a capture holds a bounded number of connections', () => {
  const pieces: Buffer[] = [];
  const capture = new Capture({
    comment: 'test',
    sipEnd: () => ({ host: '10.0.0.9', port: 5060 }),
    mediaHost: () => '10.0.0.9',
    redaction: null,
    out: (bytes) => pieces.push(bytes),
  });
  for (let port = 1; port <= MAX_TALKS + 5; port += 1)
    capture.stream(Buffer.from('x'), { host: '10.0.0.1', port }, 30000, false, 0);
  assert.equal(capture.packets, MAX_TALKS * 4, 'a handshake and a segment each');
  const reader = new PcapngReader({ packet: () => {} });
  assert.equal(reader.push(Buffer.concat(pieces)), null);
  assert.equal(reader.isCut, false);
});

describe('the file', () => {
  it('has all that was taken, in order', async () => {
    const path = join(folder, 'ordered');
    const file = new AppendedFile(path, 'wx', (error) => assert.fail(error));
    const pieces = Array.from({ length: 2000 }, (_, i) => Buffer.alloc(300, i));
    for (const piece of pieces) assert.ok(file.write(piece));
    assert.ok(2000 * 300 > 2 * GATHER_BYTES);
    await file.close();
    assert.equal(file.write(Buffer.alloc(1)), false, 'it is closed');
    await file.close();
    assert.deepEqual(readFileSync(path), Buffer.concat(pieces));
    assert.equal(file.bytes, 600_000);
  });

  it('leaves out what would wait too long, and goes on', async () => {
    const path = join(folder, 'bounded');
    const file = new AppendedFile(path, 'wx', (error) => assert.fail(error));
    const piece = Buffer.alloc(1024 * 1024);
    let taken = 0;
    for (let i = 0; i < 20; i += 1) if (file.write(piece)) taken += 1;
    assert.equal(taken, MAX_WAITING_BYTES / piece.length);
    assert.equal(file.dropped, 20 - taken);
    await file.drained();
    assert.ok(file.write(piece), 'the disk has caught up');
    await file.close();
    assert.equal(readFileSync(path).length, (taken + 1) * piece.length);
  });

  it('says once that the disk refuses', async () => {
    const faults: string[] = [];
    const file = new AppendedFile(join(folder, 'no/such/folder'), 'wx', (error) => faults.push(error.code ?? ''));
    file.write(Buffer.alloc(GATHER_BYTES));
    file.write(Buffer.alloc(GATHER_BYTES));
    await file.close();
    assert.deepEqual(faults, ['ENOENT']);
  });
});
