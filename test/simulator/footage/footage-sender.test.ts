import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadClip } from '../../../src/simulator/clip.ts';
import { Footage, type FootageFault, type FootageOptions } from '../../../src/simulator/footage/footage.ts';
import { FootageSender } from '../../../src/simulator/footage/footage-sender.ts';
import { timeMarksIn } from '../../../src/simulator/footage/time-mark.ts';
import type { MediaLink } from '../../../src/simulator/media-link.ts';
import { behaviourOf } from '../../../src/simulator/quirks.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { HandTurned } from '../hand-turned.ts';
import { rtp } from '../receive.ts';

const CHANNEL = '34020000001310000001';
/** On the grid of files, a whole hour. */
const START = Date.UTC(2026, 8, 30, 10);
const MINUTE = 60_000;

interface Sent {
  readonly atMs: number;
  readonly contentMs: number;
  readonly pts90k: number;
}

function sending(o: {
  seconds?: number;
  startMs?: number;
  speed?: number;
  quirks?: string[];
  footage?: Partial<FootageOptions>;
  clip?: string;
  isDatagram?: boolean;
}) {
  const wheel = new HandTurned();
  const behaviour = behaviourOf(new Set(o.quirks ?? []));
  const clip = loadClip(o.clip ?? 'footage', 'none');
  const options = { days: 1, untilEpochMs: START + 12 * 60 * MINUTE, ...o.footage };
  const footage = new Footage(options, clip, loadClip('h264', 'none'), behaviour);
  const packets: Buffer[] = [];
  const sent: Sent[] = [];
  const said: string[] = [];
  const faults: FootageFault[] = [];
  const full = { bytes: 0 };
  const take = (packet: Buffer) => {
    packets.push(Buffer.from(packet));
    for (const mark of timeMarksIn(packet))
      sent.push({ atMs: wheel.now, contentMs: mark.contentEpochMs - START, pts90k: ptsOf(packet) });
  };
  const link: MediaLink = {
    port: 1,
    ready: async () => undefined,
    get unsentBytes() {
      return full.bytes;
    },
    stream(bytes, length, done) {
      for (let at = 0; at < length; at += 2 + bytes.readUInt16BE(at))
        take(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
      done();
    },
    send(some) {
      for (const packet of some) take(packet);
      return true;
    },
    onLost: null,
    onReport: null,
    close: () => undefined,
  };
  const startEpochMs = START + (o.startMs ?? 0);
  const sender = new FootageSender({
    footage,
    channelId: CHANNEL,
    channel: 0,
    startEpochMs,
    endEpochMs: startEpochMs + (o.seconds ?? 10) * 1000,
    speed: o.speed ?? 1,
    isDatagram: o.isDatagram ?? false,
    link,
    ssrc: 1_200_000_001,
    behaviour,
    random: seededRandom(5),
    wheel,
    onEnd: () => said.push(`end at ${wheel.now}`),
    onFault: (fault) => faults.push(fault),
  });
  return { wheel, sender, packets, sent, said, faults, full, startMs: wheel.now };
}

/** PTS of the first PES of video in a packet that begins a pack. */
function ptsOf(packet: Buffer): number {
  const at = packet.indexOf('000001e0', 0, 'hex') + 9;
  return (
    ((packet[at]! >> 1) & 7) * 2 ** 30 +
    (packet.readUInt16BE(at + 1) >> 1) * 2 ** 15 +
    (packet.readUInt16BE(at + 3) >> 1)
  );
}

const contents = (sent: readonly Sent[]) => sent.map((each) => each.contentMs);
const steps = (from: number, to: number) => Array.from({ length: (to - from) / 40 }, (_, index) => from + index * 40);

for (const speed of [0.25, 1, 2, 4, 8]) {
  test(`${speed}×: every frame once, when it is due, its clock that of the content`, () => {
    const { wheel, sender, sent, said, startMs, packets } = sending({ speed });
    sender.start();
    wheel.pass(60_000);
    assert.deepEqual(contents(sent), steps(0, 10_000));
    for (const { atMs, contentMs, pts90k } of sent) {
      assert.ok(Math.abs(atMs - startMs - contentMs / speed) < 10, `${contentMs} at ${atMs}`);
      assert.equal(pts90k - sent[0]!.pts90k, contentMs * 90);
    }
    assert.equal(said.length, 1);
    assert.ok(Math.abs(Number(said[0]!.slice(7)) - startMs - 10_000 / speed) < 10);
    const read = packets.map(rtp);
    for (const [index, packet] of read.entries()) {
      assert.equal(packet.ssrc, 1_200_000_001);
      assert.equal(packet.sequence, (read[0]!.sequence + index) & 0xffff);
    }
    assert.equal(read.filter((packet) => packet.marker).length, 250);
    assert.equal(sender.counts.frames, 250);
    assert.equal(sender.counts.packets, packets.length);
  });
}

test('as fast as the link takes it: nothing waits but for the link, and what waits there is bounded', () => {
  const { wheel, sender, sent, full, said } = sending({ seconds: 3600, speed: Number.POSITIVE_INFINITY });
  full.bytes = 10 * 1024 * 1024;
  sender.start();
  wheel.pass(10_000);
  assert.equal(sent.length, 0);
  full.bytes = 0;
  wheel.pass(10_000);
  assert.equal(sent.length, 90_000);
  assert.equal(said.length, 1);
});

test('one turn does not take the processor for longer than some hundred kilobytes need', () => {
  const { wheel, sender, packets } = sending({ seconds: 3600, speed: Number.POSITIVE_INFINITY });
  sender.start();
  const bytes = packets.reduce((sum, packet) => sum + packet.length, 0);
  assert.ok(bytes > 200_000 && bytes < 500_000, String(bytes));
  wheel.pass(0);
});

test('a receiver that reads too slowly is not sent more when it reads again than one second holds', () => {
  const { wheel, sender, sent, full } = sending({ seconds: 60, speed: 1 });
  sender.start();
  wheel.pass(2000);
  full.bytes = 10 * 1024 * 1024;
  wheel.pass(20_000);
  const before = sent.length;
  assert.ok(before <= 52, String(before));
  full.bytes = 0;
  wheel.pass(100);
  assert.ok(sent.length - before < 32, String(sent.length - before));
  wheel.pass(100_000);
  assert.deepEqual(contents(sent), steps(0, 60_000));
});

test('over datagrams as fast as the line takes it means 32×', () => {
  const { wheel, sender, sent } = sending({ seconds: 3600, speed: Number.POSITIVE_INFINITY, isDatagram: true });
  sender.start();
  wheel.pass(10_000);
  assert.ok(Math.abs(sent.length - 25 * 320) < 60, String(sent.length));
});

test('pause stops at once, resume goes on with the next frame, however long after', () => {
  const { wheel, sender, sent } = sending({});
  sender.start();
  wheel.pass(3000);
  sender.pause();
  const before = sent.length;
  wheel.pass(600_000);
  assert.equal(sent.length, before);
  assert.equal(sender.isPaused, true);
  sender.resume();
  wheel.pass(20_000);
  assert.deepEqual(contents(sent), steps(0, 10_000));
  assert.equal(sent[before]!.atMs, 604_000);
});

test('another speed from here on', () => {
  const { wheel, sender, sent, startMs } = sending({ seconds: 20 });
  sender.start();
  wheel.pass(4000);
  sender.setScale(4);
  wheel.pass(30_000);
  assert.deepEqual(contents(sent), steps(0, 20_000));
  assert.ok(Math.abs(sent.at(-1)!.atMs - startMs - 8000) < 50, String(sent.at(-1)!.atMs - startMs));
});

test('a seek goes on with the key frame at or before the moment, forwards and back, also after the end', () => {
  const { wheel, sender, sent, said } = sending({ clip: 'h264', seconds: 60 });
  sender.start();
  wheel.pass(1000);
  const first = sent.length;
  sender.seek(START + 41_000, null);
  wheel.pass(1000);
  assert.equal(sent[first]!.contentMs, 40_000);
  sender.seek(START + 4000, null);
  const second = sent.length;
  wheel.pass(100_000);
  assert.deepEqual(contents(sent.slice(second)), steps(4000, 60_000));
  assert.equal(said.length, 1);
  sender.seek(START + 58_000, null);
  sender.resume();
  const third = sent.length;
  wheel.pass(10_000);
  assert.deepEqual(contents(sent.slice(third)), steps(58_000, 60_000));
});

test('backwards: group by group, frames inside a group forwards, to the start of the range', () => {
  const { wheel, sender, sent, said } = sending({ seconds: 10 });
  sender.start();
  wheel.pass(5500);
  const before = sent.length;
  sender.setScale(-1);
  wheel.pass(20_000);
  const back = [5, 4, 3, 2, 1, 0].flatMap((second) => steps(second * 1000, (second + 1) * 1000));
  assert.deepEqual(contents(sent.slice(before)), back);
  assert.equal(said.length, 1);
});

test('backwards over a gap, which takes no time', () => {
  const gaps = [{ startEpochMs: START + 4000, endEpochMs: START + 64_000 }];
  const { wheel, sender, sent } = sending({ seconds: 80, footage: { gaps } });
  sender.start();
  wheel.pass(7500);
  assert.deepEqual(contents(sent.slice(0, 150)), [...steps(0, 4000), ...steps(64_000, 66_000)]);
  const before = sent.length;
  sender.setScale(-2);
  wheel.pass(6000);
  const back = [67, 66, 65, 64, 3, 2, 1, 0].flatMap((second) => steps(second * 1000, (second + 1) * 1000));
  assert.deepEqual(contents(sent.slice(before)), back);
});

test('gaps take no time and are seen in the clock; a file begins with a key frame', () => {
  const gaps = [{ startEpochMs: START + 3000, endEpochMs: START + 33_000 }];
  const { wheel, sender, sent, startMs } = sending({ clip: 'h264', seconds: 40, footage: { gaps } });
  sender.start();
  wheel.pass(60_000);
  assert.deepEqual(contents(sent), [...steps(0, 3000), ...steps(34_000, 40_000)]);
  assert.equal(sent[75]!.pts90k - sent[0]!.pts90k, 34_000 * 90);
  assert.ok(sent[75]!.atMs - startMs <= 3010);
});

test('a range that begins inside a group begins with its key frame, one that begins in a gap behind it', () => {
  const inside = sending({ clip: 'h264', startMs: 3000, seconds: 3 });
  inside.sender.start();
  inside.wheel.pass(10_000);
  assert.deepEqual(contents(inside.sent), steps(2000, 6000));
  const gaps = [{ startEpochMs: START, endEpochMs: START + 3000 }];
  const gap = sending({ clip: 'h264', startMs: 1000, seconds: 6, footage: { gaps } });
  gap.sender.start();
  gap.wheel.pass(10_000);
  assert.deepEqual(contents(gap.sent), steps(4000, 7000));
});

test('from a moment on the pictures are of another size', () => {
  const { wheel, sender, sent, packets } = sending({ seconds: 4, footage: { changeAtEpochMs: START + 2000 } });
  sender.start();
  wheel.pass(10_000);
  assert.deepEqual(contents(sent), steps(0, 4000));
  const sets = packets.map((packet) => /0000000167(.{12})/.exec(packet.toString('hex'))?.[1]).filter((set) => set);
  assert.equal(new Set(sets).size, 2);
});

test('faults come once, at their moment: nothing more is sent, and the call is told', () => {
  const fault = { atEpochMs: START + 5000, kind: 'cut' } as const;
  const { wheel, sender, sent, faults, said } = sending({ footage: { faults: [fault] } });
  sender.start();
  wheel.pass(60_000);
  assert.deepEqual(contents(sent), steps(0, 5000));
  assert.deepEqual(faults, [fault]);
  assert.deepEqual(said, []);
});

test('a hole: some packets are missing, the sequence number shows it', () => {
  const fault = { atEpochMs: START + 5000, kind: 'hole', packets: 7 } as const;
  const { wheel, sender, packets } = sending({ footage: { faults: [fault] } });
  sender.start();
  wheel.pass(60_000);
  const read = packets.map(rtp);
  const jumps = read.flatMap((packet, index) =>
    index > 0 ? [(packet.sequence - read[index - 1]!.sequence) & 0xffff] : [],
  );
  assert.deepEqual(
    jumps.filter((jump) => jump !== 1),
    [8],
  );
});

test('PB-3: goes on beyond the end; PB-3a: begins again', () => {
  const on = sending({ quirks: ['PB-3'] });
  on.sender.start();
  on.wheel.pass(15_000);
  assert.deepEqual(contents(on.sent).slice(0, 370), steps(0, 14_800));
  const again = sending({ quirks: ['PB-3a'] });
  again.sender.start();
  again.wheel.pass(15_000);
  assert.deepEqual(contents(again.sent).slice(0, 370), [...steps(0, 10_000), ...steps(0, 4800)]);
});

test('PB-4: says that it is over a second before the last frame', () => {
  const { wheel, sender, sent, said, startMs } = sending({ quirks: ['PB-4'] });
  sender.start();
  wheel.pass(20_000);
  assert.equal(said[0], `end at ${startMs + 9000}`);
  assert.deepEqual(contents(sent), steps(0, 10_000));
});

test('PB-15: silent where a file ends; PB-15a: a new clock there', () => {
  const at = 30 * MINUTE;
  const silent = sending({ quirks: ['PB-15'], startMs: at - 5000 });
  silent.sender.start();
  silent.wheel.pass(20_000);
  assert.deepEqual(contents(silent.sent), steps(at - 5000, at));
  assert.deepEqual(silent.said, []);
  const anew = sending({ quirks: ['PB-15a'], startMs: at - 5000 });
  anew.sender.start();
  anew.wheel.pass(20_000);
  assert.deepEqual(contents(anew.sent), steps(at - 5000, at + 5000));
  assert.deepEqual(
    anew.sent.slice(125).map((each) => each.pts90k),
    steps(0, 5000).map((ms) => ms * 90),
  );
});

test('PB-17: four seconds without a key frame', () => {
  const { wheel, sender, sent } = sending({ quirks: ['PB-17'] });
  sender.start();
  wheel.pass(20_000);
  assert.deepEqual(
    contents(sent),
    steps(0, 10_000).filter((ms) => ms >= 4000 || ms % 1000 !== 0),
  );
});

test('TS-9: at speed whole groups go out at once, their time stamps unscaled', () => {
  const { wheel, sender, sent } = sending({ quirks: ['TS-9'], speed: 4 });
  sender.start();
  wheel.pass(20_000);
  assert.deepEqual(contents(sent), steps(0, 10_000));
  assert.equal(new Set(sent.map((each) => each.atMs)).size, 10);
  assert.equal(sent.at(-1)!.pts90k - sent[0]!.pts90k, 9960 * 90);
});

test('TS-10: time stamps are divided by the speed, and go on from where they were', () => {
  const { wheel, sender, sent } = sending({ quirks: ['TS-10'] });
  sender.start();
  wheel.pass(5000);
  const before = sent.length;
  sender.setScale(2);
  wheel.pass(20_000);
  const ticks = sent.slice(1).map((each, index) => each.pts90k - sent[index]!.pts90k);
  assert.deepEqual(new Set(ticks.slice(0, before - 1)), new Set([3600]));
  assert.deepEqual(new Set(ticks.slice(before)), new Set([1800]));
});

for (const [code, from90k] of [
  ['TS-11', 0],
  ['TS-11a', 8 * 60 * 90_000],
] as const) {
  test(`${code}: after a seek the clock begins at ${from90k}`, () => {
    const { wheel, sender, sent } = sending({ quirks: [code], seconds: 3600 });
    sender.start();
    wheel.pass(1000);
    const before = sent.length;
    sender.seek(START + 38 * MINUTE, null);
    wheel.pass(1000);
    assert.equal(sent[before]!.contentMs, 38 * MINUTE);
    assert.equal(sent[before]!.pts90k, from90k);
  });
}

test('TS-12a: the clock is the time of capture', () => {
  const { wheel, sender, sent } = sending({ quirks: ['TS-12a'] });
  sender.start();
  wheel.pass(20_000);
  assert.equal(sent.length, 250);
  for (const each of sent) assert.equal(each.pts90k, ((START + each.contentMs) * 90) % 2 ** 33);
});
