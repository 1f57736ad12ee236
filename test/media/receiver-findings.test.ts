/** What the edges of a call tolerate is named once, by its code, with the values seen; a camera without a fault has no finding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/media/frame.ts';
import { Connections, IDLE_MS, MAX_CONNECTIONS } from '../../src/media/ingest/connections.ts';
import { PeerLock, SILENCE_MS } from '../../src/media/ingest/peer.ts';
import { ReceiverReports } from '../../src/media/ingest/rtcp.ts';
import { RECEIVE_BUFFER_BYTES } from '../../src/media/ingest/udp.ts';
import {
  EdgeCounts,
  MAX_USUAL_FRAME,
  MAX_WHOLE_DATAGRAM,
  ReceiverFindings,
} from '../../src/media/receiver-findings.ts';

const OFFERED = 100_000_123;
const CAMERA = '10.0.0.64';
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** An RTP packet of `bytes` bytes. */
function rtp(sequence: number, ssrc = OFFERED, bytes = 200): Buffer {
  const packet = Buffer.alloc(bytes, 0x55);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

function framed(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]);
}

/** A call's edges without sockets. */
function edges(transport: 'udp' | 'tcp-passive' = 'udp') {
  let nowMs = 0;
  const found: Finding[] = [];
  const findings = new ReceiverFindings((finding) => found.push(finding));
  const counts = new EdgeCounts();
  counts.bufferBytes = RECEIVE_BUFFER_BYTES;
  const peer = new PeerLock(OFFERED);
  const reports = new ReceiverReports(OFFERED);
  let gone = 0;
  const connections = new Connections({
    now: () => nowMs,
    onPacket: (packet, { address, port }) => peer.admit(packet, address, port, false, nowMs) !== 'refuse',
    onGone: ({ address, port }) => {
      gone += 1;
      peer.gone(address, port);
    },
  });
  const state = { lost: 0 };
  const look = () => {
    nowMs += 1000;
    const { dropped } = connections;
    findings.look(nowMs, { transport, edges: counts, peer, framing: connections.counts(), reports, dropped, ...state });
    return found.map(({ code }) => code);
  };
  return {
    found,
    counts,
    peer,
    reports,
    connections,
    state,
    look,
    pass: (ms: number) => (nowMs += ms),
    gone: () => gone,
  };
}

test('a camera without a fault has no finding, by UDP or by TCP', () => {
  for (const transport of ['udp', 'tcp-passive'] as const) {
    const s = edges(transport);
    s.peer.answered(OFFERED, [CAMERA, CAMERA]);
    s.counts.answeredHost = CAMERA;
    s.counts.largest = 1412;
    if (transport === 'udp') {
      s.peer.admit(rtp(1), CAMERA, 9000, true, 0);
      s.counts.sort('udp', 30_000, true, false);
      s.counts.sort('udp', 30_001, false, true);
    } else {
      const connection = s.connections.open(CAMERA, 9000)!;
      for (let i = 1; i < 20; i += 1) connection.onBytes(framed(rtp(i)));
    }
    s.reports.heard(hex('80c80006 05f5e17b 1122334455667788 00000e10 00000001 00000002 81ca0002 05f5e17b 01000000'), 1);
    s.look();
    assert.deepEqual(s.look(), []);
  }
});

const ssrcs: [code: string, offered: number | null, media: number, detail: RegExp][] = [
  ['SSRC-1', null, 0x0a1b2c3d, /offer said SSRC 0100000123, the media carries 0169552957/],
  ['SSRC-1', OFFERED, 77, /carries 0000000077/],
  ['SSRC-3', null, 0, /carries 0000000000/],
  ['SSRC-4', 100_000_999, OFFERED, /answer said SSRC 0100000999, the media carries 0100000123/],
  ['SSRC-10', null, 0x7be1f505, /carries 2078405893/],
];
for (const [code, answered, media, detail] of ssrcs)
  test(`${code}: answer ${answered}, media ${media}`, () => {
    const s = edges();
    s.peer.answered(answered, [CAMERA]);
    assert.equal(s.peer.admit(rtp(1, media), CAMERA, 9000, true, 0), 'first');
    assert.deepEqual(s.look(), [code]);
    assert.match(s.found[0]!.detail, detail);
    assert.deepEqual(s.look(), [code], 'said once');
  });

test('SSRC-6, SSRC-7, RTP-16: another stream of the camera, before and after it takes over, and a stranger', () => {
  const s = edges();
  s.peer.answered(OFFERED, [CAMERA]);
  s.peer.admit(rtp(1), CAMERA, 9000, true, 0);
  assert.equal(s.peer.admit(rtp(1, 77), CAMERA, 9000, true, 10), 'refuse');
  assert.equal(s.peer.admit(rtp(1, 78), '203.0.113.9', 9000, true, 10), 'refuse');
  assert.deepEqual(s.look(), ['SSRC-7', 'RTP-16']);
  assert.equal(s.peer.admit(rtp(2, 77), CAMERA, 9000, true, SILENCE_MS), 'replace');
  assert.ok(s.look().includes('SSRC-6'));
});

test('RTP-2: a burst of loss with a small receive buffer says which setting helps', () => {
  const s = edges();
  s.counts.bufferBytes = 212_992;
  s.state.lost = 3;
  assert.deepEqual(s.look(), []);
  s.state.lost = 40;
  assert.deepEqual(s.look(), ['RTP-2']);
  assert.match(s.found[0]!.detail, /^37 packets lost .* 212992 of 4194304 .*net\.core\.rmem_max=4194304/);
  const large = edges();
  large.state.lost = 400;
  assert.deepEqual(large.look(), []);
});

test('RTP-10: RTCP on the media port, media on the RTCP port, what is neither', () => {
  const s = edges();
  s.counts.sort('udp', 30_000, false, true);
  s.look();
  s.counts.sort('udp', 30_001, true, false);
  s.look();
  s.counts.malformed += 1;
  assert.deepEqual(s.look(), ['RTP-10', 'RTP-10', 'RTP-10']);
  assert.deepEqual(
    s.found.map(({ detail }) => detail),
    ['RTCP on the media port', 'media on the RTCP port', 'packets that are neither RTP nor RTCP'],
  );
});

test('RTP-12: RTCP that is shorter than it says', () => {
  const s = edges();
  s.reports.heard(hex('80c80006 0000007b 1122334455667788 00000e10 00000001 00000002 81ca0009 0000007b 0106'), 1);
  assert.deepEqual(s.look(), ['RTP-12']);
});

test('RTP-15: datagrams that came in fragments', () => {
  const s = edges();
  s.counts.largest = MAX_WHOLE_DATAGRAM;
  assert.deepEqual(s.look(), []);
  s.counts.largest = 60_012;
  assert.deepEqual(s.look(), ['RTP-15']);
});

const streams: [code: string, bytes: (packets: Buffer[]) => Buffer][] = [
  ['TCP-1', (p) => Buffer.concat(p.flatMap((x) => [hex('2400'), framed(x)]))],
  ['TCP-3', (p) => Buffer.concat([hex('0100 01'), Buffer.alloc(253, 7), ...p.map(framed)])],
  ['TCP-4', (p) => Buffer.concat(p.flatMap((x) => [framed(x), hex('0000')]))],
  ['TCP-5', (p) => Buffer.concat(p.map((x, i) => (i === 5 ? framed(x).subarray(0, 90) : framed(x))))],
  ['TCP-8', (p) => Buffer.concat(p.flatMap((x) => [hex('0000'), framed(x)]))],
];
for (const [code, write] of streams)
  test(`${code}: named by what stands in the stream, and its packets are heard`, () => {
    for (const size of [1, 7, 1400, 100_000]) {
      const s = edges('tcp-passive');
      s.peer.answered(OFFERED, [CAMERA]);
      const connection = s.connections.open(CAMERA, 9000)!;
      const bytes = write(Array.from({ length: 20 }, (_, i) => rtp(i + 1)));
      for (let at = 0; at < bytes.length; at += size) connection.onBytes(bytes.subarray(at, at + size));
      assert.deepEqual(s.look(), [code], `pieces of ${size}`);
      assert.equal(connection.deframer.counts.packets, code === 'TCP-5' ? 19 : 20);
    }
  });

test('TCP-6: packets that others refuse', () => {
  const s = edges('tcp-passive');
  const connection = s.connections.open(CAMERA, 9000)!;
  const sizes: number[] = [];
  for (const bytes of [1400, MAX_USUAL_FRAME + 1, 65_535, 1400]) {
    connection.onBytes(framed(rtp(sizes.length, OFFERED, bytes)));
    sizes.push(bytes);
  }
  assert.equal(connection.deframer.counts.packets, 4);
  s.counts.largest = Math.max(...sizes);
  assert.deepEqual(s.look(), ['TCP-6']);
});

test('TCP-9: a connection that follows another; TCP-10: those that bring nothing are closed', () => {
  const s = edges('tcp-passive');
  s.peer.answered(OFFERED, [CAMERA]);
  const first = s.connections.open(CAMERA, 9000)!;
  s.connections.open(CAMERA, 9001);
  first.onBytes(framed(rtp(1)));
  assert.deepEqual(s.look(), []);
  first.onClosed('gone');
  const third = s.connections.open(CAMERA, 9002)!;
  third.onBytes(framed(rtp(900)));
  assert.deepEqual(s.look(), ['TCP-9']);
  s.pass(IDLE_MS);
  s.connections.closeIdle(IDLE_MS * 2, (connection) => connection === third);
  assert.deepEqual(s.look(), ['TCP-9', 'TCP-10']);
  assert.equal(s.connections.size, 1);
  assert.ok(MAX_CONNECTIONS > 3);
});

test('TCP-15: the media comes by UDP', () => {
  const s = edges('tcp-passive');
  s.counts.sort('tcp-passive', 30_000, true, false);
  assert.deepEqual(s.look(), ['TCP-15']);
});

test('TCP-16: the connection comes from another address than the answer says, and is let in', () => {
  const s = edges('tcp-passive');
  s.peer.answered(OFFERED, ['192.168.1.64', CAMERA]);
  s.counts.answeredHost = '192.168.1.64';
  s.connections.open(CAMERA, 9000)!.onBytes(framed(rtp(1)));
  assert.deepEqual(s.look(), ['TCP-16']);
  assert.match(s.found[0]!.detail, /192\.168\.1\.64.*10\.0\.0\.64/);
  assert.equal(s.peer.remote, `${CAMERA}:9000`);
});
