/** The media path under mutated elementary and transport streams in RTP: nothing throws, time never goes back. */
import assert from 'node:assert/strict';
import { Feed } from '../../src/media/feed.ts';
import { esPackets, rtp, TsWriter } from '../media/payload/rtp-writer.ts';
import { below, mutate, pick, prng } from './mutate.ts';

export const name = 'payload';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** x264 64x64 Baseline and x265 64x64 Main: parameter sets and the start of a slice. */
const H264 = hex(
  '0000000109F0 00000001 6742C00A D9045A1000000300 1000000303 20F1 2248 00000001 68CB83CB20 000001 658884 0AF2628A0007F0',
);
const H265 = hex(
  '00000001 40010C01FFFF01600000030090000003000003001E95940900000001420101016000000300900000030000' +
    '03001EA0208105965654A4C2F0168080000003008000000C8400000001 4401C073C089 000001 2801AC76A14D91CDB98A5FB4D5',
);
const CODES = Buffer.from(Array.from({ length: 160 }, (_, i) => (i * 37) & 0xff));

function seeds(): Buffer[][] {
  const ts = new TsWriter(0x1b, 0x90);
  return [
    esPackets('h264', H264, { size: 12 }).map(({ payload }) => payload),
    esPackets('h264', H264, { bundle: true }).map(({ payload }) => payload),
    esPackets('h265', H265, { size: 12 }).map(({ payload }) => payload),
    [H264],
    [
      Buffer.concat([ts.tables(), ts.video(H264, 3600)]),
      Buffer.concat([ts.video(H264, 7200, true), ts.audio(CODES, 7200)]),
    ],
    [CODES],
  ];
}

const INPUTS_PER_FEED = 40;

export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  const all = seeds();
  let feed = new Feed({ reorder: null });
  let stream = all[0]!;
  let payloadType = 98;
  let lastDts = -1;
  let sequence = 0;
  let timestamp = 0;
  let nowMs = 0;
  let frames = 0;
  for (let i = 0; i < iterations; i += 1) {
    if (i % INPUTS_PER_FEED === 0) {
      feed = new Feed({ reorder: random() < 0.5 ? null : { holdMs: 100, maxPackets: 64 } });
      stream = pick(random, all);
      payloadType = stream[0] === CODES ? pick(random, [0, 8]) : 98;
      lastDts = -1;
    }
    try {
      if (random() < 0.6) timestamp += 3600;
      for (const [n, part] of stream.entries()) {
        const payload = random() < 0.7 ? part : Buffer.from(mutate(part, random));
        sequence += random() < 0.02 ? 2 : 1;
        nowMs += 1;
        const packet = rtp(payloadType, sequence, timestamp, {
          payload,
          marker: n === stream.length - 1 && random() < 0.9,
        });
        for (const event of [...feed.packet(packet, true, nowMs), ...feed.poll(nowMs)]) {
          if (event.type !== 'fragment') continue;
          const [first] = event.fragment.samples;
          frames += 1;
          if (first!.track !== 'video') continue;
          assert.ok(first!.dts > lastDts, `dts ${first!.dts} after ${lastDts}`);
          lastDts = first!.dts;
        }
      }
      if (random() < 0.02) feed.reset(nowMs);
      if (i % INPUTS_PER_FEED === INPUTS_PER_FEED - 1) feed.end(nowMs);
      if (below(random, 100) === 0) timestamp = (timestamp + 2 ** 31) % 2 ** 32;
    } catch (cause) {
      throw new Error(`seed ${seed}, iteration ${i}`, { cause });
    }
  }
  assert.ok(frames > iterations / 20, `only ${frames} fragments of ${iterations} inputs: the fuzz proves nothing`);
}
