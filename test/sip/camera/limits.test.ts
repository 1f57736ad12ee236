import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FORGET_MS,
  LOCK_FAILURES,
  LOCK_MS,
  Lockout,
  MAX_ROWS,
  SOURCE_LOCK_FAILURES,
} from '../../../src/sip/camera/lockout.ts';
import { MAX_WAITING, MESSAGE_HOLD_MS, Outbox } from '../../../src/sip/camera/outbox.ts';
import { MAX_QUESTIONS, Questions } from '../../../src/sip/camera/query.ts';
import {
  ID_BURST,
  ID_PER_SECOND,
  MAX_BUCKETS,
  RegisterRate,
  SOURCE_BURST,
} from '../../../src/sip/camera/register-rate.ts';
import { deviceInfoQuestion } from '../../../src/sip/manscdp/device-info.ts';

const HOST = '192.0.2.1';

test('delays double after the free failures, then the pair is locked, then it is forgiven', () => {
  const lockout = new Lockout();
  const delays: number[] = [];
  let nowMs = 0;
  for (let i = 1; i <= LOCK_FAILURES; i += 1) {
    assert.deepEqual(lockout.gate(HOST, 'a', false, nowMs), { allowed: true });
    assert.equal(lockout.failed(HOST, 'a', false, nowMs), i === LOCK_FAILURES);
    const gate = lockout.gate(HOST, 'a', false, nowMs);
    delays.push(gate.allowed ? 0 : gate.retryAfterSeconds);
    nowMs += 30_000;
  }
  assert.deepEqual(delays, [0, 0, 1, 2, 4, 8, 16, 30, 30, LOCK_MS / 1000]);
  nowMs -= 30_000;
  assert.equal(lockout.counts(nowMs).locked, 1);
  assert.deepEqual(lockout.gate(HOST, 'b', false, nowMs), { allowed: true });
  assert.deepEqual(lockout.gate('192.0.2.2', 'a', false, nowMs), { allowed: true });
  assert.deepEqual(lockout.gate(HOST, 'a', false, nowMs + LOCK_MS - 1), {
    allowed: false,
    cause: 'locked',
    retryAfterSeconds: 1,
  });
  assert.deepEqual(lockout.gate(HOST, 'a', false, nowMs + LOCK_MS), { allowed: true });
});

test('success and quiet forget; a new password forgets everywhere', () => {
  const lockout = new Lockout();
  for (let i = 0; i < 5; i += 1) lockout.failed(HOST, 'a', false, 0);
  lockout.succeeded(HOST, 'a');
  assert.equal(lockout.gate(HOST, 'a', false, 0).allowed, true);
  for (let i = 0; i < 5; i += 1) lockout.failed(HOST, 'a', false, 0);
  assert.equal(lockout.failed(HOST, 'a', false, FORGET_MS + 1), false);
  assert.equal(lockout.gate(HOST, 'a', false, FORGET_MS + 1).allowed, true);
  for (let i = 0; i < LOCK_FAILURES; i += 1) lockout.failed(HOST, 'a', false, 0);
  lockout.forget('a');
  assert.equal(lockout.gate(HOST, 'a', false, 0).allowed, true);
});

test('a source that guesses over many ids is shut, but not for ids that logged in from there', () => {
  const lockout = new Lockout();
  for (let i = 0; i < SOURCE_LOCK_FAILURES; i += 1) lockout.failed(HOST, `guess${i}`, false, 0);
  assert.equal(lockout.gate(HOST, 'new', false, 0).allowed, false);
  assert.equal(lockout.gate(HOST, 'known', true, 0).allowed, true);
  assert.equal(lockout.gate('192.0.2.9', 'new', false, 0).allowed, true);
});

test('rows of the lockout are bounded', () => {
  const lockout = new Lockout();
  for (let i = 0; i < MAX_ROWS + 500; i += 1) lockout.failed(`10.0.${i >> 8}.${i & 255}`, 'a', false, i / 1000);
  assert.equal(lockout.counts(100).rows, 2 * MAX_ROWS);
});

test('one id over its rate is dropped and comes back with time; the site of known ids is not', () => {
  const rate = new RegisterRate();
  for (let i = 0; i < ID_BURST; i += 1) assert.ok(rate.admit(HOST, 'a', 'verified', 0));
  assert.equal(rate.admit(HOST, 'a', 'verified', 0), false);
  assert.equal(rate.admit(HOST, 'b', 'verified', 0), true);
  assert.equal(rate.admit(HOST, 'a', 'verified', 1000 / ID_PER_SECOND), true);
  assert.equal(rate.admit(HOST, 'a', 'verified', 1000 / ID_PER_SECOND), false);
});

test('a thousand new devices behind one address get in at once; a flood of invented ids does not', () => {
  const rate = new RegisterRate();
  let admitted = 0;
  for (let i = 0; i < 2_000; i += 1) {
    if (rate.admit(HOST, `dev${i >> 1}`, 'stranger', 0)) admitted += 1;
  }
  assert.equal(admitted, 2_000);
  for (let i = 0; i < 10_000; i += 1) {
    if (rate.admit(HOST, `fake${i}`, 'stranger', 0)) admitted += 1;
  }
  assert.equal(admitted, SOURCE_BURST);
  for (let i = 0; i < MAX_BUCKETS + 100; i += 1) rate.admit(`host${i}`, 'x', 'verified', 0);
  assert.equal(rate.size, MAX_BUCKETS + 1);
});

test('the outbox runs one task of a device at a time, urgent ones first, and never waits for ever for a message', () => {
  const outbox = new Outbox();
  const order: string[] = [];
  const done = new Map<string, (nowMs: number) => void>();
  const add = (name: string, urgent: boolean, holdMs: number | null, device = 'd') =>
    outbox.add(
      device,
      {
        urgent,
        holdMs,
        run: (free) => {
          order.push(name);
          done.set(name, free);
        },
      },
      0,
    );
  add('invite', false, null);
  add('query', false, MESSAGE_HOLD_MS);
  add('next', false, null);
  add('bye 1', true, null);
  add('bye 2', true, null);
  add('other', false, null, 'e');
  assert.deepEqual(order, ['invite', 'other']);
  outbox.poll(1e9);
  assert.deepEqual(order, ['invite', 'other']);
  done.get('invite')!(5);
  done.get('bye 1')!(6);
  done.get('bye 1')!(6);
  done.get('bye 2')!(10);
  assert.deepEqual(order, ['invite', 'other', 'bye 1', 'bye 2', 'query']);
  outbox.poll(10 + MESSAGE_HOLD_MS - 1);
  assert.equal(order.length, 5);
  outbox.poll(10 + MESSAGE_HOLD_MS);
  assert.equal(order.at(-1), 'next');
  done.get('query')!(20_000);
  assert.equal(outbox.size, 2);
  done.get('next')!(20_000);
  done.get('other')!(20_000);
  assert.equal(outbox.size, 0);
});

test('the outbox is bounded for what begins things, not for what ends them', () => {
  const outbox = new Outbox();
  const idle = { urgent: false, holdMs: null, run: () => {} };
  for (let i = 0; i <= MAX_WAITING; i += 1) assert.equal(outbox.add('d', idle, 0), true);
  assert.equal(outbox.add('d', idle, 0), false);
  assert.equal(outbox.add('d', { ...idle, urgent: true }, 0), true);
  const quick = new Outbox();
  let ran = 0;
  for (let i = 0; i < 50_000; i += 1)
    quick.add(
      'd',
      {
        urgent: false,
        holdMs: null,
        run: (free) => {
          ran += 1;
          free(0);
        },
      },
      0,
    );
  assert.equal(ran, 50_000);
});

test('questions are bounded', () => {
  const questions = new Questions();
  for (let i = 0; i < MAX_QUESTIONS; i += 1) assert.ok(questions.ask('d', deviceInfoQuestion('d'), i, () => {}, 0));
  assert.equal(
    questions.ask('d', deviceInfoQuestion('d'), 0, () => {}, 0),
    false,
  );
});
