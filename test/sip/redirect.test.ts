import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RedirectRule } from '../../src/sip/camera/redirects.ts';
import { eventually, ID, open } from './opened.ts';

const TARGET_ID = '34020000002000000002';
const rule = (port: number, host = '127.0.0.1'): RedirectRule => ({
  target: { id: TARGET_ID, host, port },
  devices: [],
  networks: [],
  share: null,
  maxDevices: null,
  fromLoad: null,
});

test('a REGISTER that proves its password is answered 302, with Contact, Expires and our edition, and registers nothing', async (t) => {
  const attempts: string[] = [];
  const { server, device } = await open(t, {
    redirect: [rule(5062, '10.0.0.12')],
    onAttempt: ({ outcome }) => attempts.push(outcome),
  });
  const camera = await device();
  const answer = await camera.register('secret');
  assert.equal(answer.status, 302);
  assert.equal(answer.reason, 'Moved Temporarily');
  assert.equal(answer.headers.get('Contact'), `<sip:${TARGET_ID}@10.0.0.12:5062>`);
  assert.equal(answer.headers.get('Expires'), '3600');
  assert.equal(answer.headers.get('X-GB-Ver'), '3.0');
  assert.match(answer.headers.get('To') ?? '', /;tag=/);
  assert.equal(server.directory.device(ID), undefined);
  assert.deepEqual(attempts, ['challenged', 'redirected']);
  assert.equal(server.counters().sip_registers_redirected_total, 1);
  const wrong = await (await device('34020000001180000002')).register('wrong');
  assert.equal(wrong.status, 403, 'whoever proves nothing learns no address');
  const goodbye = await camera.register('secret', { expires: 0 });
  assert.equal(goodbye.status, 200, 'nobody is sent elsewhere to say goodbye');
});

test('without digest a REGISTER is answered 302 at once', async (t) => {
  const { device } = await open(t, { authRequired: false, redirect: [rule(5062)] });
  assert.equal((await (await device()).send('REGISTER', ['Expires: 3600'])).status, 302);
});

test('REG-18: a device that ignores 302 is served here, and that is remembered', async (t) => {
  const { server: elsewhere } = await open(t, { platformId: TARGET_ID });
  const { server, stores, device } = await open(t, { redirect: [rule(elsewhere.port)] });
  const camera = await device();
  assert.equal((await camera.register('secret')).status, 302);
  assert.equal((await camera.register('secret')).status, 302, 'its target is there: once more');
  assert.equal((await camera.register('secret')).status, 200);
  assert.ok(server.directory.device(ID)?.online);
  assert.ok(server.findingsOf(ID).some(({ code }) => code === 'REG-18'));
  assert.equal(stores.devices.all().find((one) => one.id === ID)?.learned.redirect, 'here', 'and kept');
  assert.equal((await camera.register('secret')).status, 200, 'a refresh');
  assert.equal((await camera.register('secret', { expires: 0 })).status, 200);
  await eventually(() => server.directory.device(ID)?.online === false, 'it left');
  assert.equal((await camera.register('secret')).status, 200, 'it is never sent away again');
});

test('a device of 2022 that its target refuses is served here, and sent there again another time', async (t) => {
  const { server: elsewhere } = await open(t, { platformId: TARGET_ID });
  const { server, device } = await open(t, { redirect: [rule(elsewhere.port)] });
  const camera = await device();
  const register = async (expires = 3600) =>
    (await camera.register('secret', { expires, headers: ['X-GB-Ver: 3.0'] })).status;
  // the target answers OPTIONS, and does not want this one
  for (const status of [302, 302, 200]) assert.equal(await register(), status);
  assert.ok(server.findingsOf(ID).some(({ code, detail }) => code === 'REG-18' && /refuses it/.test(detail)));
  assert.equal(server.directory.device(ID)?.learned.redirect, undefined);
  assert.equal(await register(), 200, 'while it is here it stays');
  assert.equal(await register(0), 200);
  await eventually(() => server.directory.device(ID)?.online === false, 'it left');
  assert.equal(await register(), 302, 'its target may have been mended');
});

test('two gateways that enforce signalling digests know each other by the common password', async (t) => {
  const note = { mode: 'enforce', userIdentity: null } as const;
  // what the camera says besides has none
  const log = { warn() {}, info() {}, debug() {} };
  const { server: elsewhere } = await open(t, { platformId: TARGET_ID, note, log });
  const { server, device } = await open(t, { redirect: [rule(elsewhere.port)], note, log });
  const camera = await device();
  for (const status of [302, 302, 200]) assert.equal((await camera.register('secret')).status, status);
  assert.equal(server.directory.device(ID)?.learned.redirect, 'here', 'its target was found to be there');
  assert.ok(Number(elsewhere.counters().sip_notes_good_total) >= 2);
});

test('a device that comes back after its target failed is taken, and nothing is learned of it', async (t) => {
  const { server: elsewhere } = await open(t, { platformId: TARGET_ID });
  const { server, device } = await open(t, { redirect: [rule(elsewhere.port)] });
  const camera = await device();
  assert.equal((await camera.register('secret')).status, 302);
  await elsewhere.close();
  assert.equal((await camera.register('secret')).status, 200);
  assert.equal(server.directory.device(ID)?.learned.redirect, undefined);
  assert.ok(!server.findingsOf(ID).some(({ code }) => code === 'REG-18'));
  assert.equal((await camera.register('secret')).status, 200, 'while it is here it stays');
});

test('a target is found by its name; one without an address is gone', async (t) => {
  const { server: elsewhere } = await open(t, { platformId: TARGET_ID });
  const named = await open(t, { redirect: [rule(elsewhere.port, 'localhost')] });
  const camera = await named.device();
  for (const status of [302, 302, 200]) assert.equal((await camera.register('secret')).status, status);
  assert.equal(named.server.directory.device(ID)?.learned.redirect, 'here');
  const nameless = await open(t, { redirect: [rule(5060, 'no-such-host.invalid')] });
  const other = await nameless.device();
  for (const status of [302, 200]) assert.equal((await other.register('secret')).status, status);
});
