/** Every limit of the media path is reached once: it holds, and the stream goes on behind it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AudioClock, g711Track, MAX_QUEUED_BYTES } from '../../src/media/es/audio-clock.ts';
import { MAX_AUDIO_BYTES } from '../../src/media/es/audio-unit.ts';
import { MAX_NAL_UNITS } from '../../src/media/es/nal-buffer.ts';
import { Feed } from '../../src/media/feed.ts';
import { Findings } from '../../src/media/findings.ts';
import { EarlyAudio, MAX_EARLY_CHUNKS } from '../../src/media/mp4/early-audio.ts';
import { MAX_WAITING_FRAMES } from '../../src/media/mp4/remux.ts';
import { run, type Sent, sameNals, videoSamples } from './camera.ts';
import { accessUnits, g711, h264 } from './clips.ts';
import { MAP_H264_PCMA, pack, pes, RtpWriter, videoPes } from './ps/writer.ts';

const units = accessUnits(h264({ size: '64x64', frames: 50, gop: 25 }), 'h264');

function packets(frames: readonly Buffer[], stepMs = 40): Sent[] {
  const writer = new RtpWriter();
  return frames.flatMap((frame, i) =>
    writer.write(frame, i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * stepMs })),
  );
}

function frame(unit: Buffer, i: number): Buffer {
  return Buffer.concat([pack(), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 })]);
}

describe('limits of the media path', () => {
  it('PS-29: a frame of too many NAL units is thrown away, its neighbours are not', () => {
    const flood = Buffer.concat([
      units[10]!,
      ...Array.from({ length: MAX_NAL_UNITS }, () => Buffer.from([0, 0, 1, 0x06, 0x80])),
    ]);
    const got = run(packets(units.map((unit, i) => frame(i === 10 ? flood : unit, i))));
    sameNals(
      videoSamples(got.fragments),
      units.filter((_, i) => i !== 10),
    );
    assert.ok(got.findings.includes('PS-29'));
  });

  it('an audio PES that never ends is thrown away, sound goes on behind it', () => {
    const sound = g711('alaw', 2);
    const frames = units.map((unit, i) => {
      const codes = sound.subarray(i * 320, i * 320 + 320);
      const endless =
        i === 20 ? pes(0xc0, Buffer.alloc(MAX_AUDIO_BYTES + 1, 0x55), { pts: i * 3600, length: 0 }) : null;
      return Buffer.concat([frame(unit, i), endless ?? pes(0xc0, codes, { pts: i * 3600 })]);
    });
    const got = run(packets(frames));
    sameNals(videoSamples(got.fragments), units);
    assert.equal(got.feed.counters.audioFrames, 49);
    const samples = got.fragments.flatMap((f) => f.samples).filter((s) => s.track === 'audio');
    assert.equal(
      samples.reduce((n, s) => n + s.duration, 0),
      50 * 320,
    );
  });

  it('starts without the announced sound when enough frames wait', () => {
    // All at once: no time passes that could end the wait.
    const got = run(packets(units.map(frame), 0));
    assert.equal(got.inits[0]!.audio, null);
    assert.equal(got.fragments.length, 50);
    const starts = packets(units.map(frame), 0).findIndex((p) => p.unit === MAX_WAITING_FRAMES);
    assert.ok(got.after[0]! <= starts + 1);
  });

  it('keeps the newest sound that came early', () => {
    const early = new EarlyAudio();
    for (let i = 0; i < MAX_EARLY_CHUNKS + 10; i += 1) early.keep(Uint8Array.of(i), 0, 1, i, i);
    const kept: number[] = [];
    early.replay((bytes) => kept.push(bytes[0]!));
    assert.equal(kept.length, MAX_EARLY_CHUNKS);
    assert.deepEqual([kept[0], kept.at(-1)], [10, MAX_EARLY_CHUNKS + 9]);
    early.replay(() => assert.fail('nothing is left'));
  });

  it('queues no more than its bound of sound', () => {
    const clock = new AudioClock(g711Track('pcmu', 8000), 0);
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 0xff));
    for (let i = 0; i < 2000; i += 1) clock.g711(noise, 0, noise.length);
    assert.ok(clock.length <= MAX_QUEUED_BYTES && clock.bytes.length <= MAX_QUEUED_BYTES);
    assert.equal(
      clock.sizes.reduce((n, size) => n + size, 0),
      clock.length,
    );
    clock.taken();
    clock.g711(noise, 0, 320);
    assert.equal(clock.sizes.length, 1);
  });

  it('an hour of silence is small', () => {
    const clock = new AudioClock(g711Track('pcma', 8000), 0);
    clock.fill(3600 * 8000);
    assert.equal(clock.position, 3600 * 8000);
    assert.ok(clock.length < 200_000);
  });

  it('says each finding once a second', () => {
    const said: string[] = [];
    const findings = new Findings(({ code }) => said.push(code));
    for (let ms = 0; ms < 3000; ms += 10) {
      findings.add('PS-8', '', ms);
      if (ms === 500) findings.add('PS-9', '', ms);
    }
    assert.deepEqual(said, ['PS-8', 'PS-9', 'PS-8', 'PS-8']);
  });

  it('holds nothing of a stream without a pack header or a key frame', () => {
    const feed = new Feed({ reorder: null });
    const writer = new RtpWriter();
    for (let i = 0; i < 2000; i += 1) {
      for (const packet of writer.write(Buffer.alloc(1400, i), i)) {
        assert.equal(feed.packet(packet, true, i).length, 0);
      }
    }
    const late = units.slice(1, 25);
    for (let i = 0; i < 400; i += 1) {
      for (const packet of writer.write(frame(late[i % 24]!, i), i * 3600)) feed.packet(packet, true, 2000 + i * 40);
    }
    assert.equal(feed.counters.frames, 0);
    assert.ok(feed.counters.discarded >= 390);
  });
});
