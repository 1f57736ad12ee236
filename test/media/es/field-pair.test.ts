/** Interlaced H.264: two fields are one sample, whether they share a PES or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, sameNals, videoSamples } from '../camera.ts';
import { MAP_H264_PCMA, pack, pes, RtpWriter } from '../ps/writer.ts';

/** Bits of Exp-Golomb and fixed fields, most significant first. */
class Bits {
  #bits = '';
  u(value: number, count: number): this {
    this.#bits += value.toString(2).padStart(count, '0');
    return this;
  }
  ue(value: number): this {
    const code = (value + 1).toString(2);
    this.#bits += '0'.repeat(code.length - 1) + code;
    return this;
  }
  bytes(header: number, tail: string): Buffer {
    const bits = `${this.#bits}1`;
    const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
    const body = padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
    return Buffer.concat([Buffer.from([header, ...body]), Buffer.from(tail, 'hex')]);
  }
}

/** ISO/IEC 14496-10 7.3.2.1: Main, 64x64, four bits of frame_num, frame_mbs_only_flag 0. */
const SPS = new Bits()
  .u(77, 8)
  .u(0, 8)
  .u(30, 8)
  .ue(0)
  .ue(0)
  .ue(2)
  .ue(1)
  .u(0, 1)
  .ue(3)
  .ue(1)
  .u(0b0_1_1_0_0, 5)
  .bytes(0x67, '');
const PPS = Buffer.from('68cb83cb20', 'hex');

/** A slice of a field (`bottom` 0 or 1) or, with null, of a frame. */
function slice(type: number, frameNum: number, bottom: number | null, firstMb = 0): Buffer {
  const bits = new Bits().ue(firstMb).ue(7).ue(0).u(frameNum, 4);
  if (bottom === null) bits.u(0, 1);
  else bits.u(1, 1).u(bottom, 1);
  return bits.bytes(type, 'a5c3a5c3a5c3a5c3a5c3a5c3');
}

const START = Buffer.from([0, 0, 0, 1]);
const join = (nals: readonly Buffer[]) => Buffer.concat(nals.flatMap((nal) => [START, nal]));

/** Twenty frames: two slices a field, every third one a progressive frame. */
const frames = Array.from({ length: 20 }, (_, i) => {
  const type = i % 10 === 0 ? 0x65 : 0x41;
  const head = i % 10 === 0 ? [SPS, PPS] : [];
  if (i % 3 === 2) return { first: [...head, slice(type, i % 16, null)], second: [] };
  return {
    first: [...head, slice(type, i % 16, 0), slice(type, i % 16, 0, 8)],
    second: [slice(0x41, i % 16, 1), slice(0x41, i % 16, 1, 8)],
  };
});
const whole = frames.map(({ first, second }) => join([...first, ...second]));

for (const [name, write] of [
  ['in one PES', (i: number) => [pes(0xe0, whole[i]!, { pts: i * 3600 })]],
  [
    'in PES of their own',
    (i: number) =>
      [frames[i]!.first, frames[i]!.second]
        .filter((nals) => nals.length > 0)
        .map((nals) => pes(0xe0, join(nals), { pts: i * 3600 })),
  ],
] as const)
  test(`two fields ${name} are one sample; progressive frames beside them are their own`, () => {
    const writer = new RtpWriter();
    const sent = frames.flatMap((_, i) => {
      const parts = [pack(i * 3600), ...(i % 10 === 0 ? [MAP_H264_PCMA] : []), ...write(i)];
      return writer.write(Buffer.concat(parts), i * 3600).map((packet) => ({ packet, unit: i, nowMs: i * 40 }));
    });
    const got = run(sent);
    assert.deepEqual([got.inits[0]?.video?.width, got.inits[0]?.video?.height], [64, 64]);
    sameNals(videoSamples(got.fragments), whole);
    assert.deepEqual(
      got.fragments.map((f) => f.dts90k),
      whole.map((_, i) => i * 3600),
    );
    assert.deepEqual(got.findings, []);
  });
