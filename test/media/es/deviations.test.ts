/** Deviations of what lies inside the PES, by their code: sound and picture. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { audioSpecificConfig, emptyAdts, readAdts } from '../../../src/media/es/aac.ts';
import { Feed } from '../../../src/media/feed.ts';
import type { FeedEvent } from '../../../src/media/frame.ts';
import { FIRST_WISH_MS, LONG_GOP_MS, REPEAT_WISH_MS } from '../../../src/media/key-frame-wish.ts';
import { readMp4 } from '../../support/mp4.ts';
import { camera, fileOf, isKey, type Outcome, run, type Sent, sameNals, splitAdts, videoSamples } from '../camera.ts';
import { accessUnits, adts, ffmpeg, g711, h264, h265, nalUnits } from '../clips.ts';
import { crc32, MAP_H264_PCMA, map, pack, pes, RtpWriter, videoPes } from '../ps/writer.ts';

const units = accessUnits(h264({ size: '64x64', frames: 100, gop: 10 }), 'h264');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const codes = (outcome: Outcome) => [...new Set(outcome.findings)];

/** A pack per unit, with `more` behind the picture. */
function send(
  more: (i: number) => Buffer,
  o: { map?: Buffer; units?: Buffer[]; rtp?: (i: number) => number } = {},
): Sent[] {
  const writer = new RtpWriter();
  return (o.units ?? units).flatMap((unit, i) => {
    const head = isKey(unit, 'h264') ? (o.map ?? MAP_H264_PCMA) : Buffer.alloc(0);
    const frame = Buffer.concat([pack(i * 3600), head, videoPes(unit, { pts: i * 3600 }), more(i)]);
    return writer.write(frame, o.rtp?.(i) ?? i * 3600).map((packet) => ({ packet, unit: i, nowMs: 1000 + i * 40 }));
  });
}

/** The sound of the last init segment's track, decoded. */
function decoded(outcome: Outcome): Buffer {
  const last = outcome.events.findLastIndex((e) => e.type === 'init');
  return ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], fileOf({ ...outcome, events: outcome.events.slice(last) }));
}

function pcm(law: 'alaw' | 'mulaw', bytes: Buffer): Buffer {
  return ffmpeg(['-f', law, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], bytes);
}

describe('sound that is not what it says', () => {
  it('ES-9: G.711 at 16 kHz by its bytes and times, or as set by hand', () => {
    const sound = g711('alaw', 8);
    const sent = send((i) => pes(0xc0, sound.subarray(i * 640, i * 640 + 640), { pts: i * 3600 }));
    const got = run(sent);
    assert.equal(got.inits.at(-1)!.audio?.sampleRate, 16_000);
    assert.deepEqual(codes(got), ['ES-9']);
    const all = pcm('alaw', sound.subarray(0, 64_000));
    const heard = decoded(got);
    assert.ok(heard.length > all.length / 2);
    assert.ok(all.subarray(all.length - heard.length).equals(heard), 'no sample is lost or doubled');
    sameNals(videoSamples(got.fragments), units);

    const byHand = runWith(sent, { sampleRate: 16_000 });
    assert.equal(byHand.inits.length, 1);
    assert.equal(byHand.inits[0]!.audio?.sampleRate, 16_000);
    assert.ok(decoded(byHand).equals(all));
    assert.deepEqual(codes(byHand), []);
  });

  it('ES-9: jittery times of sound at 8 kHz are no other rate', () => {
    const sound = g711('alaw', 4);
    const jitter = (i: number) => i * 3600 + [0, -1700, 900, -1800][i % 4]! + 3600;
    const got = run(send((i) => pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: jitter(i) })));
    assert.deepEqual(
      got.inits.map((init) => init.audio?.sampleRate),
      [8000],
    );
    assert.deepEqual(codes(got), []);
  });

  for (const [declared, type, law] of [
    ['pcma', 0x90, 'mulaw'],
    ['pcmu', 0x91, 'alaw'],
  ] as const) {
    it(`ES-11: ${law} declared as ${declared}`, () => {
      const sound = g711(law, 4);
      const sent = send((i) => pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: i * 3600 }), {
        map: map([0x1b, 0xe0], [type, 0xc0]),
      });
      const got = run(sent);
      assert.deepEqual(codes(got), ['ES-11']);
      const all = pcm(law, sound);
      const heard = decoded(got);
      assert.ok(heard.length >= all.length / 2);
      assert.ok(all.subarray(all.length - heard.length).equals(heard));

      const byHand = runWith(sent, { law: law === 'mulaw' ? 'pcmu' : 'pcma' });
      assert.deepEqual(codes(byHand), []);
      assert.ok(decoded(byHand).equals(all), 'set by hand it is right from the first sample on');
    });
  }

  it('ES-11: noise, silence and a hum under the right law are left alone', () => {
    let state = 1;
    const noise = Buffer.from(
      Array.from({ length: 32_000 }, () => {
        state = (state * 1103515245 + 12345) >>> 0;
        return state >>> 24;
      }),
    );
    for (const sound of [noise, Buffer.alloc(32_000, 0xd5), Buffer.alloc(32_000, 0x55), g711('alaw', 4)]) {
      const got = run(send((i) => pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: i * 3600 })));
      assert.deepEqual(codes(got), []);
    }
  });

  const frames = splitAdts(adts(5));
  const raw = frames.map((frame) => frame.subarray(7));
  const aacTimes = (i: number) => Math.round((i * 1024 * 90_000) / 16_000);
  /** Frames that begin in the time of picture `i`. */
  const due = (i: number) =>
    raw.map((_, n) => n).filter((n) => aacTimes(n) >= i * 3600 && aacTimes(n) < (i + 1) * 3600);
  const withAuHeaders = (n: number) =>
    Buffer.concat([hex('0010'), Buffer.from([raw[n]!.length >> 5, (raw[n]!.length << 3) & 0xff]), raw[n]!]);
  const aacMap = map([0x1b, 0xe0], [0x1c, 0xc0]);

  for (const [name, wrap] of [
    ['a PES a frame', (n: number) => raw[n]!],
    ['behind AU headers', withAuHeaders],
  ] as const) {
    it(`ES-10: AAC without ADTS, ${name}`, () => {
      const got = run(
        send((i) => Buffer.concat(due(i).map((n) => pes(0xc0, wrap(n), { pts: aacTimes(n) }))), { map: aacMap }),
      );
      const track = readMp4(fileOf(got)).find((t) => t.handler === 'soun')!;
      assert.deepEqual([got.inits.at(-1)!.audio?.sampleRate, got.inits.at(-1)!.audio?.channels], [16_000, 1]);
      assert.deepEqual(codes(got), ['ES-10']);
      // The first frame went by before its rate was known: silence stands in its place.
      const samples = track.samples.slice(1).map((s) => s.data);
      const first = raw.findIndex((frame) => frame.equals(samples[0]!));
      assert.ok(first >= 0 && samples.length > 40);
      assert.deepEqual(samples, raw.slice(first, first + samples.length));
    });
  }

  it('ES-10: the configuration stands in the stream map', () => {
    const header = readAdts(frames[0]!, 0, frames[0]!.length, emptyAdts())!;
    const config = audioSpecificConfig({ ...header, channels: 2, frequencyIndex: 3 });
    const descriptor = Buffer.concat([hex('2E04 80 02'), config]);
    const written = Buffer.concat([hex('000001BC 0018 E0FF 0000 000E 1BE00000 1CC00006'), descriptor, Buffer.alloc(4)]);
    written.writeUInt32BE(crc32(written.subarray(0, -4)), written.length - 4);
    const got = run(
      send((i) => Buffer.concat(due(i).map((n) => pes(0xc0, raw[n]!, { pts: aacTimes(n) }))), { map: written }),
    );
    assert.deepEqual([got.inits[0]!.audio?.sampleRate, got.inits[0]!.audio?.channels], [48_000, 2]);
  });

  it('ES-10: raw frames declared as ADTS', () => {
    const got = run(
      send((i) => Buffer.concat(due(i).map((n) => pes(0xc0, raw[n]!, { pts: aacTimes(n) }))), {
        map: map([0x1b, 0xe0], [0x0f, 0xc0]),
      }),
    );
    assert.equal(got.inits.at(-1)!.audio?.sampleRate, 16_000);
    assert.ok(codes(got).includes('ES-10'));
  });
});

describe('pictures that are not what they say', () => {
  it('ES-12: encrypted slices in a program stream that is in order', () => {
    let state = 7;
    const secret = (nal: Buffer) =>
      Buffer.concat([
        nal.subarray(0, 1),
        Buffer.from(
          nal.subarray(1).map((byte) => {
            state = (state * 1103515245 + 12345) >>> 0;
            // No start code may come out of it.
            return (byte ^ (state >>> 24)) | 0x04;
          }),
        ),
      ]);
    const closed = units.map((unit) =>
      Buffer.concat(
        nalUnits(unit).flatMap((nal) => [hex('00000001'), [1, 5].includes(nal[0]! & 31) ? secret(nal) : nal]),
      ),
    );
    const named = codes(run(send(() => Buffer.alloc(0), { units: closed }))).includes('ES-12');
    assert.ok(named, 'slice headers without sense are named');
    const scrambled = send(() => Buffer.alloc(0)).map((s) => {
      const packet = Buffer.from(s.packet);
      const at = packet.indexOf(hex('000001E0'));
      if (at > 0) packet[at + 6]! |= 0x20;
      return { ...s, packet };
    });
    assert.ok(codes(run(scrambled)).includes('ES-12'), 'PES_scrambling_control is believed at once');
  });

  it('ES-12: several picture parameter sets, slices and codecs are no encryption', () => {
    for (const clip of [
      accessUnits(h264({ frames: 100, gop: 10, slices: 4, bframes: 2 }), 'h264'),
      accessUnits(h264({ size: '1920x1080', frames: 4, gop: 1 }), 'h264'),
    ])
      assert.ok(!codes(run(camera({ units: clip }))).includes('ES-12'));
    const clip = accessUnits(h265({ frames: 75, gop: 25, bframes: 2 }), 'h265');
    assert.ok(!codes(run(camera({ codec: 'h265', units: clip }))).includes('ES-12'));
  });

  it('PS-29: unknown NAL units, floods of delimiters and SEI are named and kept', () => {
    const extra = {
      type: hex('00000001 1E0102'),
      delimiters: hex('0000000109F0 0000000109F0'),
      sei: hex('000001 06010204'),
    };
    for (const odd of [extra.type, extra.delimiters, Buffer.concat(Array(9).fill(extra.sei))]) {
      const spoilt = units.map((unit) => {
        const nals = nalUnits(unit);
        return Buffer.concat([
          ...nals.slice(0, 1).flatMap((nal) => [hex('00000001'), nal]),
          odd,
          ...nals.slice(1).flatMap((nal) => [hex('00000001'), nal]),
        ]);
      });
      const got = run(send(() => Buffer.alloc(0), { units: spoilt }));
      sameNals(videoSamples(got.fragments), spoilt);
      assert.deepEqual(codes(got), ['PS-29']);
    }
  });

  it('PS-3: frames before the first stream map are played, and the map is taken when it comes', () => {
    const writer = new RtpWriter();
    const sent = units.flatMap((unit, i) => {
      const late = i === 15 ? map([0x1b, 0xe0]) : Buffer.alloc(0);
      return writer
        .write(Buffer.concat([pack(i * 3600), late, videoPes(unit, { pts: i * 3600 })]), i * 3600)
        .map((packet) => ({ packet, unit: i, nowMs: i * 40 }));
    });
    const got = run(sent);
    sameNals(videoSamples(got.fragments), units);
    assert.ok(codes(got).includes('PS-3'));
  });

  it('RTP-6, RTP-7: an RTP clock that stands still, or is no 90 kHz', () => {
    for (const [code, rtp] of [
      ['RTP-6', () => 77],
      ['RTP-7', (i: number) => i * 40],
      ['RTP-7', (i: number) => i * 320],
    ] as const) {
      const got = run(send(() => Buffer.alloc(0), { rtp }));
      sameNals(videoSamples(got.fragments), units);
      assert.deepEqual(
        got.fragments.map((f) => f.dts90k),
        units.map((_, i) => i * 3600),
      );
      assert.deepEqual(codes(got), [code]);
    }
  });

  it('ES-2: parameter sets that come once only', () => {
    const once = units.map((unit, i) =>
      i === 0
        ? unit
        : Buffer.concat(
            nalUnits(unit)
              .filter((nal) => ![7, 8].includes(nal[0]! & 31))
              .flatMap((nal) => [hex('00000001'), nal]),
          ),
    );
    const feed = new Feed({ reorder: null });
    const sent = send(() => Buffer.alloc(0), { units: once });
    const events: FeedEvent[] = [];
    sent.forEach(({ packet, nowMs }, i) => {
      if (sent[i - 1]?.unit === 49 && sent[i]!.unit === 50) events.push(...feed.reset(nowMs));
      events.push(...feed.packet(packet, true, nowMs), ...feed.poll(nowMs));
    });
    events.push(...feed.end(5100));
    const fragments = events.flatMap((e) => (e.type === 'fragment' ? [e.fragment] : []));
    sameNals(videoSamples(fragments), once);
  });

  it('ES-4: the codec string is that of the parameter set', () => {
    const high = accessUnits(h264({ frames: 2, gop: 1, bframes: 2 }), 'h264');
    const sps = nalUnits(high[0]!).find((nal) => (nal[0]! & 31) === 7)!;
    const got = run(camera({ units: high }));
    assert.equal(got.inits[0]!.video?.codecString, `avc1.${sps.subarray(1, 4).toString('hex')}`);
  });
});

describe('key frames that are missing', () => {
  const wishes = (events: readonly FeedEvent[]) => events.flatMap((e) => (e.type === 'key-frame-wanted' ? [e] : []));
  const long = accessUnits(h264({ size: '64x64', frames: 300, gop: 250 }), 'h264');

  it('ES-1: asks 2 s after the start, again 5 s later, and no more once one has come', () => {
    const got = run(camera({ units: long }).filter((s) => s.unit >= 10));
    const asked = wishes(got.events);
    assert.deepEqual(
      asked.map((w) => w.reason),
      ['start', 'start'],
    );
    assert.ok(asked[0]!.waitedMs >= FIRST_WISH_MS && asked[0]!.waitedMs < FIRST_WISH_MS + 200);
    assert.ok(asked[1]!.waitedMs >= FIRST_WISH_MS + REPEAT_WISH_MS);
    assert.ok(got.findings.includes('ES-1'));
  });

  it('ES-1: asks after a loss in a long group of pictures, not in a short one, not without a loss', () => {
    const holed = (clip: Buffer[], unit: number) => {
      const sent = camera({ units: clip });
      const at = sent.findIndex((s) => s.unit === unit);
      return wishes(run(sent.filter((_, i) => i !== at)).events);
    };
    assert.deepEqual(wishes(run(camera({ units: long })).events), []);
    const asked = holed(long, 150);
    assert.equal(asked[0]?.reason, 'loss');
    assert.ok(asked[0]!.waitedMs > LONG_GOP_MS);
    assert.deepEqual(holed(units, 55), []);
  });

  it('ES-6: a source of sound alone is never asked for one', () => {
    const sound = g711('alaw', 8);
    const writer = new RtpWriter();
    const sent = Array.from({ length: 200 }, (_, i) =>
      writer
        .write(
          Buffer.concat([
            pack(i * 3600),
            map([0x90, 0xc0]),
            pes(0xc0, sound.subarray(i * 320, i * 320 + 320), { pts: i * 3600 }),
          ]),
          i * 3600,
        )
        .map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
    ).flat();
    const got = run(sent);
    assert.deepEqual(wishes(got.events), []);
    assert.deepEqual(codes(got), []);
    assert.equal(got.inits[0]!.video, null);
  });
});

function runWith(sent: readonly Sent[], sound: { law?: 'pcma' | 'pcmu'; sampleRate?: number }): Outcome {
  const feed = new Feed({ reorder: null, sound });
  const events = sent.flatMap(({ packet, nowMs }) => [...feed.packet(packet, true, nowMs), ...feed.poll(nowMs)]);
  events.push(...feed.end((sent.at(-1)?.nowMs ?? 0) + 40));
  return {
    events,
    inits: events.flatMap((event) => (event.type === 'init' ? [event.init] : [])),
    fragments: events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : [])),
    findings: events.flatMap((event) => (event.type === 'finding' ? [event.finding.code] : [])),
    feed,
    after: [],
  };
}
