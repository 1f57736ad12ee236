/** Payloads that are no program stream (RTP-8, RTP-9): every NAL unit and every sample of sound, whole frames only. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMp4 } from '../../support/mp4.ts';
import { camera, fileOf, run, type Sent, sameNals, videoSamples } from '../camera.ts';
import { accessUnits, displayIndex, ffmpeg, g711, h264, h265, nalUnits } from '../clips.ts';
import { esPackets, type Packet, rtp, TsWriter } from './rtp-writer.ts';

type Codec = 'h264' | 'h265';

function clip(codec: Codec, frames = 50): Buffer[] {
  return accessUnits(codec === 'h264' ? h264({ frames, gop: 10 }) : h265({ frames, gop: 10 }), codec);
}

/** One packet list per unit → RTP on one counter, 40 ms apart. */
function send(units: readonly (readonly Packet[])[], payloadType = 98, times = (i: number) => i * 3600): Sent[] {
  let sequence = 65_500;
  return units.flatMap((packets, i) =>
    packets.map((packet) => ({
      packet: rtp(payloadType, sequence++, times(i), packet),
      unit: i,
      nowMs: 1000 + i * 40,
    })),
  );
}

const codes = (sent: { findings: string[] }) => [...new Set(sent.findings)];

describe('elementary streams in RTP', () => {
  for (const codec of ['h264', 'h265'] as const) {
    for (const bundle of [false, true]) {
      it(`RTP-9: ${codec} as NAL units${bundle ? ', small ones bundled' : ''}`, () => {
        const units = clip(codec);
        const got = run(send(units.map((unit) => esPackets(codec, unit, { size: 700, bundle }))));
        sameNals(videoSamples(got.fragments), units);
        assert.deepEqual(
          got.fragments.map((f) => f.dts90k),
          units.map((_, i) => i * 3600),
        );
        assert.deepEqual(codes(got), ['RTP-9']);
        assert.equal(got.feed.counters.discarded, 0);
      });
    }

    it(`RTP-9: ${codec} as a byte stream cut into packets`, () => {
      const units = clip(codec);
      const cut = (unit: Buffer) =>
        Array.from({ length: Math.ceil(unit.length / 900) }, (_, i) => ({
          payload: unit.subarray(i * 900, (i + 1) * 900),
          marker: (i + 1) * 900 >= unit.length,
        }));
      const got = run(send(units.map(cut)));
      sameNals(videoSamples(got.fragments), units);
      assert.deepEqual(codes(got), ['RTP-9']);
    });

    it(`RTP-9: ${codec}, whichever packet is lost: exactly the whole frames`, () => {
      const units = clip(codec, 30);
      const sent = send(units.map((unit) => esPackets(codec, unit, { size: 700 })));
      const firstOfSecond = sent.findIndex((s) => s.unit === 10);
      for (let lost = firstOfSecond; lost < sent.length; lost += 1) {
        const hit = sent[lost]!.unit;
        const got = run(sent.filter((_, i) => i !== lost));
        sameNals(
          videoSamples(got.fragments),
          units.filter((_, i) => i !== hit),
        );
        if (hit < 29) assert.equal(got.fragments.filter((f) => f.afterLoss).length, 1, `packet ${lost}`);
      }
    });
  }

  it('RTP-9: B pictures, whose RTP time stamps are those of presentation', () => {
    const options = { frames: 75, gop: 25, bframes: 2 };
    const units = accessUnits(h264(options), 'h264');
    const shown = displayIndex('h264', options);
    const got = run(
      send(
        units.map((unit) => esPackets('h264', unit)),
        98,
        (i) => shown[i]! * 3600,
      ),
    );
    sameNals(videoSamples(got.fragments), units);
    assert.deepEqual(codes(got).sort(), ['RTP-9', 'TS-8']);
  });

  it('RTP-9: sound as payload type 8 beside a program stream, on one counter and on one of its own', () => {
    const units = clip('h264');
    const sound = g711('alaw');
    const video = camera({ units });
    for (const own of [false, true]) {
      let sequence = 100;
      let ownSequence = 40_000;
      const sent = video.flatMap((s, i) => {
        const packet: Buffer = Buffer.from(s.packet);
        packet.writeUInt16BE(sequence++ & 0xffff, 2);
        const out = [{ ...s, packet }];
        if (video[i + 1]?.unit !== s.unit) {
          const part = { payload: sound.subarray(s.unit * 320, s.unit * 320 + 320), marker: false };
          const counted = own ? ownSequence++ : sequence++;
          out.push({ packet: rtp(8, counted, s.unit * 320, part), unit: s.unit, nowMs: s.nowMs });
        }
        return out;
      });
      for (const reorder of [null, { holdMs: 100, maxPackets: 64 }]) {
        const got = run(sent, reorder);
        sameNals(videoSamples(got.fragments), units);
        assert.equal(got.feed.counters.lost, 0);
        assert.ok(got.findings.includes('RTP-9'), 'sound beside the program stream is named');
        assert.ok(!got.findings.includes('RTP-4'), 'two counters are no new counter');
        // The sound is known after a few packets; it is declared with the next key frame.
        const declared = got.events.findLastIndex((e) => e.type === 'init');
        const file = fileOf({ ...got, events: got.events.slice(declared) });
        const track = readMp4(file).find((t) => t.handler === 'soun');
        assert.equal(track?.entry, 'fLaC');
        const pcm = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], file);
        const want = ffmpeg(['-f', 'alaw', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], sound);
        assert.ok(pcm.length > want.length / 2);
        assert.ok(want.subarray(want.length - pcm.length).equals(pcm), 'from there on it is the sound that was sent');
      }
    }
  });

  it('RTP-9: packets of other kinds, cut and contradictory ones cost their frame only', () => {
    const units = clip('h264', 30);
    const packets = units.map((unit) => esPackets('h264', unit, { size: 700 }));
    // Frame 15: an end of fragments that never began, a bundle that lies about its sizes, an interleaved packet.
    for (const bad of ['7c4105aabb', '7800ff00', '79000102']) {
      const spoilt = packets.map((list, i) =>
        i === 15 ? [{ payload: Buffer.from(bad, 'hex'), marker: false }, ...list] : list,
      );
      const got = run(send(spoilt));
      const samples = videoSamples(got.fragments).map((s) => Buffer.from(s).toString('latin1'));
      const whole = units.map((unit) =>
        nalUnits(unit)
          .map((nal) =>
            Buffer.concat([Buffer.from([nal.length >>> 24, nal.length >> 16, nal.length >> 8, nal.length]), nal]),
          )
          .map((nal) => nal.toString('latin1'))
          .join(''),
      );
      assert.ok(samples.every((sample) => whole.includes(sample)));
      assert.ok(samples.length >= 29);
    }
  });

  it('RTP-8: a program stream under another payload type, also one that names sound', () => {
    const units = clip('h264');
    for (const payloadType of [0, 8, 63, 97, 100]) {
      const sent = camera({ units, audio: 'pcma', sound: g711('alaw') }).map((s) => {
        const packet = Buffer.from(s.packet);
        packet[1] = (packet[1]! & 0x80) | payloadType;
        return { ...s, packet };
      });
      const got = run(sent);
      sameNals(videoSamples(got.fragments), units);
      assert.deepEqual(codes(got), ['RTP-8']);
    }
  });
});

describe('transport stream in RTP', () => {
  for (const [codec, type] of [
    ['h264', 0x1b],
    ['h265', 0x24],
  ] as const) {
    for (const bounded of [false, true]) {
      it(`RTP-8: ${codec} and sound${bounded ? ', PES with a length' : ''}`, () => {
        const units = clip(codec);
        const sound = g711('alaw');
        const got = run(send(tsPackets(codec, type, units, sound, bounded)));
        sameNals(videoSamples(got.fragments), units);
        assert.deepEqual(
          got.fragments.filter((f) => f.samples[0]!.track === 'video').map((f) => f.dts90k),
          units.map((_, i) => i * 3600),
        );
        assert.deepEqual(codes(got), ['RTP-8']);
        const pcm = ffmpeg(['-i', '-', '-vn', '-f', 's16le', '-'], fileOf(got));
        const want = ffmpeg(['-f', 'alaw', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], sound);
        assert.ok(pcm.equals(want), 'the sound is that which was sent');
      });
    }
  }

  it('RTP-8: the transport stream of ffmpeg', () => {
    const units = clip('h264');
    const made = ffmpeg(['-f', 'h264', '-r', '25', '-i', '-', '-c', 'copy', '-f', 'mpegts', '-'], Buffer.concat(units));
    const packets: Packet[] = [];
    for (let at = 0; at < made.length; at += 7 * 188)
      // Without a length of its PES only the marker tells that the last frame is whole.
      packets.push({ payload: made.subarray(at, at + 7 * 188), marker: at + 7 * 188 >= made.length });
    const got = run(send(packets.map((packet) => [packet])));
    sameNals(videoSamples(got.fragments), units);
  });

  it('RTP-8: a lost packet of a transport stream costs the frames it held', () => {
    const units = clip('h264', 30);
    const sent = send(tsPackets('h264', 0x1b, units, g711('alaw'), true));
    const first = sent.findIndex((s) => s.unit === 10);
    for (let lost = first; lost < sent.length; lost += 1) {
      const got = run(sent.filter((_, i) => i !== lost));
      const hit = sent[lost]!.unit;
      const samples = videoSamples(got.fragments);
      const isHit = samples.length === 29;
      sameNals(
        samples,
        units.filter((_, i) => !isHit || i !== hit),
      );
    }
  });
});

/** Per unit: tables before key frames, the picture, 40 ms of sound, seven TS packets in an RTP packet. */
function tsPackets(codec: Codec, type: number, units: Buffer[], sound: Buffer, bounded: boolean): Packet[][] {
  const writer = new TsWriter(type, 0x90);
  return units.map((unit, i) => {
    const key = nalUnits(unit).some((nal) => (codec === 'h264' ? (nal[0]! & 31) === 7 : nal[0] === 0x42));
    const bytes = Buffer.concat([
      ...(key ? [writer.tables()] : []),
      writer.video(unit, i * 3600, bounded && unit.length < 60_000),
      writer.audio(sound.subarray(i * 320, i * 320 + 320), i * 3600),
    ]);
    return Array.from({ length: Math.ceil(bytes.length / 1316) }, (_, n) => ({
      payload: bytes.subarray(n * 1316, (n + 1) * 1316),
      marker: (n + 1) * 1316 >= bytes.length,
    }));
  });
}
