import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { selfSigned } from '../../src/http/tls-self-signed.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { SipServer, type SipServerOptions } from '../../src/sip/server.ts';
import type { ConnectionLimits } from '../../src/sip/tcp-connections.ts';
import { eventually, ID, open } from './opened.ts';
import { PLATFORM_ID } from './scripted-device.ts';

const pair = selfSigned({ hosts: ['127.0.0.1'], epochMs: Date.now(), random: randomBytes });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function secured(
  t: TestContext,
  connectionLimits: Partial<ConnectionLimits> = {},
  more: Partial<SipServerOptions> = {},
) {
  const port = await freePort();
  const written: string[] = [];
  const { server, device } = await open(t, {
    host: '127.0.0.1',
    connectionLimits,
    ...more,
    tls: { port, ...pair },
    trace: (direction, message, peer) => {
      if (direction === 'out' && peer.transport === 'tls') written.push(Buffer.from(message).toString('latin1'));
    },
  });
  return { server, port, written, device };
}

test('a camera registers over TLS, is asked for its catalogue there, and is gone with its connection', async (t) => {
  const { server, port, written } = await secured(t);
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 2,
    count: 1,
    sip: 'tls',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.channelCount(ID) === 2, 'its channels came');
  assert.equal(server.directory.device(ID)?.transport, 'tls');
  const message = written.find((text) => text.startsWith('MESSAGE ')) ?? '';
  assert.match(message, new RegExp(`\r\nVia: SIP/2\\.0/TLS 127\\.0\\.0\\.1:${port};`), 'our port of TLS stands in Via');
  assert.match(message, new RegExp(`\r\nContact: <sip:${PLATFORM_ID}@127\\.0\\.0\\.1:${port};transport=tls>\r\n`));
  await simulator.stop();
  await eventually(() => server.directory.device(ID)?.online === false, 'it signed off');
});

test('whoever says no TLS, or nothing that is SIP, disturbs nobody', async (t) => {
  const { server, port } = await secured(t);
  const plain = connect(port, '127.0.0.1');
  plain.on('error', () => {});
  plain.write(`OPTIONS sip:${PLATFORM_ID}@x SIP/2.0\r\n\r\n`);
  plain.resume();
  await once(plain, 'close');
  const socket = connectTls({ host: '127.0.0.1', port, ca: pair.cert });
  await once(socket, 'secureConnect');
  assert.equal(socket.authorized, true);
  socket.write(
    `OPTIONS sip:${PLATFORM_ID}@x SIP/2.0\r\nVia: SIP/2.0/TLS 1.2.3.4;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^SIP\/2\.0 200 OK/);
  assert.equal(server.counters().sip_tcp_connections, 1);
  socket.destroy();
});

/** Connects and says nothing: the handshake never ends by itself. */
async function mute(t: TestContext, port: number, localAddress: string) {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  t.after(() => socket.destroy());
  let isClosed = false;
  socket.on('error', () => {}).on('close', () => (isClosed = true));
  socket.resume();
  await once(socket, 'connect');
  return { isClosed: () => isClosed };
}

async function greeted(t: TestContext, port: number): Promise<void> {
  const socket = connectTls({ host: '127.0.0.1', port, ca: pair.cert });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
}

test('nobody speaks for a device of TLS without it, from its own address neither', async (t) => {
  const { server, port, device } = await secured(t);
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 1,
    count: 1,
    sip: 'tls',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.channelCount(ID) === 1, 'its channel came');
  const forger = await device();
  const channelId = server.directory.channels(ID)[0]!.id;
  for (const from of [ID, channelId]) {
    const alarm = `<?xml version="1.0"?><Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>${from}</DeviceID><AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>2024-01-05T14:03:21</AlarmTime></Notify>`;
    assert.equal((await forger.message(alarm, from)).status, 403, from);
  }
  assert.equal((await forger.keepalive()).status, 403);
});

test('who comes over TLS is not redirected to a port without it', async (t) => {
  const target = { id: '34020000002000000002', host: '127.0.0.1', port: 5060 };
  const rule = { target, devices: [], networks: [], share: null, maxDevices: null, fromLoad: null };
  const { server, port } = await secured(t, {}, { redirect: [rule], authRequired: false });
  const socket = connectTls({ host: '127.0.0.1', port, ca: pair.cert });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.write(
    `REGISTER sip:${PLATFORM_ID}@x SIP/2.0\r\nVia: SIP/2.0/TLS 1.2.3.4;branch=z9hG4bKb\r\nFrom: <sip:${ID}@x>;tag=1\r\nTo: <sip:${ID}@x>\r\nCall-ID: b\r\nCSeq: 1 REGISTER\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^SIP\/2\.0 200 OK/);
  assert.equal(server.directory.device(ID)?.transport, 'tls');
});

test('whoever never says hello keeps nobody out: for one more the oldest goes', async (t) => {
  const { server, port } = await secured(t, { maxConnections: 1, maxHandshakes: 2 });
  for (let i = 0; i < 3; i += 1) await mute(t, port, '127.0.0.2');
  // without that three silent ones would have every place
  await greeted(t, port);
  await eventually(() => server.counters().sip_tcp_connections === 1, 'it is in');
});

test('one address has so many handshakes under way, and takes no place of another', async (t) => {
  const { port } = await secured(t, { maxHandshakes: 2, maxHandshakesPerHost: 1 });
  const slow = await mute(t, port, '127.0.0.3');
  await mute(t, port, '127.0.0.2');
  const more = [await mute(t, port, '127.0.0.2'), await mute(t, port, '127.0.0.2')];
  await eventually(() => more.every(({ isClosed }) => isClosed()), 'they were too many');
  assert.equal(slow.isClosed(), false);
});

test('a TLS port that cannot be opened is one sentence, and leaves nothing open', async (t) => {
  const { port } = await secured(t);
  for (const [tls, words] of [
    [{ port, ...pair }, /^TLS 127\.0\.0\.1:\d+ is in use\.$/],
    [{ port: 0, cert: 'x', key: 'y' }, /^TLS 127\.0\.0\.1:0 cannot be opened/],
  ] as const) {
    const opened = await SipServer.open({ ...(await optionsOf(t)), tls });
    assert.ok('fault' in opened);
    assert.match(opened.detail, words);
  }
});

async function optionsOf(t: TestContext) {
  const { stores } = await open(t);
  return {
    platformId: PLATFORM_ID,
    domain: '3402000000',
    host: '127.0.0.1',
    port: 0,
    authRequired: true,
    password: 'secret',
    sealingKey: Buffer.from('key'),
    admission: 'open' as const,
    advertise: null,
    mediaAdvertise: null,
    mediaListen: '0.0.0.0',
    stores,
    log: { warn() {}, debug() {}, info() {} },
    onEvent() {},
  };
}
