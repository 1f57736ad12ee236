/** Sound beside its picture: whoever joins late, comes back or loses a clock must hear what belongs to what it sees. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Feed } from '../../src/media/feed.ts';
import type { FeedEvent } from '../../src/media/frame.ts';
import { isKey } from './camera.ts';
import { accessUnits, ffmpeg, g711, h264, nalUnits, sampleNals } from './clips.ts';
import { map, pack, pes, RtpWriter, videoPes } from './ps/writer.ts';

const RATE = 24_000;
const FRAME_SECONDS = 1024 / RATE;
/** 12 s, a key frame every 2 s. */
const units = accessUnits(h264({ frames: 300, gop: 50 }), 'h264');
const numberOf = new Map(units.map((unit, i) => [nalUnits(unit).join(), i]));

/** An AAC frame that can be told from any other: its number stands in it. */
function adtsFrame(n: number): Buffer {
  const body = Buffer.alloc(40, 0x21);
  body.writeUInt32BE(n, 2);
  const size = body.length + 7;
  return Buffer.concat([Buffer.from([0xff, 0xf1, 0x58, 0x40, size >> 3, ((size & 7) << 5) | 31, 0xfc]), body]);
}

type Clock = (time90k: number) => number;
const same: Clock = (time) => time;
const own: Clock = (time) => time + 5_000_000_000;

interface Part {
  from: number;
  to: number;
  clock?: Clock;
  soundClock?: Clock;
  video?: (frame: number) => boolean;
  sound?: (frame: number) => boolean;
  /** AAC frames in one PES. */
  together?: number;
}

/** What a camera sends between two frames: video and sound interleaved by time, each frame when it is due. */
function play(feed: Feed, part: Part, events: FeedEvent[]): void {
  const { clock = same, video = () => true, sound = () => true, together = 1 } = part;
  const soundClock = part.soundClock ?? clock;
  const writer = new RtpWriter(part.from, part.from + 1);
  let aac = Math.ceil((part.from * 0.04) / FRAME_SECONDS / together) * together;
  for (let i = part.from; i < part.to; i += 1) {
    const nowMs = 1000 + i * 40;
    const send = (bytes: Buffer) => {
      for (const packet of writer.write(bytes, i * 3600)) events.push(...feed.packet(packet, true, nowMs));
    };
    events.push(...feed.poll(nowMs - 20));
    if (video(i)) {
      const head = isKey(units[i]!, 'h264') ? [pack(), map([0x1b, 0xe0], [0x0f, 0xc0])] : [pack()];
      send(Buffer.concat([...head, videoPes(units[i]!, { pts: clock(i * 3600) % 2 ** 33 })]));
    }
    for (; aac * FRAME_SECONDS <= i * 0.04; aac += together) {
      const pts = Math.round(soundClock(aac * FRAME_SECONDS * 90_000)) % 2 ** 33;
      const frames = Buffer.concat(Array.from({ length: together }, (_, n) => adtsFrame(aac + n)));
      if (sound(i)) send(Buffer.concat([pack(), pes(0xc0, frames, { pts })]));
    }
  }
}

/** Seconds by which each sound comes after (+) or before (−) its picture; asserts that both tracks run on without a hole. */
function offsets(events: readonly FeedEvent[]): number[] {
  const shift: (number | undefined)[] = [];
  const heard: { at: number; content: number }[] = [];
  let soundEnd = -1;
  let pictureEnd = -1;
  for (const event of events) {
    if (event.type !== 'fragment') continue;
    for (const { track, dts, duration, compositionOffset, data } of event.fragment.samples) {
      if (track === 'video') {
        const n = numberOf.get(sampleNals(data).join())!;
        assert.ok(dts > pictureEnd, `picture ${n} at ${dts}`);
        pictureEnd = dts;
        shift[n] = (dts + compositionOffset) / 90_000 - n * 0.04;
      } else {
        if (soundEnd >= 0) assert.equal(dts, soundEnd, 'sound without a hole');
        soundEnd = dts + duration;
        if (data.length === 40) {
          const n = Buffer.from(data).readUInt32BE(2);
          heard.push({ at: dts / RATE, content: n * FRAME_SECONDS });
        }
      }
    }
  }
  assert.ok(Math.abs(soundEnd / RATE - pictureEnd / 90_000) < 0.15, 'both tracks end together');
  return heard.flatMap(({ at, content }) => {
    const beside = shift[Math.round(content / 0.04)];
    return beside === undefined ? [] : [at - content - beside];
  });
}

const inStep = (events: readonly FeedEvent[], least: number) => {
  const all = offsets(events);
  assert.ok(all.length >= least, `${all.length} sounds with a picture`);
  const worst = all.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  assert.ok(Math.abs(worst) < 0.06, `sound is ${worst.toFixed(3)} s away from its picture`);
};

describe('sound beside its picture', () => {
  const cases: Record<string, Part[]> = {
    'from the start': [{ from: 0, to: 200 }],
    'joined 1.7 s before a key frame': [{ from: 8, to: 200 }],
    'joined before a key frame, three AAC frames in a PES': [{ from: 8, to: 200, together: 3 }],
    'joined before a key frame, sound with a clock of its own': [{ from: 8, to: 200, soundClock: own }],
    'sound that begins 1.2 s before a key frame': [{ from: 0, to: 200, sound: (i) => i >= 70 }],
    'the same with a clock of its own': [{ from: 0, to: 200, sound: (i) => i >= 70, soundClock: own }],
    'sound that is gone for 2 s': [{ from: 0, to: 200, sound: (i) => i < 60 || i > 110 }],
    'a picture that is gone for 3 s': [{ from: 0, to: 300, video: (i) => i < 60 || i > 135 }],
    'both clocks jump by an hour': [{ from: 0, to: 200, clock: (t) => (t < 110 * 3600 ? t : t + 324_000_000) }],
    'both clocks jump back by half a second': [
      { from: 0, to: 200, clock: (t) => (t < 110 * 3600 ? t + 90_000 : t + 45_000) },
    ],
    'another feed after 2 s, sound before its key frame': [
      { from: 0, to: 80 },
      { from: 130, to: 300 },
    ],
    'another feed after 2 s with other clocks': [
      { from: 0, to: 80 },
      { from: 130, to: 300, clock: (t) => t + 777_777_777 },
    ],
    'another feed after 2 s, clocks of their own': [
      { from: 0, to: 80, soundClock: own },
      { from: 130, to: 300, clock: (t) => t + 777_777_777, soundClock: (t) => t + 7_777_777_777 },
    ],
    'another feed at once': [
      { from: 0, to: 80 },
      { from: 81, to: 300 },
    ],
  };
  for (const [name, parts] of Object.entries(cases)) {
    it(name, () => {
      const feed = new Feed({ reorder: null });
      const events: FeedEvent[] = [];
      parts.forEach((part, i) => {
        if (i > 0) events.push(...feed.reset(1000 + part.from * 40));
        play(feed, part, events);
      });
      inStep(events, 90);
    });
  }
});

describe('µ-law before its stream map', () => {
  const codes = g711('mulaw', 12);
  const pcm = (law: string, bytes: Uint8Array) =>
    ffmpeg(['-f', law, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], bytes);

  /** Frames with 40 ms of µ-law each; the map, with `type`, only before key frames. */
  function playLaw(feed: Feed, from: number, to: number, type = (_: number) => 0x91): FeedEvent[] {
    const writer = new RtpWriter(from);
    const events: FeedEvent[] = [];
    for (let i = from; i < to; i += 1) {
      const pts = i * 3600;
      const head =
        type(i) !== type(i - 1) || isKey(units[i]!, 'h264') ? [pack(), map([0x1b, 0xe0], [type(i), 0xc0])] : [pack()];
      const sound = pes(0xc0, codes.subarray(i * 320, i * 320 + 320), { pts });
      for (const packet of writer.write(Buffer.concat([...head, videoPes(units[i]!, { pts }), sound]), pts))
        events.push(...feed.packet(packet, true, i * 40));
    }
    return events;
  }
  const inits = (events: readonly FeedEvent[]) =>
    events.flatMap((e) => (e.type === 'init' ? [e.init.audio?.codec] : []));
  const file = (events: readonly FeedEvent[]) =>
    Buffer.concat(
      events.flatMap((e) => (e.type === 'init' ? [e.init.bytes] : e.type === 'fragment' ? [e.fragment.bytes] : [])),
    );

  it('is µ-law from the first key frame on, when joined before it', () => {
    const feed = new Feed({ reorder: null });
    const events = [...playLaw(feed, 20, 200), ...feed.end(8000)];
    assert.deepEqual(inits(events), ['pcmu']);
    const heard = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], file(events));
    assert.ok(heard.equals(pcm('mulaw', codes.subarray(50 * 320, 200 * 320))));
  });

  it('stays µ-law when another feed of the same camera begins before a key frame', () => {
    const feed = new Feed({ reorder: null });
    const events = [...playLaw(feed, 0, 80), ...feed.reset(3200), ...playLaw(feed, 81, 200), ...feed.end(8000)];
    assert.deepEqual(inits(events), ['pcmu']);
    const heard = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], file(events));
    // The frame between the two was never sent.
    const want = pcm('mulaw', codes.subarray(0, 200 * 320));
    want.fill(0, 80 * 640, 81 * 640);
    assert.ok(heard.equals(want));
  });

  it('is silent, not missing, while its law changes between key frames', () => {
    const feed = new Feed({ reorder: null });
    const events = [...playLaw(feed, 0, 200, (i) => (i < 60 ? 0x90 : 0x91)), ...feed.end(8000)];
    assert.deepEqual(inits(events), ['pcma', 'pcmu']);
    const before = events.findIndex((e) => e.type === 'fragment' && e.fragment.dts90k >= 95 * 3600);
    const samples = events.slice(0, before).flatMap((e) => (e.type === 'fragment' ? e.fragment.samples : []));
    const end = Math.max(...samples.filter((s) => s.track === 'audio').map((s) => s.dts + s.duration));
    assert.ok(end >= 94 * 320, 'silence keeps up with the picture');
  });
});
