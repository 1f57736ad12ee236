import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegisterAttempt } from '../../src/sip/camera/attempt.ts';
import { eventually, ID, open } from './opened.ts';
import { DOMAIN } from './scripted-device.ts';

test('every REGISTER that is looked at is told with what became of it', async (t) => {
  const attempts: RegisterAttempt[] = [];
  const { device } = await open(t, { onAttempt: (attempt) => attempts.push(attempt) });
  const camera = await device();
  const told = () => attempts.splice(0).map(({ outcome, deviceId, host }) => `${outcome} ${deviceId} ${host}`);
  const here = `${ID} 127.0.0.1`;
  await camera.send('REGISTER', [], '', { target: '34020000002000000099' });
  assert.deepEqual(told(), [`wrong-platform-id ${here}`]);
  await camera.register('guess');
  assert.deepEqual(told(), [`challenged ${here}`, `wrong-password ${here}`]);
  await camera.register('secret');
  assert.equal(attempts.at(-1)?.domain, DOMAIN);
  assert.deepEqual(told(), [`challenged ${here}`, `accepted ${here}`]);
  const nobody = await device('not%20an%20id');
  await nobody.send('REGISTER', []);
  assert.deepEqual(told(), ['bad-device-id  127.0.0.1']);
});

test('tries go on counting while the events of one story are few; who is slowed is told how long', async (t) => {
  const attempts: RegisterAttempt[] = [];
  // the clock stands still: a slow machine must not serve the time that is to be waited
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs, epochMs: () => Date.now() };
  const { device, events } = await open(t, { clock, onAttempt: (attempt) => attempts.push(attempt) });
  const camera = await device();
  for (let i = 0; i < 4; i++) await camera.register('guess');
  const rejected = () =>
    events.flatMap((event) => (event.type === 'device.rejected' ? [[event.data.reason, event.data.tries]] : []));
  assert.deepEqual(rejected(), [
    ['wrong-password', 1],
    ['slowed', 1],
  ]);
  const slowed = attempts.find((attempt) => attempt.outcome === 'slowed');
  assert.equal(slowed?.retryAfterSeconds, 1);
  nowMs += 70_000;
  await camera.register('guess');
  assert.deepEqual(rejected().at(-1), ['wrong-password', 4]);
});

test('a catalogue that does not come after a registration is an event with its reason', async (t) => {
  const { device, events } = await open(t);
  const camera = await device();
  camera.onRequest = (request) => camera.reply(request, /Catalog/.test(String(request.body)) ? 486 : 200);
  await camera.register('secret');
  await eventually(() => events.some((event) => event.type === 'catalog.failed'), 'the failure is told');
  const failed = events.find((event) => event.type === 'catalog.failed');
  assert.ok(failed?.type === 'catalog.failed');
  assert.deepEqual([failed.data.deviceId, failed.data.reason], [ID, 'rejected']);
  assert.match(failed.data.detail, /486/);
});

test('a device that signs off before its catalogue came is no failure of the catalogue', async (t) => {
  const { device, events, types } = await open(t);
  const camera = await device();
  await camera.register('secret');
  await camera.register('secret', { expires: 0 });
  assert.ok(types().includes('device.unregistered'));
  assert.deepEqual(
    events.filter((event) => event.type === 'catalog.failed'),
    [],
  );
});
