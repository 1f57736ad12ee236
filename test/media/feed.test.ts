import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Feed } from '../../src/media/feed.ts';
import type { FeedEvent, Fragment, InitSegment } from '../../src/media/frame.ts';
import { readMp4 } from '../support/mp4.ts';
import { accessUnits, adts, ffmpeg, g711, h264, h265, nalUnits, sampleNals } from './clips.ts';
import { map, pack, pes, RtpWriter, SYSTEM_HEADER, videoPes } from './ps/writer.ts';

interface Sent {
  packet: Buffer;
  unit: number;
  nowMs: number;
}

interface CameraOptions {
  codec?: 'h264' | 'h265';
  audio?: 'pcma' | 'pcmu' | 'aac' | null;
  units: Buffer[];
  sound?: Buffer;
  size?: number;
  marker?: boolean;
  withMap?: boolean;
  startPts?: number;
  ptsOf?: (index: number) => number | null;
}

const AUDIO_TYPE = { pcma: 0x90, pcmu: 0x91, aac: 0x0f } as const;

/** A camera: a pack per frame, system header and map on key frames, 40 ms of sound in the same pack. */
function camera(options: CameraOptions): Sent[] {
  const {
    codec = 'h264',
    audio = null,
    units,
    sound,
    size = 1400,
    marker = true,
    withMap = true,
    startPts = 0,
  } = options;
  const writer = new RtpWriter(65_500);
  const sent: Sent[] = [];
  const adtsFrames = audio === 'aac' ? splitAdts(sound!) : [];
  let adtsTime = 0;
  units.forEach((unit, i) => {
    const pts = options.ptsOf ? options.ptsOf(i) : (startPts + i * 3600) % 2 ** 33;
    const key = isKey(unit, codec);
    const parts = [pack(i * 3600)];
    if (key) {
      parts.push(SYSTEM_HEADER);
      const video = [codec === 'h264' ? 0x1b : 0x24, 0xe0] as const;
      if (withMap) parts.push(audio === null ? map(video) : map(video, [AUDIO_TYPE[audio], 0xc0]));
    }
    parts.push(videoPes(unit, { pts }));
    if (audio === 'pcma' || audio === 'pcmu') {
      const codes = sound!.subarray(i * 320, i * 320 + 320);
      if (codes.length > 0) parts.push(pes(0xc0, codes, { pts }));
    }
    while (audio === 'aac' && adtsFrames.length > 0 && adtsTime <= i * 3600) {
      parts.push(pes(0xc0, adtsFrames.shift()!, { pts: (startPts + Math.round(adtsTime)) % 2 ** 33 }));
      adtsTime += (1024 * 90_000) / 16_000;
    }
    for (const packet of writer.write(Buffer.concat(parts), i * 3600, { size, marker })) {
      sent.push({ packet, unit: i, nowMs: 1000 + i * 40 });
    }
  });
  return sent;
}

function splitAdts(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = ((stream[at + 3]! & 3) << 11) | (stream[at + 4]! << 3) | (stream[at + 5]! >> 5);
    frames.push(stream.subarray(at, at + length));
    at += length;
  }
  return frames;
}

function isKey(unit: Buffer, codec: 'h264' | 'h265'): boolean {
  return nalUnits(unit).some((nal) => {
    const type = codec === 'h264' ? nal[0]! & 31 : (nal[0]! >> 1) & 63;
    return codec === 'h264' ? type === 5 : type >= 16 && type <= 23;
  });
}

interface Outcome {
  events: FeedEvent[];
  inits: InitSegment[];
  fragments: Fragment[];
  findings: string[];
  feed: Feed;
  /** Sent packets already handed in when the fragment of that index came out. */
  after: number[];
}

function run(sent: readonly Sent[], reorder: { holdMs: number; maxPackets: number } | null = null): Outcome {
  const feed = new Feed({ reorder });
  const events: FeedEvent[] = [];
  const after: number[] = [];
  const take = (out: readonly FeedEvent[], index: number) => {
    for (const event of out) {
      events.push(event);
      if (event.type === 'fragment') after.push(index);
    }
  };
  sent.forEach(({ packet, nowMs }, i) => {
    take(feed.packet(packet, true, nowMs), i);
    take(feed.poll(nowMs), i);
  });
  const lastMs = sent.at(-1)?.nowMs ?? 0;
  take(feed.end(lastMs + 40), sent.length);
  return {
    events,
    inits: events.flatMap((event) => (event.type === 'init' ? [event.init] : [])),
    fragments: events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : [])),
    findings: events.flatMap((event) => (event.type === 'finding' ? [event.finding.code] : [])),
    feed,
    after,
  };
}

function videoSamples(fragments: readonly Fragment[]): Uint8Array[] {
  return fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video').map((s) => s.data));
}

function fileOf(outcome: Outcome): Buffer {
  return Buffer.concat(
    outcome.events.flatMap((e) =>
      e.type === 'init' ? [e.init.bytes] : e.type === 'fragment' ? [e.fragment.bytes] : [],
    ),
  );
}

function sameNals(samples: readonly Uint8Array[], units: readonly Buffer[]): void {
  assert.equal(samples.length, units.length);
  samples.forEach((sample, i) => {
    assert.deepEqual(sampleNals(sample), nalUnits(units[i]!), `unit ${i}`);
  });
}

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
