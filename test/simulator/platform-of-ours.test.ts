/** The simulated camera meets the project's own SIP server: two stacks written apart. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { QUIRKS } from '../../src/simulator/quirks.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type SipEvent, SipServer } from '../../src/sip/server.ts';
import { memoryStores } from '../sip/memory-stores.ts';
import { offer } from './platform.ts';
import { collectUdp, rtp } from './receive.ts';

const PLATFORM = '34020000002000000001';
const ID = '34020000001110000001';
const CHANNEL = '34020000001310000001';

async function meet(t: TestContext, more: Partial<SimulatorOptions> = {}) {
  const events: SipEvent[] = [];
  const server = await SipServer.open({
    platformId: PLATFORM,
    domain: '3402000000',
    host: '127.0.0.1',
    port: 0,
    authRequired: true,
    password: '12345678',
    sealingKey: new Uint8Array(32),
    admission: 'open',
    advertise: null,
    mediaAdvertise: null,
    mediaListen: '0.0.0.0',
    stores: memoryStores(),
    log: { warn: () => undefined, info: () => undefined, debug: () => undefined },
    onEvent: (event) => void events.push(event),
  });
  if ('fault' in server) throw new Error(server.detail);
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: server.port },
    serverId: PLATFORM,
    id: ID,
    password: '12345678',
    channels: 7,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
    ...more,
  });
  t.after(async () => {
    await simulator.stop();
    await server.close();
  });
  assert.equal(await simulator.whenRegistered(5000), true);
  return { server, simulator, events };
}

async function until(what: string, holds: () => boolean, timeoutMs = 8000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    assert.ok(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const sip of ['udp', 'tcp'] as const) {
  test(`registered over ${sip}: catalogue, device info, a call, good-bye`, async (t) => {
    const { server, simulator } = await meet(t, { sip });
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
    assert.equal(server.directory.channels(ID)[0]?.name, 'Camera 1');
    await until('the device info', () => server.directory.device(ID)?.model === 'Simulated camera');
    const receiver = await collectUdp();
    t.after(() => receiver.close());
    const answer = await new Promise<string | null>((resolve, reject) => {
      const call = server.invite({
        deviceId: ID,
        channelId: CHANNEL,
        subject: `${CHANNEL}:0200000001,${PLATFORM}:0`,
        sdp: offer({ port: receiver.port, transport: 'udp' }),
        timeoutMs: 5000,
        onProvisional: () => undefined,
        onAnswer: ({ sdp }) => {
          resolve(sdp);
          setTimeout(() => void call.hangUp(), 300);
        },
        onFailure: (failure) => reject(new Error(JSON.stringify(failure))),
        onBye: () => undefined,
        onDoubtfulBye: () => undefined,
      });
    });
    assert.match(answer ?? '', /\r\ny=0200000001\r\n/);
    await until('the end of the call', () => simulator.counts.callsTotal === 1 && simulator.counts.calls === 0);
    assert.equal(rtp(receiver.packets[0]!).payloadType, 96);
    await simulator.stop();
    assert.equal(server.directory.device(ID)?.online, false);
  });
}

/** Deviations in signalling that a platform has to take. */
const SIGNALLING = QUIRKS.map((quirk) => quirk.code).filter((code) => /^(REG|SIP|CAT)-/.test(code));
for (const code of SIGNALLING) {
  test(`${code}: the catalogue comes whole`, async (t) => {
    const { server } = await meet(t, { quirks: new Set([code]) });
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
  });
}
