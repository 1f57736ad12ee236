/** Broadcasts and talks as tshark sees them, over UDP and over TCP: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/gateway/clock.ts';
import { openVoices } from '../../src/gateway/talk/talk-desk.ts';
import { isProblem } from '../../src/gateway/views.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { SsrcPool } from '../../src/sip/ssrc.ts';
import { CHANNEL, ID, meet, PLATFORM, until } from '../simulator/meet.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;
const NAME = { deviceId: ID, channelId: CHANNEL };

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with voice over ${sip}`, async (t) => {
    const packets: SeenPacket[] = [];
    const { server, simulator } = await meet(t, { channels: 1, sip }, 15_000, {
      tap: (direction, bytes, peer) => {
        const camera = { host: peer.host, port: peer.port };
        const ours = { host: '127.0.0.1', port: OURS };
        const [from, to] = direction === 'in' ? [camera, ours] : [ours, camera];
        packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
      },
    });
    await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
    const pool = new PortPool({ host: '127.0.0.1', first: 27_200, last: 27_299, quietMs: 50 });
    let ids = 0;
    const { desk, close } = openVoices({
      sip: server,
      pool,
      ssrcs: new SsrcPool(PLATFORM),
      clock: systemClock,
      pulls: {
        ladder: () => ({ transports: ['udp', 'tcp-passive'], sdpForms: ['common'], idForms: ['channel'] }),
        isOnline: () => true,
      },
      channelMissing: () => null,
      newId: () => `t${++ids}`,
      iso: (epochMs) => new Date(epochMs).toISOString(),
      publish: () => {},
    });
    t.after(async () => {
      await close();
      pool.close();
    });
    const [camera] = simulator.devices;
    for (const transport of ['udp', 'tcp-active', 'tcp-passive'] as const)
      for (const mode of ['broadcast', 'talk'] as const) {
        camera!.voice.transport = transport;
        const talk = await desk.start(NAME, { mode, force: true });
        assert.ok(!isProblem(talk), JSON.stringify([transport, mode, talk]));
        // one is ended by us, the other by the camera
        if (mode === 'broadcast') assert.equal(desk.stop(NAME), null);
        else await camera!.voice.last?.hangUp();
        await until(
          'the end',
          () => isProblem(desk.talk(NAME)) && (mode === 'talk' || camera!.voice.last?.isOver === true),
        );
      }
    const judged = judgeSip([...packets], OURS);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
    const count = (body: string) => judged.bodies.filter((each) => each === body).length;
    assert.ok(count('Notify Broadcast') >= 3, JSON.stringify(judged.bodies));
    assert.ok(count('Response Broadcast') >= 3);
  });
