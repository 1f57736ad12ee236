import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANCEL_HOLD_MS } from '../../src/sip/calls.ts';
import { deviceStatusQuestion } from '../../src/sip/manscdp/device-status.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { CHANNEL, eventually, ID, invite, registered, SDP } from './opened.ts';

test('INV-1: a 200 that comes again after its transaction has gone is ACKed again, and the call goes on', async (t) => {
  const { server, camera, onInvite, time } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await camera.untilRequest('ACK');
  time.offsetMs += 33_000;
  await eventually(() => server.counters().sip_client_transactions === 0, 'timer M has run out');
  camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
  const ack = await camera.untilRequest('ACK', 2);
  assert.match(ack.headers.get('To') ?? '', /;tag=dev1$/);
  assert.equal((await call.info('Application/MANSRTSP', 'PLAY')).status, 200);
  assert.equal(camera.requests('BYE').length, 0);
  assert.equal(call.answered, true);
  assert.deepEqual(outcome.log, ['answer']);
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
});

test('INV-1: a device that repeats its 200 whatever it hears is one with that deviation; one that was busy is not', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  invite(server);
  await camera.untilRequest('ACK');
  const named = () => server.findingsOf(ID).filter(({ code }) => code === 'INV-1').length;
  for (let copy = 2; copy <= 4; copy += 1) {
    camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
    await camera.untilRequest('ACK', copy);
  }
  assert.equal(named(), 0);
  camera.reply(camera.requests('INVITE')[0]!, 200, { body: SDP });
  await camera.untilRequest('ACK', 5);
  assert.equal(named(), 1);
});

test('INV-3: a device that repeats its 200 after we hung up gets ACK and BYE again', async (t) => {
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

test('INV-2: 100, then silence: CANCEL when the patience is over, and nothing else to the device before its 487 is ACKed', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 100));
  const { outcome } = invite(server, { timeoutMs: 300 });
  const inviteRequest = await camera.untilRequest('INVITE');
  const from = camera.received.length;
  void server.ask(ID, deviceStatusQuestion(ID));
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

test('INV-2: a CANCEL that nobody confirms holds the line for 2 s only', async (t) => {
  const { camera, onInvite, time, server } = await registered(t);
  onInvite((request) => camera.reply(request, 180));
  const first = invite(server);
  await eventually(() => first.outcome.log.length === 1, 'it rings');
  void first.call.hangUp();
  const second = invite(server, { channelId: '34020000001320000002' });
  await camera.untilRequest('CANCEL');
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(new Set(camera.requests('INVITE').map((r) => r.headers.get('Call-ID'))).size, 1);
  time.offsetMs += CANCEL_HOLD_MS;
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  await eventually(() => second.outcome.log.includes('answer'), 'the next one is served');
  await second.call.hangUp();
});

test('REG-9: after a registration from another port requests go there, and the call goes on', async (t) => {
  const { server, camera, onInvite, device, events } = await registered(t);
  onInvite((request) => camera.reply(request, 200, { body: SDP }));
  const { call, outcome } = invite(server);
  await camera.untilRequest('ACK');
  const moved = await device();
  assert.equal((await moved.register('secret')).status, 200);
  assert.deepEqual(server.directory.device(ID)?.address, { host: '127.0.0.1', port: moved.localPort });
  assert.deepEqual(outcome.log, ['answer']);
  assert.ok(events.every((event) => event.type !== 'device.conflict' && event.type !== 'device.offline'));
  assert.deepEqual(await call.hangUp(), { byeAnswered: true });
  assert.deepEqual([moved.requests('BYE').length, camera.requests('BYE').length], [1, 0]);
});

test('SIP-2: what comes in the name of a device from elsewhere removes no channel and moves nothing', async (t) => {
  const { server, camera, device, types } = await registered(t);
  const notify = (event: string) =>
    `<?xml version="1.0"?><Notify><CmdType>Catalog</CmdType><SN>9</SN><DeviceID>${ID}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${CHANNEL}</DeviceID><Event>${event}</Event><Status>ON</Status></Item></DeviceList></Notify>`;
  assert.equal((await camera.message(notify('ADD'))).status, 200);
  assert.equal(server.directory.channelCount(ID), 1);
  const spoofer = await device(ID, '127.0.0.2');
  assert.equal((await spoofer.message(notify('DEL'))).status, 403);
  // nor with the channel as its sender
  assert.equal((await spoofer.message(notify('DEL'), CHANNEL)).status, 403);
  assert.equal(server.directory.channelCount(ID), 1);
  assert.equal(server.directory.device(ID)?.address?.port, camera.localPort);
  assert.equal((await camera.message(notify('DEL'), CHANNEL)).status, 200);
  assert.ok(types().includes('channel.removed'));
});

test('INV-8: a BYE that got lost while the device stayed online is said again at its next registration', async (t) => {
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
