import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildAck,
  buildBye,
  buildInfo,
  buildInvite,
  confirmDialogue,
  endStray,
  openDialogue,
} from '../../src/sip/dialog.ts';
import { serialize } from '../../src/sip/wire/serialize.ts';
import { fixture, responseOf, wire } from './fixtures.ts';

const dialogue = openDialogue({
  callId: 'call-1',
  deviceId: '34020000001180000001',
  channelId: '34020000001320000001',
  localUri: 'sip:34020000002000000001@3402000000',
  localTag: 'us',
  remoteUri: 'sip:34020000001320000001@198.51.100.7:40000',
  localContact: 'sip:34020000002000000001@203.0.113.1:5060',
  createdEpochMs: 1_700_000_000_000,
});

function ok(to: string, more = ''): ReturnType<typeof responseOf> {
  return responseOf(
    wire(`SIP/2.0 200 OK
Via: SIP/2.0/UDP 203.0.113.1:5060;branch=z9hG4bK1
From: <sip:34020000002000000001@3402000000>;tag=us
To: ${to}
Call-ID: call-1
CSeq: 1 INVITE
${more}Content-Length: 0

`),
  );
}

const text = (request: Parameters<typeof serialize>[0]) => serialize(request).toString('latin1');

test('an INVITE carries Contact and Subject always (INV-10)', () => {
  assert.equal(
    text(buildInvite(dialogue, '34020000001320000001:0200001234,34020000002000000001:0', Buffer.from('v=0\r\n'))),
    wire(`INVITE sip:34020000001320000001@198.51.100.7:40000 SIP/2.0
Max-Forwards: 70
From: <sip:34020000002000000001@3402000000>;tag=us
To: <sip:34020000001320000001@198.51.100.7:40000>
Call-ID: call-1
CSeq: 1 INVITE
Contact: <sip:34020000002000000001@203.0.113.1:5060>
Subject: 34020000001320000001:0200001234,34020000002000000001:0
Content-Type: APPLICATION/SDP
Content-Length: 5

v=0
`).toString('latin1'),
  );
});

const targets: readonly [name: string, contact: string, target: string][] = [
  [
    'a private Contact gives its user, not its host (SIP-4)',
    'Contact: <sip:34020000001310000009@192.168.1.64:5060>\n',
    'sip:34020000001310000009@198.51.100.7:40000',
  ],
  ['no Contact', '', 'sip:34020000001320000001@198.51.100.7:40000'],
  [
    'our own Contact echoed',
    'Contact: <sip:34020000002000000001@203.0.113.1:5060>\n',
    'sip:34020000001320000001@198.51.100.7:40000',
  ],
  ['a Contact without user', 'm: <sip:192.168.1.64>\n', 'sip:34020000001320000001@198.51.100.7:40000'],
  ['a Contact that is none', 'Contact: *\n', 'sip:34020000001320000001@198.51.100.7:40000'],
];

for (const [name, contact, target] of targets) {
  test(`the target after a 200: ${name}`, () => {
    const confirmed = confirmDialogue(dialogue, ok('<sip:34020000001320000001@3402000000>;tag=cam', contact));
    assert.equal(confirmed.remoteTarget, target);
    assert.equal(confirmed.remoteTag, 'cam');
    assert.ok(confirmed.confirmed);
  });
}

test('ACK, BYE and INFO of a confirmed dialogue', () => {
  const confirmed = confirmDialogue(dialogue, ok('<sip:34020000001320000001@198.51.100.7>;tag=cam'));
  assert.equal(
    text(buildAck(confirmed)),
    wire(`ACK sip:34020000001320000001@198.51.100.7:40000 SIP/2.0
Max-Forwards: 70
From: <sip:34020000002000000001@3402000000>;tag=us
To: <sip:34020000001320000001@198.51.100.7:40000>;tag=cam
Call-ID: call-1
CSeq: 1 ACK
Content-Length: 0

`).toString('latin1'),
  );
  const info = buildInfo(confirmed, 'Application/MANSRTSP', Buffer.from('PAUSE RTSP/1.0\r\n'));
  assert.equal(info.request.headers.get('CSeq'), '2 INFO');
  assert.equal(info.request.headers.get('Content-Type'), 'Application/MANSRTSP');
  const bye = buildBye(info.dialogue);
  assert.equal(bye.request.headers.get('CSeq'), '3 BYE');
  assert.equal(bye.request.headers.get('To'), '<sip:34020000001320000001@198.51.100.7:40000>;tag=cam');
  assert.equal(bye.dialogue.localCseq, 3);
  assert.equal(buildAck(bye.dialogue).headers.get('CSeq'), '1 ACK', 'the ACK keeps the number of the INVITE');
});

test('INV-11: an empty 200 without To tag still makes a dialogue that can be ended', () => {
  const confirmed = confirmDialogue(dialogue, ok('<sip:34020000001320000001@3402000000>'));
  assert.equal(confirmed.remoteTag, null);
  assert.equal(buildBye(confirmed).request.headers.get('To'), '<sip:34020000001320000001@198.51.100.7:40000>');
  const captured = responseOf(fixture('invite-200-sdp.sip')); // its To says `tag=` and nothing
  assert.equal(confirmDialogue(dialogue, captured).remoteTag, null);
});

test('a dialogue survives the store: it is plain data', () => {
  const confirmed = confirmDialogue(dialogue, ok('<sip:1@h>;tag=cam', 'Record-Route: <sip:a;lr>, <sip:b;lr>\n'));
  const stored: unknown = JSON.parse(JSON.stringify(confirmed));
  assert.deepEqual(stored, confirmed);
  const bye = buildBye(confirmed).request;
  assert.deepEqual(bye.headers.all('Route'), ['<sip:b;lr>', '<sip:a;lr>']);
});

test('a stray 200 is ACKed and ended from itself alone (INV-3)', () => {
  const response = ok(
    '<sip:34020000001320000001@3402000000>;tag=cam',
    'Contact: <sip:34020000001320000001@10.0.0.9>\n',
  );
  const end = endStray(response, { host: '198.51.100.7', port: 40_000 });
  assert.ok(end !== null);
  assert.match(text(end.ack), /^ACK sip:34020000001320000001@198\.51\.100\.7:40000 SIP\/2\.0\r\n/);
  assert.equal(end.ack.headers.get('CSeq'), '1 ACK');
  assert.equal(end.bye.headers.get('CSeq'), '2 BYE');
  assert.equal(end.bye.headers.get('From'), '<sip:34020000002000000001@3402000000>;tag=us');
  assert.equal(end.bye.headers.get('To'), '<sip:34020000001320000001@3402000000>;tag=cam');
  assert.equal(end.bye.headers.get('Call-ID'), 'call-1');
});
