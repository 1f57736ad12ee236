import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { NONCE, Platform, SERVER_ID } from './platform.ts';

const ID = '34020000001320000001';

function options(platform: Platform, more: Partial<SimulatorOptions> = {}): SimulatorOptions {
  return {
    server: { host: '127.0.0.1', port: platform.port },
    serverId: SERVER_ID,
    id: ID,
    password: '12345678',
    channels: 1,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
    ...more,
  };
}

for (const sip of ['udp', 'tcp'] as const) {
  for (const qop of [false, true]) {
    test(`registers over ${sip} ${qop ? 'with' : 'without'} qop and unregisters at the end`, async (t) => {
      const platform = await Platform.open({ password: '12345678', qop });
      t.after(() => platform.close());
      const simulator = await startSimulator(options(platform, { sip }));
      assert.equal(await simulator.whenRegistered(20_000), true);
      const first = await platform.next((heard) => heard.method === 'REGISTER');
      assert.equal(first.header('Authorization'), undefined);
      assert.equal(first.first, `REGISTER sip:${SERVER_ID}@3402000000 SIP/2.0`);
      const second = await platform.next((heard) => heard.method === 'REGISTER');
      assert.equal(second.header('Call-ID'), first.header('Call-ID'));
      assert.equal(second.header('CSeq'), '2 REGISTER');
      assert.equal(second.header('Expires'), '3600');
      assert.equal(platform.proofs.length, 1);
      assert.equal(/qop=auth,nc=00000001,cnonce="[0-9a-f]{8}"/.test(platform.proofs[0] ?? ''), qop);
      if (!qop) assert.match(platform.proofs[0] ?? '', /response="6a2143ae65b119e276a75f0a4a8992b7"/); // the published vector
      assert.equal(NONCE, '6fe9ba44a76be22a');
      await simulator.stop();
      const last = await platform.next(
        (heard) => heard.header('Expires') === '0' && heard.header('Authorization') !== undefined,
      );
      assert.equal(last.method, 'REGISTER');
      assert.equal(platform.registered.size, 0);
      assert.equal(simulator.counts.registered, 0);
    });
  }
}

test('keeps itself alive, and registers anew when a keepalive is refused', async (t) => {
  const platform = await Platform.open({ password: '12345678', refusedKeepalive: 2 });
  const simulator = await startSimulator(options(platform, { keepaliveSeconds: 0.1 }));
  t.after(() => simulator.stop().then(() => platform.close()));
  const beat = await platform.next((heard) => heard.body.includes('<CmdType>Keepalive</CmdType>'));
  assert.match(beat.body, new RegExp(`<DeviceID>${ID}</DeviceID>\r\n<Status>OK</Status>`));
  assert.equal(beat.header('Content-Type'), 'Application/MANSCDP+xml');
  await platform.next((heard) => heard.body.includes('Keepalive'));
  await platform.next((heard) => heard.body.includes('Keepalive')); // the one after the second registration
  assert.equal(simulator.counts.missedKeepalives, 1);
  assert.equal(platform.proofs.length, 2);
});

test('refreshes before the registration ends', async (t) => {
  const platform = await Platform.open({ password: '12345678', qop: true });
  const simulator = await startSimulator(options(platform, { expiresSeconds: 1.3 }));
  t.after(() => simulator.stop().then(() => platform.close()));
  const deadline = performance.now() + 20_000;
  while (platform.proofs.length < 2 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(platform.proofs[1] ?? '', /nc=00000002/);
});

test('a wrong password is not tried again at once', async (t) => {
  const platform = await Platform.open({ password: 'another' });
  const lines: Record<string, unknown>[] = [];
  const simulator = await startSimulator(options(platform, { log: (line) => lines.push(line) }));
  t.after(() => simulator.stop().then(() => platform.close()));
  const tries = () => platform.heard.filter((heard) => heard.method === 'REGISTER').length;
  const deadline = performance.now() + 20_000;
  while (lines.length === 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await simulator.whenRegistered(400), false);
  assert.equal(tries(), 2);
  assert.deepEqual(lines, [{ event: 'unregistered', device: ID, detail: 'REGISTER refused: 401 Unauthorized' }]);
});

test('a device whose TCP connection was cut comes back', async (t) => {
  const platform = await Platform.open({ password: '12345678' });
  const simulator = await startSimulator(options(platform, { sip: 'tcp' }));
  t.after(() => simulator.stop().then(() => platform.close()));
  assert.equal(await simulator.whenRegistered(20_000), true);
  platform.hangUp();
  const deadline = performance.now() + 20_000;
  while (platform.proofs.length < 2 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await simulator.whenRegistered(20_000), true);
  assert.equal(platform.proofs.length, 2);
});

test('200 devices register from one process, each under its own id', async (t) => {
  const platform = await Platform.open({ password: '12345678' });
  t.after(() => platform.close());
  const simulator = await startSimulator(options(platform, { count: 200, channels: 2 }));
  assert.equal(await simulator.whenRegistered(20_000), true);
  assert.equal(platform.registered.size, 200);
  assert.equal(platform.registered.has('34020000001320000200'), true);
  const channels = simulator.devices.flatMap((device) => device.channels.map((channel) => channel.id));
  assert.equal(new Set(channels).size, 400);
  assert.equal(channels.at(-1), '34020000001310000400');
  await simulator.stop();
  assert.equal(platform.registered.size, 0);
});

const DIGEST_QUIRKS: [string, RegExp][] = [
  ['REG-1', /^(?!.*qop)/],
  ['REG-4', /username="admin"/],
  ['REG-7', /username="34020000001320000001"/],
];
for (const [code, form] of DIGEST_QUIRKS) {
  test(`registers with ${code}`, async (t) => {
    const platform = await Platform.open({ password: '12345678', qop: true });
    const quirks = new Set([code]);
    const simulator = await startSimulator(options(platform, { quirks }));
    t.after(() => simulator.stop().then(() => platform.close()));
    assert.equal(await simulator.whenRegistered(20_000), true);
    assert.match(platform.proofs[0] ?? '', form);
    assert.equal(platform.registered.get(ID)?.expires, '3600');
  });
}
