import assert from 'node:assert/strict';
import { PcapngReader } from '../../src/inspect/read/pcapng.ts';
import { block, enhanced, interfaceBlock, section } from '../inspect/files.ts';
import { chunks, mutate, pick, prng } from './mutate.ts';

export const name = 'pcapng';

const SEEDS: readonly Buffer[] = [
  Buffer.concat([
    section(),
    interfaceBlock(1, [[9, Buffer.from([9])]]),
    interfaceBlock(101, [
      [9, Buffer.from([0x8a])],
      [14, Buffer.from('0a00000000000000', 'hex')],
    ]),
    block(0xbad, Buffer.from('something else')),
    enhanced(0, 1_700_000_000_000_000_000n, Buffer.from('a packet')),
    enhanced(1, 2048n, Buffer.from('another one')),
    block(3, Buffer.from('0600000073696d706c65', 'hex')),
    block(2, Buffer.from('01000000000000000004000003000000030000006f6c6400', 'hex')),
  ]),
  Buffer.concat([section(false), interfaceBlock(113, [], false), enhanced(0, 1_000_000n, Buffer.from('big'), false)]),
];

/** Damaged files, in pieces: nothing throws, no packet is longer than the file, and where it was cut does not show. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  let packets = 0;
  for (let i = 0; i < iterations; i += 1) {
    const original = pick(random, SEEDS);
    const bytes = random() < 0.1 ? original : mutate(original, random);
    try {
      const read = (pieces: readonly Uint8Array[]): string[] => {
        const seen: string[] = [];
        const reader = new PcapngReader({
          packet(epochMs, linkType, frame, wireBytes) {
            assert.ok(frame.length <= bytes.length && wireBytes >= frame.length);
            seen.push(`${epochMs} ${linkType} ${Buffer.from(frame).toString('hex')}`);
          },
        });
        for (const piece of pieces) {
          const fault = reader.push(piece);
          if (fault === null) continue;
          assert.ok(fault.offset <= bytes.length);
          return [...seen, `${fault.fault} at ${fault.offset}`];
        }
        return [...seen, `cut: ${reader.isCut}`];
      };
      const whole = read([bytes]);
      assert.deepEqual(read(chunks(bytes, random)), whole);
      packets += whole.length - 1;
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}: ${Buffer.from(bytes).toString('base64')}`, { cause: error });
    }
  }
  assert.ok(packets > iterations / 2, 'the mutants prove nothing');
}
