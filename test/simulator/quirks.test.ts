import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { clipUnits, loadClip } from '../../src/simulator/clip.ts';
import { tcpDialLink, tcpListenLink } from '../../src/simulator/media-link.ts';
import { PsMuxer } from '../../src/simulator/ps-muxer.ts';
import { behaviourOf } from '../../src/simulator/quirks.ts';
import { elementary } from './receive.ts';

const CLIP = loadClip('h264', 'pcma');
const UNITS = clipUnits(CLIP).video.slice(0, 60); // two key frames
const VIDEO = Buffer.concat(UNITS.map((unit) => unit.data));

function stream(code: string): Buffer {
  const muxer = new PsMuxer({ video: 'h264', audio: 'pcma', behaviour: behaviourOf(new Set([code])) });
  return Buffer.concat(
    UNITS.map((unit, index) => muxer.video({ ...unit, dts90k: index * 3600, pts90k: index * 3600 })),
  );
}

function count(bytes: Buffer, hex: string): number {
  let found = 0;
  for (let at = bytes.indexOf(hex, 0, 'hex'); at >= 0; at = bytes.indexOf(hex, at + 1, 'hex')) found++;
  return found;
}

/** What stands in the stream, how often; and whether a reader that trusts every length gets the video unharmed. */
const PS_QUIRKS: [code: string, pattern: string, times: number, readable: boolean][] = [
  ['none', '000001bc0012e0ff000000081be0000090c00000fedfb1d7', 2, true],
  ['PS-1', '000001bc', 0, true],
  ['PS-2', '000001bc', 1, true],
  ['PS-4', '000001bc0012e0ff0000000824e0', 2, true],
  ['PS-6', '000001bc0012e0ff0000007b1be0000090c0000012345678', 2, true],
  ['PS-7', '000001af', 2, false],
  ['PS-8', '000001e00000', 60, false],
  ['PS-15', '000001bd', 61, true],
  ['PS-16', '000001be0020ff', 60, true],
  ['PS-27', '000001b9', 1, false],
  ['TS-1', '840005', 0, true],
];
for (const [code, pattern, times, readable] of PS_QUIRKS) {
  test(`${code} in the program stream`, () => {
    const bytes = stream(code);
    assert.equal(count(bytes, pattern), times);
    assert.equal(bytes.equals(stream('none')), code === 'none');
    if (readable) assert.ok(elementary(bytes).video.equals(VIDEO));
  });
}

test('PS-24: a PES for every NAL unit, all with the same time', () => {
  const bytes = stream('PS-24');
  const nals = UNITS.reduce((sum, unit) => sum + unit.nals.length, 0);
  assert.equal(count(bytes, '000001e0'), nals);
  const expected = UNITS.flatMap((unit) => unit.nals.map((nal) => Buffer.concat([Buffer.from([0, 0, 0, 1]), nal])));
  assert.ok(elementary(bytes).video.equals(Buffer.concat(expected)));
});

test('PS-13: six stuffing bytes in every pack header, a counter among them', () => {
  const bytes = stream('PS-13');
  assert.equal(bytes[13], 0xfe);
  assert.equal(bytes.subarray(14, 20).toString('hex'), 'ffff00000001');
  assert.equal(bytes.length, stream('none').length + 60 * 6);
});

const PACKETS = [
  Buffer.from('8060000100000000000000010102', 'hex'),
  Buffer.from('80e000020000000000000001030405', 'hex'),
];
const FRAMED: [string, string][] = [
  ['none', '000e8060000100000000000000010102000f80e000020000000000000001030405'],
  ['TCP-1', '2400000e80600001000000000000000101022400000f80e000020000000000000001030405'],
  ['TCP-4', '000e80600001000000000000000101020000000f80e0000200000000000000010304050000'],
  ['TCP-7', '000e8060000100000000000000010102000f80e000020000000000000001030405'],
];
for (const [code, hex] of FRAMED) {
  test(`${code} on a TCP connection`, async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const arrived = once(server, 'connection');
    const { port } = server.address() as { port: number };
    const link = tcpDialLink(behaviourOf(new Set([code])), '127.0.0.1', { host: '127.0.0.1', port });
    await link.ready();
    const [socket] = await arrived;
    const read: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => read.push(bytes));
    assert.equal(link.send(PACKETS), true);
    while (Buffer.concat(read).length < hex.length / 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(Buffer.concat(read).toString('hex'), hex);
    link.close();
    assert.equal(link.send(PACKETS), false);
  });
}

test('a receiver that never reads fills 2 MiB, then frames are left out', async (t) => {
  const server = createServer((socket) => socket.pause()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const link = tcpDialLink(behaviourOf(new Set()), '127.0.0.1', { host: '127.0.0.1', port });
  t.after(() => {
    link.close();
    server.close();
  });
  await link.ready();
  const packets = Array.from({ length: 100 }, () => Buffer.alloc(1412));
  let bursts = 0;
  while (link.send(packets) && bursts < 1000) bursts++;
  assert.ok(bursts >= 14 && bursts < 1000, String(bursts));
});

test('dials three times, a second apart, and gives up', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  const link = tcpDialLink(behaviourOf(new Set()), '127.0.0.1', { host: '127.0.0.1', port });
  const start = performance.now();
  await assert.rejects(link.ready(), /ECONNREFUSED/);
  const took = performance.now() - start;
  assert.ok(took > 1950 && took < 4000, String(took));
});

test('a listening link takes the first connection only', async (t) => {
  const link = await tcpListenLink(behaviourOf(new Set()), '127.0.0.1');
  const first = connect(link.port, '127.0.0.1');
  const read: Buffer[] = [];
  first.on('data', (bytes) => read.push(bytes));
  await once(first, 'connect');
  const second = connect(link.port, '127.0.0.1');
  second.on('error', () => undefined);
  await once(second, 'close');
  await link.ready();
  t.after(() => {
    link.close();
    first.destroy();
  });
  assert.equal(link.send(PACKETS), true);
  while (read.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(Buffer.concat(read).readUInt16BE(0), 14);
});
