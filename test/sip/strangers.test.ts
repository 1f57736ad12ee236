import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFLICT_MS, MAX_REJECT_EVENTS } from '../../src/sip/camera/registration.ts';
import { eventually, ID, open } from './opened.ts';
import { DOMAIN, PLATFORM_ID } from './scripted-device.ts';

test('a forged INVITE makes one answer, not the dozen of a transaction, and is forgotten', async (t) => {
  const { server, device } = await open(t);
  const stranger = await device();
  assert.equal((await stranger.send('INVITE')).status, 403);
  await new Promise((resolve) => setTimeout(resolve, 1300)); // timer G would have sent it again twice
  assert.equal(stranger.received.length, 1);
  assert.equal(server.counters().sip_server_transactions, 0);
});

test('SIP-14: what strangers ask is answered and leaves no transaction', async (t) => {
  const { server, device } = await open(t);
  const stranger = await device('34020000001180000099');
  const answers: number[] = [];
  for (const method of ['OPTIONS', 'BYE', 'MESSAGE', 'NOTIFY', 'CANCEL', 'SUBSCRIBE', 'PUBLISH'])
    answers.push((await stranger.send(method)).status);
  assert.deepEqual(answers, [200, 481, 403, 403, 481, 405, 405]);
  assert.equal(server.counters().sip_server_transactions, 0);
});

test('SIP-3: only who logs in costs a question for the local address that faces it', async (t) => {
  const { server, device } = await open(t);
  for (let i = 10; i < 20; i += 1) await (await device(ID, `127.0.0.${i}`)).send(i % 2 === 0 ? 'OPTIONS' : 'REGISTER');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(server.counters().sip_local_addresses, 0);
  const camera = await device();
  await camera.register('secret');
  await eventually(() => server.counters().sip_local_addresses === 1, 'asked');
  const query = await camera.untilRequest('MESSAGE');
  assert.match(query.headers.get('Contact') ?? '', new RegExp(`@127\\.0\\.0\\.1:${server.port}>`));
});

test('REG-12: over a connection that still stands a keepalive gets 403 once the registration has run out', async (t) => {
  const { server, tcpDevice, time, types } = await open(t);
  const camera = await tcpDevice();
  await camera.register('secret', { expires: 60 });
  assert.equal((await camera.keepalive()).status, 200);
  time.offsetMs += 91_000;
  await eventually(() => server.directory.device(ID)?.online === false, 'its registration runs out');
  assert.equal((await camera.keepalive()).status, 403);
  assert.equal(server.directory.device(ID)?.online, false);
  assert.equal(types().filter((type) => type === 'device.online').length, 1);
  assert.equal((await camera.register('secret')).status, 200);
  assert.equal((await camera.keepalive()).status, 200);
});

test('the connection of a registered device counts as in use, that of a stranger does not', async (t) => {
  const limits = { maxConnections: 2 };
  const { server, tcpDevice } = await open(t, { connectionLimits: limits });
  const camera = await tcpDevice();
  await camera.register('secret');
  await new Promise((resolve) => setTimeout(resolve, 600)); // the answer to "which are in use?" is kept for half a second
  const stranger = await tcpDevice('34020000001180000098');
  assert.equal((await stranger.send('OPTIONS')).status, 200);
  const second = await tcpDevice('34020000001180000002');
  assert.equal((await second.register('secret')).status, 200);
  assert.equal((await camera.keepalive()).status, 200);
  const counters = server.counters();
  assert.deepEqual([counters.sip_tcp_connections, counters.sip_tcp_connections_closed_total], [2, 1]);
});

test('a wall clock that jumps puts no registered device out', async (t) => {
  let jumpMs = 0;
  const clock = { nowMs: () => performance.now(), epochMs: () => Date.now() + jumpMs };
  const { server, device } = await open(t, { clock });
  const camera = await device();
  await camera.register('secret');
  jumpMs = 10 * 3_600_000;
  assert.equal((await camera.keepalive()).status, 200);
  assert.equal(server.directory.device(ID)?.online, true);
});

test('SIP-13: datagrams in the name of a camera use up nothing of what it has on its connection', async (t) => {
  const { server, device, tcpDevice } = await open(t);
  const camera = await tcpDevice();
  await camera.register('secret');
  const forger = await device();
  for (let i = 0; i < 100; i += 1) {
    forger.raw(
      `REGISTER sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKf${i}\r\nFrom: <sip:${ID}@x>;tag=1\r\nTo: <sip:${ID}@x>\r\nCall-ID: f${i}\r\nCSeq: 1 REGISTER\r\n\r\n`,
    );
  }
  await eventually(() => (server.counters().sip_registers_dropped_total ?? 0) > 50, 'the cap is reached');
  assert.equal((await camera.register('secret')).status, 200);
});

test('whoever invents ids does not fill the event ring', async (t) => {
  const { server, device, types } = await open(t);
  const stranger = await device();
  for (let i = 0; i < MAX_REJECT_EVENTS + 50; i += 1) {
    const id = `3402000000118${String(i).padStart(7, '0')}`;
    stranger.raw(
      `REGISTER sip:34020000002000000009@${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKr${i}\r\nFrom: <sip:${id}@x>;tag=1\r\nTo: <sip:${id}@x>\r\nCall-ID: r${i}\r\nCSeq: 1 REGISTER\r\n\r\n`,
    );
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const refused = () => server.counters().sip_registers_refused_total ?? 0;
  await eventually(() => refused() === MAX_REJECT_EVENTS + 50, 'all are refused');
  assert.equal(types().filter((type) => type === 'device.rejected').length, MAX_REJECT_EVENTS);
  assert.equal(server.counters().sip_rejections_untold_total, 50);
});

test('a device that is blocked while its conflict of ids is settled stays out', async (t) => {
  const { server, device, time } = await open(t);
  const camera = await device();
  camera.onRequest = () => {};
  await camera.register('secret');
  const clone = await device(ID, '127.0.0.2');
  const answer = clone.register('secret');
  await eventually(() => server.counters().sip_conflicts_waiting === 1, 'the old address is asked');
  server.removeDevice(ID, { block: true });
  time.offsetMs += CONFLICT_MS;
  const { status, reason } = await answer;
  assert.deepEqual([status, reason], [403, 'Device Blocked']);
  assert.equal(server.directory.isBlocked(ID), true);
  assert.equal(server.directory.device(ID), undefined);
});

test('REG-4, REG-19: any user name with the right password, the right id in To, and no other platform', async (t) => {
  const { server, device, events } = await open(t);
  const camera = await device();
  assert.equal((await camera.register('secret', { username: 'admin' })).status, 200);
  const refused = await camera.send('REGISTER', ['Expires: 3600'], '', { target: '34020000002000000009' });
  assert.deepEqual([refused.status, refused.reason], [403, 'Wrong Platform Id']);
  const told = events.find((event) => event.type === 'device.rejected');
  assert.equal(told?.type === 'device.rejected' && told.data.reason, 'wrong-platform-id');
  assert.match(JSON.stringify(told), new RegExp(`34020000002000000009, this one is ${PLATFORM_ID}`));
  assert.equal(server.directory.device(ID)?.online, true, 'and what was registered stays so');
});

test('a fault of ours before any desk ends one message, not the process', async (t) => {
  const warnings: unknown[] = [];
  const log = { warn: (data: unknown) => warnings.push(data), info() {}, debug() {} };
  const { server, device } = await open(t, {
    log,
    onAttempt: () => {
      throw new Error('a mistake');
    },
  });
  const stranger = await device();
  stranger.send('REGISTER').catch(() => {});
  await eventually(() => server.counters().sip_desk_failures_total === 1, 'it is counted');
  assert.equal(warnings.length, 1);
  assert.equal((await stranger.send('OPTIONS')).status, 200);
});
