import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IncomingCall } from '../../src/sip/incoming-call.ts';
import { MAX_EXPECTED } from '../../src/sip/incoming-calls.ts';
import type { SipServer } from '../../src/sip/server.ts';
import { tagOf } from '../../src/sip/wire/address.ts';
import type { SipRequest, SipResponse } from '../../src/sip/wire/message.ts';
import { CHANNEL, eventually, ID, registered } from './opened.ts';
import { DOMAIN, PLATFORM_ID, type ScriptedDevice } from './scripted-device.ts';

const OFFER = 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9712 RTP/AVP 8\r\ny=0200000002\r\n';
const ANSWER = 'v=0\r\nm=audio 40000 RTP/AVP 8\r\n';
const CALL_ID = 'voice-1';

interface Heard {
  call: IncomingCall | null;
  readonly log: string[];
}

/** Waits for a call, and answers it at once unless told otherwise. */
function expectCall(server: SipServer, o: { target?: string; act?: (call: IncomingCall) => void } = {}): Heard {
  const heard: Heard = { call: null, log: [] };
  server.expectCall({
    deviceId: ID,
    targetId: o.target ?? CHANNEL,
    onCall(call) {
      heard.call = call;
      heard.log.push('call');
      (o.act ?? ((each) => each.answer(ANSWER)))(call);
      return { onUp: () => heard.log.push('up'), onEnd: (reason) => heard.log.push(`end: ${reason}`) };
    },
  });
  return heard;
}

const dialogue = (from: string, toTag = '', callId = CALL_ID) => [
  `From: <sip:${from}@${DOMAIN}>;tag=d1`,
  `To: <sip:${PLATFORM_ID}@${DOMAIN}>${toTag === '' ? '' : `;tag=${toTag}`}`,
  `Call-ID: ${callId}`,
];

function call(device: ScriptedDevice, from = CHANNEL, callId = CALL_ID): Promise<SipResponse> {
  return device.send('INVITE', ['Content-Type: APPLICATION/SDP', `Contact: <sip:${from}@192.168.1.64:5060>`], OFFER, {
    dialogue: dialogue(from, '', callId),
  });
}

/** The ACK of the only INVITE; nobody answers one. */
function acknowledge(device: ScriptedDevice, answer: SipResponse, from = CHANNEL): void {
  const lines = [
    `ACK sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKack',
    ...dialogue(from, tagOf(answer.headers.get('To')) ?? ''),
    `CSeq: ${answer.headers.get('CSeq')?.split(' ')[0]} ACK`,
    'Content-Length: 0',
  ];
  device.raw(`${lines.join('\r\n')}\r\n\r\n`);
}

async function upCall(t: TestContext) {
  const world = await registered(t);
  const heard = expectCall(world.server);
  const answer = await call(world.camera);
  acknowledge(world.camera, answer);
  await eventually(() => heard.log.includes('up'), 'the call is up');
  return { ...world, heard, answer };
}

test('a device that was told to call is answered, and its call is up with its ACK', async (t) => {
  const { server, stores, heard, answer } = await upCall(t);
  assert.equal(answer.status, 200);
  assert.equal(Buffer.from(answer.body).toString(), ANSWER);
  assert.match(
    answer.headers.get('Contact') ?? '',
    new RegExp(`^<sip:${PLATFORM_ID}@127\\.0\\.0\\.1:${server.port}>$`),
  );
  assert.match(answer.headers.get('Content-Type') ?? '', /application\/sdp/i);
  assert.equal(heard.call?.offer, OFFER);
  assert.deepEqual(heard.log, ['call', 'up']);
  assert.equal(stores.dialogues.all().length, 1, 'a BYE is owed over restarts');
});

test('our BYE carries the tags and the Call-ID of the dialogue, to where the device is', async (t) => {
  const { server, camera, stores, heard, answer } = await upCall(t);
  assert.deepEqual(await heard.call?.hangUp(), { byeAnswered: true });
  const [bye] = camera.requests('BYE') as [SipRequest];
  assert.equal(bye.headers.get('Call-ID'), CALL_ID);
  assert.equal(tagOf(bye.headers.get('To')), 'd1');
  assert.equal(tagOf(bye.headers.get('From')), tagOf(answer.headers.get('To')));
  assert.equal(bye.uri.user, CHANNEL);
  assert.deepEqual([heard.log.at(-1), stores.dialogues.all().length], ['up', 0]);
  await heard.call?.hangUp();
  assert.equal(camera.requests('BYE').length, 1);
  assert.equal(server.counters().sip_incoming_calls, 0);
});

test('a device is asked whether it still knows a call: 481 says that it does not, whatever else says nothing', async (t) => {
  const { server, camera, stores, heard, answer } = await upCall(t);
  const answered: [number, string][] = [
    [200, 'yes'],
    [405, 'unknown'],
    [481, 'no'],
  ];
  for (const [index, [status, stands]] of answered.entries()) {
    camera.onRequest = (request) => camera.reply(request, request.method === 'OPTIONS' ? status : 200);
    assert.equal(await heard.call?.stands(), stands);
    const asked = camera.requests('OPTIONS')[index]!;
    assert.equal(asked.headers.get('Call-ID'), CALL_ID);
    assert.equal(tagOf(asked.headers.get('To')), 'd1');
    assert.equal(tagOf(asked.headers.get('From')), tagOf(answer.headers.get('To')));
    assert.equal(asked.headers.get('CSeq'), `${index + 1} OPTIONS`);
  }
  // it goes on until somebody ends it, and is counted
  assert.deepEqual(heard.log, ['call', 'up']);
  assert.equal(stores.dialogues.all()[0]?.localCseq, 3);
  camera.onRequest = (request) => camera.reply(request, 200);
  await heard.call?.hangUp();
  assert.equal(camera.requests('BYE')[0]?.headers.get('CSeq'), '4 BYE');
  assert.equal(await heard.call?.stands(), 'no');
  assert.equal(server.counters().sip_incoming_calls, 0);
});

test('a BYE of the device ends the call', async (t) => {
  const { camera, stores, heard, answer } = await upCall(t);
  const bye = await camera.send('BYE', [], '', { dialogue: dialogue(CHANNEL, tagOf(answer.headers.get('To')) ?? '') });
  assert.equal(bye.status, 200);
  assert.deepEqual(heard.log, ['call', 'up', 'end: the device ended the call']);
  assert.deepEqual(stores.dialogues.all(), []);
});

test('a stranger ends no call, whatever it has heard of it', async (t) => {
  const { device, heard } = await upCall(t);
  const stranger = await device(ID, '127.0.0.9');
  const bye = await stranger.send('BYE', [], '', { dialogue: dialogue(CHANNEL, 'guessed') });
  assert.equal(bye.status, 481);
  assert.equal(heard.log.at(-1), 'up');
});

test('an INVITE that nobody waits for gets 403 and leaves nothing; from elsewhere it does so although one is waited for', async (t) => {
  const { server, camera, device } = await registered(t);
  const before = server.counters().sip_server_transactions;
  assert.equal((await call(camera)).status, 403);
  const heard = expectCall(server);
  const stranger = await device(ID, '127.0.0.9');
  assert.equal((await call(stranger)).status, 403);
  assert.deepEqual(heard.log, []);
  const { sip_server_transactions, sip_incoming_expected, sip_incoming_refused_total } = server.counters();
  assert.deepEqual([sip_server_transactions, sip_incoming_expected, sip_incoming_refused_total], [before, 1, 2]);
});

test('TK-2: a call in the name of the device, or of an id that nobody knows, is that which its device was told to make', async (t) => {
  const { server, camera } = await registered(t);
  const codes = () => server.findingsOf(ID).map(({ code }) => code);
  for (const [index, from] of [CHANNEL, ID, '34020000001379999999'].entries()) {
    const heard = expectCall(server);
    assert.equal((await call(camera, from, `c${index}`)).status, 200);
    assert.deepEqual(heard.log, ['call'], from);
    assert.equal(codes().includes('TK-2'), from !== CHANNEL);
  }
});

test('TK-2: devices behind one address: a call is never taken for that which another of them was told to make', async (t) => {
  const { server, camera, device } = await registered(t);
  const other = '34020000001180000002';
  const second = await device(other);
  await second.register('secret');
  await eventually(() => server.directory.device(other)?.online === true, 'the second device');
  const heard = expectCall(server);
  // it was told before and is late, or calls by itself; by the same channel id too (REG-11)
  for (const [index, from] of [other, '34020000001379999999', CHANNEL].entries())
    assert.equal((await call(second, from, `c${index}`)).status, 403);
  assert.deepEqual(heard.log, []);
  assert.equal((await call(camera, '34020000001379999999', 'own')).status, 200);
  assert.deepEqual(heard.log, ['call']);
});

test('several calls are waited for: each goes to the channel that it names', async (t) => {
  const { server, camera } = await registered(t);
  const first = expectCall(server, { target: '34020000001370000001' });
  const second = expectCall(server, { target: CHANNEL });
  assert.equal((await call(camera, CHANNEL)).status, 200);
  assert.deepEqual([first.log, second.log], [[], ['call']]);
});

test('a CANCEL before our answer ends the call with 487', async (t) => {
  const { server, camera } = await registered(t);
  const heard = expectCall(server, { act: () => {} });
  const invited = call(camera);
  await eventually(() => heard.log.length > 0, 'the call is there');
  const cseq = camera.requests('ACK').length;
  assert.equal(cseq, 0);
  const lines = [
    `CANCEL sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKcancel',
    ...dialogue(CHANNEL),
    'CSeq: 1 CANCEL',
    'Content-Length: 0',
  ];
  camera.raw(`${lines.join('\r\n')}\r\n\r\n`);
  const cancelled = await camera.until((m) => m.kind === 'response' && /CANCEL/.test(m.headers.get('CSeq') ?? ''));
  assert.equal((cancelled as SipResponse).status, 200);
  await camera.until((m) => m.kind === 'response' && m.status === 487);
  assert.ok((await invited).status < 500);
  assert.deepEqual(heard.log, ['call', 'end: the device cancelled its call']);
});

test('a refusal of ours ends the call; a second offer in a call is refused', async (t) => {
  const { server, camera } = await registered(t);
  const refused = expectCall(server, { act: (each) => each.refuse(488, 'Not Acceptable Here') });
  assert.equal((await call(camera, CHANNEL, 'c1')).status, 488);
  assert.deepEqual(refused.log, ['call']);
  expectCall(server);
  assert.equal((await call(camera, CHANNEL, 'c2')).status, 200);
  expectCall(server);
  assert.equal((await call(camera, CHANNEL, 'c2')).status, 488);
  assert.equal(server.counters().sip_incoming_calls, 1);
});

test('without an ACK our answer comes again, and after 32 s the call is ended by BYE', async (t) => {
  const { server, camera, time } = await registered(t);
  const heard = expectCall(server);
  assert.equal((await call(camera)).status, 200);
  await eventually(
    () => camera.received.filter((m) => m.kind === 'response' && /INVITE/.test(m.headers.get('CSeq') ?? '')).length > 1,
    'again',
  );
  time.offsetMs += 33_000;
  await camera.untilRequest('BYE');
  assert.deepEqual(heard.log, ['call', 'end: the device did not acknowledge our answer']);
});

test('a device that unregisters ends its calls', async (t) => {
  const { camera, heard } = await upCall(t);
  await camera.register('secret', { expires: 0 });
  await eventually(() => heard.log.length === 3, 'the end');
  assert.match(heard.log[2]!, /^end: /);
});

test('so many calls are waited for and no more; who stops waiting makes room', async (t) => {
  const { server } = await registered(t);
  const expectation = { deviceId: ID, targetId: CHANNEL, onCall: () => assert.fail('nobody calls') };
  const ends = Array.from({ length: MAX_EXPECTED }, () => server.expectCall({ ...expectation }));
  assert.equal(server.expectCall({ ...expectation }), null);
  ends[0]?.();
  ends[0]?.();
  assert.notEqual(server.expectCall({ ...expectation }), null);
});
