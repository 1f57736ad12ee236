import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MAX_DISTANCE,
  MAX_DROPOUT,
  NEAR_RUN,
  OLD_RUN,
  Reorder,
  type ReorderOptions,
} from '../../../src/media/ingest/reorder.ts';
import { emptyRtpHeader, parseRtp } from '../../../src/media/ingest/rtp.ts';

const UDP: ReorderOptions = { holdMs: 100, maxPackets: 64 };

/** 13 bytes: header and the low byte of the sequence number as payload. */
function rtp(sequence: number, timestamp = 0): Buffer {
  const packet = Buffer.alloc(13);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(200000001, 8);
  packet[12] = sequence & 0xff;
  return packet;
}

function bench(options: ReorderOptions | null = UDP) {
  const out: string[] = [];
  const header = emptyRtpHeader();
  const reorder = new Reorder(options, (delivered, packet, lostBefore) => {
    assert.equal(packet[12], delivered.sequence & 0xff, 'header and packet belong together');
    out.push(lostBefore === 0 ? `${delivered.sequence}` : `${delivered.sequence}(-${lostBefore})`);
  });
  const push = (sequence: number, nowMs = 0, timestamp = 0, owned = true) => {
    const packet = rtp(sequence, timestamp);
    assert.equal(parseRtp(packet, header), null);
    reorder.push(header, packet, owned, nowMs);
    if (!owned) packet.fill(0xee);
  };
  return { reorder, out, push, text: () => out.join(' ') };
}

test('in order: everything passes at once, over the wrap too', () => {
  const b = bench();
  for (const sequence of [65533, 65534, 65535, 0, 1]) b.push(sequence);
  assert.equal(b.text(), '65533 65534 65535 0 1');
  assert.equal(b.reorder.held, 0);
  assert.deepEqual(b.reorder.counts, { lost: 0, reordered: 0, duplicate: 0, late: 0, restarts: 0 });
});

test('a swapped pair is put right (RTP-3)', () => {
  const b = bench();
  for (const sequence of [1, 3, 2, 4]) b.push(sequence);
  assert.equal(b.text(), '1 2 3 4');
  assert.equal(b.reorder.counts.reordered, 1);
  assert.equal(b.reorder.counts.lost, 0);
});

test('a lost packet is waited for, then named', () => {
  const b = bench();
  b.push(1, 0);
  b.push(3, 10);
  b.push(4, 20);
  b.reorder.poll(109);
  assert.equal(b.text(), '1');
  b.reorder.poll(110);
  assert.equal(b.text(), '1 3(-1) 4');
  assert.equal(b.reorder.counts.lost, 1);
  b.push(2, 111);
  assert.equal(b.text(), '1 3(-1) 4', 'too late');
  assert.equal(b.reorder.counts.late, 1);
});

test('the hold of the second gap counts from its own first packet', () => {
  const b = bench();
  b.push(1, 0);
  b.push(3, 0);
  b.push(5, 50);
  b.reorder.poll(100);
  assert.equal(b.text(), '1 3(-1)');
  b.reorder.poll(149);
  assert.equal(b.text(), '1 3(-1)');
  b.reorder.poll(150);
  assert.equal(b.text(), '1 3(-1) 5(-1)');
});

test('a full hold gives the oldest gap up at once', () => {
  const b = bench({ holdMs: 1000, maxPackets: 4 });
  b.push(1);
  for (const sequence of [3, 4, 5, 6]) b.push(sequence);
  assert.equal(b.text(), '1');
  assert.equal(b.reorder.held, 4);
  b.push(7);
  assert.equal(b.text(), '1 3(-1) 4 5 6 7');
  assert.equal(b.reorder.held, 0);
});

test('duplicates are dropped: of the delivered and of the held', () => {
  const b = bench();
  for (const sequence of [1, 2, 2, 1, 4, 4, 3]) b.push(sequence);
  assert.equal(b.text(), '1 2 3 4');
  assert.equal(b.reorder.counts.duplicate, 3);
  assert.equal(b.reorder.counts.late, 0);
});

test('a frame sent twice is no new counter', () => {
  const b = bench();
  for (let sequence = 0; sequence < 20; sequence += 1) b.push(sequence, 0, 3600);
  for (let sequence = 0; sequence < 20; sequence += 1) b.push(sequence, 1, 3600);
  b.push(20, 2, 7200);
  assert.equal(b.out.length, 21);
  assert.equal(b.reorder.counts.duplicate, 20);
  assert.equal(b.reorder.counts.restarts, 0);
});

test('a burst that comes too late is no new counter', () => {
  const b = bench();
  b.push(0, 0, 0);
  b.push(21, 0, 7200);
  b.reorder.poll(100);
  for (let sequence = 1; sequence <= 20; sequence += 1) b.push(sequence, 150, 3600);
  b.push(22, 160, 7200);
  assert.equal(b.text(), '0 21(-20) 22');
  assert.equal(b.reorder.counts.late, 20);
  assert.equal(b.reorder.counts.restarts, 0);
});

test('RTP-4: a counter set back far restarts with the second packet, nothing of it is lost', () => {
  const b = bench();
  b.push(30000, 0, 100);
  b.push(30001, 0, 100);
  b.push(0, 40, 3700);
  assert.equal(b.text(), '30000 30001');
  b.push(1, 40, 3700);
  b.push(2, 40, 3700);
  assert.equal(b.text(), '30000 30001 0(-1) 1 2');
  assert.equal(b.reorder.counts.restarts, 1);
  assert.equal(b.reorder.counts.lost, 0);
});

test('RTP-4: a counter set back a little restarts after a run, nothing of it is lost', () => {
  const b = bench();
  for (let sequence = 0; sequence < 50; sequence += 1) b.push(sequence, 0, 1000);
  for (let sequence = 0; sequence < NEAR_RUN - 1; sequence += 1) b.push(sequence, 1, 4600);
  assert.equal(b.out.length, 50);
  b.push(NEAR_RUN - 1, 1, 4600);
  assert.equal(b.out.length, 50 + NEAR_RUN);
  assert.equal(b.out[50], '0(-1)');
  assert.equal(b.reorder.counts.restarts, 1);
});

test('RTP-6: with a time stamp that never moves a counter set back still gets through', () => {
  const b = bench();
  for (let sequence = 0; sequence < 100; sequence += 1) b.push(sequence);
  for (let sequence = 0; sequence < OLD_RUN + 10; sequence += 1) b.push(sequence);
  assert.equal(b.out.length, 100 + NEAR_RUN + 10);
  assert.equal(b.reorder.counts.restarts, 1);
});

test('one stray far away changes nothing', () => {
  const b = bench();
  for (const sequence of [1, 2, 40000, 3, 4]) b.push(sequence);
  assert.equal(b.text(), '1 2 3 4');
  assert.equal(b.reorder.counts.late, 1);
});

test('a long outage is counted as loss, what was held goes out first', () => {
  const b = bench();
  b.push(1);
  b.push(3);
  b.push(2003);
  b.push(2004);
  assert.equal(b.text(), '1 3(-1) 2003(-1999) 2004');
  assert.equal(b.reorder.counts.lost, 2000);
  assert.equal(b.reorder.counts.restarts, 0);
});

test('a held packet of a shared buffer is copied', () => {
  const b = bench();
  b.push(1, 0, 0, false);
  b.push(3, 0, 0, false);
  b.push(2, 0, 0, false);
  assert.equal(b.text(), '1 2 3');
});

test('reset forgets the run, flush ends it', () => {
  const b = bench();
  b.push(1);
  b.push(3);
  b.reorder.flush();
  assert.equal(b.text(), '1 3(-1)');
  b.push(6);
  b.reorder.reset();
  assert.equal(b.reorder.held, 0);
  b.push(500);
  assert.equal(b.text(), '1 3(-1) 500');
});

test('ordered transport: everything passes, gaps are named', () => {
  const b = bench(null);
  for (const sequence of [65534, 65535, 2, 3, 3, 3, 4, 1000, 5, 6]) b.push(sequence, 0, 0, false);
  assert.equal(b.text(), '65534 65535 2(-2) 3 3 3 4 1000(-995) 5(-1) 6');
  assert.equal(b.reorder.counts.lost, 997);
  assert.equal(b.reorder.counts.restarts, 1);
  b.push(6 + MAX_DROPOUT + 2);
  assert.equal(b.reorder.counts.restarts, 2);
});

test('property: any disorder within the hold comes out sorted and whole', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 300 }), fc.nat(0xffff), (jitter, start) => {
      const b = bench({ holdMs: 1000, maxPackets: MAX_DISTANCE });
      const order = jitter.map((by, index) => ({ index, at: index + by })).sort((x, y) => x.at - y.at);
      b.push(start);
      for (const { index } of order) b.push(start + 1 + index);
      const expected = [start, ...jitter.map((_, index) => start + 1 + index)].map((n) => `${n & 0xffff}`);
      assert.deepEqual(b.out, expected);
      assert.equal(b.reorder.counts.lost, 0);
    }),
    { numRuns: 200, seed: 7 },
  );
});

test('property: never grows, never throws, never goes back without saying so', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ sequence: fc.nat(0xffff), ts: fc.nat(3), stepMs: fc.nat(30) }), { maxLength: 400 }),
      (packets) => {
        const header = emptyRtpHeader();
        let last = Number.NEGATIVE_INFINITY;
        let total = 0;
        const reorder = new Reorder(UDP, (delivered, _packet, lostBefore) => {
          total += 1;
          if (lostBefore === 0) assert.ok(delivered.extended > last || total === 1);
          last = delivered.extended;
        });
        let nowMs = 0;
        for (const { sequence, ts, stepMs } of packets) {
          nowMs += stepMs;
          const packet = rtp(sequence, ts * 3600);
          parseRtp(packet, header);
          reorder.push(header, packet, true, nowMs);
          assert.ok(reorder.held <= UDP.maxPackets);
        }
        reorder.flush();
        assert.equal(reorder.held, 0);
        assert.ok(total <= packets.length);
      },
    ),
    { numRuns: 200, seed: 11 },
  );
});
