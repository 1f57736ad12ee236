import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { readMp4 } from '../support/mp4.ts';
import { camera, fileOf, run, type Sent, sameNals, splitAdts, videoSamples } from './camera.ts';
import { accessUnits, adts, ffmpeg, g711, h264, h265, sampleNals } from './clips.ts';
import { RtpWriter } from './ps/writer.ts';

describe('feed', () => {
  for (const codec of ['h264', 'h265'] as const) {
    for (const audio of ['pcma', 'pcmu', 'aac', null] as const) {
      it(`${codec} with ${audio ?? 'no sound'}: every NAL unit and every sample of sound`, () => {
        const units = accessUnits(codec === 'h264' ? h264() : h265(), codec);
        assert.equal(units.length, 50);
        const sound = audio === 'aac' ? adts() : audio === null ? undefined : g711(audio === 'pcma' ? 'alaw' : 'mulaw');
        const outcome = run(camera({ codec, audio, units, ...(sound && { sound }) }));
        assert.equal(outcome.inits.length, 1);
        sameNals(videoSamples(outcome.fragments), units);
        const file = fileOf(outcome);
        const tracks = readMp4(file);
        const video = tracks.find((t) => t.handler === 'vide')!;
        assert.deepEqual(
          video.samples.map((s) => s.dts),
          units.map((_, i) => i * 3600),
        );
        assert.ok(video.samples.every((s) => s.duration === 3600 && s.cts === 0));
        const track = tracks.find((t) => t.handler === 'soun');
        assert.equal(track === undefined, audio === null);
        if (audio === 'pcma' || audio === 'pcmu') {
          const law = audio === 'pcma' ? 'alaw' : 'mulaw';
          const want = ffmpeg(['-f', law, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], sound);
          const got = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], file);
          assert.equal(got.length, want.length);
          assert.ok(got.equals(want), 'decoded sound is the G.711 that was sent');
        }
        if (audio === 'aac') {
          const frames = splitAdts(sound!).map((frame) => frame.subarray(7));
          const got = track!.samples.map((s) => s.data);
          assert.ok(got.length > 25);
          assert.deepEqual(got, frames.slice(0, got.length));
        }
        assert.deepEqual(outcome.findings, []);
      });
    }
  }
});

/** The same bytes in other packets: the stream of payloads cut into pieces of `size`, the first of `first`. */
function recut(sent: readonly Sent[], first: number, size: number): Sent[] {
  const stream = Buffer.concat(sent.map(({ packet }) => packet.subarray(12)));
  const writer = new RtpWriter();
  const out: Sent[] = [];
  for (let at = 0; at < stream.length; ) {
    const to = Math.min(stream.length, at + (at === 0 ? first : size));
    for (const packet of writer.write(stream.subarray(at, to), 0, { marker: false })) {
      out.push({ packet, unit: 0, nowMs: 0 });
    }
    at = to;
  }
  return out;
}

describe('feed: cuts, order and loss', () => {
  const units = accessUnits(h264({ size: '64x64', frames: 12, gop: 6 }), 'h264');
  const sound = g711('alaw');
  const sent = camera({ units, audio: 'pcma', sound });
  const whole = run(sent);

  it('gives the same samples however the bytes are cut', () => {
    const want = videoSamples(whole.fragments);
    assert.equal(want.length, 12);
    for (let size = 1; size <= 40; size += 1) {
      const got = run(recut(sent, 1 + (size % 7), size));
      assert.deepEqual(videoSamples(got.fragments), want, `pieces of ${size}`);
      assert.equal(got.feed.counters.audioFrames, 12);
    }
    const total = sent.reduce((sum, { packet }) => sum + packet.length - 12, 0);
    for (let first = 1; first < total; first += 1) {
      const got = run(recut(sent, first, 1400));
      assert.deepEqual(videoSamples(got.fragments), want, `first piece of ${first}`);
    }
  });

  for (const size of [1400, 97]) {
    it(`delivers exactly the whole frames whichever packet of ${size} bytes is lost`, () => {
      const packets = camera({ units: accessUnits(h264({ frames: 30, gop: 10 }), 'h264'), audio: 'pcma', sound, size });
      const source = accessUnits(h264({ frames: 30, gop: 10 }), 'h264');
      const step = size === 97 ? 7 : 1;
      for (let lost = 0; lost < packets.length; lost += step) {
        const got = run(packets.filter((_, i) => i !== lost));
        const hit = packets[lost]!.unit;
        // The video of a pack lies before its sound: a lost last packet may hold sound only.
        // null: the loss begins behind the video, before its sound shows; nobody can tell whether more of it was in there.
        const inVideo = hitsVideo(packets, lost);
        const want = source.filter((_, i) => i !== hit || inVideo !== true);
        const samples = videoSamples(got.fragments);
        const nals = samples.map((sample) => sampleNals(sample));
        // The very first frame has no one before it that shows where frames end.
        if (hit === 0) {
          const tail = samples.length === 20 ? source.slice(10) : source.slice(source.length - samples.length);
          sameNals(samples, tail);
          continue;
        }
        const optional = inVideo === null && samples.length === source.length - 1;
        sameNals(samples, optional ? source.filter((_, i) => i !== hit) : want);
        assert.ok(nals.length >= want.length - 1);
        if (hit < 29) {
          const flagged = got.fragments.filter((fragment) => fragment.afterLoss);
          assert.equal(flagged.length, 1, `one fragment after the loss of packet ${lost}`);
        }
      }
    });
  }

  it('puts packets back in order before it reads them', () => {
    const shuffled = [...sent];
    for (let i = 3; i + 1 < shuffled.length; i += 5) [shuffled[i], shuffled[i + 1]] = [shuffled[i + 1]!, shuffled[i]!];
    const got = run(shuffled, { holdMs: 200, maxPackets: 200 });
    assert.deepEqual(videoSamples(got.fragments), videoSamples(whole.fragments));
    assert.ok(got.feed.counters.reordered > 0);
    assert.equal(got.feed.counters.lost, 0);
  });

  it('lets a frame go with its marker packet once the marker has proved itself', () => {
    const many = accessUnits(h264(), 'h264');
    const packets = camera({ units: many });
    const got = run(packets);
    const lastOf = many.map((_, unit) => packets.findLastIndex((p) => p.unit === unit));
    got.after.forEach((index, frame) => {
      if (frame >= 9) assert.equal(index, lastOf[frame], `frame ${frame} left with its last packet`);
    });
    const without = run(camera({ units: many, marker: false }));
    sameNals(videoSamples(without.fragments), many);
    without.after.slice(9, -1).forEach((index, i) => {
      assert.equal(index, lastOf[i + 9]! + 1, 'without markers a frame leaves with the next pack');
    });
  });

  it('does not believe a marker on every packet', () => {
    const many = accessUnits(h264(), 'h264');
    const packets = camera({ units: many }).map((p) => {
      const packet = Buffer.from(p.packet);
      packet[1]! |= 0x80;
      return { ...p, packet };
    });
    sameNals(videoSamples(run(packets).fragments), many);
  });

  it('returns one shared empty array when nothing is out', () => {
    const feed = run([]).feed;
    assert.equal(feed.packet(Buffer.alloc(3), true, 0), feed.poll(1));
    assert.equal(feed.counters.discarded, 1);
  });

  it('runs in a worker thread, fragments are transferred', async () => {
    const worker = new Worker(new URL('./feed.worker.mjs', import.meta.url), { workerData: sent.map((s) => s.packet) });
    const samples: Uint8Array[] = [];
    let inits = 0;
    worker.on('message', (event) => {
      if (event.type === 'done') worker.terminate();
      if (event.type === 'init') inits += 1;
      if (event.type !== 'fragment') return;
      assert.equal(event.fragment.samples[0].data.buffer, event.fragment.bytes.buffer, 'samples still are views');
      samples.push(...videoSamples([event.fragment]));
    });
    await once(worker, 'exit');
    assert.equal(inits, 1);
    assert.deepEqual(
      samples.map((s) => Buffer.from(s)),
      videoSamples(whole.fragments).map((s) => Buffer.from(s)),
    );
  });
});

/** Whether the lost packet held any of its frame's video (everything but the sound PES at the end of the pack). */
function hitsVideo(packets: readonly Sent[], lost: number): boolean | null {
  const frame = packets.filter((p) => p.unit === packets[lost]!.unit);
  const bytes = frame.reduce((sum, { packet }) => sum + packet.length - 12, 0);
  const videoEnd = bytes - (3 + 5 + 6 + 320);
  let at = 0;
  for (const p of frame) {
    if (p === packets[lost]) return at < videoEnd ? true : at < videoEnd + 14 ? null : false;
    at += p.packet.length - 12;
  }
  return false;
}
