import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { test } from 'node:test';
import { Feed } from '../../src/media/feed.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { openReceiver, Receiver } from '../../src/media/receiver.ts';
import { until } from '../support/gbgate.ts';

const SSRC = 200_000_001;

/** Binds a UDP socket to an even port whose neighbour above is free as well: where the reports go. */
async function pair(address: string): Promise<[dgram.Socket, dgram.Socket]> {
  const bound = (port: number) =>
    new Promise<dgram.Socket | null>((resolve) => {
      const socket = dgram.createSocket('udp4');
      socket.once('error', () => resolve(null));
      socket.bind(port, address, () => resolve(socket));
    });
  for (let port = 26_000; ; port += 2) {
    const [media, above] = [await bound(port), await bound(port + 1)];
    if (media !== null && above !== null) return [media, above];
    media?.close();
    above?.close();
  }
}

test('RTP-11: a profile may switch receiver reports off', async (t) => {
  const pool = new PortPool({ host: '127.0.0.1', first: 26_400, last: 26_419, quietMs: 0, holdOffMs: 0 });
  const clock = { nowMs: 1000 };
  const scene = async (hasReports: boolean, address: string) => {
    const receiver = await openReceiver({
      transport: 'udp',
      pool,
      ssrc: SSRC,
      feed: new Feed({ reorder: null }),
      onEvent() {},
      now: () => clock.nowMs,
      hasReports,
    });
    assert.ok(receiver instanceof Receiver, JSON.stringify(receiver));
    const [media, above] = await pair(address);
    const reports: Buffer[] = [];
    above.on('message', (bytes) => reports.push(bytes));
    t.after(() => {
      receiver.close({ byeAnswered: true });
      media.close();
      above.close();
    });
    const packet = Buffer.alloc(60);
    packet.writeUInt16BE(0x8060, 0);
    packet.writeUInt32BE(SSRC, 8);
    const send = (sequence: number) => {
      packet.writeUInt16BE(sequence, 2);
      media.send(packet, receiver.port, '127.0.0.1');
    };
    return { receiver, reports, send };
  };
  t.after(() => pool.close());
  const silent = await scene(false, '127.0.0.6');
  const usual = await scene(true, '127.0.0.7');
  for (const each of [silent, usual]) each.send(1);
  await until('both are heard', () => silent.receiver.remote !== null && usual.receiver.remote !== null);
  // the silent one is due first: when the other has reported twice, its own time has come as well
  for (const due of [1, 2]) {
    clock.nowMs += 6000;
    for (const each of [silent, usual]) each.send(due + 1);
    await until(`report ${due}`, () => usual.reports.length >= due);
  }
  assert.equal(silent.reports.length, 0);
});
