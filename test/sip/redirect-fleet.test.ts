import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { RedirectRule } from '../../src/sip/camera/redirects.ts';
import type { SipServer } from '../../src/sip/server.ts';
import { eventually, ID, open } from './opened.ts';
import { PLATFORM_ID } from './scripted-device.ts';

const SHARES = [1, 1, 2];

/** A redirector and three gateways, over real sockets. */
async function farm(t: TestContext) {
  const targets: SipServer[] = [];
  for (const n of [2, 3, 4]) {
    const platformId = `3402000000200000000${n}`;
    targets.push((await open(t, { platformId, domain: platformId.slice(0, 10) })).server);
  }
  const redirect: RedirectRule[] = targets.map(({ platformId, port }, index) => ({
    target: { id: platformId, host: '127.0.0.1', port },
    devices: [],
    networks: [],
    share: SHARES[index]!,
    maxDevices: null,
    fromLoad: null,
  }));
  return { redirector: (await open(t, { redirect })).server, targets };
}

async function cameras(
  t: TestContext,
  port: number,
  o: { sip: 'udp' | 'tcp'; count: number; quirks?: string[]; keepaliveSeconds: number },
) {
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 1,
    expiresSeconds: 3600,
    retrySeconds: 1,
    ...o,
    quirks: new Set(o.quirks),
  });
  t.after(() => simulator.stop());
  assert.ok(await simulator.whenRegistered(30_000), 'all are registered somewhere');
  return simulator;
}

const onlineAt = (server: SipServer): string[] =>
  server.directory
    .devices()
    .filter((device) => device.online)
    .map((device) => device.id);

for (const sip of ['udp', 'tcp'] as const)
  test(`cameras over ${sip} follow a redirector to three gateways, and fall back when one of these is gone`, async (t) => {
    const count = 16;
    const { redirector, targets } = await farm(t);
    // over TCP the broken connection alone tells them: no keepalive comes into it
    await cameras(t, redirector.port, { sip, count, keepaliveSeconds: sip === 'udp' ? 1 : 600 });
    assert.deepEqual(
      targets.map((target) => onlineAt(target).length),
      [4, 4, 8],
    );
    assert.equal(onlineAt(redirector).length, 0);
    await targets[2]!.close();
    const left = [targets[0]!, targets[1]!];
    await eventually(() => new Set(left.flatMap(onlineAt)).size === count, 'all are served by the two that are left');
    assert.equal(redirector.counters().sip_registers_refused_total, 0);
  });

test('when every gateway is gone the redirector takes the cameras itself', async (t) => {
  const { redirector, targets } = await farm(t);
  await cameras(t, redirector.port, { sip: 'tcp', count: 4, keepaliveSeconds: 600 });
  for (const target of targets) await target.close();
  await eventually(() => onlineAt(redirector).length === 4, 'they are served here');
  assert.deepEqual(redirector.findingsOf(ID), []);
});

test('REG-18: simulated cameras that do not follow are served by the redirector', async (t) => {
  const { redirector, targets } = await farm(t);
  await cameras(t, redirector.port, { sip: 'udp', count: 3, quirks: ['REG-18'], keepaliveSeconds: 60 });
  assert.equal(onlineAt(redirector).length, 3);
  assert.deepEqual(targets.flatMap(onlineAt), []);
  assert.ok(redirector.findingsOf(ID).some(({ code }) => code === 'REG-18'));
});
