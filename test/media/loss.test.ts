/** Packets lost at random: no frame with a hole ever leaves, and every frame that came whole does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Fragment } from '../../src/media/frame.ts';
import { isKey, run, type Sent } from './camera.ts';
import { accessUnits, ffmpeg, g711, h264, h265, nalUnits, sampleNals } from './clips.ts';
import { map, pack, pes, RtpWriter, videoPes } from './ps/writer.ts';

const HOLD = { holdMs: 100, maxPackets: 200 };
const sound = g711('alaw', 12);

/** The same packets are lost in every run (Numerical Recipes' generator). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Habit {
  units: readonly Buffer[];
  codec?: 'h264' | 'h265';
  /** Marker on the last packet of a frame, on none, or on all. */
  marker?: 'last' | 'none' | 'all';
  sound?: 'in the pack' | 'in a pack of its own';
  /** Bytes of frame in one PES; 0: one PES without a length. */
  limit?: number;
}

/** `unit` of each packet: the frame whose video it holds, or −1. */
function send({ units, codec = 'h264', marker = 'last', sound: place, limit = 65_000 }: Habit): Sent[] {
  const writer = new RtpWriter(65_000);
  const sent: Sent[] = [];
  units.forEach((frame, i) => {
    const pts = i * 3600;
    const head = isKey(frame, codec) ? [pack(), map([codec === 'h264' ? 0x1b : 0x24, 0xe0], [0x90, 0xc0])] : [pack()];
    const video = limit === 0 ? pes(0xe0, frame, { pts, length: 0 }) : videoPes(frame, { pts }, limit);
    const codes = pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts });
    const write = (bytes: Buffer, unit: number) => {
      for (const packet of writer.write(bytes, pts, { marker: marker !== 'none' })) {
        if (marker === 'all') packet[1]! |= 0x80;
        sent.push({ packet, unit, nowMs: 1000 + i * 40 });
      }
    };
    write(Buffer.concat(place === 'in the pack' ? [...head, video, codes] : [...head, video]), i);
    if (place === 'in a pack of its own') write(Buffer.concat([pack(), codes]), -1);
  });
  return sent;
}

/** Numbers of the frames that came out; fails on any that was not sent exactly so, comes twice or out of order. */
function delivered(fragments: readonly Fragment[], units: readonly Buffer[]): number[] {
  const numberOf = new Map(units.map((unit, i) => [nalUnits(unit).join(), i]));
  const samples = fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video'));
  const numbers = samples.map((s) => numberOf.get(sampleNals(s.data).join()) ?? -1);
  assert.ok(!numbers.includes(-1), 'a frame with a hole, or one that was never sent');
  numbers.slice(1).forEach((n, i) => {
    assert.ok(n > numbers[i]!, `${n} after ${numbers[i]}`);
  });
  return numbers;
}

const plain = accessUnits(h264({ frames: 250 }), 'h264');
const slices = accessUnits(h264({ frames: 100, slices: 4 }), 'h264');
const large = accessUnits(h264({ frames: 50, size: '1280x720' }), 'h264');
const hevc = accessUnits(h265({ frames: 100 }), 'h265');

const habits: Record<string, Habit> = {
  'a marker per frame': { units: plain },
  'sound in the pack': { units: plain, sound: 'in the pack' },
  'sound in a pack of its own': { units: plain, sound: 'in a pack of its own' },
  'four slices': { units: slices, sound: 'in the pack' },
  'PES of 5 kB': { units: large, limit: 5000 },
  'H.265': { units: hevc, codec: 'h265', sound: 'in a pack of its own' },
  'sound behind each frame, no marker': { units: plain, marker: 'none', sound: 'in the pack' },
  'no marker': { units: plain, marker: 'none' },
  'a marker on every packet': { units: plain, marker: 'all', sound: 'in a pack of its own' },
  'PES without length': { units: plain, limit: 0 },
  'H.265 in PES of 1 kB, no marker': { units: hevc, codec: 'h265', limit: 1000, marker: 'none' },
};

/** Where nothing but the next frame shows that a frame has ended, one right before a loss cannot be told from a cut one. */
const SHOWS_NO_END = new Set(['PES without length', 'H.265 in PES of 1 kB, no marker']);

/** Every packet but the first up to five places late, a tenth of them twice. */
function disturbed(sent: readonly Sent[], roll: () => number): Sent[] {
  const late = sent.map((s, i) => ({ s, at: i === 0 ? -1 : i + Math.floor(roll() * 6) }));
  const twice = late.flatMap((entry) => (roll() < 0.1 ? [entry, { s: entry.s, at: entry.at + 3 }] : [entry]));
  return twice.sort((a, b) => a.at - b.at).map(({ s }) => s);
}

describe('disorder', () => {
  for (const [name, habit] of Object.entries(habits)) {
    it(`RTP-3: ${name}: every frame, once, though packets come up to five places late and some twice`, () => {
      const sent = send(habit);
      const got = run(disturbed(sent, dice(5)), HOLD);
      assert.deepEqual(
        delivered(got.fragments, habit.units),
        habit.units.map((_, i) => i),
      );
      const { lost, reordered, duplicate, discarded } = got.feed.counters;
      assert.deepEqual([lost, discarded], [0, 0]);
      assert.ok(reordered > 0 && duplicate > 0);
      assert.ok(got.findings.includes('RTP-3') && !got.findings.includes('RTP-1'));
    });

    it(`RTP-1, RTP-3: ${name}: the whole frames and no other, with 1 % lost on top`, () => {
      const sent = send(habit);
      const roll = dice(6);
      const isLost = new Set(sent.filter((s) => s.nowMs >= 1500 && roll() < 0.01));
      const got = run(
        disturbed(
          sent.filter((s) => !isLost.has(s)),
          roll,
        ),
        HOLD,
      );
      const cut = new Set([...isLost].map(({ unit }) => unit));
      const numbers = new Set(delivered(got.fragments, habit.units));
      const beforeLoss = new Set(sent.flatMap((s, i) => (isLost.has(sent[i + 1]!) ? [s.unit] : [])));
      assert.ok(cut.size > 0);
      habit.units.forEach((_, n) => {
        if (n < 12 || cut.has(n) || (SHOWS_NO_END.has(name) && beforeLoss.has(n))) return;
        assert.ok(numbers.has(n), `frame ${n} came whole and did not leave`);
      });
    });
  }
});

describe('random loss', () => {
  for (const [name, habit] of Object.entries(habits)) {
    it(`${name}: exactly the whole frames at 1 % and 5 %`, () => {
      const sent = send(habit);
      for (const [seed, rate] of [
        [1, 0.01],
        [2, 0.01],
        [3, 0.05],
        [4, 0.05],
      ] as const) {
        const roll = dice(seed);
        const isLost = sent.map(() => roll() < rate);
        // The first group of pictures comes whole: before it nobody has shown where its frames end.
        sent.forEach((s, i) => {
          if (s.unit < 12 && s.nowMs < 1500) isLost[i] = false;
        });
        const got = run(
          sent.filter((_, i) => !isLost[i]),
          HOLD,
        );
        const cut = new Set(sent.flatMap((s, i) => (isLost[i] ? [s.unit] : [])));
        const beforeLoss = new Set(sent.flatMap((_, i) => (isLost[i + 1] ? [sent[i]!.unit] : [])));
        assert.ok(cut.size > 0 && got.feed.counters.lost > 0);
        const numbers = new Set(delivered(got.fragments, habit.units));
        let whole = 0;
        habit.units.forEach((_, n) => {
          if (cut.has(n)) return;
          whole += 1;
          if (SHOWS_NO_END.has(name) && beforeLoss.has(n)) return;
          assert.ok(numbers.has(n), `frame ${n} came whole and did not leave (seed ${seed})`);
        });
        assert.ok(whole >= habit.units.length / 20, `${whole} whole frames`);
      }
    });
  }
});

describe('program streams by ffmpeg', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-ps-'));
  after(() => rmSync(folder, { recursive: true }));

  // Frames begin anywhere in a PES; svcd even cuts between a delimiter and its picture.
  for (const format of ['vob', 'svcd']) {
    for (const bframes of [0, 2]) {
      for (const timed of [true, false]) {
        it(`${format}, ${bframes} B pictures, ${timed ? 'with' : 'without'} time stamps`, () => {
          const file = join(folder, timed ? 'clip.ts' : 'clip.h264');
          const clip = h264({ frames: 125, bframes, size: '640x360' });
          writeFileSync(join(folder, 'raw.h264'), clip);
          if (timed && bframes > 0) encode(file);
          else writeFileSync(file, clip);
          const input = timed && bframes === 0 ? ['-f', 'h264', '-r', '25', '-i', file] : ['-i', file];
          const stream = ffmpeg([...input, '-c', 'copy', '-f', format, '-']);
          const es = ffmpeg(['-i', file, '-c', 'copy', '-f', 'h264', '-']);
          const units = accessUnits(es, 'h264');
          const packets = new RtpWriter(65_000).write(stream, 0, { marker: false });
          const sent = packets.map((packet, i) => {
            const nowMs = Math.floor((i * units.length * 40) / packets.length);
            packet.writeUInt32BE(nowMs * 90, 4);
            return { packet, unit: 0, nowMs };
          });
          const whole = run(sent);
          assert.deepEqual(delivered(whole.fragments, units), Array.from(units.keys()));
          const last = whole.fragments.at(-2)!;
          assert.ok(last.arrivedMs > (units.length - 10) * 40, 'frames leave as they come, not all at the end');
          const roll = dice(7);
          const got = run(
            sent.filter((_, i) => i < 20 || roll() >= 0.02),
            HOLD,
          );
          const share = delivered(got.fragments, units).length / units.length;
          assert.ok(got.feed.counters.lost > 5 && share > 0.6 && share < 1, `${share}`);
        });
      }
    }
  }

  /** A transport stream keeps the decoding times of B pictures, which a raw stream has not. */
  function encode(file: string): void {
    ffmpeg([
      ...['-y', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25', '-frames:v', '125', '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1', '-g', '25', '-bf', '2'],
      ...['-x264-params', 'aud=1:scenecut=0:b-pyramid=0', file],
    ]);
  }
});
