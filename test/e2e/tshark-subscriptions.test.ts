/** Subscriptions and what they bring, as tshark sees them, over UDP and over TCP: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANNEL, ID, meet, until } from '../simulator/meet.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with subscriptions over ${sip}`, async (t) => {
    const packets: SeenPacket[] = [];
    const { server, simulator, time } = await meet(t, { channels: 1, sip }, 15_000, {
      tap: (direction, bytes, peer) => {
        const camera = { host: peer.host, port: peer.port };
        const ours = { host: '127.0.0.1', port: OURS };
        const [from, to] = direction === 'in' ? [camera, ours] : [ours, camera];
        packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
      },
    });
    await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
    const side = simulator.devices[0]!.subscriptions;
    server.subscriptions.defaultTo({ catalog: 60, alarm: 60, position: 60, ptzPosition: 60 });
    await until('all four', () => server.subscriptions.active === 4 && side.active.length === 4);
    await side.catalogChanged([[CHANNEL, 'OFF']]);
    await side.catalogChanged([[CHANNEL, 'UPDATE', '东门 <1>']]);
    time.offsetMs += 46_000;
    await until('all refreshed', () => side.seen.filter(({ inDialogue }) => inDialogue).length >= 4);
    const alarm = `<Notify>\r\n<CmdType>Alarm</CmdType>\r\n<SN>62</SN>\r\n<DeviceID>${CHANNEL}</DeviceID>\r\n<AlarmPriority>4</AlarmPriority>\r\n<AlarmMethod>5</AlarmMethod>\r\n<AlarmTime>2024-01-05T14:03:21</AlarmTime>\r\n</Notify>\r\n`;
    assert.equal(await side.notify('Alarm', alarm), true);
    await side.terminate('Alarm');
    server.subscriptions.setWishes(server.directory.device(ID)!, { catalog: 0, alarm: 0, position: 0, ptzPosition: 0 });
    await until('all ended', () => side.active.length === 0 && server.subscriptions.active === 0);
    const judged = judgeSip([...packets], OURS);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
    const count = (body: string) => judged.bodies.filter((each) => each === body).length;
    for (const command of ['Catalog', 'Alarm', 'MobilePosition', 'PTZPosition'])
      assert.ok(count(`Query ${command}`) >= 2, `${count(`Query ${command}`)} of ${command}`);
    for (const command of ['Catalog', 'Alarm', 'MobilePosition', 'PTZPosition'])
      assert.ok(count(`Notify ${command}`) >= 1, `no notify of ${command}`);
  });
