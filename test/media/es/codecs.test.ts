/** Codec rooms against ffmpeg: G.711 tables, FLAC, parameter sets, ADTS. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyAdts, isAdtsChain, readAdts, silentAac } from '../../../src/media/es/aac.ts';
import { FlacEncoder, MAX_BLOCK, maxFrameBytes, streamInfo } from '../../../src/media/es/flac.ts';
import { G711_TO_PCM, G711_ZERO_BITS, type Law } from '../../../src/media/es/g711.ts';
import { avcConfig, h264CodecString, h264ProfileName, parseH264Sps } from '../../../src/media/es/h264.ts';
import { h265CodecString, h265ProfileName, parseH265Sps } from '../../../src/media/es/h265.ts';
import { rbsp } from '../../../src/media/es/nal.ts';
import { below, prng } from '../../fuzz/mutate.ts';
import { adts, ffmpeg, h264, h265, nalUnits } from '../clips.ts';

const LAWS = [
  ['pcma', 'alaw'],
  ['pcmu', 'mulaw'],
] as const;

function decode(format: string, codes: Buffer): Buffer {
  return ffmpeg(['-f', format, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], codes);
}

/** A native FLAC file of blocks of the given sizes. */
function flacFile(law: Law, codes: Buffer, sizeOf: () => number): Buffer {
  const encoder = new FlacEncoder(law, 8000);
  const out = Buffer.alloc(codes.length * 3 + 1000);
  let end = 0;
  for (let at = 0; at < codes.length; ) {
    const to = Math.min(codes.length, at + sizeOf());
    const next = encoder.encode(codes, at, to, at, out, end);
    assert.ok(next - end <= maxFrameBytes(to - at));
    end = next;
    at = to;
  }
  return Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), streamInfo(8000), out.subarray(0, end)]);
}

describe('G.711', () => {
  for (const [law, format] of LAWS) {
    it(`${law}: all 256 codes as ffmpeg decodes them`, () => {
      const pcm = decode(format, Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
      assert.deepEqual(
        [...G711_TO_PCM[law]],
        Array.from({ length: 256 }, (_, i) => pcm.readInt16LE(i * 2)),
      );
      assert.ok(G711_TO_PCM[law].every((value) => value % (1 << G711_ZERO_BITS[law]) === 0));
    });
  }
});

describe('FLAC', () => {
  const random = prng(7);
  const sources: Record<string, (i: number) => number> = {
    noise: () => below(random, 256),
    'a constant': () => 0x2a,
    'one step': (i) => (i < 700 ? 0xd5 : 0x80),
    'extreme swings': (i) => (i % 2 === 0 ? 0xaa : 0x2a),
    'a slow wave': (i) => 0xd5 ^ (Math.round(Math.sin(i / 90) * 40) & 0x7f),
    'rare clicks': (i) => (i % 97 === 0 ? 0x2a : 0xd5),
  };
  for (const [law, format] of LAWS) {
    for (const [name, codeAt] of Object.entries(sources)) {
      it(`${law}, ${name}: ffmpeg decodes what was encoded and finds its checks right, in blocks of any size`, () => {
        const codes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => codeAt(i)));
        const sizes = [160, 320, 16, 1, 5, 4096, 333, 2, 3, 4];
        let n = 0;
        const file = flacFile(law, codes, () => sizes[n++ % sizes.length]!);
        const strict = ['-xerror', '-err_detect', 'crccheck+explode'];
        assert.ok(ffmpeg([...strict, '-f', 'flac', '-i', '-', '-f', 's16le', '-'], file).equals(decode(format, codes)));
      });
    }
  }

  it('costs silence next to nothing and never more than the samples', () => {
    const out = Buffer.alloc(MAX_BLOCK * 2 + 64);
    const encoder = new FlacEncoder('pcma', 8000);
    assert.equal(encoder.silence(320, 0, out, 0), 13);
    for (const position of [0, 127, 128, 2 ** 16, 2 ** 31, 2 ** 35, 2 ** 36 + 5]) {
      const noise = Buffer.from(Array.from({ length: MAX_BLOCK }, () => below(random, 256)));
      assert.ok(encoder.encode(noise, 0, MAX_BLOCK, position, out, 0) <= maxFrameBytes(MAX_BLOCK));
    }
  });
});

describe('parameter sets', () => {
  const table = [
    { size: '320x180', width: 320, height: 180 },
    { size: '1918x1078', width: 1918, height: 1078 },
    { size: '66x50', width: 66, height: 50 },
  ];
  for (const { size, width, height } of table) {
    it(`H.264 ${size} with its cropping`, () => {
      const sps = parseH264Sps(nalUnits(h264({ size, frames: 2 })).find((nal) => (nal[0]! & 31) === 7)!)!;
      assert.deepEqual([sps.width, sps.height, sps.fps, sps.reorderDepth], [width, height, 25, 0]);
      assert.match(h264CodecString(sps), /^avc1\.42c0[0-9a-f]{2}$/);
      assert.equal(h264ProfileName(sps), 'Constrained Baseline');
    });
    it(`H.265 ${size} with its conformance window`, () => {
      const sps = parseH265Sps(nalUnits(h265({ size, frames: 2 })).find((nal) => ((nal[0]! >> 1) & 63) === 33)!)!;
      assert.deepEqual([sps.width, sps.height, sps.fps, sps.reorderDepth], [width, height, 25, 0]);
      assert.match(h265CodecString(sps), /^hvc1\.1\.6\.L\d+\.90$/);
      assert.equal(h265ProfileName(sps), 'Main');
    });
  }

  it('tells how far B pictures are reordered', () => {
    const avc = parseH264Sps(nalUnits(h264({ bframes: 2 })).find((nal) => (nal[0]! & 31) === 7)!)!;
    const hevc = parseH265Sps(nalUnits(h265({ bframes: 2 })).find((nal) => ((nal[0]! >> 1) & 63) === 33)!)!;
    assert.ok(avc.reorderDepth! >= 1 && hevc.reorderDepth >= 1);
    assert.equal(h264ProfileName(avc), 'Main');
  });

  it('says no to every cut of them and to noise', () => {
    const nal = nalUnits(h264()).find((n) => (n[0]! & 31) === 7)!;
    for (let end = 0; end < 8; end += 1) assert.equal(parseH264Sps(nal.subarray(0, end)), null);
    const random = prng(3);
    for (let i = 0; i < 5000; i += 1) {
      const noise = Uint8Array.from({ length: 4 + below(random, 60) }, () => below(random, 256));
      for (const sps of [parseH264Sps(noise), parseH265Sps(noise)]) {
        if (sps !== null) assert.ok(sps.width > 0 && sps.width <= 16_384 && sps.height > 0 && sps.height <= 16_384);
      }
    }
  });

  it('writes the length of every set into avcC', () => {
    const nals = nalUnits(h264());
    const spsNal = nals.find((nal) => (nal[0]! & 31) === 7)!;
    const ppsNal = nals.find((nal) => (nal[0]! & 31) === 8)!;
    const config = Buffer.from(avcConfig(parseH264Sps(spsNal)!, [spsNal], [ppsNal]));
    assert.deepEqual(config.subarray(0, 6), Buffer.from([1, spsNal[1]!, spsNal[2]!, spsNal[3]!, 0xff, 0xe1]));
    assert.deepEqual(config.subarray(8, 8 + spsNal.length), spsNal);
    assert.deepEqual(config.subarray(11 + spsNal.length), ppsNal);
  });

  it('removes emulation prevention', () => {
    assert.deepEqual([...rbsp(Uint8Array.of(1, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3))], [1, 0, 0, 1, 0, 0, 0, 0]);
  });
});

describe('ADTS', () => {
  it('reads the chain and nothing else', () => {
    const stream = adts();
    const header = readAdts(stream, 0, stream.length, emptyAdts())!;
    assert.deepEqual([header.objectType, header.frequencyIndex, header.channels, header.headerBytes], [2, 8, 1, 7]);
    assert.ok(isAdtsChain(stream, 0, stream.length));
    assert.ok(!isAdtsChain(stream, 0, stream.length - 1));
    assert.ok(!isAdtsChain(stream, 1, stream.length));
  });

  for (const channels of [1, 2]) {
    it(`silence of ${channels} channels is silent`, () => {
      const raw = silentAac(channels)!;
      const size = raw.length + 7;
      const head = Buffer.from([0xff, 0xf1, 0x60, channels << 6, size >> 3, ((size & 7) << 5) | 0x1f, 0xfc]);
      const frame = Buffer.concat([head, raw]);
      const pcm = ffmpeg(
        ['-f', 'aac', '-i', '-', '-f', 's16le', '-'],
        Buffer.concat(Array.from({ length: 10 }, () => frame)),
      );
      assert.equal(pcm.length, 10 * 1024 * 2 * channels);
      assert.ok(pcm.every((byte) => byte === 0));
    });
  }
});
