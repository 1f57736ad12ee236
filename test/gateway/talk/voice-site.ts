/** Voices of a gateway and simulated cameras that hear them, over real sockets. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../../src/gateway/clock.ts';
import { openVoices } from '../../../src/gateway/talk/talk-desk.ts';
import type { TalkView } from '../../../src/gateway/talk/talk-views.ts';
import { isProblem, type Problem, type PulledTransport } from '../../../src/gateway/views.ts';
import { PortPool } from '../../../src/media/ingest/port-pool.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import type { SipEvent } from '../../../src/sip/server.ts';
import { SsrcPool } from '../../../src/sip/ssrc.ts';
import { CHANNEL, ID, meet, PLATFORM, until } from '../../simulator/meet.ts';

export interface VoiceSiteOptions {
  /** For calls of ours, best first. */
  readonly transports?: readonly PulledTransport[];
  readonly clock?: Clock;
  /** First of 200 media ports. */
  readonly firstPort?: number;
}

/** One gateway's voices; `more`: how its cameras are. */
export async function voiceSite(t: TestContext, more: Partial<SimulatorOptions> = {}, o: VoiceSiteOptions = {}) {
  const { transports = ['udp', 'tcp-passive'], clock = systemClock, firstPort = 27_000 } = o;
  let tell = (_: SipEvent): void => {};
  const { server, simulator, time } = await meet(t, { channels: 1, ...more }, 15_000, { onEvent: (e) => tell(e) });
  await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
  const pool = new PortPool({ host: '127.0.0.1', first: firstPort, last: firstPort + 199, quietMs: 50 });
  const ssrcs = new SsrcPool(PLATFORM);
  const published: [type: string, data: Record<string, unknown>][] = [];
  let ids = 0;
  const voices = openVoices({
    sip: server,
    pool,
    ssrcs,
    clock,
    pulls: {
      ladder: () => ({ transports, sdpForms: ['common'], idForms: ['channel'] }),
      isOnline: (deviceId) => server.directory.device(deviceId)?.online === true,
    },
    channelMissing: (deviceId, channelId) =>
      server.directory.channel(deviceId, channelId) === undefined
        ? { problem: 'channel_not_found', detail: 'There is none.' }
        : null,
    newId: () => `t${++ids}`,
    iso: (epochMs) => new Date(epochMs).toISOString(),
    publish: (type, data) => void published.push([type, data]),
  });
  tell = (event) => voices.event(event);
  t.after(async () => {
    await voices.close();
    pool.close();
  });
  const [camera] = simulator.devices;
  assert.ok(camera !== undefined);
  const codes = () => server.findingsOf(ID).map(({ code }) => code);
  const types = () => published.map(([type]) => type);
  return { server, camera, simulator, pool, ssrcs, voices, desk: voices.desk, published, types, codes, time };
}

/** The talk, where it is none but a talk. */
export function begun(talk: TalkView | Problem): TalkView {
  assert.ok(!isProblem(talk), JSON.stringify(talk));
  return talk;
}
