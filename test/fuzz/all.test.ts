import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFuzzers } from './fuzzers.ts';

/** A tenth of `npm run fuzz`, always the same inputs: a new failure here comes from a change of the code. */
const ITERATIONS = 10_000;
const SEED = 0x28181;
/** A whole capture is inspected for each of these, with up to seven messages of the parsers above in it. */
const FEWER: Readonly<Record<string, number>> = { pcap: 2_000 };

const fuzzers = await allFuzzers();

for (const { name, run } of fuzzers) {
  const iterations = FEWER[name] ?? ITERATIONS;
  test(`fuzz ${name}: ${iterations} inputs, seed ${SEED}`, () => run(iterations, SEED));
}

test('every parser of wire data has its fuzzer, with a name of its own', () => {
  const names = fuzzers.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const parsers = [
    'sip-datagram',
    'sip-stream',
    'sdp',
    'xml',
    'rtp',
    'rtcp',
    'rfc4571',
    'ps',
    'payload',
    'pcap',
    'pcapng',
    'rtpdump',
  ];
  assert.deepEqual(
    parsers.filter((parser) => !names.some((name) => name.startsWith(parser))),
    [],
  );
});
