import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHANNEL,
  catalogPart,
  commandOf,
  eventually,
  ID,
  invite,
  item,
  open,
  registered,
  SDP,
  snOf,
} from './opened.ts';
import { DOMAIN, PLATFORM_ID, ScriptedDevice } from './scripted-device.ts';

test('CAT-1: registers with digest, is asked what it is, and lists its channels, in whatever order they come', async (t) => {
  const { server, events, types, device, stores } = await open(t);
  const camera = await device();
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    const sn = snOf(request);
    const command = commandOf(request);
    if (command === 'DeviceInfo') {
      camera.tell(
        `<Response><CmdType>DeviceInfo</CmdType><SN>${sn}</SN><DeviceID>${ID}</DeviceID><DeviceName>NVR</DeviceName><Result>OK</Result><Manufacturer>ACME</Manufacturer><Model>N8</Model><Firmware>V1</Firmware></Response>`,
      );
    } else if (command === 'Catalog') {
      // out of order, one twice, each in its own message
      for (const n of [3, 1, 1, 2]) camera.tell(catalogPart(sn, 3, [item(`3402000000132000000${n}`)]));
    }
  };
  const answer = await camera.register('secret', { headers: ['X-GB-Ver: 3.0'] });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('Contact'), `<sip:${ID}@192.168.1.64:5060>;expires=3600`);
  assert.equal(answer.headers.get('Expires'), '3600');
  assert.equal(answer.headers.get('X-GB-Ver'), '3.0');
  const date = answer.headers.get('Date') ?? '';
  assert.match(date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  assert.ok(Math.abs(Date.parse(`${date}+08:00`) - Date.now()) < 5_000);
  await eventually(() => types().includes('catalog.updated'), 'the catalogue ends');
  await eventually(() => server.directory.device(ID)?.model === 'N8', 'DeviceInfo is learned');
  assert.deepEqual(
    server.directory
      .channels(ID)
      .map((c) => c.id)
      .sort(),
    ['34020000001320000001', '34020000001320000002', '34020000001320000003'],
  );
  const updated = events.find((e) => e.type === 'catalog.updated');
  assert.deepEqual(updated?.data, {
    deviceId: ID,
    queryId: String(updated?.type === 'catalog.updated' && updated.data.queryId),
    complete: true,
    channels: 3,
    added: 3,
    removed: 0,
    changed: 0,
  });
  const known = server.directory.device(ID);
  assert.deepEqual(
    [known?.name, known?.manufacturer, known?.firmware, known?.version, known?.online, known?.transport],
    ['NVR', 'ACME', 'V1', '3.0', true, 'udp'],
  );
  assert.deepEqual(known?.address, { host: '127.0.0.1', port: camera.localPort });
  assert.ok(types().indexOf('device.registered') < types().indexOf('device.online'));
  assert.deepEqual([...new Set(camera.requests('MESSAGE').map(commandOf))].sort(), [
    'Catalog',
    'DeviceInfo',
    'DeviceStatus',
  ]);
  assert.equal(stores.rows.devices.size, 1);
  assert.equal(stores.rows.channels.size, 3);
});

test('REG-1, REG-4, REG-7: digest forms: user name admin, no qop, Expires in Contact, none at all', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  assert.equal((await camera.register('secret', { username: 'admin' })).status, 200);
  assert.equal((await camera.register('secret', { plain: true })).status, 200);
  assert.equal((await camera.register('secret', { expires: null })).headers.get('Expires'), '3600');
  assert.equal(server.directory.device(ID)?.expiresSeconds, 3600);
  const first = await camera.send('REGISTER', [`Contact: <sip:${ID}@1.2.3.4>;expires=120`]);
  const nonce = /nonce="([0-9a-f]+)"/.exec(first.headers.get('WWW-Authenticate') ?? '')?.[1] ?? '';
  const again = await camera.send('REGISTER', [
    `Contact: <sip:${ID}@1.2.3.4>;expires=120`,
    camera.authorize(nonce, 'secret'),
  ]);
  assert.equal(again.headers.get('Expires'), '120');
});

test('a nonce is good once per count: replays get a fresh challenge', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  const first = await camera.send('REGISTER', []);
  assert.match(first.headers.get('WWW-Authenticate') ?? '', /algorithm=MD5/);
  const nonce = /nonce="([0-9a-f]+)"/.exec(first.headers.get('WWW-Authenticate') ?? '')?.[1] ?? '';
  const authorization = camera.authorize(nonce, 'secret');
  assert.equal((await camera.send('REGISTER', [authorization])).status, 200);
  const replay = await camera.send('REGISTER', [authorization]);
  assert.equal(replay.status, 401);
  assert.match(replay.headers.get('WWW-Authenticate') ?? '', /stale=true/);
  assert.equal((await camera.send('REGISTER', [camera.authorize(nonce, 'secret', { nc: 2 })])).status, 200);
  assert.equal(server.counters().sip_registers_stale_total, 1);
});

test('REG-8: unregister wants the digest too, and ends the device', async (t) => {
  const { server, device, types } = await open(t);
  const camera = await device();
  await camera.register('secret');
  const bare = await camera.send('REGISTER', [`Contact: <sip:${ID}@1.2.3.4>`, 'Expires: 0']);
  assert.equal(bare.status, 401);
  assert.equal(server.directory.device(ID)?.online, true);
  assert.equal((await camera.register('secret', { expires: 0 })).status, 200);
  assert.equal(server.directory.device(ID)?.online, false);
  assert.ok(types().includes('device.unregistered'));
  assert.equal((await camera.keepalive()).status, 403);
});

test('REG-19, REG-20: refusals: wrong platform id, wrong password, blocked, not added', async (t) => {
  const { server, device, events } = await open(t);
  const camera = await device();
  const wrong = await camera.send('REGISTER', [], '', { target: '34020000002000000099' });
  assert.deepEqual([wrong.status, wrong.reason], [403, 'Wrong Platform Id']);
  const bad = await camera.register('guess');
  assert.deepEqual([bad.status, bad.reason], [403, 'Wrong Password']);
  const reasons = events.filter((e) => e.type === 'device.rejected').map((e) => (e.data as { reason: string }).reason);
  assert.deepEqual(reasons, ['wrong-platform-id', 'wrong-password']);
  assert.match(JSON.stringify(events), /some Hikvision pages save an empty one/);
  assert.equal(server.directory.devices().length, 0);
  await camera.register('secret');
  server.removeDevice(ID, { block: true });
  assert.equal((await camera.register('secret')).status, 403);
  assert.equal(server.directory.device(ID), undefined);
  const closed = await open(t, { admission: 'known' });
  const other = await closed.device();
  assert.equal((await other.register('secret')).status, 403);
  closed.server.directory.ensureDevice(ID);
  assert.equal((await other.register('secret')).status, 200);
});

test('a device with its own password does not get in with the common one', async (t) => {
  const { server, device, stores } = await open(t);
  const row = server.directory.ensureDevice(ID)!;
  row.sealedPassword = server.sealPassword(ID, 'own');
  server.directory.save(row);
  assert.ok(!stores.rows.devices.get(ID)!.includes('"own"'));
  const camera = await device();
  assert.equal((await camera.register('secret')).status, 403);
  assert.equal((await camera.register('own', { username: 'admin' })).status, 200);
});

test('REG-20: failed log-ins are slowed, then locked out; another id behind the same address is not', async (t) => {
  const { server, device, time } = await open(t);
  const camera = await device();
  const neighbour = await device('34020000001180000002');
  let last = await camera.register('x');
  for (let i = 0; i < 2; i += 1) last = await camera.register('x');
  assert.equal(last.reason, 'Wrong Password');
  const slowed = await camera.register('secret');
  assert.deepEqual([slowed.status, slowed.reason], [403, 'Too Many Failed Logins']);
  assert.ok(Number(slowed.headers.get('Retry-After')) >= 1);
  for (let i = 0; i < 7; i += 1) {
    time.offsetMs += 31_000;
    last = await camera.register('x');
  }
  assert.equal(last.reason, 'Too Many Failed Logins');
  time.offsetMs += 31_000;
  assert.equal((await camera.register('secret')).status, 403);
  assert.equal(server.counters().sip_locked_out, 1);
  assert.equal((await neighbour.register('secret')).status, 200);
  time.offsetMs += 300_000;
  assert.equal((await camera.register('secret')).status, 200);
});

test('SIP-2, REG-12: keepalives: from home 200, from elsewhere and of strangers 403, and nothing moves', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  await camera.register('secret');
  assert.equal((await camera.keepalive()).status, 200);
  const spoofer = await device(ID, '127.0.0.2');
  assert.equal((await spoofer.keepalive()).status, 403);
  assert.equal((await (await device('34020000001180000009')).keepalive()).status, 403);
  assert.deepEqual(server.directory.device(ID)?.address, { host: '127.0.0.1', port: camera.localPort });
  // a new port at the same address is a NAT that changed its mind (SIP-2)
  const moved = await device();
  assert.equal((await moved.keepalive()).status, 200);
  assert.equal(server.directory.device(ID)?.address?.port, moved.localPort);
  assert.equal(server.counters().sip_requests_elsewhere_total, 2);
});

test('REG-12: offline after three missed keepalives, online again by one, and 403 once the registration has run out', async (t) => {
  const { server, device, types, time } = await open(t);
  const camera = await device();
  camera.onRequest = () => {};
  await camera.register('secret');
  time.offsetMs += 151_000;
  await eventually(() => camera.requests('MESSAGE').length >= 1, 'it is probed');
  time.offsetMs += 30_000;
  await eventually(() => types().includes('device.offline'), 'it goes offline');
  assert.equal(server.directory.device(ID)?.online, false);
  assert.equal((await camera.keepalive()).status, 200);
  assert.equal(server.directory.device(ID)?.online, true);
  time.offsetMs += 3_600_000;
  await eventually(() => server.directory.device(ID)?.online === false, 'its registration runs out');
  assert.equal((await camera.keepalive()).status, 403);
});

test('REG-10: two devices with one id: the first stays when it answers, else the second takes over', async (t) => {
  const { server, device, events } = await open(t);
  const camera = await device();
  await camera.register('secret');
  const clone = await device(ID, '127.0.0.2');
  const refused = await clone.register('secret');
  assert.deepEqual([refused.status, refused.reason], [403, 'Id In Use']);
  assert.equal(camera.requests('OPTIONS').length, 1);
  const conflict = events.find((e) => e.type === 'device.conflict');
  assert.deepEqual(conflict?.data, {
    deviceId: ID,
    address: `127.0.0.1:${camera.localPort}`,
    otherAddress: `127.0.0.2:${clone.localPort}`,
  });
  camera.onRequest = () => {};
  assert.equal((await clone.register('secret')).status, 200);
  assert.equal(server.directory.device(ID)?.address?.host, '127.0.0.2');
});

test('SIP-14, XML-10: OPTIONS 200, others 405 with Allow, unknown calls 481, unknown commands 200', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  assert.equal((await camera.send('OPTIONS')).status, 200);
  const no = await camera.send('PUBLISH');
  assert.equal(no.status, 405);
  assert.match(no.headers.get('Allow') ?? '', /REGISTER, MESSAGE/);
  assert.equal((await camera.send('BYE')).status, 481);
  await camera.register('secret');
  assert.equal((await camera.message('<Notify><CmdType>SensorCatalog</CmdType></Notify>')).status, 200);
  assert.equal((await camera.message('rubbish')).status, 400);
  camera.raw('garbage\r\n\r\n');
  await eventually(() => server.counters().sip_malformed_total === 1, 'garbage is counted');
});

test('SIP-13: a flood of REGISTERs keeps no transactions and is capped', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  for (let i = 0; i < 200; i += 1) {
    camera.raw(
      `REGISTER sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKf${i}\r\nFrom: <sip:${ID}@x>;tag=1\r\nTo: <sip:${ID}@x>\r\nCall-ID: f${i}\r\nCSeq: 1 REGISTER\r\n\r\n`,
    );
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await eventually(() => (server.counters().sip_messages_received_total ?? 0) >= 200, 'all arrive');
  const counters = server.counters();
  assert.equal(counters.sip_server_transactions, 0);
  assert.ok((counters.sip_registers_dropped_total ?? 0) >= 170, `dropped ${counters.sip_registers_dropped_total}`);
  assert.ok((counters.sip_registers_challenged_total ?? 0) >= 20);
});

test('REG-12: a restarted gateway knows its devices, asks who is still there and sends the BYEs it owes (INV-8)', async (t) => {
  const before = await registered(t);
  before.onInvite((request) => before.camera.reply(request, 200, { body: SDP }));
  const { outcome } = invite(before.server);
  await eventually(() => outcome.log.length === 1, 'up');
  const port = before.server.port;
  await before.server.close(); // no BYE: it dies
  const after = await open(t, { port, stores: before.stores });
  assert.equal(after.server.directory.device(ID)?.online, false);
  const asked = before.camera.requests('MESSAGE').length;
  after.server.takeUp();
  const bye = await before.camera.untilRequest('BYE');
  assert.match(bye.headers.get('To') ?? '', /;tag=dev1$/);
  await eventually(() => before.stores.rows.dialogues.size === 0, 'the dialogue is forgotten once answered');
  await eventually(() => after.server.directory.device(ID)?.online === true, 'it took the question: it is there');
  assert.equal(commandOf(before.camera.requests('MESSAGE')[asked]!), 'DeviceStatus');
  assert.deepEqual(after.types(), ['device.online']);
  assert.equal((await before.camera.keepalive()).status, 200);
  const stray = await ScriptedDevice.udp(ID, port, '127.0.0.2');
  t.after(() => stray.close());
  assert.equal((await stray.keepalive()).status, 403);
});

test('SIP-8: TCP: the same over one connection; when it is gone there is no way to the device', async (t) => {
  const { server, tcpDevice, time, types } = await open(t);
  const camera = await tcpDevice();
  assert.equal((await camera.register('secret')).status, 200);
  assert.equal(server.directory.device(ID)?.transport, 'tcp');
  assert.equal((await camera.keepalive()).status, 200);
  await camera.untilRequest('MESSAGE');
  camera.close();
  await eventually(() => server.counters().sip_tcp_connections === 0, 'closed');
  const { outcome } = invite(server);
  await eventually(() => outcome.log.length === 1, 'fails at once');
  assert.deepEqual(outcome.log, ['unreachable']);
  time.offsetMs += 5_500;
  await eventually(() => types().includes('device.offline'), 'offline after the grace');
});

test('CAT-2: a catalogue with a SumNum that is too high ends by quiet, incomplete, and removes nothing', async (t) => {
  const { server, camera, time } = await registered(t);
  server.directory.upsert(ID, [{ id: '34020000001320000007', event: '', on: true, fields: {} }]);
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    if (commandOf(request) === 'Catalog') camera.tell(catalogPart(snOf(request), 9, [item(CHANNEL, '门')]));
  };
  time.offsetMs += 121_000;
  await camera.keepalive();
  await eventually(() => server.counters().sip_catalogs_running === 0, 'the first query gave up');
  const query = server.catalog(ID);
  await eventually(() => server.directory.channel(ID, CHANNEL) !== undefined, 'merged at once');
  time.offsetMs += 5_000;
  const result = await query;
  assert.ok(!('fault' in result));
  assert.equal(result.complete, false);
  assert.deepEqual(
    result.items.map((c) => c.id),
    [CHANNEL],
  );
  assert.equal(server.directory.channels(ID).length, 2);
  const unknown = await server.queryCatalog('1', 100);
  assert.equal('fault' in unknown && unknown.fault, 'not-found');
});

test('a catalogue that comes although the query was never acknowledged is an answer', async (t) => {
  const { server, device, time } = await open(t);
  const camera = await device();
  camera.onRequest = () => {};
  await camera.register('secret');
  await eventually(() => camera.requests('MESSAGE').some((m) => commandOf(m) === 'DeviceInfo'), 'asked');
  time.offsetMs += 5_000; // the lines of the first two queries are freed without an answer
  await eventually(() => camera.requests('MESSAGE').some((m) => commandOf(m) === 'DeviceStatus'), 'asked on');
  time.offsetMs += 5_000;
  await eventually(() => camera.requests('MESSAGE').some((m) => commandOf(m) === 'Catalog'), 'asked for the catalogue');
  const query = camera.requests('MESSAGE').find((m) => commandOf(m) === 'Catalog')!;
  await camera.message(catalogPart(snOf(query), 2, [item(CHANNEL)]));
  const result = server.catalog(ID);
  time.offsetMs += 33_000;
  await eventually(() => server.counters().sip_client_transactions === 0, 'the query itself has timed out');
  const answer = await result;
  assert.ok(!('fault' in answer));
  assert.deepEqual([answer.complete, answer.items.map((channel) => channel.id)], [false, [CHANNEL]]);
});
