/** The time base: wraps, jumps, B pictures, late, vanished and missing sound. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMp4 } from '../support/mp4.ts';
import { camera, fileOf, type Outcome, run, type Sent, sameNals, videoSamples } from './camera.ts';
import { accessUnits, displayIndex, ffmpeg, g711, h264, h265 } from './clips.ts';
import { MAP_H264_PCMA, map, pack, pes, RtpWriter, videoPes } from './ps/writer.ts';

const units = accessUnits(h264({ size: '64x64', frames: 100, gop: 25 }), 'h264');
const sound = g711('alaw', 4);

/** When each frame is due in decoding order. */
function videoTimes(outcome: Outcome): number[] {
  return outcome.fragments.filter((f) => f.samples[0]!.track === 'video').map((f) => f.dts90k);
}

/** Whether the audio track has no hole and no overlap; its length in samples. */
function gapless(outcome: Outcome): number {
  let next: number | null = null;
  let total = 0;
  for (const fragment of outcome.fragments) {
    for (const sample of fragment.samples) {
      if (sample.track !== 'audio') continue;
      if (next !== null) assert.equal(sample.dts, next);
      next = sample.dts + sample.duration;
      total += sample.duration;
    }
  }
  return total;
}

function steps(times: readonly number[]): Set<number> {
  return new Set(times.slice(1).map((t, i) => t - times[i]!));
}

describe('time base', () => {
  for (const [name, startPts] of [
    ['33 bits', 2 ** 33 - 20 * 3600],
    ['32 bits', 2 ** 32 - 20 * 3600],
  ] as const) {
    it(`TS-5: goes on over a PTS wrap of ${name}`, () => {
      const got = run(camera({ units, audio: 'pcma', sound, startPts }));
      assert.deepEqual(
        videoTimes(got),
        units.map((_, i) => i * 3600),
      );
      assert.equal(gapless(got), 32_000);
      assert.deepEqual(got.findings, []);
    });
  }

  it('TS-5: goes on over the wrap of RTP time stamps when there is no PTS', () => {
    const writer = new RtpWriter();
    const sent = units.flatMap((unit, i) =>
      writer
        .write(Buffer.concat([pack(0), map([0x1b, 0xe0]), videoPes(unit)]), 2 ** 32 - 36_000 + i * 3600)
        .map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
    );
    assert.deepEqual(
      videoTimes(run(sent)),
      units.map((_, i) => i * 3600),
    );
  });

  for (const [name, jump] of [
    ['forward', 900_000],
    ['back', -900_000],
    ['far forward', 2 ** 32 - 5],
  ] as const) {
    it(`TS-4: re-anchors a jump ${name}`, () => {
      const at = (i: number) => 10_000_000 + i * 3600 + (i >= 40 ? jump : 0);
      const got = run(camera({ units, audio: 'pcma', sound, ptsOf: (i) => (at(i) + 2 ** 33) % 2 ** 33 }));
      assert.deepEqual(
        videoTimes(got),
        units.map((_, i) => i * 3600),
      );
      assert.equal(gapless(got), 32_000);
      assert.equal(got.feed.counters.timestampJumps, 1);
      assert.ok(got.findings.includes('TS-4'));
    });
  }

  it('does not take a pause or one frame per second for a jump', () => {
    const slow = units.slice(0, 50);
    const sent = camera({ units: slow, ptsOf: (i) => i * 90_000 }).map((s) => ({ ...s, nowMs: s.unit * 1000 }));
    const got = run(sent);
    assert.deepEqual(
      videoTimes(got),
      slow.map((_, i) => i * 90_000),
    );
    // All at once, as in a download at full speed.
    const burst = run(camera({ units: slow, ptsOf: (i) => i * 90_000 }).map((s) => ({ ...s, nowMs: 0 })));
    assert.deepEqual(
      videoTimes(burst),
      slow.map((_, i) => i * 90_000),
    );
    // A camera that was silent for 10 s and kept its clock.
    const pause = (i: number) => i * 40 + (i >= 30 ? 10_000 : 0);
    const paused = run(
      camera({ units, audio: 'pcma', sound, ptsOf: (i) => pause(i) * 90 }).map((s) => ({ ...s, nowMs: pause(s.unit) })),
    );
    assert.deepEqual(
      videoTimes(paused),
      units.map((_, i) => pause(i) * 90),
    );
    assert.equal(gapless(paused), 32_000 + 80_000);
    for (const o of [got, burst, paused]) assert.equal(o.feed.counters.timestampJumps, 0);
  });

  it('TS-3: repeated time stamps still move on', () => {
    const got = run(camera({ units, ptsOf: (i) => Math.floor(i / 2) * 7200 }));
    assert.deepEqual([...steps(videoTimes(got))], [3600]);
  });

  it('B pictures with DTS keep their composition offsets', () => {
    const b = accessUnits(h264({ frames: 50, gop: 25, bframes: 2 }), 'h264');
    const pts = displayIndex('h264', { frames: 50, gop: 25, bframes: 2 });
    assert.ok(pts.some((p, i) => i > 0 && p < pts[i - 1]!));
    const sent = withTimes(b, (i) => ({ pts: (pts[i]! + 1) * 3600, dts: i * 3600 }));
    const got = run(sent);
    sameNals(videoSamples(got.fragments), b);
    const samples = got.fragments.flatMap((f) => f.samples);
    assert.deepEqual(
      samples.map((s) => s.dts),
      b.map((_, i) => i * 3600),
    );
    assert.deepEqual(
      samples.map((s) => s.dts + s.compositionOffset),
      b.map((_, i) => (pts[i]! + 1) * 3600),
    );
  });

  for (const codec of ['h264', 'h265'] as const) {
    it(`TS-8: B pictures of ${codec} without DTS are decoded in order and shown in order`, () => {
      const options = { frames: 75, gop: 25, bframes: 2 };
      const clip = codec === 'h264' ? h264(options) : h265(options);
      const b = accessUnits(clip, codec);
      const pts = displayIndex(codec, options);
      assert.equal(pts.length, 75);
      const got = run(withTimes(b, (i) => ({ pts: pts[i]! * 3600 }), codec));
      sameNals(videoSamples(got.fragments), b);
      const samples = got.fragments.flatMap((f) => f.samples);
      samples.slice(1).forEach((s, i) => {
        assert.ok(s.dts > samples[i]!.dts, `dts of ${i + 1}`);
      });
      assert.ok(samples.every((s) => s.compositionOffset >= 0));
      // From the second group of pictures on every picture is shown at its own time.
      const shown = samples.map((s) => s.dts + s.compositionOffset);
      const shift = shown[50]! - pts[50]! * 3600;
      shown.slice(25).forEach((t, i) => {
        assert.equal(t - pts[i + 25]! * 3600, shift, `picture ${i + 25}`);
      });
      assert.ok(got.findings.includes('TS-8'));
    });
  }

  it('fills lost sound with silence of the same length', () => {
    const sent = camera({ units, audio: 'pcma', sound });
    const lost = sent.findLastIndex((s) => s.unit === 50);
    const got = run(sent.filter((_, i) => i !== lost));
    assert.equal(gapless(got), 32_000);
    const pcm = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], fileOf(got));
    const want = ffmpeg(['-f', 'alaw', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], sound);
    Buffer.alloc(640).copy(want, 50 * 640);
    assert.ok(pcm.equals(want));
  });

  it('absorbs jitter of sound time stamps without touching a sample', () => {
    const jitter = (i: number) => i * 3600 + ((i * 7919) % 13) * 100 - 600;
    const sent = timedSound((i) => Math.max(0, jitter(i)));
    const got = run(sent);
    assert.equal(gapless(got), 32_000);
    assert.equal(got.inits.length, 1);
  });

  it('RTP-14: an RTP clock that jumps, where there is no other', () => {
    for (const jump of [3600 * 90_000, -3600 * 90_000]) {
      const writer = new RtpWriter();
      const sent = units.flatMap((unit, i) =>
        writer
          .write(Buffer.concat([pack(0), map([0x1b, 0xe0]), videoPes(unit)]), 2 ** 31 + i * 3600 + (i >= 40 ? jump : 0))
          .map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
      );
      const got = run(sent);
      assert.deepEqual(
        videoTimes(got),
        units.map((_, i) => i * 3600),
      );
      assert.deepEqual([...new Set(got.findings)], ['TS-1', 'RTP-14']);
      assert.equal(got.feed.counters.timestampJumps, 1);
    }
  });

  for (const [name, samplesOf, ppm] of [
    ['samples come too fast', (i: number) => (i % 3 === 0 ? 321 : 320), 0],
    ['samples come too slowly', (i: number) => (i % 3 === 0 ? 319 : 320), 0],
    ['its clock is too fast', () => 320, 1000],
    ['its clock is too slow', () => 320, -1000],
  ] as const) {
    it(`TS-6: sound stays with its own times though ${name} by 0.1 %`, () => {
      const writer = new RtpWriter();
      // Ten minutes; what the frames hold does not matter.
      const frames = 15_000;
      const sent: Sent[] = [];
      for (let i = 0; i < frames; i += 1) {
        const codes = Buffer.alloc(samplesOf(i), 0x50 + (i % 16));
        const parts = [pack(0), ...(i % 25 === 0 ? [MAP_H264_PCMA] : []), videoPes(units[i % 100]!, { pts: i * 3600 })];
        parts.push(pes(0xc0, codes, { pts: Math.round(i * 3600 * (1 + ppm / 1e6)) }));
        for (const packet of writer.write(Buffer.concat(parts), i * 3600))
          sent.push({ packet, unit: i, nowMs: i * 40 });
      }
      const got = run(sent);
      gapless(got);
      const ends = got.fragments
        .flatMap((f) => f.samples.filter((s) => s.track === 'audio'))
        .map((s) => s.dts + s.duration);
      const wantedMs = frames * 40 * (1 + ppm / 1e6);
      assert.ok(
        Math.abs(ends.at(-1)! / 8 - wantedMs) < 320,
        `sound ends at ${ends.at(-1)! / 8} ms, ${wantedMs} ms wanted`,
      );
      const due = got.fragments.filter((f) => f.samples[0]!.track === 'video').at(-1)!.dts90k;
      assert.equal(due, (frames - 1) * 3600, 'the picture is not touched');
    });
  }

  it('TS-7: sound with a clock of its own stays beside its picture', () => {
    const got = run(timedSound((i) => 5_000_000_000 + i * 3600));
    assert.equal(gapless(got), 32_000);
    assert.ok(got.findings.includes('TS-7'));
    const first = got.fragments.flatMap((f) => f.samples).find((s) => s.track === 'audio')!;
    assert.ok(first.dts < 400);
  });

  it('ES-7: a declared but silent microphone delays the start by at most 300 ms', () => {
    const sent = camera({ units }).map((s) => ({ ...s, packet: withMap(s.packet) }));
    const got = run(sent);
    assert.deepEqual(
      got.inits.map((init) => init.mime),
      ['video/mp4; codecs="avc1.42c00a"'],
    );
    sameNals(videoSamples(got.fragments), units);
    const start = sent[got.after[0]!]!.nowMs - 1000;
    assert.ok(start >= 300 && start <= 340, `${start}`);
  });

  it('ES-8: late sound is added by a new init segment at a key frame', () => {
    const got = run(timedSound((i) => i * 3600, 30));
    assert.deepEqual(
      got.inits.map((init) => init.audio?.codec ?? null),
      [null, 'pcma'],
    );
    sameNals(videoSamples(got.fragments), units);
    const first = got.fragments.find((f) => f.generation === 2)!;
    assert.ok(first.isKey);
    assert.equal(first.dts90k, 50 * 3600);
    assert.equal(gapless(got), 50 * 320);
    const audio = got.fragments.flatMap((f) => f.samples).find((s) => s.track === 'audio')!;
    assert.equal(audio.dts, (50 * 3600 * 8000) / 90_000);
  });

  it('goes on with silence when the sound vanishes, and with sound when it returns', () => {
    const writer = new RtpWriter();
    const sent = units.flatMap((unit, i) => {
      const parts = [pack(0), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 })];
      if (i < 30 || i >= 70) parts.push(pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: i * 3600 }));
      return writer.write(Buffer.concat(parts), i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * 40 }));
    });
    const got = run(sent);
    assert.equal(got.inits.length, 1);
    assert.equal(gapless(got), 32_000);
    // While it is gone, silence keeps up with the picture.
    const at = got.fragments.findIndex((f) => f.dts90k === 60 * 3600);
    const until = got.fragments
      .slice(0, at + 1)
      .flatMap((f) => f.samples)
      .filter((s) => s.track === 'audio')
      .reduce((n, s) => n + s.duration, 0);
    assert.ok(until >= 60 * 320 - 320, `${until}`);
  });

  it('ES-6: a source without video starts with its sound after a second', () => {
    const writer = new RtpWriter();
    const sent: Sent[] = Array.from({ length: 100 }, (_, i) => {
      const frame = Buffer.concat([
        pack(0),
        map([0x90, 0xc0]),
        pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: i * 3600 }),
      ]);
      return { packet: writer.write(frame, i * 320)[0]!, unit: i, nowMs: i * 40 };
    });
    const got = run(sent);
    assert.equal(got.inits[0]!.mime, 'audio/mp4; codecs="flac"');
    assert.ok(got.fragments.every((f) => f.isKey));
    assert.equal(gapless(got), 32_000);
    assert.equal(sent[got.after[0]!]!.nowMs, 1000);
    const pcm = ffmpeg(['-i', '-', '-f', 's16le', '-'], fileOf(got));
    assert.ok(pcm.equals(ffmpeg(['-f', 'alaw', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], sound)));
  });

  it('keeps the time base over a reset and waits for a key frame', () => {
    const sent = camera({ units, audio: 'pcma', sound });
    const first = sent.filter((s) => s.unit < 40);
    const got = run(first);
    const { feed } = got;
    feed.reset(3000);
    const events = sent
      .filter((s) => s.unit >= 45)
      .flatMap((s) => [...feed.packet(s.packet, true, s.nowMs), ...feed.poll(s.nowMs)]);
    const fragments = events.flatMap((e) => (e.type === 'fragment' ? [e.fragment] : []));
    assert.equal(events.filter((e) => e.type === 'init').length, 0);
    const video = fragments.filter((f) => f.samples[0]!.track === 'video');
    assert.ok(video[0]!.isKey && video[0]!.afterLoss);
    assert.equal(feed.counters.timestampJumps, 0);
    const times = [...videoTimes(got), ...video.map((f) => f.dts90k)];
    times.slice(1).forEach((t, i) => {
      assert.ok(t > times[i]!);
    });
  });

  it('never gives a fragment a time twice in the file', () => {
    const got = run(camera({ units, audio: 'pcmu', sound: g711('mulaw', 4) }));
    const tracks = readMp4(fileOf(got));
    assert.deepEqual(
      tracks.map((t) => t.entry),
      ['avc1', 'fLaC'],
    );
    assert.equal(
      tracks[1]!.samples.reduce((n, s) => n + s.duration, 0),
      32_000,
    );
    assert.equal(got.feed.counters.gopMs, 1000);
    assert.equal(got.feed.counters.keyFrames, 4);
  });
});

function withMap(packet: Buffer): Buffer {
  const short = map([0x1b, 0xe0]);
  const at = packet.indexOf(short);
  return at < 0 ? packet : Buffer.concat([packet.subarray(0, at), MAP_H264_PCMA, packet.subarray(at + short.length)]);
}

/** Video with exact times, 320 codes of sound per frame at times of their own from frame `from` on. */
function timedSound(ptsOf: (i: number) => number, from = 0): Sent[] {
  const writer = new RtpWriter();
  return units.flatMap((unit, i) => {
    const parts = [pack(0), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 })];
    if (i >= from) parts.push(pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: ptsOf(i) }));
    return writer.write(Buffer.concat(parts), i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * 40 }));
  });
}

function withTimes(
  frames: readonly Buffer[],
  timesOf: (i: number) => { pts: number; dts?: number },
  codec = 'h264',
): Sent[] {
  const writer = new RtpWriter();
  return frames.flatMap((unit, i) => {
    const frame = Buffer.concat([pack(0), map([codec === 'h264' ? 0x1b : 0x24, 0xe0]), videoPes(unit, timesOf(i))]);
    return writer.write(frame, i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * 40 }));
  });
}
