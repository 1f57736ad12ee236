/** Deviations of devices by their code: what comes out, and that it is named. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_FRAME_BYTES } from '../../src/media/es/nal-buffer.ts';
import { camera, isKey, run, type Sent, sameNals, videoSamples } from './camera.ts';
import { accessUnits, adts, g711, h264, h265, nalUnits, sampleNals } from './clips.ts';
import { MAP_H264_PCMA, map, mpeg1Pack, pack, pes, RtpWriter, SYSTEM_HEADER, videoPes } from './ps/writer.ts';

const units = accessUnits(h264({ size: '64x64', frames: 20, gop: 10 }), 'h264');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** One RTP frame per entry, 40 ms apart. */
function packets(frames: readonly Buffer[], size = 1400): Sent[] {
  const writer = new RtpWriter();
  return frames.flatMap((frame, i) =>
    writer.write(frame, i * 3600, { size }).map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
  );
}

type Build = (unit: Buffer, pts: number, key: boolean, index: number) => Buffer;

const cases: { name: string; finding?: string; build: Build }[] = [
  {
    name: 'PS-13: stuffing in the pack header',
    build: (unit, pts) => Buffer.concat([pack(pts, 6), MAP_H264_PCMA, videoPes(unit, { pts })]),
  },
  {
    name: 'PS-13: a counter in the stuffing of the pack header',
    finding: 'PS-13',
    build: (unit, pts, _, i) => {
      const head = pack(pts, 6);
      head.writeUInt32BE(0xfefffe00 + i, 14);
      return Buffer.concat([head, MAP_H264_PCMA, videoPes(unit, { pts })]);
    },
  },
  {
    name: 'PS-17: PES_header_data_length stands one byte early',
    finding: 'PS-17',
    // Frames of several PES: the later ones have no times to tell the layout by.
    build: (unit, pts) =>
      Buffer.concat([
        pack(pts),
        MAP_H264_PCMA,
        ...slices(unit, 70).map((part, n) => withoutFlags(pes(0xe0, part, n === 0 ? { pts } : {}))),
      ]),
  },
  {
    name: 'PS-26: padding PES between the packs, as at a constant bit rate',
    finding: 'PS-16',
    build: (unit, pts, _, i) =>
      Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, { pts }), pes(0xbe, Buffer.alloc(40 + i * 97, 0xff))]),
  },
  {
    name: 'PS-14: a system header that is longer than its streams',
    build: (unit, pts) => {
      const long = Buffer.concat([SYSTEM_HEADER, Buffer.alloc(9, 0xff)]);
      long.writeUInt16BE(long.length - 6, 4);
      return Buffer.concat([pack(pts), long, MAP_H264_PCMA, videoPes(unit, { pts })]);
    },
  },
  {
    name: 'PS-28: MPEG-1 pack header',
    finding: 'PS-28',
    build: (unit, pts) => Buffer.concat([mpeg1Pack(), MAP_H264_PCMA, videoPes(unit, { pts })]),
  },
  {
    name: 'PS-1: no stream map',
    finding: 'PS-1',
    build: (unit, pts) => Buffer.concat([pack(pts), videoPes(unit, { pts })]),
  },
  {
    name: 'PS-2: stream map once',
    finding: 'PS-2',
    build: (unit, pts, _, i) => Buffer.concat([pack(pts), i === 0 ? MAP_H264_PCMA : hex(''), videoPes(unit, { pts })]),
  },
  {
    name: 'PS-4: the map says H.265',
    finding: 'PS-4',
    build: (unit, pts) => Buffer.concat([pack(pts), map([0x24, 0xe0]), videoPes(unit, { pts })]),
  },
  {
    name: 'PS-6: inner length and CRC of the map are junk',
    finding: 'PS-6',
    build: (unit, pts) => {
      const wrong = Buffer.from(MAP_H264_PCMA);
      wrong[11] = 0x77;
      wrong[20] = 0;
      return Buffer.concat([pack(pts), wrong, videoPes(unit, { pts })]);
    },
  },
  {
    name: 'PS-7: start code AF before the system header',
    finding: 'PS-7',
    build: (unit, pts) =>
      Buffer.concat([pack(pts), hex('000001AF 0102030405'), SYSTEM_HEADER, MAP_H264_PCMA, videoPes(unit, { pts })]),
  },
  {
    name: 'PS-8: PES without a length',
    finding: 'PS-8',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, pes(0xe0, unit, { pts, length: 0 })]),
  },
  {
    name: 'PS-12: a pack start code without a body',
    finding: 'PS-12',
    build: (unit, pts) => Buffer.concat([hex('000001BA'), pack(pts), MAP_H264_PCMA, videoPes(unit, { pts })]),
  },
  {
    name: 'PS-12: BA directly before E0',
    finding: 'PS-12',
    build: (unit, pts, key) =>
      Buffer.concat([key ? Buffer.concat([pack(pts), MAP_H264_PCMA]) : hex('000001BA'), videoPes(unit, { pts })]),
  },
  {
    name: 'PS-15: private stream between the PES of a frame',
    finding: 'PS-15',
    build: (unit, pts) =>
      Buffer.concat([
        pack(pts),
        MAP_H264_PCMA,
        pes(0xe0, unit.subarray(0, 300), { pts }),
        pes(0xbd, Buffer.alloc(90, 0x55)),
        pes(0xe0, unit.subarray(300)),
      ]),
  },
  {
    name: 'PS-16: padding, private stream 2, empty padding',
    finding: 'PS-16',
    build: (unit, pts) =>
      Buffer.concat([
        pack(pts),
        hex('000001BE0003FFFFFF 000001BE0000 000001BF0004 00000100'),
        MAP_H264_PCMA,
        pes(0xe0, unit.subarray(0, 100), { pts }),
        hex('000001BF0002AABB'),
        pes(0xe0, unit.subarray(100)),
      ]),
  },
  {
    name: 'PS-19: zeros before the start codes',
    build: (unit, pts) =>
      Buffer.concat([pack(pts), hex('00'), MAP_H264_PCMA, hex('0000'), videoPes(unit, { pts }), hex('000000')]),
  },
  {
    name: 'PS-27: end code between frames',
    finding: 'PS-27',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, { pts }), hex('000001B9')]),
  },
  {
    name: 'PS-9: many small PES, the time on each',
    build: (unit, pts) =>
      Buffer.concat([pack(pts), MAP_H264_PCMA, ...slices(unit, 77).map((part) => pes(0xe0, part, { pts }))]),
  },
  {
    name: 'PS-9: many small PES, the time on the first',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, { pts }, 77)]),
  },
  {
    name: 'PS-24: every NAL unit in a PES of its own',
    build: (unit, pts) =>
      Buffer.concat([
        pack(pts),
        MAP_H264_PCMA,
        ...nalUnits(unit).map((nal) => pes(0xe0, Buffer.concat([hex('00000001'), nal]), { pts })),
      ]),
  },
  {
    name: 'PS-23: NAL units behind three-byte start codes',
    build: (unit, pts) =>
      Buffer.concat([
        pack(pts),
        MAP_H264_PCMA,
        pes(0xe0, Buffer.concat(nalUnits(unit).flatMap((nal) => [hex('000001'), nal])), { pts }),
      ]),
  },
  {
    name: 'TS-1: no PTS at all',
    finding: 'TS-1',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit)]),
  },
  {
    name: 'TS-2: PTS on key frames only',
    build: (unit, pts, key) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, key ? { pts } : {})]),
  },
  {
    name: 'TS-3: constant PTS',
    finding: 'TS-3',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, { pts: 777 })]),
  },
  {
    name: 'TS-12: PTS is a time of day',
    build: (unit, pts) => Buffer.concat([pack(pts), MAP_H264_PCMA, videoPes(unit, { pts: 8_000_000_000 + pts })]),
  },
];

/** PS-17: the byte of flags is left out, PES_header_data_length stands in its place. */
function withoutFlags(standard: Buffer): Buffer {
  const out = Buffer.concat([standard.subarray(0, 7), standard.subarray(8)]);
  out.writeUInt16BE(out.length - 6, 4);
  return out;
}

function slices(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe('program stream deviations', () => {
  for (const { name, finding, build } of cases) {
    it(name, () => {
      const frames = units.map((unit, i) => build(unit, i * 3600, isKey(unit, 'h264'), i));
      for (const size of [1400, 50, 1]) {
        const got = run(packets(frames, size));
        sameNals(videoSamples(got.fragments), units);
        const times = got.fragments.map((f) => f.dts90k);
        assert.deepEqual(
          times,
          units.map((_, i) => i * 3600),
        );
        const codes = [...new Set(got.findings)].filter((code) => code !== 'RTP-5');
        assert.deepEqual(codes, finding === undefined ? [] : [finding], `packets of ${size}`);
        assert.equal(got.feed.counters.discarded, 0);
      }
    });
  }

  it('PS-10: a PES longer than the 65,535 bytes it declares', () => {
    const big = accessUnits(h264({ size: '1920x1080', frames: 4, gop: 1 }), 'h264');
    assert.ok(big.every((unit) => unit.length > 70_000));
    const frames = big.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, pes(0xe0, unit, { pts: i * 3600, length: 0xffff })]),
    );
    const got = run(packets(frames));
    sameNals(videoSamples(got.fragments), big);
    assert.ok(got.findings.includes('PS-10'));
  });

  it('PS-9: frames of several PES of the full length', () => {
    const big = accessUnits(h264({ size: '1920x1080', frames: 12, gop: 1 }), 'h264');
    const frames = big.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 }, 65_527)]),
    );
    sameNals(videoSamples(run(packets(frames)).fragments), big);
  });

  it('PS-11, PS-20: a PES that declares more than it has costs its frame only', () => {
    const frames = units.map((unit, i) => {
      const lie = i === 5 ? { length: unit.length + 500 } : {};
      return Buffer.concat([pack(i * 3600), MAP_H264_PCMA, pes(0xe0, unit, { pts: i * 3600, ...lie })]);
    });
    const got = run(packets(frames));
    sameNals(
      videoSamples(got.fragments),
      units.filter((_, i) => i !== 5),
    );
    assert.ok(got.findings.includes('PS-11'));
    assert.deepEqual(
      got.fragments.map((f) => f.afterLoss),
      units.filter((_, i) => i !== 5).map((_, i) => i === 5),
    );
  });

  it('PS-18: a PES header longer than its PES', () => {
    const broken = pes(0xe0, units[5]!, { pts: 5 * 3600, length: 4 });
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, i === 5 ? broken : videoPes(unit, { pts: i * 3600 })]),
    );
    const got = run(packets(frames));
    sameNals(
      videoSamples(got.fragments),
      units.filter((_, i) => i !== 5),
    );
    assert.ok(got.findings.includes('PS-18'));
  });

  it('PS-19: a frame that never ends is thrown away at the limit, and the next one plays', () => {
    const endless = Buffer.concat([
      pack(0),
      MAP_H264_PCMA,
      pes(0xe0, Buffer.alloc(MAX_FRAME_BYTES + 100_000, 0x55), { pts: 0, length: 0 }),
    ]);
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, videoPes(unit, { pts: (i + 1) * 3600 })]),
    );
    const got = run(packets([endless, ...frames]));
    sameNals(videoSamples(got.fragments), units);
    assert.ok(got.findings.includes('PS-19'));
  });

  it('PS-21: joins in the middle and throws away what lies before the first pack header', () => {
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 })]),
    );
    const got = run(packets([Buffer.concat([frames[3]!.subarray(200), hex('000001E0 1234 8080')]), ...frames]));
    sameNals(videoSamples(got.fragments), units);
  });

  it('PS-22: slices of one picture in PES and packs of their own stay one frame', () => {
    const sliced = accessUnits(h264({ size: '320x180', frames: 20, gop: 10, slices: 4 }), 'h264');
    for (const sameTime of [true, false]) {
      const frames = sliced.flatMap((unit, i) => {
        const nals = nalUnits(unit);
        const head = nals.filter((nal) => ![1, 5].includes(nal[0]! & 31));
        const parts = nals.filter((nal) => [1, 5].includes(nal[0]! & 31));
        assert.equal(parts.length, 4);
        return parts.map((nal, n) => {
          const data = Buffer.concat([...(n === 0 ? head : []), nal].flatMap((x) => [hex('00000001'), x]));
          return Buffer.concat([
            pack(i * 3600),
            MAP_H264_PCMA,
            pes(0xe0, data, { pts: i * 3600 + (sameTime ? 0 : n * 10) }),
          ]);
        });
      });
      const got = run(packets(frames));
      sameNals(videoSamples(got.fragments), sliced);
    }
  });

  it('PS-25: names a codec it does not play', () => {
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), map([0x80, 0xe0]), videoPes(unit, { pts: i * 3600 })]),
    );
    const got = run(packets(frames));
    assert.equal(got.fragments.length, 0);
    assert.deepEqual([...new Set(got.findings)], ['PS-25']);
  });

  it('PS-5: AAC declared as G.711', () => {
    const sent = camera({ units: accessUnits(h264(), 'h264'), audio: 'aac', sound: adts() }).map((s) => {
      const packet = Buffer.from(s.packet);
      const at = packet.indexOf(hex('0FC00000'));
      if (at > 0) packet[at] = 0x90;
      return { ...s, packet };
    });
    const got = run(sent);
    assert.equal(got.inits[0]!.audio?.codec, 'aac');
    assert.ok(got.findings.includes('PS-5'));
  });

  for (const [habit, mark] of [
    ['never set', () => false],
    ['set on every packet', () => true],
    ['set in the middle of frames', (at: number, last: boolean) => at === 1 || last],
  ] as const) {
    it(`RTP-5: a marker that is ${habit} is named, and costs no frame`, () => {
      const many = accessUnits(h264({ frames: 60, gop: 20 }), 'h264');
      const sent = many.flatMap((unit, i) => {
        const frame = Buffer.concat([pack(i * 3600), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 }, 900)]);
        const writer = new RtpWriter(1 + i * 1000);
        return writer.write(frame, i * 3600, { size: 300 }).map((packet, at, all) => {
          const bytes = Buffer.from(packet);
          bytes[1] = 96 | (mark(at, at === all.length - 1) ? 0x80 : 0);
          return { packet: bytes, unit: i, nowMs: i * 40 };
        });
      });
      // One counter over all frames.
      sent.forEach(({ packet }, i) => {
        packet.writeUInt16BE(i & 0xffff, 2);
      });
      const got = run(sent);
      sameNals(videoSamples(got.fragments), many);
      assert.deepEqual([...new Set(got.findings)], ['RTP-5']);
    });
  }

  it('RTP-6: a time stamp that never moves', () => {
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), MAP_H264_PCMA, videoPes(unit, { pts: i * 3600 })]),
    );
    const writer = new RtpWriter();
    const sent = frames.flatMap((frame, i) =>
      writer.write(frame, 0).map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
    );
    sameNals(videoSamples(run(sent).fragments), units);
  });

  it('a marker that once comes too early costs that frame, not a broken one', () => {
    const frames = units.map((unit, i) =>
      Buffer.concat([pack(i * 3600), i % 10 === 0 ? MAP_H264_PCMA : hex(''), videoPes(unit, { pts: i * 3600 }, 100)]),
    );
    // Frame 15 in two packets, cut between two PES; the first carries a marker as well.
    const writer = new RtpWriter();
    const sent = frames.flatMap((frame, i) => {
      const cut = 14 + 114;
      const parts = i === 15 ? [frame.subarray(0, cut), frame.subarray(cut)] : [frame];
      return parts.flatMap((part) =>
        writer.write(part, i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * 40 })),
      );
    });
    const got = run(sent);
    assert.ok(got.findings.includes('RTP-5'));
    const whole = new Set(units.map((unit) => Buffer.concat(nalUnits(unit)).toString('base64')));
    const samples = videoSamples(got.fragments).map((s) => Buffer.concat(sampleNals(s)).toString('base64'));
    assert.equal(samples.filter((s) => whole.has(s)).length, 19);
  });

  it('ES-3: another picture size is another init segment, at a key frame', () => {
    const small = accessUnits(h264({ size: '64x64', frames: 20, gop: 10 }), 'h264');
    const large = accessUnits(h264({ size: '320x180', frames: 20, gop: 10 }), 'h264');
    const got = run(camera({ units: [...small, ...large], audio: 'pcma', sound: g711('alaw') }));
    assert.deepEqual(
      got.inits.map((init) => [init.generation, init.video?.width, init.video?.height]),
      [
        [1, 64, 64],
        [2, 320, 180],
      ],
    );
    sameNals(videoSamples(got.fragments), [...small, ...large]);
    const changed = got.events.findIndex((e) => e.type === 'init' && e.init.generation === 2);
    const next = got.events.slice(changed + 1).find((e) => e.type === 'fragment');
    assert.ok(next?.type === 'fragment' && next.fragment.isKey && next.fragment.generation === 2);
    assert.deepEqual(
      got.fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video').map((s) => s.dts)),
      [...small, ...large].map((_, i) => i * 3600),
    );
  });

  it('a change from H.264 to H.265 in mid-stream', () => {
    const first = camera({ units });
    const second = accessUnits(h265({ size: '64x64', frames: 20, gop: 10 }), 'h265');
    const later = camera({ codec: 'h265', units: second, startPts: 20 * 3600 });
    const got = run([
      ...first,
      ...later.map((s) => ({ ...s, packet: renumber(s.packet, first.length), nowMs: s.nowMs + 800 })),
    ]);
    assert.deepEqual(
      got.inits.map((init) => init.video?.codec),
      ['h264', 'h265'],
    );
    sameNals(videoSamples(got.fragments), [...units, ...second]);
  });
});

function renumber(packet: Buffer, by: number): Buffer {
  const out = Buffer.from(packet);
  out.writeUInt16BE((out.readUInt16BE(2) + by) & 0xffff, 2);
  return out;
}
