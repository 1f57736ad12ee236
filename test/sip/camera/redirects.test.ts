import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_WAITING, RedirectDesk, TARGET_WAIT_MS } from '../../../src/sip/camera/redirect-desk.ts';
import {
  DOWN_MS,
  isNetwork,
  MAX_REDIRECTED,
  REDIRECT_EXPIRES_SECONDS,
  type RedirectRule,
  Redirects,
  type RedirectTarget,
} from '../../../src/sip/camera/redirects.ts';

const targets = [1, 2, 3, 4].map((port): RedirectTarget => ({ id: '34020000002000000002', host: '10.0.0.1', port }));
const target = (port: number): RedirectTarget => targets[port - 1]!;
const [a, b] = [target(1), target(2)];
const rule = (port: number | null, o: Partial<RedirectRule> = {}): RedirectRule => ({
  target: port === null ? null : target(port),
  devices: [],
  networks: [],
  share: null,
  maxDevices: null,
  fromLoad: null,
  ...o,
});
const id = (n: number) => `34020000001110${String(n).padStart(6, '0')}`;
const HERE = { type: 'here', ignored: false } as const;

/** Where a device ends that comes for the first time; 0: here. */
function place(redirects: Redirects, deviceId: string, host = '192.168.1.2', nowMs = 0): number {
  const verdict = redirects.decide(deviceId, host, nowMs);
  assert.notEqual(verdict.type, 'ask');
  return verdict.type === 'to' ? verdict.target.port : 0;
}

test('rules by device id, source network and order', () => {
  const redirects = new Redirects(
    [
      rule(1, { devices: ['3402000000111*'] }),
      rule(2, { networks: ['10.1.0.0/16', '10.2.0.7'] }),
      rule(3, { networks: ['fd00::/8'] }),
      rule(4, { devices: [id(9).replace('111', '132')], networks: ['192.168.0.0/24'] }),
    ],
    () => 0,
  );
  const other = (n: number) => id(n).replace('111', '132');
  assert.equal(place(redirects, id(1)), 1, 'by the beginning of its id');
  assert.equal(place(redirects, id(2), '10.1.3.4'), 1, 'the first rule that fits');
  assert.equal(place(redirects, other(3), '10.1.255.255'), 2);
  assert.equal(place(redirects, other(4), '10.2.0.7'), 2);
  assert.equal(place(redirects, other(5), '10.2.0.8'), 0, 'no rule fits: served here');
  assert.equal(place(redirects, other(6), 'fd00::1'), 3);
  assert.equal(place(redirects, other(9), '192.168.0.9'), 4);
  assert.equal(place(redirects, other(9), '192.168.1.9'), 0, 'every condition of a rule must hold');
});

test('by load: of this gateway, and of the target', () => {
  let online = 0;
  const redirects = new Redirects([rule(1, { fromLoad: 2, maxDevices: 2 }), rule(2, { fromLoad: 2 })], () => online);
  assert.equal(place(redirects, id(1)), 0, 'below its load it serves by itself');
  online = 2;
  assert.deepEqual(
    [2, 3, 4].map((n) => place(redirects, id(n))),
    [1, 1, 2],
    'a target that is full gets no more',
  );
});

test('shares hold exactly, with this gateway among those that share', () => {
  const redirects = new Redirects([rule(1, { share: 1 }), rule(2, { share: 1 }), rule(3, { share: 2 })], () => 0);
  const counts = [0, 0, 0, 0];
  for (let n = 0; n < 1000; n += 1) counts[place(redirects, id(n))]! += 1;
  assert.deepEqual(counts, [0, 250, 250, 500]);
  const withHere = new Redirects([rule(null, { share: 1 }), rule(1, { share: 3 })], () => 0);
  const places = Array.from({ length: 8 }, (_, n) => place(withHere, id(n)));
  assert.deepEqual([places.filter((p) => p === 0).length, places.filter((p) => p === 1).length], [2, 6]);
});

test('a device keeps its place: when it asks again in time, and when it fell over', () => {
  const redirects = new Redirects([rule(1, { share: 1 }), rule(2, { share: 1 })], () => 0);
  assert.equal(place(redirects, id(1)), 1);
  assert.equal(place(redirects, id(2)), 2);
  const endMs = REDIRECT_EXPIRES_SECONDS * 1000 - 5_000;
  assert.equal(place(redirects, id(2), undefined, endMs), 2, 'its time with the target is over');
  assert.equal(redirects.decide(id(2), '10.0.0.9', endMs + 700_000).type, 'ask', 'it comes before that: why?');
  const placed = redirects.back(id(2), '10.0.0.9', b, true, endMs + 700_000);
  assert.deepEqual(placed, { type: 'to', target: target(2) }, 'its target is there: it fell over');
});

test('a device whose target is gone goes to another one, or is taken; the target is tried again later', () => {
  const redirects = new Redirects([rule(1, { share: 1 }), rule(2, { share: 1 })], () => 0);
  assert.equal(place(redirects, id(1)), 1);
  assert.equal(redirects.decide(id(1), 'h', 100_000).type, 'ask');
  assert.deepEqual(redirects.back(id(1), 'h', a, false, 100_000), { type: 'to', target: target(2) });
  const again = redirects.back(id(1), 'h', a, false, 100_000);
  assert.deepEqual(again, { type: 'to', target: target(2) }, 'another REGISTER of it waited for the same answer');
  assert.equal(place(redirects, id(2), 'h', 100_001), 2, 'nobody is sent to a target that is known to be gone');
  assert.equal(redirects.decide(id(1), 'h', 100_002).type, 'ask');
  assert.deepEqual(redirects.back(id(1), 'h', b, false, 100_002), HERE, 'none is left');
  assert.equal(place(redirects, id(3), 'h', 100_003 + DOWN_MS), 1, 'later they are tried again');
});

test('REG-18: a device that comes back from a target that is there is served here: twice at once, thrice slowly', () => {
  for (const [gapMs, returns] of [
    [1_000, 2],
    [60_000, 3],
  ] as const) {
    const redirects = new Redirects([rule(1)], () => 0);
    assert.equal(place(redirects, id(1)), 1);
    for (let n = 1; n <= returns; n += 1) {
      assert.equal(redirects.decide(id(1), 'h', n * gapMs).type, 'ask');
      const placed = redirects.back(id(1), 'h', a, true, n * gapMs);
      if (n < returns) assert.equal(placed.type, 'to', `after ${n} returns of ${gapMs} ms`);
      else assert.deepEqual(placed, { type: 'here', ignored: true });
    }
    assert.equal(redirects.size, 0);
  }
});

test('who was sent away is remembered for a while, and of so many', () => {
  const redirects = new Redirects([rule(1)], () => 0);
  for (let n = 0; n <= MAX_REDIRECTED; n += 1) place(redirects, id(n));
  assert.equal(redirects.size, MAX_REDIRECTED);
  place(redirects, id(7), 'h', REDIRECT_EXPIRES_SECONDS * 3000);
  assert.equal(redirects.size, 1);
});

test('a target is asked once for all who wait, and silence is an answer', () => {
  let nowMs = 0;
  const asked: (() => void)[] = [];
  const desk = new RedirectDesk(new Redirects([rule(1), rule(2)], () => 0), {
    ping: (_target, there) => void asked.push(there),
    nowMs: () => nowMs,
  });
  const placed: number[] = [];
  const come = (n: number) => desk.receive(id(n), 'h', (p) => placed.push(p.type === 'to' ? p.target.port : 0), nowMs);
  for (let n = 0; n < MAX_WAITING + 1; n += 1) come(n);
  assert.equal(placed.length, MAX_WAITING + 1);
  nowMs = 700_000;
  for (let n = 0; n < MAX_WAITING; n += 1) come(n);
  assert.deepEqual([asked.length, desk.waiting, placed.length], [1, MAX_WAITING, MAX_WAITING + 1]);
  come(MAX_WAITING);
  assert.equal(placed.at(-1), 2, 'one too many does not wait');
  desk.poll(nowMs + TARGET_WAIT_MS - 1);
  assert.equal(desk.waiting, MAX_WAITING);
  desk.poll(nowMs + TARGET_WAIT_MS);
  assert.deepEqual([desk.waiting, placed.length], [0, 2 * MAX_WAITING + 2]);
  assert.ok(placed.slice(MAX_WAITING + 1).every((port) => port === 2));
  asked[0]!();
  assert.equal(placed.length, 2 * MAX_WAITING + 2, 'an answer that comes too late changes nothing');
  assert.equal(desk.redirected, 2 * MAX_WAITING + 2);
});

test('what a network is', () => {
  for (const text of ['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::1', '0.0.0.0/0']) assert.ok(isNetwork(text), text);
  for (const text of ['', '10.0.0/8', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', 'lan', '10.0.0.0/'])
    assert.ok(!isNetwork(text), text);
});
