import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { PortPool } from '../../../src/media/ingest/port-pool.ts';
import { openVoiceLink, type VoiceLink, type VoiceLinkOptions } from '../../../src/media/send/voice-link.ts';

const PACKET = Buffer.from('000c80080001000000a000000007', 'hex');

async function open(t: TestContext, transport: VoiceLinkOptions['transport']) {
  const pool = new PortPool({ host: '127.0.0.1', first: 27_400, last: 27_499, quietMs: 0 });
  const seen = { ready: 0, lost: [] as string[], packets: [] as string[] };
  const link = await openVoiceLink({
    pool,
    transport,
    onReady: () => (seen.ready += 1),
    onLost: (detail) => seen.lost.push(detail),
    onPacket: (packet) => seen.packets.push(Buffer.from(packet).toString('hex')),
  });
  assert.ok(!('fault' in link));
  t.after(() => {
    link.close({ byeAnswered: true });
    pool.close();
  });
  return { link, pool, seen };
}

async function udp(t: TestContext, host = '127.0.0.1') {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  t.after(() => socket.close());
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString('hex')));
  return { socket, heard, port: socket.address().port };
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 20_000; !holds(); ) {
    assert.ok(performance.now() < endMs, String(holds));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const aimAt = (link: VoiceLink, port: number, host: string | null = '127.0.0.1') =>
  link.aim({ host, port, sipHost: '127.0.0.1' });

test('UDP: a packet leaves without its framing, to where the description says; before that none does', async (t) => {
  const { link, seen } = await open(t, 'udp');
  const camera = await udp(t);
  assert.equal(link.send(PACKET), false);
  aimAt(link, camera.port);
  assert.equal(link.remote, `127.0.0.1:${camera.port}`);
  assert.equal(link.send(PACKET), true);
  await until(() => camera.heard.length === 1);
  assert.equal(camera.heard[0], PACKET.toString('hex', 2));
  camera.socket.send(Buffer.from('answer'), link.port, '127.0.0.1');
  await until(() => seen.packets.length === 1);
});

test('UDP: a description that names nobody, or a name, means where the signalling comes from', async (t) => {
  const { link } = await open(t, 'udp');
  const camera = await udp(t);
  aimAt(link, camera.port, null);
  link.send(PACKET);
  await until(() => camera.heard.length === 1);
  aimAt(link, camera.port, 'camera.example');
  link.send(PACKET);
  await until(() => camera.heard.length === 2);
});

test('UDP: a camera behind a NAT shows the way by what it sends; a stranger does not', async (t) => {
  const { link, seen } = await open(t, 'udp');
  const camera = await udp(t);
  const stranger = await udp(t, '127.0.0.9');
  aimAt(link, 9, '192.0.2.55');
  stranger.socket.send(Buffer.from('me'), link.port, '127.0.0.1');
  camera.socket.send(Buffer.from('here'), link.port, '127.0.0.1');
  await until(() => seen.packets.length === 1);
  assert.equal(seen.packets[0], Buffer.from('here').toString('hex'));
  assert.equal(link.remote, `127.0.0.1:${camera.port}`);
  link.send(PACKET);
  await until(() => camera.heard.length === 1);
  assert.deepEqual(stranger.heard, []);
});

test('TCP, passive: the device alone may connect, once; its end is told', async (t) => {
  const { link, seen } = await open(t, 'tcp-passive');
  const connect = async (localAddress: string) => {
    const socket = net.connect({ host: '127.0.0.1', port: link.port, localAddress });
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const stranger = await connect('127.0.0.9');
  await once(stranger, 'close');
  assert.equal(seen.ready, 0);
  aimAt(link, 0);
  const camera = await connect('127.0.0.1');
  await until(() => seen.ready === 1);
  const second = await connect('127.0.0.1');
  await once(second, 'close');
  const heard: Buffer[] = [];
  camera.on('data', (bytes) => heard.push(bytes));
  assert.equal(link.send(PACKET), true);
  await until(() => Buffer.concat(heard).length === PACKET.length);
  assert.deepEqual(Buffer.concat(heard), PACKET);
  camera.write(PACKET);
  camera.write(PACKET);
  await until(() => seen.packets.length >= 1);
  assert.equal(seen.packets[0], PACKET.toString('hex', 2));
  camera.destroy();
  await until(() => seen.lost.length === 1);
  assert.equal(link.send(PACKET), false);
});

test('TCP: to a device that does not read, packets are lost and nothing grows', async (t) => {
  const { link, seen } = await open(t, 'tcp-passive');
  aimAt(link, 0);
  const camera = net.connect({ host: '127.0.0.1', port: link.port });
  camera.on('error', () => {});
  camera.pause();
  t.after(() => camera.destroy());
  await until(() => seen.ready === 1);
  const packet = Buffer.alloc(60_002);
  packet.writeUInt16BE(60_000, 0);
  let taken = 0;
  while (taken < 10_000 && link.send(packet)) taken += 1;
  assert.ok(taken < 10_000, 'the kernel takes some megabytes, the link then refuses');
});

test('TCP, active: the device is dialled when its port is known, and who does not answer is told', async (t) => {
  const { link, seen } = await open(t, 'tcp-active');
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  aimAt(link, 0);
  const connected = once(server, 'connection') as Promise<[net.Socket]>;
  aimAt(link, (server.address() as net.AddressInfo).port);
  const [socket] = await connected;
  t.after(() => socket.destroy());
  assert.equal(socket.remotePort, link.port, 'from the port that our description names');
  await until(() => seen.ready === 1);

  const other = await open(t, 'tcp-active');
  const free = net.createServer();
  free.listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as net.AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  aimAt(other.link, port);
  await until(() => other.seen.lost.length === 1);
});

test('a closed link gives its port back, and sends nothing', async (t) => {
  for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
    const { link, pool } = await open(t, transport);
    assert.ok(pool.counts().leased > 0);
    link.close({ byeAnswered: false });
    link.close({ byeAnswered: true });
    assert.equal(pool.counts().leased, 0);
    assert.equal(link.send(PACKET), false);
    aimAt(link, 9);
    pool.close();
  }
});
