import assert from 'node:assert/strict';
import { Deframer, MAX_SKIPPED_BYTES } from '../../src/media/ingest/rfc4571.ts';
import { below, chunks, mutate, pick, prng } from './mutate.ts';

export const name = 'rfc4571';

/** A stream of a few packets in one of the two framings. */
function stream(random: () => number): { readonly bytes: Buffer; readonly packets: readonly string[] } {
  const interleaved = random() < 0.3;
  const parts: Buffer[] = [];
  const packets: string[] = [];
  const ssrc = pick(random, [200000001, 0, 0x80808080]);
  for (let n = 2 + below(random, 6); n > 0; n -= 1) {
    const packet = Buffer.alloc(12 + below(random, pick(random, [4, 200, 1400])), below(random, 256));
    packet.writeUInt16BE(0x8060, 0);
    packet.writeUInt16BE(below(random, 0x10000), 2);
    packet.writeUInt32BE(ssrc, 8);
    const head = interleaved ? [0x24, 0] : [];
    parts.push(Buffer.from([...head, packet.length >> 8, packet.length & 0xff]), packet);
    packets.push(packet.toString('hex'));
  }
  return { bytes: Buffer.concat(parts), packets };
}

/**
 * Whole streams cut anywhere come out whole; mutated streams never throw, never hang, never make bytes up, and the
 * deframer takes a clean stream up again after them.
 */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  const shared = Buffer.alloc(256 * 1024);
  let recovered = 0;
  for (let i = 0; i < iterations; i += 1) {
    const { bytes, packets } = stream(random);
    const out: string[] = [];
    let outBytes = 0;
    const deframer = new Deframer((packet) => {
      outBytes += packet.length;
      if (out.length < 64) out.push(Buffer.from(packet).toString('hex'));
    });
    const feed = (input: Uint8Array) => {
      for (const chunk of chunks(input, random)) {
        shared.set(chunk);
        const alive = deframer.push(shared.subarray(0, chunk.length));
        assert.ok(alive || deframer.counts.skippedBytes > MAX_SKIPPED_BYTES);
        shared.fill(0xa5, 0, chunk.length);
      }
    };
    if (i % 4 === 0) {
      feed(bytes);
      assert.deepEqual(out, packets, `seed ${seed}, iteration ${i}: a clean stream`);
      continue;
    }
    const mutant = mutate(bytes, random);
    feed(mutant);
    assert.ok(outBytes + deframer.counts.skippedBytes <= mutant.length);
    // Another sender's packets follow: at most one frame of 64 KiB may swallow some of them.
    const before = deframer.counts.packets;
    const clean = Buffer.alloc(700, 0x11);
    clean.writeUInt16BE(0x8060, 0);
    clean.writeUInt32BE(200000001, 8);
    const framed = Buffer.concat([Buffer.from([clean.length >> 8, clean.length & 0xff]), clean]);
    if (i % 16 === 1) {
      for (let n = 0; n < 200; n += 1) deframer.push(framed);
      if (deframer.framing === 'rfc4571' && deframer.counts.packets >= before + 50) recovered += 1;
    }
  }
  assert.ok(recovered >= iterations / 64, `only ${recovered} mutated streams of ${iterations} were taken up again`);
}
