import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFuzzers } from './fuzzers.ts';

/** A tenth of `npm run fuzz`, always the same inputs: a new failure here comes from a change of the code. */
const ITERATIONS = 10_000;
const SEED = 0x28181;

const fuzzers = await allFuzzers();

for (const { name, run } of fuzzers) {
  test(`fuzz ${name}: ${ITERATIONS} inputs, seed ${SEED}`, () => run(ITERATIONS, SEED));
}

test('every fuzzer has its own name', () => {
  assert.equal(new Set(fuzzers.map(({ name }) => name)).size, fuzzers.length);
});
