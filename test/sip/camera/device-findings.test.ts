import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Challenges, MAX_CHALLENGED, UNANSWERED } from '../../../src/sip/camera/challenges.ts';
import {
  DeviceFindings,
  MAX_CODES_PER_DEVICE,
  MAX_DETAIL_LENGTH,
  MAX_FINDINGS,
} from '../../../src/sip/camera/device-findings.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { Fleet } from '../../../src/sip/camera/fleet.ts';
import { ASKED_AT_ONCE, RollCall } from '../../../src/sip/camera/roll-call.ts';
import { memoryStores } from '../memory-stores.ts';

test('a finding is counted, its newest words and both times are kept', () => {
  const findings = new DeviceFindings();
  assert.equal(findings.add('a', 'REG-1', 'first', 1000), true);
  assert.equal(findings.add('a', 'REG-1', 'second', 2000), false);
  assert.equal(findings.add('a', 'SIP-9', 'x', 3000), true);
  assert.equal(findings.add('b', 'REG-1', 'x', 3000), true, 'another device is another story');
  assert.deepEqual(findings.of('a'), [
    { code: 'REG-1', count: 2, firstEpochMs: 1000, lastEpochMs: 2000, detail: 'second' },
    { code: 'SIP-9', count: 1, firstEpochMs: 3000, lastEpochMs: 3000, detail: 'x' },
  ]);
  findings.forget('a');
  findings.forget('a');
  assert.deepEqual([findings.of('a'), findings.size], [[], 1]);
});

test('codes of a device, rows of all and words are bounded', () => {
  const findings = new DeviceFindings();
  findings.add('a', 'X-0', 'y'.repeat(5000), 0);
  assert.equal(findings.of('a')[0]?.detail.length, MAX_DETAIL_LENGTH);
  for (let i = 0; i < 200; i += 1) findings.add('a', `X-${i}`, '', 0);
  assert.equal(findings.of('a').length, MAX_CODES_PER_DEVICE);
  for (let i = 0; findings.size < MAX_FINDINGS; i += 1) findings.add(`d${i >> 5}`, `X-${i & 31}`, '', 0);
  assert.equal(findings.add('one more', 'X-1', '', 0), false);
  assert.equal(findings.size, MAX_FINDINGS);
});

test('challenges are counted apart for each device, forgotten by an answer and with time, and bounded', () => {
  const challenges = new Challenges();
  const ask = (nowMs: number, id = 'a') => challenges.asked('h', id, nowMs).unanswered;
  assert.deepEqual(
    [0, 500, 1500, 3500].map((nowMs) => ask(nowMs)),
    [0, 0, 0, 0],
    'one lost answer means nothing',
  );
  assert.equal(ask(7500), UNANSWERED + 1);
  assert.equal(ask(7500, 'b'), 0);
  challenges.answered('h', 'a');
  assert.equal(ask(8000), 0);
  for (let i = 0; i < 10; i += 1) ask(8000);
  assert.equal(ask(8000 + 600_001), 0, 'another day');
  for (let i = 0; i < MAX_CHALLENGED + 10; i += 1) ask(700_000, `x${i}`);
  assert.equal(challenges.size, MAX_CHALLENGED);
});

test('REG-12: devices of the earlier run are asked a hundred at a time; who spoke meanwhile, or has to register, is not', () => {
  const stores = memoryStores();
  const epochMs = 1_000_000_000;
  const before = new Directory(stores.devices, stores.channels);
  for (let i = 0; i < 250; i += 1) {
    const device = before.ensureDevice(`d${String(i).padStart(3, '0')}`)!;
    Object.assign(device, {
      transport: i === 1 ? 'tcp' : 'udp',
      address: { host: '10.0.0.1', port: 5060 + i },
      registeredEpochMs: i === 0 ? epochMs - 3_700_000 : epochMs - 60_000,
      expiresSeconds: 3600,
    });
    before.save(device);
  }
  const directory = new Directory(stores.devices, stores.channels);
  const fleet = new Fleet(directory, { emit: () => {}, gone: () => {}, found: () => {} });
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const clock = { nowMs: () => 0, epochMs: () => epochMs };
  const inquiries = {
    stillThere: (deviceId: string, _: unknown, there: () => void) => {
      asked.push(deviceId);
      answers.push(there);
    },
  };
  const rollCall = new RollCall(fleet, inquiries, clock);
  rollCall.begin();
  assert.equal(asked.length, ASKED_AT_ONCE);
  assert.ok(!asked.includes('d000') && !asked.includes('d001'), 'its registration is over; it will dial us');
  answers[0]!();
  assert.equal(directory.device('d002')?.online, true);
  fleet.heard('d120', { transport: 'udp', host: '10.0.0.1', port: 5060 + 120 }, 0, epochMs);
  rollCall.poll();
  rollCall.poll();
  rollCall.poll();
  assert.equal(rollCall.left, 0);
  assert.equal(asked.length, 247);
  assert.ok(!asked.includes('d120'));
});
