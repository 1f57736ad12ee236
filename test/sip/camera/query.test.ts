import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANSWER_MS, MAX_PARTS, type QueryFault, Questions, REMEMBERED_SNS } from '../../../src/sip/camera/query.ts';
import { deviceStatusQuestion } from '../../../src/sip/manscdp/device-status.ts';
import { bodyStyle, type Envelope, readEnvelope, writeEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';
import { textOf } from '../../../src/sip/manscdp/xml.ts';

/** Whom answers are for. */

const DEVICE = '34020000001180000001';
const CHANNEL = '34020000001320000001';
const OTHER = '34020000001320000002';

function response(cmdType: string, sn: number, deviceId = CHANNEL, result = 'OK'): Envelope {
  const body = writeEnvelope('Response', { cmdType, sn, deviceId }, [['Result', result]], bodyStyle(null, null));
  const envelope = readEnvelope(body);
  assert.ok(!('fault' in envelope));
  return envelope;
}

const result = (o: Partial<Question<string>> = {}): Question<string> => ({
  command: 'DeviceControl',
  targetId: CHANNEL,
  write: () => Buffer.alloc(0),
  answer: 'response',
  read: (envelope) => textOf(envelope.element, 'Result') ?? '',
  ...o,
});

const maybe = (answer: 'none' | 'optional'): Question<string | null> => ({
  ...result(),
  answer,
  read: (envelope) => textOf(envelope.element, 'Result'),
});

/** What was settled, in order. */
function table() {
  const questions = new Questions();
  const settled: [sn: number, answer: unknown][] = [];
  const ask = <A>(question: Question<A>, sn: number, nowMs = 0): boolean =>
    questions.ask(DEVICE, question, sn, (answer: A | QueryFault) => settled.push([sn, answer]), nowMs);
  return { questions, settled, ask };
}

const OFFLINE: QueryFault = { fault: 'offline', detail: 'gone' };

test('an answer goes to the question with its SN', () => {
  const { questions, settled, ask } = table();
  ask(result(), 1);
  ask(result(), 2);
  assert.deepEqual(questions.answer(DEVICE, response('DeviceControl', 2, CHANNEL, 'ERROR'), 0), []);
  assert.deepEqual(settled, [[2, 'ERROR']]);
  assert.equal(questions.size, 1);
});

test('XML-13: without our SN it goes to the question about its channel, else to the first', () => {
  const { questions, settled, ask } = table();
  ask(result(), 1);
  ask(result({ targetId: OTHER }), 2);
  ask(result(), 3);
  const noted = questions.answer(DEVICE, response('DeviceControl', 77, OTHER), 0);
  assert.deepEqual(
    noted?.map(([code]) => code),
    ['XML-13'],
  );
  questions.answer(DEVICE, response('DeviceControl', 77, DEVICE), 0);
  assert.deepEqual(
    settled.map(([sn]) => sn),
    [2, 1],
  );
});

test('a late answer is not taken for that of the next question, and neither is one of another device', () => {
  const { questions, settled, ask } = table();
  ask(result(), 1);
  questions.poll(ANSWER_MS);
  ask(result(), 2, ANSWER_MS);
  assert.equal(questions.answer(DEVICE, response('DeviceControl', 1), ANSWER_MS), null);
  assert.equal(questions.answer(OTHER, response('DeviceControl', 2), ANSWER_MS), null);
  assert.equal(settled.length, 1);
  // only so many are remembered
  for (let sn = 3; sn < 3 + REMEMBERED_SNS; sn += 1) {
    ask(result({ targetId: OTHER }), sn);
    questions.fail(DEVICE, sn, OFFLINE);
  }
  assert.notEqual(questions.answer(DEVICE, response('DeviceControl', 1), ANSWER_MS), null);
});

test('none: the SIP answer is the answer, and a Response to it is nobody else’s', () => {
  const { questions, settled, ask } = table();
  ask(maybe('none'), 1);
  ask(result(), 2);
  questions.taken(DEVICE, 1);
  assert.deepEqual(settled, [[1, null]]);
  assert.equal(questions.answer(DEVICE, response('DeviceControl', 1), 0), null);
  ask(maybe('none'), 3);
  questions.poll(ANSWER_MS);
  assert.deepEqual(
    settled.slice(1).map(([sn, answer]) => [sn, (answer as QueryFault).fault]),
    [
      [2, 'timeout'],
      [3, 'timeout'],
    ],
  );
});

test('optional: taken and then quiet is an answer, never taken is none', () => {
  const { questions, settled, ask } = table();
  ask(maybe('optional'), 1);
  ask(maybe('optional'), 2);
  ask(maybe('optional'), 3);
  questions.taken(DEVICE, 1);
  questions.answer(DEVICE, response('DeviceControl', 3, CHANNEL, 'ERROR'), 0);
  questions.poll(ANSWER_MS - 1);
  assert.deepEqual(settled, [[3, 'ERROR']]);
  questions.poll(ANSWER_MS);
  assert.equal(settled[1]?.[1], null);
  assert.equal((settled[2]![1] as QueryFault).fault, 'timeout');
});

test('an answer in many messages is gathered; quiet ends it with what came', () => {
  const { questions, settled, ask } = table();
  const many = {
    gather: (parts: readonly string[]) => parts.length === 3,
    merge: (parts: readonly string[]) => parts.join(),
  };
  ask(result(many), 1);
  ask(result({ ...many, waitMs: 2_000 }), 2);
  for (const word of ['a', 'b', 'c']) questions.answer(DEVICE, response('DeviceControl', 1, CHANNEL, word), 0);
  assert.deepEqual(settled, [[1, 'a,b,c']]);
  questions.answer(DEVICE, response('DeviceControl', 2, CHANNEL, 'x'), 1_500);
  questions.fail(DEVICE, 2, OFFLINE); // its SIP answer never came, but it has begun to answer
  questions.poll(3_499);
  assert.equal(questions.size, 1);
  questions.poll(3_500);
  assert.deepEqual(settled[1], [2, 'x']);
});

test('an answer has so many messages at most', () => {
  const { questions, settled, ask } = table();
  ask(result({ gather: () => false, merge: (parts) => String(parts.length) }), 1);
  for (let i = 0; i < MAX_PARTS; i += 1) questions.answer(DEVICE, response('DeviceControl', 1), 0);
  assert.deepEqual(settled, [[1, String(MAX_PARTS)]]);
});

test('XML-8: another CmdType with our SN answers when its fields fit', () => {
  const { questions, settled, ask } = table();
  ask(deviceStatusQuestion(DEVICE), 1);
  assert.equal(questions.answer(DEVICE, response('Catalog', 1), 0), null);
  const body = writeEnvelope(
    'Response',
    { cmdType: 'Catalog', sn: 1, deviceId: DEVICE },
    [['Online', 'ONLINE']],
    bodyStyle(null, null),
  );
  assert.deepEqual(
    questions.answer(DEVICE, readEnvelope(body) as Envelope, 0)?.map(([code]) => code),
    ['XML-8'],
  );
  assert.equal(settled.length, 1);
});

test('a device that leaves ends its questions and nobody else’s', () => {
  const { questions, settled, ask } = table();
  ask(result(), 1);
  questions.ask(OTHER, result(), 2, (answer) => settled.push([2, answer]), 0);
  questions.failAll(DEVICE, OFFLINE);
  assert.deepEqual(settled, [[1, OFFLINE]]);
  questions.failAll(null, OFFLINE);
  assert.equal(questions.size, 0);
  assert.equal(settled.length, 2);
});
