import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSsrc, parseSsrc, SsrcPool, sameSsrc } from '../../src/sip/ssrc.ts';

test('SSRC-9: texts and numbers', () => {
  assert.equal(formatSsrc(0x0bebc201), '0200000001');
  assert.equal(formatSsrc(0x05f5e101), '0100000001');
  assert.equal(formatSsrc(0x47868c01), '1200000001');
  for (const [text, value] of [
    ['0200000001', 200_000_001],
    [' 100000001', 100_000_001],
    ['4294967295', 4_294_967_295],
    ['4294967296', null],
    ['001', null],
    ['0000000000', null],
    ['11:b', null],
    ['null', null],
    ['', null],
    [null, null],
  ] as const) {
    assert.equal(parseSsrc(text), value, String(text));
  }
});

test('confused firmware: hex reading and swapped bytes (SSRC-10)', () => {
  assert.ok(sameSsrc(200_000_001, 200_000_001));
  assert.ok(sameSsrc(200_000_001, 0x200000001 >>> 0) === false);
  assert.ok(sameSsrc(20_000_001, 0x20000001));
  assert.ok(sameSsrc(0x0bebc201, 0x01c2eb0b));
  assert.ok(!sameSsrc(200_000_001, 200_000_002));
});

test('SSRC-8, SSRC-11, SSRC-12: numbers carry the kind and the domain, and are not reused at once', () => {
  const pool = new SsrcPool('34020000002000000001');
  const first = pool.allocate('live');
  assert.equal(formatSsrc(first!), '0200000001');
  assert.equal(formatSsrc(pool.allocate('history')!), '1200000001');
  pool.release(first!);
  const seen = new Set<number>();
  for (let i = 0; i < 9998; i += 1) seen.add(pool.allocate('live')!);
  assert.equal(seen.size, 9998);
  assert.ok(!seen.has(first!));
  assert.equal(pool.allocate('live'), first);
  assert.equal(pool.allocate('live'), null);
  assert.equal(pool.used, 10_000);
  for (const ssrc of seen) pool.release(ssrc);
  pool.release(first!);
  pool.release(first!);
  assert.equal(pool.used, 1);
});

test('SSRC-8: a restarted gateway begins elsewhere', () => {
  assert.notEqual(
    new SsrcPool('34020000002000000001', 0.5).allocate('live'),
    new SsrcPool('34020000002000000001', 0).allocate('live'),
  );
});
