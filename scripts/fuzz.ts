/**
 * `npm run fuzz`: at least 100,000 mutated inputs for every parser, from a new seed each time. The seed is printed; a failure is
 * repeated by `npm run fuzz -- --seed N` and narrowed by `--only NAME` and `--iterations N`.
 */
import { parseArgs } from 'node:util';
import { allFuzzers } from '../test/fuzz/fuzzers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    iterations: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 0x1_0000_0000));
const iterations = Number(values.iterations);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(iterations) || iterations < 1) {
  console.error('--seed and --iterations are whole numbers');
  process.exit(2);
}

const fuzzers = (await allFuzzers()).filter(({ name }) => values.only === undefined || name === values.only);
if (fuzzers.length === 0) {
  console.error(`no fuzzer is called ${values.only}`);
  process.exit(2);
}
console.log(`seed ${seed}, ${iterations.toLocaleString('en')} inputs each`);
let failures = 0;
for (const { name, run } of fuzzers) {
  const startedMs = performance.now();
  try {
    await run(iterations, seed);
    console.log(`ok    ${name}  ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  } catch (error) {
    failures++;
    console.error(`FAIL  ${name}  --seed ${seed}`);
    console.error(error);
  }
}
process.exitCode = failures > 0 ? 1 : 0;
