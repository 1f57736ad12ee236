import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deframer, MAX_SKIPPED_BYTES } from '../../../src/media/ingest/rfc4571.ts';

/** An RTP packet of `bytes` bytes whose payload tells its number. */
function rtp(sequence: number, bytes = 100, ssrc = 200000001): Buffer {
  const packet = Buffer.alloc(bytes, sequence & 0x3f);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(3600, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

function plain(packet: Uint8Array): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(packet.length);
  return Buffer.concat([head, packet]);
}

function interleaved(packet: Uint8Array, channel = 0): Buffer {
  const head = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
  return Buffer.concat([head, packet]);
}

function run(chunks: readonly Uint8Array[]) {
  const packets: string[] = [];
  const deframer = new Deframer((packet) => packets.push(Buffer.from(packet).toString('hex')));
  // One buffer for every read, overwritten after it: what is kept must have been copied.
  const shared = Buffer.alloc(256 * 1024);
  let alive = true;
  for (const chunk of chunks) {
    shared.set(chunk);
    alive = deframer.push(shared.subarray(0, chunk.length));
    shared.fill(0x5a, 0, chunk.length);
    if (!alive) break;
  }
  return { packets, deframer, alive };
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.subarray(at, at + size));
  return out;
}

const hex = (packets: readonly Buffer[]) => packets.map((packet) => packet.toString('hex'));

test('the 1412-byte packet of the standard', () => {
  const packet = rtp(1, 1412);
  const bytes = plain(packet);
  assert.equal(bytes.subarray(0, 4).toString('hex'), '05848060');
  assert.deepEqual(run([bytes]).packets, hex([packet]));
});

for (const frame of [plain, interleaved]) {
  test(`${frame.name}: cut at every byte, in two and in pieces of every size`, () => {
    const packets = [rtp(1, 40), rtp(2, 12), rtp(3, 70), rtp(4, 13)];
    const bytes = Buffer.concat(packets.map((packet) => frame(packet)));
    for (let at = 0; at <= bytes.length; at += 1)
      assert.deepEqual(run([bytes.subarray(0, at), bytes.subarray(at)]).packets, hex(packets), `cut at ${at}`);
    for (let size = 1; size <= bytes.length; size += 1) {
      const { packets: got, deframer } = run(cut(bytes, size));
      assert.deepEqual(got, hex(packets), `pieces of ${size}`);
      assert.equal(deframer.counts.resyncs, 0);
      assert.equal(deframer.framing, frame === plain ? 'rfc4571' : 'interleaved');
    }
  });
}

test('a packet inside one read is handed on without a copy', () => {
  const bytes = plain(rtp(1));
  let seen: Uint8Array | null = null;
  new Deframer((packet) => {
    seen = packet;
  }).push(bytes);
  assert.equal((seen as Uint8Array | null)?.buffer, bytes.buffer);
});

test('the first packet does not wait for the second', () => {
  assert.equal(run([plain(rtp(1))]).packets.length, 1);
});

test('TCP-1: $, channel and length is found out by two packets that agree, and kept', () => {
  const packets = [rtp(1), rtp(2), rtp(3)];
  const { packets: got, deframer } = run([Buffer.concat(packets.map((packet, i) => interleaved(packet, i % 2)))]);
  assert.deepEqual(got, hex(packets));
  assert.equal(deframer.framing, 'interleaved');
  assert.deepEqual(run([Buffer.concat(packets.map(plain))]).deframer.framing, 'rfc4571');
});

test('TCP-7: packets in pieces of seven bytes, and many in one read', () => {
  const packets = Array.from({ length: 50 }, (_, i) => rtp(i + 1, 12 + i * 29));
  const bytes = Buffer.concat(packets.map(plain));
  for (const size of [7, 1, bytes.length]) assert.deepEqual(run(cut(bytes, size)).packets, hex(packets));
});

test('TCP-8: lengths of 32 bits', () => {
  const packets = [rtp(1), rtp(2, 1400), rtp(3)];
  const { packets: got, deframer } = run([Buffer.concat(packets.flatMap((p) => [Buffer.alloc(2), plain(p)]))]);
  assert.deepEqual(got, hex(packets));
  assert.equal(deframer.counts.wide, 1);
});

test('RTCP is handed on too', () => {
  const report = Buffer.from('80c90001000000018'.slice(0, 16), 'hex');
  const { packets, deframer } = run([Buffer.concat([plain(rtp(1)), plain(report), plain(rtp(2))])]);
  assert.deepEqual(packets, hex([rtp(1), report, rtp(2)]));
  assert.equal(deframer.counts.resyncs, 0);
});

test('TCP-2: a first length of 0x24xx is no interleaved framing', () => {
  const packets = [rtp(1, 0x2480), rtp(2, 0x24ff), rtp(3)];
  const bytes = Buffer.concat(packets.map(plain));
  for (const size of [1, 7, 1460, bytes.length]) {
    const { packets: got, deframer } = run(cut(bytes, size));
    assert.deepEqual(got, hex(packets), `pieces of ${size}`);
    assert.equal(deframer.framing, 'rfc4571');
    assert.equal(deframer.counts.resyncs, 0);
  }
});

test('TCP-3: interleaved framing behind a private header', () => {
  const header = Buffer.alloc(256);
  header[0] = 1;
  header[2] = 1;
  const packets = [rtp(1), rtp(2), rtp(3)];
  const { packets: got, deframer } = run([Buffer.concat([header, ...packets.map((p) => interleaved(p))])]);
  assert.deepEqual(got, hex(packets));
  assert.equal(deframer.framing, 'interleaved');
  assert.equal(deframer.counts.skippedBytes, 256);
});

test('TCP-4: frames of length 0 are skipped, also as the upper half of a 32-bit length (TCP-8)', () => {
  const zero = Buffer.alloc(2);
  const bytes = Buffer.concat([zero, plain(rtp(1)), zero, zero, plain(rtp(2)), zero]);
  for (const size of [1, 3, bytes.length]) {
    const { packets, deframer } = run(cut(bytes, size));
    assert.deepEqual(packets, hex([rtp(1), rtp(2)]));
    assert.equal(deframer.counts.empty, 4);
    assert.equal(deframer.counts.resyncs, 0);
  }
});

test('TCP-4, TCP-1: empty frames between frames of RTSP, of two bytes and of four', () => {
  const packets = [rtp(1), rtp(2, 300), rtp(3), rtp(4)];
  for (const nothing of [Buffer.alloc(2), Buffer.from([0x24, 0, 0, 0])])
    for (const runs of [1, 3]) {
      const fill = Array.from({ length: runs }, () => nothing);
      const bytes = Buffer.concat(packets.flatMap((packet) => [interleaved(packet), ...fill]));
      for (const size of [1, 3, 7, bytes.length]) {
        const { packets: got, deframer } = run(cut(bytes, size));
        const what = `${runs} of ${nothing.length} bytes, pieces of ${size}`;
        assert.deepEqual(got, hex(packets), what);
        assert.equal(deframer.framing, 'interleaved', what);
        assert.deepEqual([deframer.counts.resyncs, deframer.counts.wide], [0, 0], what);
        assert.ok(deframer.counts.empty >= packets.length * runs - 1, what);
      }
    }
});

for (const [what, head] of [
  ['empty frames (TCP-4)', (packet: Buffer) => Buffer.concat([plain(packet), Buffer.alloc(2)])],
  ['lengths of 32 bits (TCP-8)', (packet: Buffer) => Buffer.concat([Buffer.alloc(2), plain(packet)])],
  ['RTSP and empty frames (TCP-1)', (packet: Buffer) => Buffer.concat([interleaved(packet), Buffer.alloc(2)])],
] as const)
  test(`TCP-5: the framing is found again among ${what}`, () => {
    const packets = Array.from({ length: 8 }, (_, index) => rtp(index + 1, 400));
    const bytes = Buffer.concat(packets.map(head));
    const from = bytes.indexOf(packets[2]!) + 40;
    const broken = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 100)]);
    for (const size of [1, 33, broken.length]) {
      const { packets: got, deframer } = run(cut(broken, size));
      assert.equal(deframer.counts.resyncs, 1, `pieces of ${size}`);
      for (const whole of hex([...packets.slice(0, 2), ...packets.slice(4)])) assert.ok(got.includes(whole));
    }
  });

test('TCP-5: bytes that vanished in the middle of a packet cost that packet and its neighbour, no more', () => {
  const packets = Array.from({ length: 8 }, (_, index) => rtp(index + 1, 400 + index));
  const bytes = Buffer.concat(packets.map(plain));
  for (const gone of [1, 2, 100, 399]) {
    const from = bytes.indexOf(plain(packets[2]!)) + 40;
    const broken = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + gone)]);
    for (const size of [1, 33, 1460, broken.length]) {
      const { packets: got, deframer } = run(cut(broken, size));
      assert.equal(deframer.counts.resyncs, 1, `${gone} gone, pieces of ${size}`);
      for (const whole of hex([...packets.slice(0, 2), ...packets.slice(4)]))
        assert.ok(got.includes(whole), `${gone} gone, pieces of ${size}`);
      assert.ok(got.length <= 8);
    }
  }
});

test('TCP-5: a length that lies is seen at once', () => {
  const lie = Buffer.concat([Buffer.from('ffff', 'hex'), Buffer.alloc(60, 1)]);
  const bytes = Buffer.concat([plain(rtp(1)), lie, plain(rtp(2)), plain(rtp(3)), plain(rtp(4))]);
  const { packets, deframer } = run([bytes]);
  assert.deepEqual(packets, hex([rtp(1), rtp(2), rtp(3), rtp(4)]));
  assert.equal(deframer.counts.skippedBytes, lie.length);
});

test('another SSRC on the connection is believed when the packet behind agrees; nothing is lost', () => {
  const packets = [rtp(1), rtp(2), rtp(3, 100, 7), rtp(4, 100, 7), rtp(5, 100, 7), rtp(6), rtp(7, 100, 7), rtp(8)];
  const bytes = Buffer.concat(packets.map(plain));
  for (const size of [1, 50, bytes.length]) {
    const { packets: got, deframer } = run(cut(bytes, size));
    assert.deepEqual(got, hex(packets));
    assert.equal(deframer.counts.skippedBytes, 0);
  }
});

test('TCP-6: a packet of 65535 bytes passes', () => {
  const packets = [rtp(1), rtp(2, 0xffff), rtp(3)];
  assert.deepEqual(run(cut(Buffer.concat(packets.map(plain)), 1460)).packets, hex(packets));
});

test('what is no RTP stream is given up after a megabyte', () => {
  const garbage = Buffer.alloc(64 * 1024, 'GET / HTTP/1.1\r\n');
  const { alive, deframer } = run(Array.from({ length: 64 }, () => garbage));
  assert.equal(alive, false);
  assert.ok(deframer.counts.skippedBytes > MAX_SKIPPED_BYTES);
  assert.ok(deframer.counts.skippedBytes < MAX_SKIPPED_BYTES + 4 * garbage.length);
  assert.equal(deframer.counts.packets, 0);
});

test('a search over bytes that all look like a header costs no more than one over others', () => {
  // Every position claims version 2 and a partner 32 KiB away that disagrees.
  const hostile = Buffer.alloc(1 << 20);
  for (let at = 0; at < hostile.length; at += 1) hostile[at] = 0x80 | ((at * 7 + (at >> 8)) & 0x3f);
  const started = process.cpuUsage().user;
  run(cut(Buffer.concat([plain(rtp(1)), hostile]), 100));
  assert.ok(process.cpuUsage().user - started < 2_000_000);
});

test('close stops in the middle of a read', () => {
  const packets: number[] = [];
  const deframer = new Deframer((packet) => {
    packets.push(packet.length);
    deframer.close();
  });
  deframer.push(Buffer.concat([plain(rtp(1)), plain(rtp(2))]));
  deframer.push(plain(rtp(3)));
  assert.deepEqual(packets, [100]);
});
