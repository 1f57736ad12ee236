import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceStatusQuestion } from '../../src/sip/manscdp/device-status.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { CHANNEL, eventually, ID, invite, registered, SDP } from './opened.ts';
import { PLATFORM_ID } from './scripted-device.ts';

test('INV-1, SIP-4: a call: stored before the INVITE leaves, ACKed, its 200 re-ACKed, ended by BYE', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  let storedAtInvite = 0;
  onInvite((request) => {
    storedAtInvite = stores.rows.dialogues.size;
    camera.reply(request, 100);
    camera.reply(request, 200, { headers: [`Contact: <sip:${CHANNEL}@10.9.9.9:9999>`], body: SDP });
    setTimeout(
      () => camera.reply(request, 200, { headers: [`Contact: <sip:${CHANNEL}@10.9.9.9:9999>`], body: SDP }),
      50,
    );
  });
  const { call, outcome } = invite(server);
  const request = await camera.untilRequest('INVITE');
  assert.equal(request.headers.get('Subject'), `${CHANNEL}:0200000001,${PLATFORM_ID}:0`);
  assert.match(
    request.headers.get('Contact') ?? '',
    new RegExp(`^<sip:${PLATFORM_ID}@127\\.0\\.0\\.1:${server.port}>$`),
  );
  const ack = await camera.untilRequest('ACK', 2);
  assert.equal(storedAtInvite, 1);
  assert.equal(ack.headers.get('CSeq'), '1 ACK');
  assert.match(ack.headers.get('To') ?? '', /;tag=dev1$/);
  assert.deepEqual(outcome.log, ['provisional 100', 'answer']);
  assert.equal(outcome.sdp, SDP);
  assert.equal(call.answered, true);
  assert.equal((await call.info('Application/MANSRTSP', 'PLAY RTSP/1.0\r\n\r\n')).status, 200);
  assert.equal(await call.stands(), 'yes');
  const [first, second] = await Promise.all([call.hangUp(), call.hangUp()]);
  assert.deepEqual([first, second], [{ byeAnswered: true }, { byeAnswered: true }]);
  assert.equal(camera.requests('BYE').length, 1);
  assert.equal(camera.requests('BYE')[0]!.headers.get('CSeq'), '4 BYE');
  assert.equal(stores.rows.dialogues.size, 0);
  assert.equal(server.counters().sip_calls, 0);
});

test('INV-11, SIP-4: an empty 200 without To tag and with our own Contact: the ACK goes to the device', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) =>
    camera.reply(request, 200, { headers: [`Contact: <sip:${PLATFORM_ID}@127.0.0.1:1>`], tag: null }),
  );
  const { call, outcome } = invite(server);
  const ack = await camera.untilRequest('ACK');
  assert.equal(ack.uri.user, CHANNEL);
  assert.doesNotMatch(ack.headers.get('To') ?? '', /tag/);
  assert.deepEqual(outcome, { log: ['answer'], sdp: null, findings: ['INV-11'] });
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
});

test('refusals, silence and no way there are told apart', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  onInvite((request) => camera.reply(request, 486));
  const busy = invite(server);
  await eventually(() => busy.outcome.log.length > 0, 'refused');
  assert.deepEqual(busy.outcome.log, ['rejected 486']);
  await camera.untilRequest('ACK');
  onInvite(() => {});
  const silent = invite(server, { timeoutMs: 300 });
  await eventually(() => silent.outcome.log.length > 0, 'timed out');
  assert.deepEqual(silent.outcome.log, ['timeout']);
  assert.equal(camera.requests('CANCEL').length, 0);
  // the silent one does not block the line; it stays silent when its INVITE comes again
  onInvite((request) => {
    if (request.headers.get('Call-ID') !== silent.call.callId) camera.reply(request, 200, { body: SDP });
  });
  const good = invite(server);
  await eventually(() => good.outcome.log.includes('answer'), 'the next is answered');
  await good.call.hangUp();
  server.removeDevice(ID, { block: false });
  const gone = invite(server);
  await eventually(() => gone.outcome.log.length > 0, 'unreachable');
  assert.deepEqual(gone.outcome.log, ['unreachable']);
  assert.deepEqual(await gone.call.hangUp(), { byeAnswered: true });
  assert.equal(stores.rows.dialogues.size, 1); // the silent INVITE's, until its transaction gives up
});

test('INV-3: CANCEL after a provisional; an answer that crosses it is ACKed and ended by BYE', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  onInvite((request) => camera.reply(request, 180));
  const { call, outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'it rings');
  const inviteRequest = camera.requests('INVITE')[0]!;
  const ended = call.hangUp();
  await camera.untilRequest('CANCEL');
  camera.reply(inviteRequest, 200, { body: SDP });
  await camera.untilRequest('ACK');
  const bye = await camera.untilRequest('BYE');
  assert.match(bye.headers.get('To') ?? '', /;tag=dev1$/);
  assert.deepEqual(await ended, { byeAnswered: true });
  assert.deepEqual(outcome.log, ['provisional 180']);
  assert.equal(stores.rows.dialogues.size, 0);
});

test('nothing is sent to a device between an INVITE and its ACK', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  const pending: SipRequest[] = [];
  onInvite((request) => {
    // Else the INVITE comes again after half a second.
    camera.reply(request, 100);
    pending.push(request);
  });
  const a = invite(server);
  const b = invite(server, { channelId: '34020000001320000002' });
  await camera.untilRequest('INVITE');
  const before = camera.received.length;
  void server.ask(ID, deviceStatusQuestion(ID));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(camera.received.length, before);
  camera.reply(pending[0]!, 200, { body: SDP });
  await eventually(() => pending.length === 2, 'the second INVITE follows');
  camera.reply(pending[1]!, 200, { body: SDP });
  await eventually(() => camera.requests('MESSAGE').length === 4, 'then the query');
  const order = camera.received
    .slice(before - 1)
    .filter((m): m is SipRequest => m.kind === 'request')
    .map((m) => m.method);
  assert.deepEqual(order, ['INVITE', 'ACK', 'INVITE', 'ACK', 'MESSAGE']);
  await Promise.all([a.call.hangUp(), b.call.hangUp()]);
});

test('INV-7: BYE of the device: by Call-ID, in doubt by channel from its address; not from elsewhere', async (t) => {
  const { server, camera, onInvite, device } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const one = invite(server);
  await eventually(() => one.outcome.log.length === 1, 'up');
  const stranger = await device(CHANNEL, '127.0.0.2');
  assert.equal((await stranger.send('BYE')).status, 481);
  const callId = one.call.callId;
  assert.equal(
    (
      await stranger.send('BYE', [], '', {
        dialogue: [`From: <sip:${CHANNEL}@x>;tag=z`, `To: <sip:${PLATFORM_ID}@x>`, `Call-ID: ${callId}`],
      })
    ).status,
    481,
  );
  assert.equal(one.call.answered, true);
  assert.equal(
    (
      await camera.send('BYE', [], '', {
        dialogue: [`From: <sip:${CHANNEL}@x>;tag=wrong`, `To: <sip:${PLATFORM_ID}@x>;tag=wrong`, `Call-ID: ${callId}`],
      })
    ).status,
    200,
  );
  assert.deepEqual(one.outcome.log, ['answer', 'bye: the device ended the call']);
  assert.deepEqual(await one.call.hangUp(), { byeAnswered: true });
  assert.equal(camera.requests('BYE').length, 0);
  const two = invite(server);
  await eventually(() => two.outcome.log.length === 1, 'up again');
  assert.equal((await camera.send('BYE', [], '', { from: CHANNEL })).status, 200);
  assert.deepEqual(two.outcome.log, ['answer', 'doubtful bye']);
  assert.equal(two.call.answered, true, 'its owner decides, who sees the media');
});

test('calls of a device that unregisters end with a reason', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'up');
  await camera.register('secret', { expires: 0 });
  await eventually(() => outcome.log.length === 2, 'over');
  assert.deepEqual(outcome.log, ['answer', 'bye: the device unregistered']);
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
  assert.equal(stores.rows.dialogues.size, 0);
});

test('INV-3: a 200 that comes after the caller gave up is ACKed and ended by BYE', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  onInvite(() => {});
  const { call, outcome } = invite(server, { timeoutMs: 200 });
  await eventually(() => outcome.log.length === 1, 'given up');
  assert.deepEqual(outcome.log, ['timeout']);
  camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
  await camera.untilRequest('ACK');
  await camera.untilRequest('BYE');
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
  assert.deepEqual(outcome.log, ['timeout']);
  assert.equal(stores.rows.dialogues.size, 0);
});

test('INV-8: a BYE that nobody answers is owed, and said again when the device comes back', async (t) => {
  const { server, camera, onInvite, stores, time } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'up');
  const answering = camera.onRequest;
  camera.onRequest = () => {};
  const ended = call.hangUp();
  await camera.untilRequest('BYE');
  time.offsetMs += 33_000;
  assert.deepEqual(await ended, { byeAnswered: false });
  assert.equal(stores.rows.dialogues.size, 1);
  assert.equal(server.counters().sip_dialogues_owed, 1);
  camera.onRequest = (request) => (request.method === 'BYE' ? camera.reply(request, 481) : answering(request));
  await camera.register('secret', { expires: 0 });
  await camera.register('secret');
  await eventually(() => server.counters().sip_dialogues_owed === 0, 'said again');
  assert.equal(stores.rows.dialogues.size, 0);
});

test('closing settles every call; its dialogue stays for the next run', async (t) => {
  const { server, camera, onInvite, stores } = await registered(t);
  onInvite((request) => camera.reply(request, 180));
  const { call, outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'ringing');
  const ended = call.hangUp();
  await server.close();
  await server.close();
  assert.deepEqual(await ended, { byeAnswered: false });
  assert.equal(stores.rows.dialogues.size, 1);
});
