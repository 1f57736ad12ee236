import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedCounters, FeedEvent } from '../../src/media/frame.ts';
import { MAX_CONNECTIONS } from '../../src/media/ingest/connections.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { canAdopt, listenTcp } from '../../src/media/ingest/tcp.ts';
import {
  type MediaTransport,
  openReceiver,
  type PacketFeed,
  Receiver,
  type ReceiverEvent,
} from '../../src/media/receiver.ts';

const SSRC = 200000001;

function rtp(sequence: number, ssrc = SSRC, bytes = 200): Buffer {
  const packet = Buffer.alloc(bytes, sequence & 0xff);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(3600, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

function framed(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]);
}

const COUNTERS: FeedCounters = {
  packets: 0,
  bytes: 0,
  lost: 0,
  reordered: 0,
  duplicate: 0,
  discarded: 0,
  frames: 0,
  keyFrames: 0,
  audioFrames: 0,
  timestampJumps: 0,
  gopMs: 0,
  jitterMs: 0,
};

/** Writes down what reaches it. */
class Notes implements PacketFeed {
  readonly counters = COUNTERS;
  readonly packets: string[] = [];
  readonly log: string[] = [];
  polls = 0;
  packet(packet: Uint8Array): readonly FeedEvent[] {
    this.packets.push(Buffer.from(packet).toString('hex'));
    return [];
  }
  poll(): readonly FeedEvent[] {
    this.polls += 1;
    return [];
  }
  reset(): readonly FeedEvent[] {
    this.log.push(`reset after ${this.packets.length}`);
    return [];
  }
  end(): readonly FeedEvent[] {
    this.log.push('end');
    return [{ type: 'first-pack' }];
  }
}

// Below the system's ephemeral ports, which other tests' connections use.
let nextFirst = 23_000;

async function scene(transport: MediaTransport) {
  // A range of its own per test: what rests from one must not be in the way of the next.
  const first = nextFirst;
  nextFirst += 10;
  const pool = new PortPool({ host: '127.0.0.1', first, last: first + 9, quietMs: 200, holdOffMs: 60_000 });
  const feed = new Notes();
  const events: ReceiverEvent[] = [];
  const receiver = await openReceiver({ transport, pool, ssrc: SSRC, feed, onEvent: (event) => events.push(event) });
  assert.ok(receiver instanceof Receiver, JSON.stringify(receiver));
  const types = () => events.map(({ type }) => type);
  const close = async () => {
    receiver.close({ byeAnswered: true });
    pool.close();
    await sleep(5);
  };
  return { pool, feed, events, receiver, types, close };
}

async function until(what: () => boolean, why: string, ms = 20_000): Promise<void> {
  for (let waited = 0; waited < ms; waited += 5) {
    if (what()) return;
    await sleep(5);
  }
  assert.fail(why);
}

async function udpSender(address = '127.0.0.1') {
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return {
    port: socket.address().port,
    send: (packet: Buffer, port: number) =>
      new Promise<void>((resolve) => socket.send(packet, port, '127.0.0.1', () => resolve())),
    close: () => socket.close(),
  };
}

/** A socket on the port above; 127.0.0.5 is nobody else's, so it is free. */
async function listenAbove(port: number, onMessage: (packet: Buffer, from: dgram.RemoteInfo) => void) {
  const socket = dgram.createSocket('udp4').on('message', onMessage);
  await new Promise<void>((resolve) => socket.bind(port + 1, '127.0.0.5', resolve));
  return socket;
}

async function connect(port: number, from = '127.0.0.1'): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('RTP-10, RTP-15: packets reach the feed as sent up to the largest datagram, RTCP on either port does not, a stranger does not', async () => {
  const s = await scene('udp');
  const camera = await udpSender();
  const stranger = await udpSender('127.0.0.2');
  const report = Buffer.from('80c80001000000010000000000000000', 'hex');
  await camera.send(rtp(1), s.receiver.port);
  await camera.send(report, s.receiver.port);
  await camera.send(report, s.receiver.port + 1);
  await camera.send(Buffer.from('hello'), s.receiver.port);
  await stranger.send(rtp(2), s.receiver.port);
  await stranger.send(rtp(3, 99), s.receiver.port);
  await camera.send(rtp(2, SSRC, 65_507), s.receiver.port);
  await until(() => s.feed.packets.length === 2 && s.receiver.rtcp === 2, 'two packets, two reports');
  assert.deepEqual(s.feed.packets, [rtp(1).toString('hex'), rtp(2, SSRC, 65_507).toString('hex')]);
  assert.equal(s.receiver.strangers, 2);
  assert.equal(s.receiver.malformed, 1);
  assert.equal(s.receiver.remote, `127.0.0.1:${camera.port}`);
  assert.equal(s.receiver.ssrc, SSRC);
  assert.deepEqual(s.events[0], { type: 'first-packet', remote: `127.0.0.1:${camera.port}`, ssrc: SSRC });
  await until(() => s.feed.polls > 2, 'the ticker polls');
  await s.close();
  const polls = s.feed.polls;
  await sleep(50);
  assert.equal(s.feed.polls, polls, 'not after the end');
  assert.deepEqual(s.feed.log, ['end']);
  assert.equal(s.events.at(-1)?.type, 'first-pack', 'what the end of the feed says is heard');
  camera.close();
  stranger.close();
});

test('RTP-11: a UDP sender gets a receiver report every 5 s, on the port above its own', {
  timeout: 10_000,
}, async () => {
  const s = await scene('udp');
  const camera = await udpSender('127.0.0.5');
  const reports: Buffer[] = [];
  const listener = await listenAbove(camera.port, (packet, from) => {
    assert.equal(from.port, s.receiver.port + 1);
    reports.push(packet);
  });
  await camera.send(rtp(77), s.receiver.port);
  await until(() => reports.length === 1, 'a report', 7000);
  assert.equal(reports[0]!.readUInt16BE(0), 0x81c9);
  assert.equal(reports[0]!.readUInt32BE(8), SSRC);
  assert.equal(reports[0]!.readUInt32BE(16), 77);
  await s.close();
  camera.close();
  listener.close();
});

test('UDP: an occupied port is skipped, RTP or RTCP', async () => {
  const first = nextFirst;
  nextFirst += 10;
  const taken = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => taken.bind(first + 1, '127.0.0.1', resolve));
  const pool = new PortPool({ host: '127.0.0.1', first, last: first + 3 });
  const open = () => openReceiver({ transport: 'udp', pool, ssrc: SSRC, feed: new Notes(), onEvent: () => {} });
  const receiver = await open();
  assert.ok(receiver instanceof Receiver);
  assert.equal(receiver.port, first + 2);
  assert.equal(pool.counts().occupied, 2);
  const fault = await open();
  assert.ok(!(fault instanceof Receiver));
  assert.equal(fault.fault, 'port-exhausted');
  receiver.close({ byeAnswered: false });
  taken.close();
});

test('after close the port rests, and is heard: a camera that goes on sending keeps it out of the pool', async () => {
  const s = await scene('udp');
  const camera = await udpSender();
  await camera.send(rtp(1), s.receiver.port);
  s.receiver.close({ byeAnswered: true });
  s.receiver.close({ byeAnswered: false });
  for (let i = 0; i < 20; i += 1) {
    await camera.send(rtp(2 + i), s.receiver.port);
    await sleep(12);
  }
  await until(() => s.pool.counts().heldOff === 2, 'held');
  await sleep(250);
  assert.equal(s.pool.counts().heldOff, 2);
  assert.ok(s.feed.packets.length <= 1, 'nothing reaches the feed after close');
  s.pool.close();
  camera.close();
});

test('TCP passive: several connections, the first with valid RTP wins, another follows when it is gone', async () => {
  const s = await scene('tcp-passive');
  const idle = await connect(s.receiver.port);
  const camera = await connect(s.receiver.port);
  const bytes = Buffer.concat([framed(rtp(1)), framed(rtp(2)), framed(rtp(3))]);
  for (const byte of bytes) {
    camera.write(Buffer.from([byte]));
    if (byte === 0x80) await sleep(1);
  }
  await until(() => s.feed.packets.length === 3, 'three packets');
  assert.deepEqual(
    s.feed.packets,
    [1, 2, 3].map((n) => rtp(n).toString('hex')),
  );
  assert.deepEqual(s.types(), ['connected', 'first-packet']);
  const second = await connect(s.receiver.port);
  second.write(framed(rtp(500, 77)));
  await sleep(30);
  assert.equal(s.feed.packets.length, 3, 'while the first lives another SSRC is a stranger');
  assert.equal(s.receiver.strangers, 1);
  camera.destroy();
  await until(() => s.types().includes('disconnected'), 'disconnected');
  const third = await connect(s.receiver.port);
  third.write(framed(rtp(900)));
  await until(() => s.feed.packets.length === 4, 'the new connection is heard');
  assert.deepEqual(s.feed.log, ['reset after 3'], 'the feed starts anew with the new connection');
  await s.close();
  await Promise.all(
    [idle, second, third].map((socket) => socket.destroyed || new Promise((resolve) => socket.on('close', resolve))),
  );
});

test('TCP-17: a device that ends its connection without a BYE is said to be gone, and may come again', async () => {
  const s = await scene('tcp-passive');
  const camera = await connect(s.receiver.port);
  camera.write(Buffer.concat([framed(rtp(1)), framed(rtp(2))]));
  camera.end();
  await until(() => s.types().includes('disconnected'), 'disconnected');
  assert.equal(s.feed.packets.length, 2, 'what came before the end is heard');
  assert.equal(s.feed.log.includes('end'), false, 'the call is not over: who made it decides');
  const again = await connect(s.receiver.port);
  again.write(framed(rtp(3)));
  await until(() => s.feed.packets.length === 3, 'the new connection is heard');
  await s.close();
  camera.destroy();
  again.destroy();
});

test('TCP-16: a connection from another address than the answer says is heard', async () => {
  const s = await scene('tcp-passive');
  s.receiver.answered({ ssrc: SSRC, host: '192.0.2.1', port: 9, fallbackHost: '192.0.2.2' });
  const camera = await connect(s.receiver.port);
  camera.write(framed(rtp(1)));
  await until(() => s.feed.packets.length === 1, 'heard');
  await s.close();
  camera.destroy();
});

test('TCP passive: connections are bounded, the idle ones make room', async () => {
  const s = await scene('tcp-passive');
  const idle: net.Socket[] = [];
  for (let i = 0; i < MAX_CONNECTIONS + 3; i += 1) idle.push(await connect(s.receiver.port));
  const camera = await connect(s.receiver.port);
  camera.write(framed(rtp(1)));
  await until(() => s.feed.packets.length === 1, 'the camera is heard');
  await until(() => idle.filter((socket) => socket.destroyed).length === 4, 'four of the idle are closed');
  await s.close();
  for (const socket of idle) socket.destroy();
  camera.destroy();
});

test('TCP passive: a stream that is no RTP is closed and takes nothing', async () => {
  const s = await scene('tcp-passive');
  const garbage = await connect(s.receiver.port);
  const closed = new Promise((resolve) => garbage.on('close', resolve));
  garbage.write(Buffer.alloc(3 * 1024 * 1024, 'GET / HTTP/1.1\r\n'));
  await closed;
  assert.equal(s.feed.packets.length, 0);
  assert.equal(s.receiver.remote, null);
  await s.close();
});

test('TCP-15: a device that falls back to UDP on the same port number is heard', async () => {
  const s = await scene('tcp-passive');
  const camera = await udpSender();
  await camera.send(rtp(1), s.receiver.port);
  await until(() => s.feed.packets.length === 1, 'heard over UDP');
  await s.close();
  camera.close();
});

test('TCP active: dials after the answer, from the offered port, and tries the SIP source when c= is wrong', async () => {
  const s = await scene('tcp-active');
  let from: number | undefined;
  const device = net.createServer((socket) => {
    from = socket.remotePort;
    socket.write(framed(rtp(1)));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => device.listen(0, '127.0.0.1', resolve));
  const { port } = device.address() as net.AddressInfo;
  // Nobody listens on that port of 127.0.0.9.
  s.receiver.answered({ ssrc: SSRC, host: '127.0.0.9', port, fallbackHost: '127.0.0.1' });
  await until(() => s.feed.packets.length === 1, 'connected and heard');
  assert.equal(from, s.receiver.port);
  // that the media comes from elsewhere than `c=` says is found at the next look, which may have been already
  assert.deepEqual(
    s.types().filter((type) => type !== 'finding'),
    ['connected', 'first-packet'],
  );
  await s.close();
  device.close();
});

test('TCP active: the device listens late (TCP-12)', async () => {
  const s = await scene('tcp-active');
  const device = net.createServer((socket) => socket.end(framed(rtp(1))));
  await new Promise<void>((resolve) => device.listen(0, '127.0.0.1', resolve));
  const { port } = device.address() as net.AddressInfo;
  await new Promise((resolve) => device.close(resolve));
  s.receiver.answered({ ssrc: null, host: '127.0.0.1', port, fallbackHost: '127.0.0.1' });
  await sleep(100);
  await new Promise<void>((resolve) => device.listen(port, '127.0.0.1', resolve));
  await until(() => s.types().includes('disconnected'), 'connected at the second round, then FIN');
  assert.equal(s.feed.packets.length, 1);
  assert.deepEqual(s.types(), ['connected', 'first-packet', 'disconnected']);
  await s.close();
  device.close();
});

test('TCP active: nobody there: one failure after the ladder', { timeout: 60_000 }, async () => {
  const s = await scene('tcp-active');
  const started = performance.now();
  s.receiver.answered({ ssrc: null, host: '127.0.0.1', port: 1, fallbackHost: '127.0.0.1' });
  await until(() => s.types().includes('connect-failed'), 'given up');
  const tookMs = performance.now() - started;
  assert.ok(tookMs > 3200 && tookMs < 20_000, `${tookMs} ms`);
  assert.deepEqual(s.types(), ['connect-failed']);
  await s.close();
});

test('TCP active: port 0 is refused at once (TCP-11), close stops the dialling', async () => {
  const s = await scene('tcp-active');
  s.receiver.answered({ ssrc: null, host: '127.0.0.1', port: 0, fallbackHost: '127.0.0.1' });
  assert.deepEqual(s.types(), ['connect-failed']);
  s.receiver.answered({ ssrc: null, host: '127.0.0.1', port: 1, fallbackHost: '127.0.0.1' });
  await s.close();
  await sleep(400);
  assert.deepEqual(s.types(), ['connect-failed', 'first-pack']);
});

for (const adoption of [true, false]) {
  test(`TCP edge: bytes, FIN and address arrive (${adoption ? 'shared buffer' : "'data' events"})`, async () => {
    assert.equal(await canAdopt(), true, 'this Node knows the trick');
    const got: Buffer[] = [];
    const log: string[] = [];
    const listener = await listenTcp(
      {
        host: '127.0.0.1',
        port: 0,
        onConnection: () => ({
          onBytes: (bytes) => void got.push(Buffer.from(bytes)),
          onClosed: (detail) => void log.push(detail),
        }),
        onReady: (connection) => void log.push(`${connection.address}:${connection.port}`),
      },
      adoption,
    );
    assert.ok(!('bind' in listener));
    const client = await connect(listener.port);
    const local = `127.0.0.1:${client.localPort}`;
    const sent = Buffer.alloc(1_000_000, 'abcdefg');
    client.end(sent);
    await until(() => log.length === 2, 'closed');
    assert.deepEqual(log, [local, 'closed by the device']);
    assert.ok(Buffer.concat(got).equals(sent));
    listener.close();
    listener.close();
  });
}

test('nothing is left behind', async () => {
  // Sockets of the tests before may still be on their way out.
  await sleep(100);
  const before = process.getActiveResourcesInfo().filter((kind) => /Wrap/.test(kind)).length;
  for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
    const s = await scene(transport);
    await s.close();
  }
  const left = () => process.getActiveResourcesInfo().filter((kind) => /Wrap/.test(kind)).length;
  await until(() => left() <= before, 'everything is closed');
});
