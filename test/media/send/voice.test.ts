import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { G711_TO_PCM } from '../../../src/media/es/g711.ts';
import { PsDemuxer } from '../../../src/media/ps/demux.ts';
import { encodeG711 } from '../../../src/media/send/g711-encode.ts';
import { FRAME_SAMPLES } from '../../../src/media/send/voice.ts';
import { VoicePackets } from '../../../src/media/send/voice-packets.ts';
import { MAX_SAMPLES, START_SAMPLES, VoiceQueue } from '../../../src/media/send/voice-queue.ts';
import { MAX_BEHIND, VoiceSender } from '../../../src/media/send/voice-sender.ts';
import { FakeClock } from '../../support/clock.ts';
import { tone } from '../../support/tone.ts';

const OPTIONS = { payloadType: 8, ssrc: 0xdead_beef, firstSequence: 65_535, firstTimestamp: 0xffff_ff80 };
const frame = (value: number) => new Int16Array(FRAME_SAMPLES).fill(value);

for (const law of ['pcma', 'pcmu'] as const) {
  test(`${law}: every value of the law becomes its own code again`, () => {
    const values = G711_TO_PCM[law];
    const codes = new Uint8Array(256);
    encodeG711(law, values, codes, 0);
    assert.deepEqual(
      [...codes].map((code) => values[code]),
      [...values],
    );
  });

  test(`${law}: every sample gets the nearest value of the law`, () => {
    const values = [...G711_TO_PCM[law]];
    fc.assert(
      fc.property(fc.integer({ min: -32_768, max: 32_767 }), (sample) => {
        const code = new Uint8Array(1);
        encodeG711(law, Int16Array.of(sample), code, 0);
        const nearest = Math.min(...values.map((value) => Math.abs(value - sample)));
        assert.equal(Math.abs(values[code[0]!]! - sample), nearest);
      }),
    );
  });
}

test('a packet is 20 ms of A-law behind its length: sequence and time go on round their ends, the marker begins a spurt', () => {
  const packets = new VoicePackets({ ...OPTIONS, codec: 'pcma' });
  const first = packets.next(frame(0), true);
  assert.equal(first.toString('hex', 0, 14), '00ac8088ffffffffff80deadbeef');
  assert.equal(first.length, 2 + 12 + 160);
  assert.ok(first.subarray(14).every((code) => code === 0xd5 || code === 0x55));
  assert.equal(packets.next(frame(0), false).toString('hex', 0, 14), '00ac8008000000000020deadbeef');
  packets.skip(3);
  assert.equal(packets.next(frame(0), false).readUInt32BE(6), 0x20 + 4 * 160);
});

test('TK-1: where a program stream is asked for, it holds the same A-law, explained once a second, and nothing is wrong with it', () => {
  const packets = new VoicePackets({ ...OPTIONS, payloadType: 96, codec: 'ps', firstTimestamp: 90_000 });
  const plain = new VoicePackets({ ...OPTIONS, codec: 'pcma' });
  const found: string[] = [];
  const times: number[] = [];
  const sound: Buffer[] = [];
  let maps = 0;
  const demuxer = new PsDemuxer({
    pack() {},
    map(entries) {
      maps += 1;
      assert.deepEqual(entries, [{ streamType: 0x90, streamId: 0xc0 }]);
    },
    pesStart: (_, pts) => times.push(pts),
    data: (_, bytes, start, end) => sound.push(Buffer.from(bytes.subarray(start, end))),
    pesEnd() {},
    damaged: () => found.push('damaged'),
    finding: (code) => found.push(code),
  });
  const sine = tone(440, 2);
  const wanted: Buffer[] = [];
  for (let at = 0; at < sine.length; at += FRAME_SAMPLES) {
    const out = sine.subarray(at, at + FRAME_SAMPLES);
    const packet = packets.next(out, false);
    assert.equal(packet[3], 0x80 | 96);
    assert.equal(packet.readUInt16BE(0), packet.length - 2);
    demuxer.push(packet, 14, packet.length);
    wanted.push(plain.next(out, false).subarray(14));
  }
  demuxer.end();
  assert.deepEqual(found, []);
  assert.equal(maps, 2);
  assert.deepEqual(times.slice(0, 3), [90_000, 91_800, 93_600]);
  assert.deepEqual(Buffer.concat(sound), Buffer.concat(wanted));
});

test('the queue gathers before a spurt, and is silent where the sender is late', () => {
  const queue = new VoiceQueue();
  const out = frame(99);
  assert.equal(queue.next(out), 'silence');
  assert.ok(out.every((sample) => sample === 0));
  queue.push(new Int16Array(START_SAMPLES - FRAME_SAMPLES).fill(5));
  assert.equal(queue.next(out), 'silence');
  queue.push(frame(5));
  assert.deepEqual(
    [queue.next(out), queue.next(out), queue.next(out), queue.next(out)],
    ['voice', 'voice', 'voice', 'silence'],
  );
  queue.push(frame(6)); // late by now: gathers anew
  assert.equal(queue.next(out), 'silence');
});

test('a word shorter than the start is spoken all the same, and the end is not waited for', () => {
  const queue = new VoiceQueue();
  const out = frame(0);
  queue.push(new Int16Array(10).fill(5));
  assert.deepEqual(
    Array.from({ length: 5 }, () => queue.next(out)),
    ['silence', 'silence', 'silence', 'voice', 'silence'],
  );
  queue.push(new Int16Array(10).fill(5));
  queue.end();
  assert.deepEqual([queue.next(out), queue.next(out)], ['voice', 'end']);
});

test('a sender that is ahead is cut back to the start, the newest is kept, and nothing grows', () => {
  const queue = new VoiceQueue();
  for (let i = 0; i < 100; i += 1) {
    queue.push(frame(i));
    assert.ok(queue.length <= MAX_SAMPLES);
  }
  assert.equal(queue.dropped + queue.length, 100 * FRAME_SAMPLES);
  const out = frame(0);
  let last = 0;
  while (queue.next(out) === 'voice') last = out[0]!;
  assert.equal(last, 99);
  queue.push(new Int16Array(10 * MAX_SAMPLES));
  assert.equal(queue.length, MAX_SAMPLES);
});

/** A sender on a clock of our own, with everything it sent. */
function sending(source: { next(out: Int16Array): 'voice' | 'silence' | 'end' }, isFull = () => false) {
  const clock = new FakeClock();
  const startMs = clock.nowMs();
  const sent: { atMs: number; timestamp: number; marker: boolean }[] = [];
  let ends = 0;
  const sender = new VoiceSender({
    nowMs: () => clock.nowMs(),
    after: (ms, action) => clock.after(ms, action),
    source,
    packets: new VoicePackets({ ...OPTIONS, codec: 'pcma', firstTimestamp: 0 }),
    send(packet) {
      if (isFull()) return false;
      sent.push({
        atMs: clock.nowMs() - startMs,
        timestamp: packet.readUInt32BE(6),
        marker: (packet[3]! & 0x80) !== 0,
      });
      return true;
    },
    onEnd: () => (ends += 1),
  });
  return { clock, sender, sent, ends: () => ends };
}

test('a packet leaves every 20 ms, in silence too, until the voice ends; the marker stands where it begins', async () => {
  const kinds = ['silence', 'voice', 'voice', 'silence', 'voice', 'end'] as const;
  let at = 0;
  const { clock, sender, sent, ends } = sending({ next: () => kinds[at++]! });
  sender.start();
  await clock.advance(200);
  assert.deepEqual(
    sent.map(({ atMs }) => atMs),
    [0, 20, 40, 60, 80],
  );
  assert.deepEqual(
    sent.map(({ timestamp }) => timestamp),
    [0, 160, 320, 480, 640],
  );
  assert.deepEqual(
    sent.map(({ marker }) => marker),
    [false, true, false, false, true],
  );
  assert.deepEqual(sender.counts, { packets: 5, silent: 2, skipped: 0, late: 0 });
  assert.equal(ends(), 1);
  assert.equal(clock.pending, 0);
});

test('what a short stall delayed is made up for at once; after a long one time goes on without it', async () => {
  const { clock, sender, sent } = sending({ next: () => 'voice' });
  sender.start();
  const stalled = (ms: number) => {
    // the clock moves, the timer does not fire: the process stood still
    const original = clock.nowMs.bind(clock);
    const jumped = original() + ms;
    clock.nowMs = () => Math.max(jumped, original());
  };
  await clock.advance(20);
  stalled(70);
  await clock.advance(20);
  assert.equal(sent.length, 5);
  assert.deepEqual(sent.at(-1)!.timestamp, 4 * 160);
  const before = sent.length;
  stalled((MAX_BEHIND + 10) * 20 + 40);
  await clock.advance(40);
  assert.ok(sent.length > before && sent.length < before + MAX_BEHIND, `${sent.length - before} packets`);
  assert.ok(sender.counts.skipped >= MAX_BEHIND);
  assert.ok(sender.counts.late > 0);
  sender.stop();
  assert.equal(clock.pending, 0);
});

test('a way that is full loses packets and delays none', async () => {
  let isFull = true;
  const { clock, sender, sent } = sending({ next: () => 'voice' }, () => isFull);
  sender.start();
  await clock.advance(100);
  isFull = false;
  await clock.advance(20);
  assert.deepEqual(
    sent.map(({ atMs, timestamp }) => [atMs, timestamp]),
    [[120, 960]],
  );
  assert.equal(sender.counts.skipped, 6);
  sender.stop();
});
