import { readFileSync } from 'node:fs';
import { buildOffer, parseSdp } from '../../src/sip/sdp.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'sdp';

const offer = { channelId: '1', platformId: '2', host: '192.0.2.1', port: 30000, ssrc: 200_000_001, streamNumber: 1 };
const seeds = [
  ...['answer-udp-s3.sdp', 'answer-tcp-active-s3.sdp', 'offer-udp-s3.sdp'].map((file) =>
    readFileSync(new URL(`../fixtures/sip/sdp/${file}`, import.meta.url)),
  ),
  Buffer.from(buildOffer({ ...offer, transport: 'tcp-passive', name: 'Download', downloadSpeed: 4 })),
];

/** A description that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** Descriptions changed at random: whatever is read has values in their ranges. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const text = Buffer.from(mutate(pick(random, seeds), random)).toString('utf8');
    const startMs = cpuMs();
    const sdp = parseSdp(text);
    for (const media of sdp.media) {
      if (!Number.isInteger(media.port) || media.port < 0 || media.port > 65_535)
        throw new Error(`port at iteration ${i}`);
    }
    if (sdp.ssrc !== null && !(sdp.ssrc > 0 && sdp.ssrc <= 0xffff_ffff)) throw new Error(`SSRC at iteration ${i}`);
    if (sdp.selected !== null && sdp.selected.port === 0) throw new Error(`selected port at iteration ${i}`);
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
