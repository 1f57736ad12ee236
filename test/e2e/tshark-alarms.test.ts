/** Alarms, their receipts, orders of pictures and their end as tshark sees them, over UDP and over TCP: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAlarmDesks } from '../../src/gateway/alarms/alarm-desks.ts';
import { systemClock } from '../../src/gateway/clock.ts';
import { Asked } from '../../src/gateway/control/asked.ts';
import { isProblem } from '../../src/gateway/views.ts';
import { openStore } from '../../src/store/store.ts';
import { CHANNEL, ID, meet, until } from '../simulator/meet.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with alarms and pictures over ${sip}`, async (t) => {
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
    server.directory.device(ID)!.version = '3.0';
    const dataDir = mkdtempSync(join(tmpdir(), 'gbgate-alarms-'));
    const store = openStore(dataDir);
    if ('fault' in store) throw new Error(store.fault);
    const published: string[] = [];
    const { directory } = server;
    let ids = 0;
    const { desks, close } = openAlarmDesks({
      config: {
        alarms: { keepDays: null, maxAlarms: 1000, maxSnapshots: 1000 },
        sip: { timeZone: 'Asia/Shanghai' } as never,
      },
      dataDir,
      store,
      sip: server,
      asked: new Asked({ directory, ask: (deviceId, question) => server.ask(deviceId, question), found: () => {} }),
      clock: systemClock,
      channelMissing: () => null,
      record: () => {},
      live: async () => ({ problem: 'no_media', detail: 'There is no stream here.' }),
      keyFrame: async () => ({ problem: 'no_media', detail: 'There is no stream here.' }),
      newId: () => `p${++ids}`,
      iso: (epochMs) => new Date(epochMs).toISOString(),
      publish: (type) => void published.push(type),
    });
    const http = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const session = request.url!.split('/')[3]!;
        void desks.imageSnapshots.uploaded(session, '', Buffer.concat(parts)).then((view) => {
          response.writeHead(isProblem(view) ? 400 : 200).end();
        });
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    t.after(async () => {
      http.closeAllConnections();
      http.close();
      await close();
      store.close();
      rmSync(dataDir, { recursive: true, force: true });
    });
    desks.imageSnapshots.servedAt({ host: '127.0.0.1', port: (http.address() as AddressInfo).port, publicUrl: null });

    const { alarms } = simulator.devices[0]!;
    alarms.upload = { method: 'POST', as: 'body' };
    const sns = [
      await alarms.alarm({ method: 5, type: 6, event: 1, description: '东门停车场', longitude: 117.12 }),
      await alarms.alarm({ method: 2, type: 2, priority: 1 }),
    ];
    await until('both receipts', () => sns.every((sn) => alarms.receipts.includes(sn)));
    await alarms.offerVideo();
    const order = await desks.imageSnapshots.take(ID, CHANNEL, { count: 2, intervalSeconds: 1, force: false });
    assert.ok(!isProblem(order), JSON.stringify(order));
    await until('the pictures', () => published.includes('snapshot.completed'));

    const judged = judgeSip([...packets], OURS);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
    const count = (body: string) => judged.bodies.filter((each) => each === body).length;
    assert.ok(count('Notify Alarm') >= 2 && count('Response Alarm') >= 2);
    assert.ok(count('Control DeviceConfig') >= 1 && count('Response DeviceConfig') >= 1);
    assert.ok(count('Notify UploadSnapShotFinished') >= 1);
    assert.ok(count('Notify VideoUploadNotify') >= 1);
  });
