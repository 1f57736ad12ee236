import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { eventually, ID, invite, registered, SDP } from './opened.ts';

test('a 200 that comes again after its transaction has gone is ACKed again, and the call goes on', async (t) => {
  const { server, camera, onInvite, time } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await camera.untilRequest('ACK');
  time.offsetMs += 33_000;
  await eventually(() => server.counters().sip_client_transactions === 0, 'timer M has run out');
  camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
  const ack = await camera.untilRequest('ACK', 2);
  assert.match(ack.headers.get('To') ?? '', /;tag=dev1$/);
  assert.equal(await call.info('Application/MANSRTSP', 'PLAY'), 200);
  assert.equal(camera.requests('BYE').length, 0);
  assert.equal(call.answered, true);
  assert.deepEqual(outcome.log, ['answer']);
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
});

test('a device that repeats its 200 after we hung up gets ACK and BYE again', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call } = invite(server);
  await camera.untilRequest('ACK');
  camera.onRequest = () => {};
  const ended = call.hangUp();
  await camera.untilRequest('BYE');
  camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
  const ack = await camera.untilRequest('ACK', 2);
  assert.equal(ack.headers.get('CSeq'), '1 ACK');
  await eventually(() => new Set(camera.requests('BYE').map((bye) => bye.headers.get('Via'))).size === 2, 'BYE again');
  for (const bye of camera.requests('BYE')) camera.reply(bye, 200);
  assert.deepEqual(await ended, { byeAnswered: true });
});

test('100, then silence: CANCEL when the patience is over, and nothing else to the device before its 487 is ACKed', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 100));
  const { outcome } = invite(server, { timeoutMs: 300 });
  const inviteRequest = await camera.untilRequest('INVITE');
  const from = camera.received.length;
  void server.query(ID, 'DeviceStatus');
  const cancel = await camera.untilRequest('CANCEL');
  assert.deepEqual(outcome.log, ['provisional 100', 'timeout']);
  assert.equal(cancel.headers.get('Via'), inviteRequest.headers.get('Via'));
  await new Promise((resolve) => setTimeout(resolve, 700));
  camera.reply(inviteRequest, 487);
  await eventually(() => camera.requests('MESSAGE').length === 4, 'then the query');
  const order = camera.received
    .slice(from)
    .filter((m): m is SipRequest => m.kind === 'request')
    .map((m) => m.method);
  assert.deepEqual(order, ['CANCEL', 'ACK', 'MESSAGE']);
});

test('a BYE that got lost while the device stayed online is said again at its next registration', async (t) => {
  const { server, camera, onInvite, stores, time, types } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'up');
  const answering = camera.onRequest;
  camera.onRequest = () => {};
  const ended = call.hangUp();
  await camera.untilRequest('BYE');
  time.offsetMs += 33_000;
  assert.deepEqual(await ended, { byeAnswered: false });
  camera.onRequest = answering;
  assert.equal((await camera.register('secret')).status, 200);
  await eventually(() => stores.rows.dialogues.size === 0, 'answered now');
  assert.deepEqual(
    types().filter((type) => type === 'device.online' || type === 'device.offline'),
    ['device.online'],
    'it never was away',
  );
});
