import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunks, MAX_MUTANT_BYTES, mutate, prng } from './mutate.ts';

test('a seed is never written to, not even a Buffer; a run is repeated by its seed', () => {
  const seed = Buffer.from('REGISTER sip:1@2 SIP/2.0\r\nContent-Length: 10\r\n'.repeat(4));
  const before = Buffer.from(seed);
  const [random, same] = [prng(5), prng(5)];
  let changed = 0;
  for (let i = 0; i < 5000; i += 1) {
    const mutant = mutate(seed, random);
    assert.deepEqual(seed, before);
    assert.deepEqual(mutate(seed, same), mutant);
    assert.ok(mutant.length <= MAX_MUTANT_BYTES);
    if (!seed.equals(mutant)) changed += 1;
  }
  assert.ok(changed > 4500, `${changed} of 5000 changed`);
  assert.ok(Buffer.concat(chunks(seed, random)).equals(seed));
});
