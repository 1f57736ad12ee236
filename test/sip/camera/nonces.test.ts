import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_USED_NONCES, NONCE_LIFE_MS, Nonces } from '../../../src/sip/camera/nonces.ts';

const HOST = '192.0.2.1';

function make() {
  let n = 0;
  return new Nonces(Buffer.from('key'), () => (n++).toString(16).padStart(8, '0'));
}

test('a nonce is good for the address that asked, for its life', () => {
  const nonces = make();
  const nonce = nonces.issue(HOST, 1000);
  assert.match(nonce, /^[0-9a-f]{40}$/);
  assert.equal(nonces.check(nonce, undefined, HOST, 1000), 'good');
  assert.equal(nonces.check(nonce, undefined, '192.0.2.2', 1000), 'foreign');
  assert.equal(nonces.check(nonce, undefined, HOST, 1000 + NONCE_LIFE_MS), 'good');
  assert.equal(nonces.check(nonce, undefined, HOST, 1001 + NONCE_LIFE_MS), 'stale');
  assert.equal(nonces.size, 0);
});

test('nonces of others are foreign', () => {
  const nonce = make().issue(HOST, 0);
  assert.equal(new Nonces(Buffer.from('other'), () => '0').check(nonce, undefined, HOST, 0), 'foreign');
  for (const bad of ['', 'x', nonce.slice(1), `${nonce}0`, nonce.toUpperCase().replace(/\d/g, 'A')]) {
    assert.equal(make().check(bad, undefined, HOST, 0), 'foreign', bad);
  }
});

test('counts must rise; without a count a nonce is good once', () => {
  const nonces = make();
  const counted = nonces.issue(HOST, 0);
  nonces.use(counted, '0000000a', 0);
  assert.equal(nonces.check(counted, '0000000A', HOST, 0), 'stale');
  assert.equal(nonces.check(counted, '00000009', HOST, 0), 'stale');
  assert.equal(nonces.check(counted, '0000000b', HOST, 0), 'good');
  assert.equal(nonces.check(counted, 'zz', HOST, 0), 'stale');
  assert.equal(nonces.check(counted, undefined, HOST, 0), 'good');
  nonces.use(counted, undefined, 0);
  assert.equal(nonces.check(counted, 'ffffffff', HOST, 0), 'stale');
});

test('what is remembered is bounded, and what was forgotten is not good again', () => {
  const nonces = make();
  const first = nonces.issue(HOST, 5);
  nonces.use(first, undefined, 5);
  for (let i = 0; i < MAX_USED_NONCES; i += 1) nonces.use(nonces.issue(HOST, 10 + i / 1000), undefined, 200);
  assert.equal(nonces.size, MAX_USED_NONCES);
  assert.equal(nonces.check(first, undefined, HOST, 200), 'stale');
  nonces.use(nonces.issue(HOST, NONCE_LIFE_MS + 1000), undefined, NONCE_LIFE_MS + 1000);
  assert.equal(nonces.size, 1);
});
