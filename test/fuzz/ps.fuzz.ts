/** The media path under mutated program streams: nothing throws, nothing grows, time never goes back. */
import assert from 'node:assert/strict';
import { MAX_FRAME_BYTES } from '../../src/media/es/nal-buffer.ts';
import { Feed } from '../../src/media/feed.ts';
import { camera } from '../media/camera.ts';
import { map, mpeg1Pack, pack, pes, SYSTEM_HEADER, videoPes } from '../media/ps/writer.ts';
import { below, chunks, mutate, prng } from './mutate.ts';

export const name = 'ps';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Parameter sets and slices small enough to be hit by most mutations; x264 64x64 Baseline and x265 64x64 Main. */
const H264_KEY = hex(
  '0000000109F0 00000001 6742C00A D9045A1000000300 1000000303 20F1 2248 00000001 68CB83CB20 000001 658884 0AF2628A0007F0',
);
const H264_FRAME = hex('0000000109F0 000001 419A38 1BFF00FE');
const H265_KEY = hex(
  '00000001 40010C01FFFF01600000030090000003000003001E95940900000001420101016000000300900000030000' +
    '03001EA0208105965654A4C2F0168080000003008000000C8400000001 4401C073C089 000001 2801AC76A14D91CDB98A5FB4D5',
);

function seeds(): Buffer[] {
  const codes = Buffer.from(Array.from({ length: 320 }, (_, i) => (i * 37) & 0xff));
  const adts = hex('FFF1 6C40 01FF FC 00C80080238000 00');
  const stream = (key: Buffer, frame: Buffer, type: number, sound: Buffer, soundType: number) =>
    Buffer.concat(
      Array.from({ length: 6 }, (_, i) =>
        Buffer.concat([
          i === 3 ? mpeg1Pack() : pack(i * 3600, i),
          ...(i % 3 === 0 ? [SYSTEM_HEADER, map([type, 0xe0], [soundType, 0xc0])] : []),
          i === 2
            ? pes(0xe0, frame, { pts: i * 3600, length: 0 })
            : videoPes(i % 3 === 0 ? key : frame, { pts: i * 3600 }, 40),
          pes(0xbd, hex('0102030405')),
          pes(0xc0, sound, { pts: i * 3600 }),
        ]),
      ),
    );
  return [
    stream(H264_KEY, H264_FRAME, 0x1b, codes, 0x90),
    stream(H264_KEY, H264_FRAME, 0x1b, adts, 0x0f),
    stream(H265_KEY, hex('000001 0201D00C'), 0x24, codes, 0x91),
  ];
}

const SEEDS = seeds();
const packets = camera({ units: [H264_KEY, ...Array.from({ length: 9 }, () => H264_FRAME)] }).map((s) => s.packet);

/** One feed lives through many inputs, as a camera that goes mad would have it. */
const INPUTS_PER_FEED = 50;

export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  let feed = new Feed({ reorder: null });
  let lastDts = -1;
  let nowMs = 0;
  let sequence = 0;
  for (let i = 0; i < iterations; i += 1) {
    if (i % INPUTS_PER_FEED === 0) {
      feed = new Feed({ reorder: i % (2 * INPUTS_PER_FEED) === 0 ? null : { holdMs: 100, maxPackets: 64 } });
      lastDts = -1;
    }
    const where = `seed ${seed}, iteration ${i}`;
    try {
      const stream = mutate(SEEDS[below(random, SEEDS.length)]!, random);
      for (const payload of chunks(stream, random)) {
        const head = Buffer.from(packets[0]!.subarray(0, 12));
        sequence += random() < 0.02 ? 2 : 1;
        head.writeUInt16BE(sequence & 0xffff, 2);
        head.writeUInt32BE((i * 3600) >>> 0, 4);
        head[1] = random() < 0.3 ? 0xe0 : 0x60;
        nowMs += 1;
        const events = [...feed.packet(Buffer.concat([head, payload]), true, nowMs), ...feed.poll(nowMs)];
        for (const event of events) {
          if (event.type !== 'fragment') continue;
          const { fragment } = event;
          assert.ok(fragment.bytes.length < MAX_FRAME_BYTES + 4 * 1024 * 1024);
          for (const sample of fragment.samples) {
            assert.ok(Number.isSafeInteger(sample.dts) && sample.dts >= 0, `dts ${sample.dts}`);
            assert.ok(sample.compositionOffset >= 0 && sample.duration > 0 && sample.data.length > 0);
          }
          const first = fragment.samples[0]!;
          if (first.track !== 'video') continue;
          assert.ok(first.dts > lastDts, `dts ${first.dts} after ${lastDts}`);
          lastDts = first.dts;
        }
      }
      if (random() < 0.05) feed.reset(nowMs);
      if (i % INPUTS_PER_FEED === INPUTS_PER_FEED - 1) feed.end(nowMs);
    } catch (cause) {
      throw new Error(where, { cause });
    }
  }
}
