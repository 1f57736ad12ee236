import assert from 'node:assert/strict';
import { PsFileReader } from '../../src/inspect/read/ps-file.ts';
import { RtpdumpReader } from '../../src/inspect/read/rtpdump.ts';
import { chunks, mutate, pick, prng } from './mutate.ts';

export const name = 'rtpdump';

const record = (ms: number, bytes: string) => {
  const out = Buffer.alloc(8 + bytes.length);
  out.writeUInt16BE(out.length, 0);
  out.writeUInt16BE(bytes.length, 2);
  out.writeUInt32BE(ms, 4);
  out.write(bytes, 8, 'latin1');
  return out;
};
const DUMP = Buffer.concat([
  Buffer.from('#!rtpplay1.0 192.0.2.7/30000\n'),
  Buffer.alloc(16),
  record(0, 'first'),
  record(40, ''),
  record(80, 'third packet'),
]);
const PACK = Buffer.from('000001ba44000400040100000bf8', 'hex');
const VIDEO = Buffer.from('000001e0000d8080052100010001aabbccddee', 'hex');
const STREAM = Buffer.concat([PACK, VIDEO, PACK, Buffer.alloc(2000, 7), PACK, VIDEO, VIDEO]);

/** Damaged dumps and program streams, in pieces: nothing throws, and where they were cut does not show. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  let heard = 0;
  for (let i = 0; i < iterations; i += 1) {
    const read = pick(random, [readDump, readStream]);
    const original = read === readDump ? DUMP : STREAM;
    const bytes = random() < 0.1 ? original : mutate(original, random);
    try {
      const whole = read([bytes]);
      assert.deepEqual(read(chunks(bytes, random)), whole);
      heard += whole.length;
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}: ${Buffer.from(bytes).toString('base64')}`, { cause: error });
    }
  }
  assert.ok(heard > iterations, 'the mutants prove nothing');
}

function readDump(pieces: readonly Uint8Array[]): string[] {
  const seen: string[] = [];
  const reader = new RtpdumpReader({
    begin: (host, port) => seen.push(`${host} ${port}`),
    packet: (epochMs, bytes, wireBytes) => {
      assert.ok(wireBytes >= bytes.length);
      seen.push(`${epochMs} ${Buffer.from(bytes).toString('hex')}`);
    },
  });
  for (const piece of pieces) {
    const fault = reader.push(piece);
    if (fault !== null) return [...seen, fault.fault];
  }
  return seen;
}

/** The payload of the packets is the stream, whatever is in it. */
function readStream(pieces: readonly Uint8Array[]): string[] {
  const seen: string[] = [];
  const payload: Buffer[] = [];
  let lastMs = 0;
  const reader = new PsFileReader((packet, nowMs) => {
    assert.ok(nowMs >= lastMs);
    lastMs = nowMs;
    payload.push(packet.subarray(12));
    seen.push(packet.toString('hex'));
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  assert.ok(Buffer.concat(payload).equals(Buffer.concat(pieces)));
  return seen;
}
