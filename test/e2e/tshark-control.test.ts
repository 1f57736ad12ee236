/** Steering, presets and every control as tshark sees them, over UDP and over TCP: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/gateway/clock.ts';
import type { Control } from '../../src/gateway/control/controls.ts';
import { openVocabulary } from '../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../src/gateway/views.ts';
import { CHANNEL, ID, meet, until } from '../simulator/meet.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { toldNowhere } from '../support/told-nowhere.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;
const BOX = { width: 704, height: 576, x: 300, y: 200, boxWidth: 120, boxHeight: 90 };
const CONTROLS: readonly Control[] = [
  { command: 'record', enabled: true },
  { command: 'guard', enabled: true },
  { command: 'alarm-reset', method: 2, type: 1 },
  { command: 'key-frame' },
  { command: 'home-position', enabled: true, preset: 1, resetSeconds: 60 },
  { command: 'drag-zoom-in', ...BOX },
  { command: 'drag-zoom-out', ...BOX },
  { command: 'ptz-precise', pan: 90, tilt: 10.5, zoom: 4 },
  { command: 'format-card', card: 1 },
  { command: 'target-track', mode: 'manual', channel: CHANNEL, box: BOX },
  { command: 'aux', number: 1, enabled: true },
  { command: 'cruise', group: 1, action: 'add', preset: 3 },
  { command: 'scan', group: 1, action: 'speed', value: 100 },
  { command: 'upgrade', firmware: 'V5.7.1', url: 'http://192.0.2.1/fw.bin' },
];

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with control over ${sip}`, async (t) => {
    const packets: SeenPacket[] = [];
    const { server, events } = await meet(t, { channels: 1, sip }, 15_000, {
      tap: (direction, bytes, peer) => {
        const camera = { host: peer.host, port: peer.port };
        const ours = { host: '127.0.0.1', port: OURS };
        const [from, to] = direction === 'in' ? [camera, ours] : [ours, camera];
        packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
      },
    });
    await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
    server.directory.device(ID)!.version = '3.0';
    const { desks, close } = openVocabulary({
      sip: server,
      clock: systemClock,
      channelMissing: () => null,
      fetch: () => {},
      ...toldNowhere(),
    });
    t.after(() => close());
    assert.equal(await desks.ptz.drive(ID, CHANNEL, { pan: 1, tilt: -1, zoom: 1, focus: 1, iris: 1 }), null);
    assert.equal(await desks.ptz.stop(ID, CHANNEL), null);
    assert.equal(await desks.ptz.setPreset(ID, CHANNEL, 1, '东门停车场 <1>'), null);
    assert.ok(!isProblem(await desks.ptz.presets(ID, CHANNEL, { force: false })));
    for (const control of CONTROLS) {
      const said = await desks.controls.control(ID, CHANNEL, control, { force: false });
      assert.ok(!isProblem(said), JSON.stringify([control, said]));
    }
    await until('the end of the upgrade', () => events.some(({ type }) => type === 'upgrade.completed'));
    const judged = judgeSip([...packets], OURS);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
    const count = (body: string) => judged.bodies.filter((each) => each === body).length;
    assert.ok(count('Control DeviceControl') >= CONTROLS.length + 5, `${count('Control DeviceControl')} controls`);
    assert.ok(count('Response DeviceControl') >= 5);
    assert.ok(count('Query PresetQuery') >= 1 && count('Response PresetQuery') >= 1);
    assert.ok(count('Notify DeviceUpgradeResult') >= 1);
  });
