import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_WAITING } from '../../src/sip/camera/outbox.ts';
import { deviceStatusQuestion } from '../../src/sip/manscdp/device-status.ts';
import { keyFrameCommand } from '../../src/sip/manscdp/key-frame.ts';
import { CHANNEL, commandOf, eventually, ID, registered, snOf } from './opened.ts';

/** Asking over the wire: one queue, one SN, one time limit. */

const status = (sn: string) =>
  `<Response><CmdType>DeviceStatus</CmdType><SN>${sn}</SN><DeviceID>${ID}</DeviceID><Result>OK</Result><Online>ONLINE</Online><Status>OK</Status></Response>`;

test('a question is answered by the Response with its SN; each has its own', async (t) => {
  const { server, camera } = await registered(t);
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    if (commandOf(request) === 'DeviceStatus') camera.tell(status(snOf(request)));
  };
  const before = server.counters().sip_questions_open;
  const answers = await Promise.all([1, 2, 3].map(() => server.ask(ID, deviceStatusQuestion(ID))));
  for (const answer of answers) assert.ok(!('fault' in answer) && answer.online === true);
  const sns = camera.requests('MESSAGE').map(snOf);
  assert.equal(new Set(sns).size, sns.length);
  assert.equal(server.counters().sip_questions_open, before);
});

test('what cannot be asked is said at once, what is refused with its status', async (t) => {
  const { server, camera } = await registered(t);
  const unknown = await server.ask('1', deviceStatusQuestion('1'));
  assert.equal('fault' in unknown && unknown.fault, 'not-found');
  camera.onRequest = (request) => camera.reply(request, 403);
  const refused = await server.ask(ID, keyFrameCommand(CHANNEL, 'IFameCmd'));
  assert.deepEqual(refused, { fault: 'rejected', detail: 'the device answered 403 X', status: 403 });
  camera.onRequest = (request) => camera.reply(request, 200);
  assert.equal(await server.ask(ID, keyFrameCommand(CHANNEL, 'IFameCmd')), null);
  await camera.register('secret', { expires: 0 });
  const offline = await server.ask(ID, deviceStatusQuestion(ID));
  assert.equal('fault' in offline && offline.fault, 'offline');
});

test('a device that is silent holds nobody longer than the question says', async (t) => {
  const { server, camera, time } = await registered(t);
  await eventually(() => server.counters().sip_outbox_tasks === 0, 'nothing waits');
  camera.onRequest = () => {};
  const asked = server.ask(ID, deviceStatusQuestion(ID));
  time.offsetMs += 11_000;
  const answer = await asked;
  assert.equal('fault' in answer && answer.fault, 'timeout');
});

test('the queue of a device is bounded, and the end of the server ends every question', async (t) => {
  const { server, camera } = await registered(t);
  camera.onRequest = () => {};
  const asked = Array.from({ length: MAX_WAITING + 8 }, () => server.ask(ID, deviceStatusQuestion(ID)));
  await server.close();
  const faults = (await Promise.all(asked)).map((answer) => ('fault' in answer ? answer.fault : 'answered'));
  assert.ok(faults.includes('busy'));
  assert.ok(faults.includes('closed'));
  assert.ok(faults.every((fault) => fault === 'busy' || fault === 'closed'));
  const late = await server.ask(ID, deviceStatusQuestion(ID));
  assert.equal('fault' in late && late.fault, 'offline');
});

test('an urgent message goes before those that wait', async (t) => {
  const { server, camera } = await registered(t);
  await eventually(() => server.counters().sip_outbox_tasks === 0, 'nothing waits');
  const held: (() => void)[] = [];
  camera.onRequest = (request) => held.push(() => camera.reply(request, 200));
  const before = camera.requests('MESSAGE').length;
  for (const _ of [1, 2, 3]) void server.ask(ID, deviceStatusQuestion(ID));
  const urgent = server.ask(ID, { ...keyFrameCommand(CHANNEL, 'IFameCmd'), haste: 'first' });
  await eventually(() => held.length === 1, 'the first question is there');
  camera.onRequest = (request) => camera.reply(request, 200);
  held[0]?.();
  assert.equal(await urgent, null);
  await eventually(() => camera.requests('MESSAGE').length === before + 4, 'all are there');
  const order = camera.requests('MESSAGE').slice(before).map(commandOf);
  assert.deepEqual(order, ['DeviceStatus', 'DeviceControl', 'DeviceStatus', 'DeviceStatus']);
});

test('a message beside the line waits for nobody; one that is wanted no more is left out', async (t) => {
  const { server, camera } = await registered(t);
  camera.onRequest = () => {};
  const before = camera.requests('MESSAGE').length;
  void server.ask(ID, deviceStatusQuestion(ID));
  await camera.until((m) => m.kind === 'request' && camera.requests('MESSAGE').length > before);
  let wanted = true;
  const late = server.ask(ID, { ...keyFrameCommand(CHANNEL, 'IFameCmd'), isWanted: () => wanted });
  wanted = false;
  camera.onRequest = (request) => camera.reply(request, 200);
  assert.equal(await server.ask(ID, { ...keyFrameCommand(CHANNEL, 'IFrameCmd'), haste: 'beside' }), null);
  assert.equal(await late, null, 'left out, when the question before it has had its time');
  const bodies = camera
    .requests('MESSAGE')
    .slice(before)
    .map((request) => Buffer.from(request.body).toString());
  assert.ok(bodies.some((body) => body.includes('IFrameCmd')));
  assert.ok(!bodies.some((body) => body.includes('IFameCmd')));
});
