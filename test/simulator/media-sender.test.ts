import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clip, clipUnits, loadClip } from '../../src/simulator/clip.ts';
import type { MediaLink } from '../../src/simulator/media-link.ts';
import { MediaSender, type SentUnit } from '../../src/simulator/media-sender.ts';
import { behaviourOf } from '../../src/simulator/quirks.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { HandTurned } from './hand-turned.ts';
import { elementary, rtp } from './receive.ts';

function sending(o: {
  video?: string;
  audio?: 'pcma' | 'pcmu' | 'aac' | 'none';
  clip?: Clip;
  quirks?: string[];
  accepts?: () => boolean;
}) {
  const wheel = new HandTurned();
  const packets: { atMs: number; bytes: Buffer }[] = [];
  const units: SentUnit[] = [];
  const link: MediaLink = {
    port: 1,
    ready: async () => undefined,
    stream: () => undefined,
    unsentBytes: 0,
    onLost: null,
    onReport: null,
    close: () => undefined,
    send(sent) {
      if (o.accepts?.() === false) return false;
      for (const bytes of sent) packets.push({ atMs: wheel.now, bytes: Buffer.from(bytes) });
      return true;
    },
  };
  const clip = o.clip ?? loadClip(o.video ?? 'h264', o.audio ?? 'pcma');
  const sender = new MediaSender({
    clip,
    link,
    ssrc: 200000001,
    behaviour: behaviourOf(new Set(o.quirks ?? [])),
    random: seededRandom(7),
    wheel,
    onUnit: (unit) => units.push(unit),
  });
  return { wheel, packets, units, clip, sender };
}

for (const video of ['h264', 'h265', 'h264-bframes']) {
  for (const audio of ['pcma', 'aac', 'none'] as const) {
    test(`sends ${video} with ${audio} in real time, over and over, its clocks running on`, () => {
      const { wheel, packets, units, clip, sender } = sending({ video, audio });
      sender.start();
      wheel.pass(19_990);
      sender.stop();
      const expected = clipUnits(clip);
      const pictures = units.filter((unit) => unit.kind === 'video');
      assert.equal(pictures.length, 500);
      const base = pictures[0]!.dts90k;
      for (const [index, unit] of pictures.entries()) {
        const original = expected.video[index % expected.video.length]!;
        assert.equal(unit.data, original.data);
        assert.equal(unit.dts90k, base + index * 3600);
        assert.equal(unit.pts90k - unit.dts90k, original.offset90k);
        assert.equal(unit.index, index);
      }
      assert.equal(pictures[0]!.key, true);
      const sounds = units.filter((unit) => unit.kind === 'audio');
      assert.equal(sounds.length, { pcma: 500, aac: 157, none: 0 }[audio]);
      for (const [index, unit] of sounds.entries()) {
        assert.equal(unit.data, expected.audio[index % expected.audio.length]!.data);
        assert.equal(unit.pts90k, base + 1800 + index * (audio === 'aac' ? 11_520 : 3600));
      }

      const read = packets.map((packet) => rtp(packet.bytes));
      assert.deepEqual(new Set(read.map((packet) => packet.payloadType)), new Set([96]));
      assert.deepEqual(new Set(read.map((packet) => packet.ssrc)), new Set([200000001]));
      assert.ok(read.every((packet) => packet.payload.length <= 1400));
      for (const [index, packet] of read.entries()) {
        const next = read[index + 1];
        if (next === undefined) continue;
        assert.equal(next.sequence, (packet.sequence + 1) & 0xffff);
        assert.equal(next.timestamp !== packet.timestamp, packet.marker); // the marker ends what one timestamp holds
      }
      const stream = elementary(Buffer.concat(read.map((packet) => packet.payload)));
      assert.ok(stream.video.equals(Buffer.concat(pictures.map((unit) => unit.data))));
      assert.ok(stream.audio.equals(Buffer.concat(sounds.map((unit) => unit.data))));
      assert.equal(stream.packs, units.length);
      assert.equal(stream.maps, pictures.filter((unit) => unit.key).length);
      assert.ok(sender.counts.packets === packets.length && sender.counts.frames === units.length);
    });
  }
}

test('spreads the packets of a big frame over half its interval and never mixes two frames', () => {
  const big = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), Buffer.alloc(100_000, 0x5a)]);
  const small = loadClip('h264', 'pcma');
  const unit = { ...small.video.units[0]!, data: big };
  const clip = { ...small, video: { ...small.video, units: [unit] } };
  const { wheel, packets, units, sender } = sending({ clip });
  sender.start();
  wheel.pass(100);
  sender.stop();
  const first = packets.slice(0, Math.ceil(big.length / 1400));
  const bursts = new Map<number, number>();
  for (const { atMs } of first) bursts.set(atMs - 1000, (bursts.get(atMs - 1000) ?? 0) + 1);
  assert.deepEqual(
    [...bursts],
    [
      [0, 18],
      [5, 18],
      [10, 18],
      [15, 18],
    ],
  );
  const stream = elementary(Buffer.concat(packets.map((packet) => rtp(packet.bytes).payload)));
  const pictures = units.filter((sent) => sent.kind === 'video').length;
  assert.equal(pictures, 3);
  assert.ok(stream.video.subarray(0, 2 * big.length).equals(Buffer.concat([big, big])));
});

test('a receiver that does not read loses whole frames, up to the next key frame', () => {
  let accepts = true;
  const { wheel, units, sender } = sending({ audio: 'none', accepts: () => accepts });
  sender.start();
  wheel.pass(390); // frames 0 to 9
  accepts = false;
  wheel.pass(200); // 10 to 14 do not go
  accepts = true;
  wheel.pass(2000);
  sender.stop();
  const indexes = units.map((unit) => unit.index);
  assert.deepEqual(indexes.slice(0, 11), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 50]);
  assert.equal(sender.counts.omitted, 40);
});

test('a halt of the process moves the schedule instead of sending a burst', () => {
  const { wheel, units, sender } = sending({ audio: 'none' });
  sender.start();
  wheel.pass(39);
  wheel.now += 10_000;
  wheel.pass(1000);
  sender.stop();
  assert.ok(units.length >= 26 && units.length <= 27, String(units.length));
});

test('TS-5: RTP and PTS clocks wrap in the fourth second', () => {
  const { wheel, packets, sender } = sending({ audio: 'none', quirks: ['TS-5'] });
  sender.start();
  wheel.pass(5000);
  sender.stop();
  const timestamps = packets.map((packet) => rtp(packet.bytes).timestamp);
  const wrap = timestamps.findIndex((timestamp, index) => timestamp < (timestamps[index - 1] ?? 0));
  assert.equal(timestamps[wrap], 0);
  assert.equal(timestamps[wrap - 1], 2 ** 32 - 3600);
});

test('RTP-1 and RTP-3 disturb a few packets, the same ones in every run', () => {
  const run = (quirks: string[]) => {
    const { wheel, packets, sender } = sending({ quirks });
    sender.start();
    wheel.pass(10_000);
    sender.stop();
    return packets.map((packet) => rtp(packet.bytes).sequence);
  };
  const clean = run([]);
  const lossy = run(['RTP-1']);
  const lost = clean.length - lossy.length;
  assert.ok(lost > clean.length * 0.01 && lost < clean.length * 0.03, String(lost));
  assert.deepEqual(run(['RTP-1']), lossy);
  const mixed = run(['RTP-3']);
  assert.ok(new Set(mixed).size >= clean.length - 1);
  assert.ok(mixed.length > clean.length);
  assert.ok(
    mixed.filter((sequence, index) => index > 0 && ((sequence - mixed[index - 1]!) & 0xffff) > 0x8000).length > 5,
  );
});

const HEADERS: [string, (packet: Buffer) => boolean][] = [
  ['RTP-5', (packet) => !rtp(packet).marker],
  ['RTP-5a', (packet) => rtp(packet).marker],
  ['RTP-6', (packet) => rtp(packet).timestamp === 0],
  ['RTP-8', (packet) => rtp(packet).payloadType === 100],
  ['RTP-13', (packet) => packet[0] === 0xb1 && packet.at(-1) === 4 && packet.readUInt16BE(18) === 1],
];
for (const [code, holds] of HEADERS) {
  test(`${code} shows in every packet`, () => {
    const { wheel, packets, sender } = sending({ quirks: [code] });
    sender.start();
    wheel.pass(500);
    sender.stop();
    assert.ok(packets.length > 20);
    assert.ok(packets.every((packet) => holds(packet.bytes)));
  });
}

test('ES-1, PTZ-6: asked for a key frame, it sends one next, also where it holds them back; frames and clocks go on', () => {
  for (const quirks of [[], ['ES-1']]) {
    const { wheel, units, sender } = sending({ audio: 'none', quirks });
    sender.start();
    wheel.pass(590);
    const before = units.at(-1)!;
    assert.equal(before.key, false);
    sender.keyFrame();
    wheel.pass(80);
    sender.stop();
    const [asked, next] = units.slice(units.indexOf(before) + 1);
    assert.deepEqual([asked?.key, asked?.index, next?.key, next?.index], [true, 50, false, 51]);
    assert.equal(asked?.dts90k, before.dts90k + 3600);
    assert.equal(next?.dts90k, before.dts90k + 7200);
  }
});
