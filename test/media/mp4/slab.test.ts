import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Slab } from '../../../src/media/mp4/slab.ts';

describe('memory for fragments', () => {
  it('shares one buffer between many small pieces that never overlap', () => {
    const slab = new Slab(true);
    const pieces = Array.from({ length: 200 }, (_, i) => slab.take(10_000).fill(i));
    assert.ok(new Set(pieces.map((piece) => piece.buffer)).size <= 9);
    for (const [i, piece] of pieces.entries()) assert.ok(piece.length === 10_000 && piece.every((byte) => byte === i));
  });

  it('gives large pieces, and every piece that is to be transferred, a buffer of its own', () => {
    const shared = new Slab(true);
    const small = shared.take(100);
    const large = shared.take(1_000_000);
    assert.notEqual(large.buffer, small.buffer);
    assert.equal(large.buffer.byteLength, 1_000_000);
    assert.equal(shared.take(100).buffer, small.buffer);
    const own = new Slab(false);
    assert.notEqual(own.take(100).buffer, own.take(100).buffer);
  });
});
