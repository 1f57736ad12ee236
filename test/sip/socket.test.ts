import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalAddresses } from '../../src/sip/local-address.ts';
import type { Peer } from '../../src/sip/peer.ts';
import { SipSockets } from '../../src/sip/socket.ts';
import type { ConnectionLimits } from '../../src/sip/tcp-connections.ts';
import type { Fault } from '../../src/sip/wire/fault.ts';
import type { SipMessage } from '../../src/sip/wire/message.ts';
import { fixture, wire } from './fixtures.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

interface Opened {
  readonly sockets: SipSockets;
  readonly heard: { message: SipMessage | Fault; peer: Peer }[];
  readonly lost: Peer[];
  readonly tapped: string[];
}

async function open(limits: Partial<ConnectionLimits> = {}, inUse?: () => ReadonlySet<number>): Promise<Opened> {
  const heard: Opened['heard'] = [];
  const lost: Peer[] = [];
  const tapped: string[] = [];
  const sockets = await SipSockets.open({
    host: '127.0.0.1',
    port: 0,
    limits,
    ...(inUse === undefined ? {} : { inUse }),
    onMessage: (message, peer) => heard.push({ message, peer }),
    onDisconnect: (peer) => lost.push(peer),
    tap: (direction, bytes, peer) => tapped.push(`${direction} ${peer.transport} ${bytes.length}`),
  });
  assert.ok(sockets instanceof SipSockets);
  closers.push(() => sockets.close());
  return { sockets, heard, lost, tapped };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 5) {
    if (condition()) return;
    await sleep(5);
  }
  assert.fail(`waited in vain for ${what}`);
}

async function dial(sockets: SipSockets): Promise<net.Socket> {
  const socket = net.connect(sockets.tcpPort, '127.0.0.1');
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** The end of a connection, by whatever means: a reset is one too. */
function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

const keepalive = fixture('ip-camera-keepalive.sip');
const register = fixture('ip-camera-register.sip');

test('one port for UDP and TCP', async () => {
  const { sockets } = await open();
  assert.ok(sockets.udpPort > 0);
  assert.equal(sockets.tcpPort, sockets.udpPort);
});

test('datagrams come with their source, answers go back to it; keep-alives stop here', async () => {
  const { sockets, heard, tapped } = await open();
  const camera = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  closers.push(() => camera.close());
  await once(camera, 'listening');
  const answers: Buffer[] = [];
  camera.on('message', (bytes) => answers.push(bytes));
  for (const bytes of [Buffer.from('\r\n\r\n'), Buffer.alloc(4), Buffer.from('rubbish'), keepalive]) {
    camera.send(bytes, sockets.udpPort, '127.0.0.1');
  }
  await until(() => heard.length === 2, 'two messages');
  assert.deepEqual(
    heard.map(({ message }) => message.kind),
    ['fault', 'request'],
  );
  const peer = heard[1]?.peer;
  assert.deepEqual(peer, { transport: 'udp', host: '127.0.0.1', port: camera.address().port });
  assert.ok(sockets.send(register, peer!));
  await until(() => answers.length === 1, 'the answer');
  assert.deepEqual(answers[0], register);
  const { datagrams, keepAlives, malformed } = sockets.counts();
  assert.deepEqual([datagrams, keepAlives, malformed], [4, 2, 1]);
  assert.deepEqual(tapped.slice(-2), [`in udp ${keepalive.length}`, `out udp ${register.length}`]);
});

test('65,507 bytes arrive in one datagram, and leave in one (SIP-7)', async () => {
  const { sockets, heard } = await open();
  const camera = dgram.createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 }).bind(0, '127.0.0.1');
  closers.push(() => camera.close());
  await once(camera, 'listening');
  const head = 'MESSAGE sip:2@d SIP/2.0\nFrom: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c\nCSeq: 1 MESSAGE\n\n';
  const bytes = Buffer.concat([wire(head), Buffer.alloc(65_507 - wire(head).length, 0x61)]);
  camera.send(bytes, sockets.udpPort, '127.0.0.1');
  await until(() => heard.length === 1, 'the datagram');
  const message = heard[0]?.message;
  assert.equal(message?.kind === 'request' && message.body.length, 65_507 - wire(head).length);
  const received = once(camera, 'message');
  assert.equal(sockets.send(bytes, heard[0]!.peer), true);
  const [answer] = (await received) as [Buffer];
  assert.equal(answer.length, 65_507);
  assert.equal(sockets.send(Buffer.alloc(65_508), heard[0]!.peer), false);
  assert.equal(sockets.send(register, { transport: 'udp', host: 'example.invalid', port: 5060 }), false);
  assert.equal(sockets.send(register, { transport: 'udp', host: '127.0.0.1', port: 0 }), false);
});

test('SIP-5: TCP: messages cut anywhere, answers on the same connection, the end is told', async () => {
  const { sockets, heard, lost } = await open();
  const camera = await dial(sockets);
  const answers: Buffer[] = [];
  camera.on('data', (bytes: Buffer) => answers.push(bytes));
  camera.setNoDelay(true);
  const stream = Buffer.concat([register, Buffer.from('\r\n\r\n'), register, register]);
  for (let at = 0; at < stream.length; at += 111) {
    camera.write(stream.subarray(at, at + 111));
    await sleep(1);
  }
  await until(() => heard.length === 3, 'three messages');
  const peer = heard[0]!.peer;
  assert.equal(peer.transport, 'tcp');
  assert.equal(peer.port, camera.localPort);
  assert.ok(peer.connection !== undefined && heard.every((h) => h.peer.connection === peer.connection));
  assert.ok(sockets.send(Buffer.from('answer'), peer));
  await until(() => answers.length === 1, 'the answer');
  assert.equal(answers[0]?.toString(), 'answer');
  assert.equal(sockets.counts().connections, 1);
  camera.end();
  await until(() => lost.length === 1, 'the end');
  assert.deepEqual(lost[0], peer);
  assert.equal(sockets.send(Buffer.from('answer'), peer), false, 'nothing is dialled');
  assert.equal(sockets.counts().connections, 0);
});

test('TCP: a connection without a whole message is closed, one that spoke is kept', async () => {
  const { sockets, heard, lost } = await open({ firstMessageMs: 150, messageMs: 10_000, idleMs: 10_000 });
  const silent = await dial(sockets);
  const half = await dial(sockets);
  const speaking = await dial(sockets);
  half.write(register.subarray(0, 50));
  speaking.write(register);
  await Promise.all([closed(silent), closed(half)]);
  assert.equal(heard.length, 1);
  await until(() => lost.length === 2, 'both ends');
  assert.equal(sockets.counts().connections, 1);
  assert.equal(sockets.counts().connectionsClosed, 2);
  assert.equal(speaking.destroyed, false);
});

test('TCP: a message that does not end, and a long silence, close a proven connection', async () => {
  const { sockets, heard } = await open({ firstMessageMs: 10_000, messageMs: 100, idleMs: 400 });
  const stalled = await dial(sockets);
  const idle = await dial(sockets);
  idle.write(register);
  stalled.write(Buffer.concat([register, register.subarray(0, 60)]));
  const order: string[] = [];
  stalled.on('close', () => order.push('stalled'));
  idle.on('close', () => order.push('idle'));
  await Promise.all([closed(stalled), closed(idle)]);
  assert.deepEqual(order, ['stalled', 'idle']);
  assert.equal(heard.length, 2);
});

test('TCP: connections are limited in all and for one address', async () => {
  const { sockets } = await open({ maxConnectionsPerHost: 3 });
  const kept = [await dial(sockets), await dial(sockets), await dial(sockets)];
  const refused = await dial(sockets);
  await closed(refused);
  assert.equal(sockets.counts().connections, 3);
  assert.equal(sockets.counts().connectionsRefused, 1);
  kept[0]?.destroy();
  await until(() => sockets.counts().connections === 2, 'a free place');
  await dial(sockets);
  await until(() => sockets.counts().connections === 3, 'the next one');
  const few = await open({ maxConnections: 1 });
  await dial(few.sockets);
  await closed(await dial(few.sockets));
  assert.equal(few.sockets.counts().connectionsRefused, 1);
});

test('TCP: strangers keep no camera out, and one that said something once does not stay', async () => {
  const { sockets } = await open({ maxConnections: 3, strangerIdleMs: 300 }, () => new Set([1]));
  const camera = await dial(sockets);
  camera.write(register);
  const strangers = [await dial(sockets), await dial(sockets)];
  await until(() => sockets.counts().connections === 3, 'a full table');
  const oldestGone = closed(strangers[0]!);
  const newcomer = await dial(sockets);
  newcomer.write(register);
  await oldestGone;
  assert.deepEqual([sockets.counts().connections, sockets.counts().connectionsRefused], [3, 0]);
  await closed(newcomer); // it spoke, but registered nobody
  assert.equal(camera.destroyed, false);
});

test('TCP: garbage closes its connection and no other', async () => {
  const { sockets, heard } = await open();
  const good = await dial(sockets);
  const bad = await dial(sockets);
  bad.write(Buffer.alloc(200_000, 0x78));
  await closed(bad);
  good.write(register);
  await until(() => heard.some((h) => h.message.kind === 'request'), 'the good one');
  assert.equal(heard.filter((h) => h.message.kind === 'fault').length, 1);
  assert.equal(sockets.counts().connectionsClosed, 1);
});

test('TCP: a peer that never reads is given up', async () => {
  const { sockets, heard } = await open({ maxUnsentBytes: 256 * 1024 });
  const camera = await dial(sockets);
  camera.pause();
  camera.write(register);
  await until(() => heard.length === 1, 'the request');
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  while (sent < 1000 && sockets.send(chunk, heard[0]!.peer)) {
    sent += 1;
    if (sent % 8 === 0) await sleep(1);
  }
  assert.ok(sent < 1000, 'it went on for ever');
  await until(() => sockets.counts().connections === 0, 'the end of it');
});

test('an occupied port is a fault with a sentence, whichever of the two is taken', async () => {
  const { sockets } = await open();
  const again = await SipSockets.open({ host: '127.0.0.1', port: sockets.udpPort, onMessage() {}, onDisconnect() {} });
  assert.ok('fault' in again);
  assert.equal(again.fault, 'address-in-use');
  assert.equal(again.detail, `UDP 127.0.0.1:${sockets.udpPort} is in use.`);
  const server = net.createServer().listen(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const tcpTaken = await SipSockets.open({ host: '127.0.0.1', port, onMessage() {}, onDisconnect() {} });
  assert.ok('fault' in tcpTaken);
  assert.equal(tcpTaken.detail, `TCP 127.0.0.1:${port} is in use.`);
  const foreign = await SipSockets.open({ host: '203.0.113.77', port: 0, onMessage() {}, onDisconnect() {} });
  assert.ok('fault' in foreign);
  assert.equal(foreign.fault, 'address-unknown');
});

test('SIP-3: the address that faces a host', async () => {
  const { sockets } = await open();
  assert.equal(sockets.localAddressTo('203.0.113.1'), '127.0.0.1', 'the bound one');
  const addresses = new LocalAddresses();
  assert.equal(addresses.facing('127.0.0.1'), '127.0.0.1');
  assert.ok(net.isIP(addresses.facing('203.0.113.1')), 'a guess before the kernel has answered');
  addresses.learn('127.0.0.9');
  addresses.learn('not an address');
  await sleep(50);
  assert.match(addresses.facing('127.0.0.9'), /^127\./);
});

test('closing twice is closing once', async () => {
  const { sockets } = await open();
  const camera = await dial(sockets);
  const gone = closed(camera);
  await Promise.all([sockets.close(), sockets.close(), gone]);
  assert.equal(sockets.send(register, { transport: 'udp', host: '127.0.0.1', port: 9 }), false);
});
