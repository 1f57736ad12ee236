import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NonInviteClient } from '../../../src/sip/transaction/client.ts';
import { Deadlines, T1_MS, T2_MS, T4_MS, type TIMERS, timerMs } from '../../../src/sip/transaction/deadlines.ts';
import { InviteClient } from '../../../src/sip/transaction/invite-client.ts';
import { InviteServer } from '../../../src/sip/transaction/invite-server.ts';
import { NonInviteServer } from '../../../src/sip/transaction/server.ts';

interface Machine {
  readonly deadlineMs: number;
  readonly state: { readonly name: string };
  poll(nowMs: number): string[];
}

const START_MS = 1_000_000;

/** Runs the machine by its own deadlines up to `untilMs` (relative); what happened when, relative to the start. */
function run(machine: Machine, untilMs: number): [atMs: number, action: string][] {
  const log: [number, string][] = [];
  for (let turns = 0; machine.deadlineMs <= START_MS + untilMs; turns += 1) {
    assert.ok(turns < 1000, 'the machine wakes for ever');
    const nowMs = machine.deadlineMs;
    assert.deepEqual(machine.poll(nowMs - 1), [], 'woken too early it does nothing');
    for (const action of machine.poll(nowMs)) log.push([nowMs - START_MS, action]);
  }
  return log;
}

const at = (ms: number) => START_MS + ms;

test('the timers have the values of RFC 3261 table 4', () => {
  assert.deepEqual([T1_MS, T2_MS, T4_MS], [500, 4000, 5000]);
  const udp = Object.fromEntries(
    [...'ABDEFGHIJKLM'].map((letter) => [letter, timerMs(letter as keyof typeof TIMERS, false)]),
  );
  assert.deepEqual(udp, {
    A: 500,
    B: 32_000,
    D: 32_000,
    E: 500,
    F: 32_000,
    G: 500,
    H: 32_000,
    I: 5000,
    J: 32_000,
    K: 5000,
    L: 32_000,
    M: 32_000,
  });
  const tcp = Object.fromEntries(
    [...'ABDEFGHIJKLM'].map((letter) => [letter, timerMs(letter as keyof typeof TIMERS, true)]),
  );
  const never = Number.POSITIVE_INFINITY;
  assert.deepEqual(tcp, {
    A: never,
    B: 32_000,
    D: 0,
    E: never,
    F: 32_000,
    G: never,
    H: 32_000,
    I: 0,
    J: 0,
    K: 0,
    L: 32_000,
    M: 32_000,
  });
});

test('non-INVITE client, UDP, silence: E doubles up to T2, F ends it', () => {
  const machine = new NonInviteClient(false);
  assert.deepEqual(machine.start(START_MS), ['send']);
  const log = run(machine, 60_000);
  const times = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  assert.deepEqual(log, [...times.map((ms) => [ms, 'send']), [32_000, 'timeout'], [32_000, 'end']]);
  assert.equal(machine.state.name, 'terminated');
});

test('non-INVITE client, UDP, provisional then final: every T2, then K', () => {
  const machine = new NonInviteClient(false);
  machine.start(START_MS);
  assert.deepEqual(machine.response(100, at(100)), ['deliver']);
  assert.equal(machine.state.name, 'proceeding');
  assert.deepEqual(run(machine, 9_000), [
    [500, 'send'],
    [4500, 'send'],
    [8500, 'send'],
  ]);
  assert.deepEqual(machine.response(200, at(9_100)), ['deliver']);
  assert.equal(machine.state.name, 'completed');
  assert.deepEqual(machine.response(200, at(9_200)), [], 'a retransmitted final is absorbed');
  assert.deepEqual(machine.response(100, at(9_300)), []);
  assert.deepEqual(run(machine, 60_000), [[14_100, 'end']]);
});

test('non-INVITE client, TCP: sent once, ended by the final or by F', () => {
  const answered = new NonInviteClient(true);
  answered.start(START_MS);
  assert.deepEqual(run(answered, 31_999), []);
  assert.deepEqual(answered.response(404, at(31_999)), ['deliver', 'end']);
  assert.equal(answered.state.name, 'terminated');
  assert.deepEqual(answered.response(200, at(32_000)), []);
  const silent = new NonInviteClient(true);
  silent.start(START_MS);
  assert.deepEqual(run(silent, 60_000), [
    [32_000, 'timeout'],
    [32_000, 'end'],
  ]);
});

test('INVITE client, UDP, silence: A doubles without limit, B ends it', () => {
  const machine = new InviteClient(false);
  assert.deepEqual(machine.start(START_MS), ['send']);
  assert.deepEqual(run(machine, 60_000), [
    ...[500, 1500, 3500, 7500, 15_500, 31_500].map((ms) => [ms, 'send']),
    [32_000, 'timeout'],
    [32_000, 'end'],
  ]);
});

test('INVITE client: provisional stops A, failure is ACKed, again for each retransmission, until D', () => {
  const machine = new InviteClient(false);
  machine.start(START_MS);
  assert.deepEqual(machine.response(180, at(400)), ['deliver']);
  assert.equal(machine.state.name, 'proceeding');
  assert.deepEqual(run(machine, 60_000), []);
  assert.deepEqual(machine.response(486, at(60_000)), ['ack', 'deliver']);
  assert.equal(machine.state.name, 'completed');
  assert.deepEqual(machine.response(486, at(60_500)), ['ack']);
  assert.deepEqual(machine.response(200, at(60_600)), [], 'a 200 after a failure fits nothing');
  assert.deepEqual(run(machine, 200_000), [[92_000, 'end']]);
});

test('INVITE client: 2xx goes up each time it comes, until M (INV-1)', () => {
  for (const reliable of [false, true]) {
    const machine = new InviteClient(reliable);
    machine.start(START_MS);
    assert.deepEqual(machine.response(200, at(300)), ['deliver']);
    assert.equal(machine.state.name, 'accepted');
    assert.deepEqual(machine.response(200, at(800)), ['deliver-again']);
    assert.deepEqual(machine.response(180, at(900)), []);
    assert.deepEqual(run(machine, 60_000), [[32_300, 'end']]);
    assert.deepEqual(machine.response(200, at(70_000)), []);
  }
});

test('INVITE client, TCP: failure ends it at once', () => {
  const machine = new InviteClient(true);
  machine.start(START_MS);
  assert.deepEqual(run(machine, 20_000), []);
  assert.deepEqual(machine.response(503, at(20_000)), ['ack', 'deliver', 'end']);
});

test('INVITE client: an INVITE that rings for ever ends by C', () => {
  const machine = new InviteClient(false);
  machine.start(START_MS);
  machine.response(180, at(100));
  assert.deepEqual(run(machine, 1_000_000), [
    [180_100, 'timeout'],
    [180_100, 'end'],
  ]);
});

test('INVITE client: CANCEL waits for a provisional, and stops the retransmissions (INV-2)', () => {
  const machine = new InviteClient(false);
  machine.start(START_MS);
  assert.deepEqual(machine.cancel(at(600)), []);
  assert.deepEqual(run(machine, 20_000), []);
  assert.deepEqual(machine.response(100, at(20_000)), ['cancel', 'deliver']);
  assert.deepEqual(machine.cancel(at(20_100)), [], 'one CANCEL is enough');
  assert.deepEqual(machine.response(487, at(20_200)), ['ack', 'deliver']);
});

test('INVITE client: CANCEL after a provisional leaves at once; without an answer it is over 32 s later', () => {
  const machine = new InviteClient(false);
  machine.start(START_MS);
  machine.response(100, at(100));
  assert.deepEqual(machine.cancel(at(10_000)), ['cancel']);
  assert.deepEqual(run(machine, 100_000), [
    [42_000, 'timeout'],
    [42_000, 'end'],
  ]);
  assert.deepEqual(machine.cancel(at(50_000)), []);
});

test('INVITE client: CANCEL and then only silence ends by B', () => {
  const machine = new InviteClient(false);
  machine.start(START_MS);
  machine.cancel(at(10));
  assert.deepEqual(run(machine, 100_000), [
    [32_000, 'timeout'],
    [32_000, 'end'],
  ]);
});

test('non-INVITE server, UDP: trying drops, completed answers again, J ends it', () => {
  const machine = new NonInviteServer(false);
  machine.start(START_MS);
  assert.equal(machine.state.name, 'trying');
  assert.deepEqual(machine.retransmitted(), []);
  assert.deepEqual(machine.respond(100, at(10)), ['send']);
  assert.equal(machine.state.name, 'proceeding');
  assert.deepEqual(machine.retransmitted(), ['send']);
  assert.deepEqual(machine.respond(200, at(20)), ['send']);
  assert.equal(machine.state.name, 'completed');
  assert.deepEqual(machine.retransmitted(), ['send']);
  assert.deepEqual(machine.respond(500, at(30)), [], 'a second final is dropped');
  assert.deepEqual(run(machine, 60_000), [[32_020, 'end']]);
});

test('non-INVITE server, TCP: answered and forgotten', () => {
  const machine = new NonInviteServer(true);
  machine.start(START_MS);
  assert.deepEqual(machine.respond(200, at(20)), ['send', 'end']);
  assert.deepEqual(machine.retransmitted(), []);
});

test('a request our side never answers is forgotten after 64 s', () => {
  const machine = new NonInviteServer(false);
  machine.start(START_MS);
  assert.deepEqual(run(machine, 100_000), [[64_000, 'end']]);
});

test('INVITE server: 100 after 200 ms, provisional again for retransmissions', () => {
  const machine = new InviteServer(false);
  machine.start(START_MS);
  assert.deepEqual(machine.retransmitted(), []);
  assert.deepEqual(run(machine, 1000), [[200, 'send-trying']]);
  assert.deepEqual(machine.retransmitted(), ['send']);
  assert.deepEqual(machine.respond(180, at(1000)), ['send']);
  assert.deepEqual(machine.retransmitted(), ['send']);
  assert.deepEqual(run(machine, 200_000), [[180_000, 'end']]);
});

test('INVITE server, UDP: failure is repeated by G until H', () => {
  const machine = new InviteServer(false);
  machine.start(START_MS);
  assert.deepEqual(machine.respond(486, at(0)), ['send']);
  assert.deepEqual(machine.retransmitted(), ['send']);
  const times = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  assert.deepEqual(run(machine, 60_000), [...times.map((ms) => [ms, 'send']), [32_000, 'end']]);
});

test('INVITE server, UDP: the ACK confirms a failure, I ends it', () => {
  const machine = new InviteServer(false);
  machine.start(START_MS);
  machine.respond(486, at(0));
  assert.deepEqual(machine.acknowledged(at(700)), []);
  assert.equal(machine.state.name, 'confirmed');
  assert.deepEqual(machine.acknowledged(at(800)), []);
  assert.deepEqual(machine.retransmitted(), []);
  assert.deepEqual(run(machine, 60_000), [[5700, 'end']]);
});

test('INVITE server, TCP: failure is sent once, the ACK ends it', () => {
  const machine = new InviteServer(true);
  machine.start(START_MS);
  machine.respond(486, at(0));
  assert.deepEqual(run(machine, 31_999), []);
  assert.deepEqual(machine.acknowledged(at(31_999)), ['end']);
});

test('INVITE server: 2xx is repeated on every transport until its ACK; without one our side is told', () => {
  for (const reliable of [false, true]) {
    const acked = new InviteServer(reliable);
    acked.start(START_MS);
    assert.deepEqual(acked.respond(200, at(0)), ['send']);
    assert.equal(acked.state.name, 'accepted');
    assert.deepEqual(run(acked, 2000), [
      [500, 'send'],
      [1500, 'send'],
    ]);
    assert.deepEqual(acked.acknowledged(at(2000)), []);
    assert.deepEqual(run(acked, 60_000), [[32_000, 'end']]);
    const lonely = new InviteServer(reliable);
    lonely.start(START_MS);
    lonely.respond(200, at(0));
    assert.deepEqual(run(lonely, 60_000).slice(-2), [
      [32_000, 'unacknowledged'],
      [32_000, 'end'],
    ]);
  }
});

test('deadlines come in order, follow changes and keep memory to the number of sleepers', () => {
  const deadlines = new Deadlines<{ deadlineMs: number }>();
  const sleepers = Array.from({ length: 100 }, (_, i) => ({ deadlineMs: (i * 37) % 100 }));
  for (const sleeper of sleepers) deadlines.schedule(sleeper);
  deadlines.forget(sleepers[0]!); // the one at 0
  sleepers[1]!.deadlineMs = 500; // was at 37
  deadlines.schedule(sleepers[1]!);
  assert.equal(deadlines.nextMs(), 1);
  const order: number[] = [];
  for (let due = deadlines.due(99); due !== null; due = deadlines.due(99)) {
    order.push(due.deadlineMs);
    deadlines.forget(due);
  }
  assert.deepEqual(
    order,
    Array.from({ length: 99 }, (_, i) => i + 1).filter((ms) => ms !== 37),
  );
  assert.equal(deadlines.nextMs(), 500);
  assert.equal(deadlines.due(499), null);
  for (let i = 0; i < 100_000; i += 1) {
    sleepers[1]!.deadlineMs = 1000 + i;
    deadlines.schedule(sleepers[1]!);
  }
  assert.ok(deadlines.size < 2000, `${deadlines.size} entries for one sleeper`);
  sleepers[1]!.deadlineMs = Number.POSITIVE_INFINITY;
  deadlines.schedule(sleepers[1]!);
  assert.equal(deadlines.nextMs(), null);
});
