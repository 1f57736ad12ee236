import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type SipEvent, SipServer, type SipServerOptions } from '../../src/sip/server.ts';
import { memoryStores } from '../sip/memory-stores.ts';

export const PLATFORM = '34020000002000000001';
export const ID = '34020000001110000001';
export const CHANNEL = '34020000001310000001';

/** A camera of seven channels at a SIP server of ours; `registerMs` 0: nobody waits for its registration. */
export async function meet(
  t: TestContext,
  more: Partial<SimulatorOptions> = {},
  registerMs = 15_000,
  o: Partial<SipServerOptions> = {},
) {
  const time = { offsetMs: 0 };
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
    clock: { nowMs: () => performance.now() + time.offsetMs, epochMs: () => Date.now() + time.offsetMs },
    ...o,
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
  if (registerMs > 0) assert.equal(await simulator.whenRegistered(registerMs), true);
  return { server, simulator, events, time };
}

/** Waits until it holds. */
export async function until(what: string, holds: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    assert.ok(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
