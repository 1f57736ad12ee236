/** Making a sender wait: what is not read yet stays with it, over both forms of TCP. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Feed } from '../../src/media/feed.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { openReceiver, Receiver, type ReceiverEvent } from '../../src/media/receiver.ts';

const SSRC = 1_000_000_001;
const PACKET_BYTES = 1400;
/** More than the kernel keeps on both sides of a loopback connection. */
const PACKETS = 40_000;

function packets(): Buffer {
  const all = Buffer.alloc(PACKETS * (PACKET_BYTES + 2));
  for (let i = 0; i < PACKETS; i++) {
    const at = i * (PACKET_BYTES + 2);
    all.writeUInt16BE(PACKET_BYTES, at);
    all.writeUInt16BE(0x8060, at + 2);
    all.writeUInt16BE(i & 0xffff, at + 4);
    all.writeUInt32BE(SSRC, at + 10);
  }
  return all;
}

async function until(what: () => boolean, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !what(); await sleep(20)) assert.ok(Date.now() < end, 'it never came about');
}

let first = 22_000;

for (const transport of ['tcp-passive', 'tcp-active'] as const)
  test(`PB-5: a sender over ${transport} that is held back loses nothing`, async () => {
    const device = net.createServer();
    device.listen(0, '127.0.0.1');
    await once(device, 'listening');
    first += 10;
    const pool = new PortPool({ host: '127.0.0.1', first, last: first + 9, quietMs: 200, holdOffMs: 60_000 });
    const feed = new Feed({ reorder: null, pace: 'content' });
    const events: ReceiverEvent[] = [];
    const receiver = await openReceiver({ transport, pool, ssrc: SSRC, feed, onEvent: (event) => events.push(event) });
    assert.ok(receiver instanceof Receiver, JSON.stringify(receiver));
    // held before anything connects: it is true of connections to come as well
    receiver.hold(true);
    const accepted = once(device, 'connection');
    receiver.answered({
      ssrc: SSRC,
      host: '127.0.0.1',
      port: (device.address() as net.AddressInfo).port,
      fallbackHost: '127.0.0.1',
    });
    const socket: net.Socket =
      transport === 'tcp-active' ? (await accepted)[0] : net.connect({ host: '127.0.0.1', port: receiver.port });
    let isSent = false;
    socket.write(packets(), () => {
      isSent = true;
    });
    await until(() => events.some((event) => event.type === 'connected'));
    await sleep(300);
    assert.equal(feed.counters.packets, 0);
    assert.equal(isSent, false, 'the sender has to wait');
    receiver.hold(false);
    await until(() => feed.counters.packets > 1000);
    receiver.hold(true);
    await sleep(100);
    const read = feed.counters.packets;
    await sleep(300);
    assert.equal(feed.counters.packets, read);
    receiver.hold(false);
    await until(() => feed.counters.packets === PACKETS);
    assert.equal(feed.counters.lost, 0);
    socket.destroy();
    device.close();
    receiver.close({ byeAnswered: true });
    pool.close();
  });
