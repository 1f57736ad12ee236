/** What answers to an INVITE bend, from bytes: it is named by its code, and the call goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, answerFindings } from '../../../src/sip/answer-findings.ts';
import { confirmDialogue, openDialogue } from '../../../src/sip/dialog.ts';
import { responseFindings } from '../../../src/sip/response-findings.ts';
import { parseSdp } from '../../../src/sip/sdp.ts';
import { responseOf, wire } from '../fixtures.ts';
import { CHANNEL, eventually, ID, invite, registered, SDP } from '../opened.ts';
import { PLATFORM_ID } from '../scripted-device.ts';

const HOST = '192.168.1.64';
const ASKED: Asked = { deviceId: ID, channelId: CHANNEL, transport: 'udp', sipHost: HOST };
/** The answer of a camera by the book. */
const UDP = `v=0\r\no=${CHANNEL} 0 0 IN IP4 ${HOST}\r\ns=Play\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\nm=video 15060 RTP/AVP 96\r\na=sendonly\r\na=rtpmap:96 PS/90000\r\ny=0200000001\r\n`;
const TCP = UDP.replace('RTP/AVP 96', 'TCP/RTP/AVP 96').replace('y=', 'a=setup:active\r\na=connection:new\r\ny=');

function found(text: string | null, asked: Partial<Asked> = {}): readonly (readonly string[])[] {
  return answerFindings(text, parseSdp(text ?? ''), { ...ASKED, ...asked });
}

test('answers by the book bend nothing', () => {
  assert.deepEqual(found(UDP), []);
  assert.deepEqual(found(TCP, { transport: 'tcp-passive' }), []);
  assert.deepEqual(found(TCP.replace('setup:active', 'setup:passive'), { transport: 'tcp-active' }), []);
});

test('SSRC-2: no y= line', () => {
  assert.deepEqual(
    found(UDP.replace('y=0200000001\r\n', '')).map(([code]) => code),
    ['SSRC-2'],
  );
});

test('SSRC-9: y= that is not ten digits is read, or taken as absent', () => {
  for (const [text, ssrc] of [
    ['200000001', 200_000_001],
    ['001', null],
    ['0000000000', null],
  ] as const) {
    const sdp = UDP.replace('y=0200000001', `y=${text}`);
    assert.equal(parseSdp(sdp).ssrc, ssrc);
    assert.deepEqual(found(sdp), [['SSRC-9', `its answer says y=${text}, which is not ten digits`]]);
  }
});

test('INV-16: y=null is absent, port 0 a refusal of the transport', () => {
  const sdp = UDP.replace('y=0200000001', 'y=null').replace('15060', '0');
  assert.deepEqual([parseSdp(sdp).ssrc, parseSdp(sdp).selected], [null, null]);
  assert.deepEqual(
    found(sdp).map(([code]) => code),
    ['INV-16', 'TCP-11'],
  );
});

test('INV-11: no description, an empty one, several media lines, any order, line feeds only', () => {
  assert.deepEqual(found(null), [['INV-11', 'its 200 to INVITE has no description']]);
  assert.deepEqual(found('v=0\r\n'), [['INV-11', 'its 200 to INVITE has an empty description']]);
  const talk = UDP.replace('m=video', 'm=audio 0 RTP/AVP 8\r\nm=video');
  assert.equal(parseSdp(talk).selected?.port, 15060);
  assert.deepEqual(
    found(talk).map(([code]) => code),
    ['INV-11'],
  );
  const shuffled = `y=0200000001\nf=v/////a/1/8/1\nx-vendor=1\n${UDP.replaceAll('\r', '').replace('y=0200000001\n', '')}`;
  assert.deepEqual(found(shuffled), []);
  assert.equal(parseSdp(shuffled).ssrc, 200_000_001);
});

test('INV-12: c= that is private, of nobody or missing; media-level first, SIP source at last', () => {
  const other = UDP.replace(`c=IN IP4 ${HOST}`, 'c=IN IP4 10.255.255.1');
  assert.deepEqual(found(other), [['INV-12', `its answer has c= 10.255.255.1, its packets come from ${HOST}`]]);
  for (const sdp of [UDP.replace(`c=IN IP4 ${HOST}`, 'c=IN IP4 0.0.0.0'), UDP.replace(`c=IN IP4 ${HOST}\r\n`, '')])
    assert.deepEqual(found(sdp), [['INV-12', `its answer has no usable address in c=, its packets come from ${HOST}`]]);
  assert.deepEqual(found(`${other}c=IN IP4 ${HOST}\r\n`), []);
});

test('INV-17: an encoding of a vendor is named and looked at', () => {
  for (const name of ['DAHUA/90000', 'HIKVISION/90000'])
    assert.deepEqual(
      found(UDP.replace('PS/90000', name)).map(([code]) => code),
      ['INV-17'],
    );
  for (const name of ['H264/90000', 'H265/90000', 'MPEG4/90000', 'PCMA/8000', 'MP2P/90000'])
    assert.deepEqual(found(UDP.replace('PS/90000', name)), []);
});

test('INV-6: a device that names itself instead of its channel', () => {
  assert.deepEqual(
    found(UDP.replace(`o=${CHANNEL}`, `o=${ID}`)).map(([code]) => code),
    ['INV-6'],
  );
  assert.deepEqual(found(UDP.replace(`o=${CHANNEL}`, `o=${ID}`), { channelId: ID }), []);
});

test('TCP-11, TCP-13, TCP-14, TCP-15: what an answer to TCP may get wrong', () => {
  const tcp = { transport: 'tcp-passive' } as const;
  assert.deepEqual(found(TCP.replace('15060', '0'), tcp), [
    ['TCP-11', 'its answer to tcp-passive has port 0: it cannot do that now'],
  ]);
  assert.deepEqual(found(TCP.replace('a=setup:active\r\n', ''), tcp), [
    ['TCP-13', 'its answer has no a=setup, our offer wants active'],
  ]);
  assert.deepEqual(found(TCP.replace('setup:active', 'setup:passive'), tcp), [
    ['TCP-13', 'its answer has a=setup:passive, our offer wants active'],
  ]);
  assert.deepEqual(found(TCP.replace('connection:new', 'connection:existing'), tcp), [
    ['TCP-14', 'its answer says a=connection:existing: taken as new'],
  ]);
  assert.deepEqual(found(UDP, tcp), [
    ['TCP-15', 'it answered RTP/AVP to an offer of TCP/RTP/AVP: its media may come over UDP'],
  ]);
});

const DIALOGUE = openDialogue({
  callId: 'c',
  deviceId: ID,
  channelId: CHANNEL,
  localUri: `sip:${PLATFORM_ID}@3402000000`,
  localTag: 'us',
  remoteUri: `sip:${CHANNEL}@${HOST}:5060`,
  localContact: `sip:${PLATFORM_ID}@192.168.1.2:5060`,
  createdEpochMs: 0,
});
const HEAD = `SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.168.1.2;branch=z9hG4bK1\nFrom: <sip:${PLATFORM_ID}@3402000000>;tag=us\nTo: <sip:${CHANNEL}@${HOST}:5060>;tag=dev\nCall-ID: c\nCSeq: 1 INVITE\nContact: <sip:${CHANNEL}@${HOST}:5060>\nContent-Type: APPLICATION/SDP\nContent-Length: 5\n\nv=0\n`;

function headFound(what = '', by = ''): readonly (readonly string[])[] {
  assert.ok(HEAD.includes(what), what);
  const response = responseOf(wire(HEAD.replace(what, by)));
  return responseFindings(confirmDialogue(DIALOGUE, response), response, { transport: 'udp', host: HOST, port: 5060 });
}

test('SIP-4, SIP-10, SIP-15, INV-6, INV-11: what the head of a 200 may get wrong', () => {
  assert.deepEqual(headFound(), []);
  assert.deepEqual(headFound('Via: SIP/2.0/UDP 192.168.1.2;branch=z9hG4bK1\n'), [
    ['SIP-15', 'its 200 to INVITE has no Via: found by Call-ID and CSeq'],
  ]);
  assert.deepEqual(headFound(';tag=dev'), [['INV-11', 'its 200 to INVITE has no To tag']]);
  assert.deepEqual(headFound(`To: <sip:${CHANNEL}@`, `To: <sip:${ID}@`), [
    ['INV-6', `its 200 names ${ID} in To, invited was ${CHANNEL}`],
  ]);
  assert.deepEqual(headFound(`Contact: <sip:${CHANNEL}@${HOST}:5060>`, `Contact: <sip:${CHANNEL}@10.0.0.9:5060>`), [
    ['SIP-4', `the Contact of its 200 is sip:${CHANNEL}@10.0.0.9:5060, it came from ${HOST}:5060`],
  ]);
  assert.deepEqual(headFound('Content-Type: APPLICATION/SDP\n'), [
    ['SIP-10', 'its 200 with no Content-Type holds a description'],
  ]);
});

test('SIP-15, INV-6: a 200 without Via that names the device in To is found by its Call-ID', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) =>
    camera.raw(
      `SIP/2.0 200 OK\r\nFrom: ${request.headers.get('From')}\r\nTo: <sip:${ID}@x>;tag=dev1\r\nCall-ID: ${request.headers.get('Call-ID')}\r\nCSeq: ${request.headers.get('CSeq')}\r\nContact: <sip:${ID}@127.0.0.1>\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
    ),
  );
  const { call, outcome } = invite(server);
  await camera.untilRequest('ACK');
  assert.deepEqual(outcome.log, ['answer']);
  assert.deepEqual(outcome.findings, ['SIP-15', 'INV-6', 'SIP-10']);
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
});

test('INV-9: every call has a Call-ID, a tag and a branch of its own', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 486));
  const calls = Array.from({ length: 50 }, () => invite(server));
  await eventually(() => calls.every(({ outcome }) => outcome.log.length > 0), 'all are answered');
  const sent = new Map(camera.requests('INVITE').map((request) => [request.headers.get('Call-ID'), request]));
  const distinct = (values: (string | undefined)[]) => new Set(values).size;
  assert.equal(sent.size, 50);
  assert.equal(distinct([...sent.values()].map((request) => request.headers.get('From'))), 50);
  assert.equal(distinct([...sent.values()].map((request) => request.headers.get('Via'))), 50);
});

test('INV-7: a BYE with the right Call-ID and other tags ends the call and is named', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await camera.untilRequest('ACK');
  const dialogue = [`From: <sip:1@x>;tag=1`, `To: <sip:${PLATFORM_ID}@x>;tag=2`, `Call-ID: ${call.callId}`];
  assert.equal((await camera.send('BYE', [], '', { dialogue })).status, 200);
  assert.deepEqual(outcome.log, ['answer', 'bye: the device ended the call']);
  assert.ok(server.findingsOf(ID).some((finding) => finding.code === 'INV-7'));
});
