import assert from 'node:assert/strict';
import { Feed } from '../../src/media/feed.ts';
import type { FeedEvent, Fragment, InitSegment } from '../../src/media/frame.ts';
import { nalUnits, sampleNals } from './clips.ts';
import { map, pack, pes, RtpWriter, SYSTEM_HEADER, videoPes } from './ps/writer.ts';

/** A simulated camera and a run of the feed over what it sent. */
export interface Sent {
  packet: Buffer;
  unit: number;
  nowMs: number;
}

export interface CameraOptions {
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
export function camera(options: CameraOptions): Sent[] {
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

export function splitAdts(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = ((stream[at + 3]! & 3) << 11) | (stream[at + 4]! << 3) | (stream[at + 5]! >> 5);
    frames.push(stream.subarray(at, at + length));
    at += length;
  }
  return frames;
}

export function isKey(unit: Buffer, codec: 'h264' | 'h265'): boolean {
  return nalUnits(unit).some((nal) => {
    const type = codec === 'h264' ? nal[0]! & 31 : (nal[0]! >> 1) & 63;
    return codec === 'h264' ? type === 5 : type >= 16 && type <= 23;
  });
}

export interface Outcome {
  events: FeedEvent[];
  inits: InitSegment[];
  fragments: Fragment[];
  findings: string[];
  feed: Feed;
  /** Sent packets already handed in when the fragment of that index came out. */
  after: number[];
}

export function run(sent: readonly Sent[], reorder: { holdMs: number; maxPackets: number } | null = null): Outcome {
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

export function videoSamples(fragments: readonly Fragment[]): Uint8Array[] {
  return fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video').map((s) => s.data));
}

export function fileOf(outcome: Outcome): Buffer {
  return Buffer.concat(
    outcome.events.flatMap((e) =>
      e.type === 'init' ? [e.init.bytes] : e.type === 'fragment' ? [e.fragment.bytes] : [],
    ),
  );
}

export function sameNals(samples: readonly Uint8Array[], units: readonly Buffer[]): void {
  assert.equal(samples.length, units.length);
  samples.forEach((sample, i) => {
    assert.deepEqual(sampleNals(sample), nalUnits(units[i]!), `unit ${i}`);
  });
}
