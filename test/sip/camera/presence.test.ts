import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrationDate } from '../../../src/sip/camera/beijing.ts';
import { Presence, TCP_GRACE_MS } from '../../../src/sip/camera/presence.ts';
import { openPassword, sealPassword } from '../../../src/sip/camera/secret.ts';

const day = { expiresInMs: 86_400_000 };

test('60 s × 3: probed in the last half interval, offline at 180 s', () => {
  const presence = new Presence();
  presence.online('a', day, 0);
  assert.deepEqual(presence.poll(149_999), []);
  assert.deepEqual(presence.poll(150_000), [{ type: 'probe', deviceId: 'a' }]);
  assert.deepEqual(presence.poll(179_999), []);
  assert.deepEqual(presence.poll(180_000), [{ type: 'offline', deviceId: 'a', reason: 'keepalive-missed' }]);
  assert.deepEqual(presence.poll(900_000), []);
  assert.equal(presence.isOnline('a'), false);
  assert.equal(presence.seen('a', 900_000), false);
});

test('REG-13, REG-15: any sign of life keeps it, and a quiet one is asked', () => {
  const presence = new Presence();
  presence.online('a', day, 0);
  presence.poll(150_000);
  assert.equal(presence.seen('a', 151_000), true);
  assert.deepEqual(presence.poll(180_000), [{ type: 'no-keepalive', deviceId: 'a', quietMs: 180_000 }], 'told once');
  assert.deepEqual(presence.poll(300_000), []);
  assert.deepEqual(presence.poll(301_000), [{ type: 'probe', deviceId: 'a' }]);
});

test('the registration runs out whatever is seen', () => {
  const presence = new Presence();
  presence.online('a', { expiresInMs: 60_000 }, 0);
  presence.seen('a', 89_000);
  assert.deepEqual(presence.poll(89_999), []);
  assert.deepEqual(presence.poll(90_000), [{ type: 'offline', deviceId: 'a', reason: 'registration-expired' }]);
});

test('a lost connection has its grace', () => {
  const presence = new Presence();
  presence.online('a', day, 0);
  presence.connectionLost('a', 1000);
  presence.connectionLost('a', 4000);
  assert.deepEqual(presence.poll(1000 + TCP_GRACE_MS - 1), []);
  presence.connectionBack('a');
  assert.deepEqual(presence.poll(1000 + TCP_GRACE_MS), []);
  presence.connectionLost('a', 10_000);
  assert.deepEqual(presence.poll(10_000 + TCP_GRACE_MS), [
    { type: 'offline', deviceId: 'a', reason: 'connection-lost' },
  ]);
});

test('REG-14: intervals from a profile stay within reason; illegal ones are 60 s × 3', () => {
  for (const [intervalSeconds, count, offlineAtMs] of [
    [0, 0, 180_000],
    [Number.NaN, Number.NaN, 180_000],
    [1, 0.5, 5_000],
    [-60, -3, 180_000],
    [10, 2, 20_000],
    [1e9, 1e9, 3600_000 * 20],
  ] as const) {
    const presence = new Presence();
    presence.online('a', { ...day, intervalSeconds, count }, 0);
    assert.ok(presence.poll(offlineAtMs - 1).every((e) => e.type === 'probe'));
    assert.ok(presence.poll(offlineAtMs).some((e) => e.type === 'offline'));
  }
});

test('REG-17: Date is Beijing time whatever the zone of the host, another zone or nothing by the profile', () => {
  const epochMs = Date.UTC(2024, 0, 4, 20, 3, 21, 512);
  assert.equal(registrationDate(epochMs, undefined), '2024-01-05T04:03:21.512');
  assert.equal(registrationDate(epochMs, 'beijing'), '2024-01-05T04:03:21.512');
  assert.equal(registrationDate(epochMs, 'UTC'), '2024-01-04T20:03:21.512');
  assert.equal(registrationDate(epochMs, 'Asia/Kolkata'), '2024-01-05T01:33:21.512');
  assert.equal(registrationDate(epochMs, 'America/New_York'), '2024-01-04T15:03:21.512');
  assert.equal(registrationDate(epochMs, 'No/Where'), '2024-01-05T04:03:21.512');
  assert.equal(registrationDate(epochMs, 'off'), null);
});

test('passwords are sealed for one device and one key', () => {
  const key = Buffer.from('k');
  let n = 0;
  const random = (bytes: number) => new Uint8Array(bytes).fill(n++);
  const sealed = sealPassword('密码 pw', 'a', key, random);
  assert.equal(openPassword(sealed, 'a', key), '密码 pw');
  assert.equal(openPassword(sealed, 'b', key), null);
  assert.equal(openPassword(sealed, 'a', Buffer.from('x')), null);
  assert.equal(openPassword(`${sealed.slice(0, -2)}AA`, 'a', key), null);
  for (const bad of ['', 'v1.', 'v2.abc', 'plain']) assert.equal(openPassword(bad, 'a', key), null);
  assert.notEqual(sealPassword('密码 pw', 'a', key, random), sealed);
});
