/** Program streams of ffmpeg's own muxers, whose packs, PES and frames have nothing to do with each other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run, type Sent, sameNals, videoSamples } from './camera.ts';
import { accessUnits, ffmpeg, h264, h265, sampleNals } from './clips.ts';
import { RtpWriter } from './ps/writer.ts';

function packetsOf(stream: Buffer): Sent[] {
  const writer = new RtpWriter();
  const out: Sent[] = [];
  for (let at = 0; at < stream.length; at += 1400) {
    const [packet] = writer.write(stream.subarray(at, at + 1400), 0, { marker: false });
    out.push({ packet: packet!, unit: 0, nowMs: 0 });
  }
  return out;
}

describe('feed: foreign muxers', () => {
  for (const format of ['vob', 'mpeg', 'svcd', 'dvd'] as const) {
    for (const codec of ['h264', 'h265'] as const) {
      it(`${codec} as ${format}: every NAL unit in its access unit`, () => {
        const clip = codec === 'h264' ? h264() : h265();
        const raw = codec === 'h264' ? 'h264' : 'hevc';
        const stream = ffmpeg(['-f', raw, '-framerate', '25', '-i', '-', '-c', 'copy', '-f', format, '-'], clip);
        const got = run(packetsOf(stream));
        sameNals(videoSamples(got.fragments), accessUnits(clip, codec));
        const times = got.fragments.map((f) => f.dts90k);
        times.slice(1).forEach((t, i) => {
          assert.ok(t > times[i]!);
        });
      });
    }
  }

  it('delivers no frame with a hole whichever packet is lost', () => {
    const clip = h264();
    const units = new Set(accessUnits(clip, 'h264').map((unit) => unitKey(unit)));
    const stream = ffmpeg(['-f', 'h264', '-framerate', '25', '-i', '-', '-c', 'copy', '-f', 'vob', '-'], clip);
    const packets = packetsOf(stream);
    for (let lost = 0; lost < packets.length; lost += 1) {
      const samples = videoSamples(run(packets.filter((_, i) => i !== lost)).fragments);
      for (const sample of samples) {
        const key = Buffer.concat(sampleNals(sample)).toString('base64');
        assert.ok(units.has(key), `a frame with a hole after the loss of packet ${lost}`);
      }
      assert.ok(samples.length >= 20, `${samples.length} frames after the loss of packet ${lost}`);
    }
  });
});

function unitKey(unit: Buffer): string {
  const sample: Buffer[] = [];
  let at = 0;
  const starts: number[] = [];
  for (; at + 3 <= unit.length; at += 1) if (unit.readUIntBE(at, 3) === 1) starts.push(at + 3);
  starts.forEach((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1]! - 3 : unit.length;
    while (end > start && unit[end - 1] === 0) end -= 1;
    sample.push(unit.subarray(start, end));
  });
  return Buffer.concat(sample).toString('base64');
}
