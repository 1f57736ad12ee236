/** The rooms of a download: stretches of time, numbers of sound, the end of a file in what comes again. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FlacEncoder, maxFrameBytes } from '../../src/media/es/flac.ts';
import { afterCall, codeOf, PAUSES_MS } from '../../src/record/download-end.ts';
import { renumbered } from '../../src/record/flac-number.ts';
import { Overlap } from '../../src/record/overlap.ts';
import { JOINT_MS, lengthOf, missingIn, within } from '../../src/record/spans.ts';

const span = (startEpochMs: number, endEpochMs: number) => ({ startEpochMs, endEpochMs });

describe('spans', () => {
  test('are clipped, put in order, and joined where they meet or overlap', () => {
    const spans = [span(50_000, 90_000), span(-5000, 10_000), span(11_500, 20_000), span(15_000, 18_000), span(7, 3)];
    assert.deepEqual(within(spans, span(0, 60_000)), [span(0, 20_000), span(50_000, 60_000)]);
    assert.deepEqual(within([span(0, 1000)], span(2000, 3000)), []);
  });

  test('what is missing is named to the second; a joint is no gap', () => {
    assert.deepEqual(missingIn(span(0, 60_000), [span(400, 20_040), span(22_040, 30_000), span(40_200, 59_000)]), [
      span(30_000, 40_000),
    ]);
    assert.deepEqual(missingIn(span(0, 60_000), []), [span(0, 60_000)]);
    assert.equal(JOINT_MS, 2000);
  });

  test('what is there and what is missing make the range, but for joints', () => {
    const times = fc.array(fc.tuple(fc.integer({ min: -50, max: 150 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(times, (pairs) => {
        const range = span(0, 100_000);
        const there = within(
          pairs.map(([from, length]) => span(from * 1000, (from + length) * 1000)),
          range,
        );
        const missing = missingIn(range, there);
        const all = within([...there, ...missing], range);
        const edges = lengthOf([range]) - lengthOf(all);
        return edges <= 2 * JOINT_MS && missing.every((one) => one.endEpochMs - one.startEpochMs > JOINT_MS);
      }),
    );
  });
});

test('a FLAC frame with another number is what the encoder makes with that number', () => {
  const codes = Uint8Array.from({ length: 320 }, (_, i) => (i * 37) % 256);
  for (const rate of [8000, 16_000, 44_100]) {
    const encoder = new FlacEncoder('pcma', rate);
    const at = (position: number) => {
      const out = new Uint8Array(maxFrameBytes(codes.length));
      return out.slice(0, encoder.encode(codes, 0, codes.length, position, out, 0));
    };
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.nat(31), (from, to, more) =>
        Buffer.from(renumbered(at(from), to * (more + 1))).equals(at(to * (more + 1))),
      ),
      { numRuns: 60 },
    );
  }
  for (const other of [Buffer.from([0xff, 0xf1, 0x50]), Buffer.from([0xff, 0xf9, 0x74, 8, 0xff]), Buffer.alloc(0)])
    assert.equal(renumbered(other, 7), other, 'bytes of something else stay');
});

describe('the end of a file in what comes again', () => {
  // pictures by letters, their hashes by the letters' numbers; K is a key frame
  const hashes = (pictures: string) => [...pictures].map((one) => one.charCodeAt(0));
  const [key] = hashes('K');
  const tail = hashes('KabcKdef');

  test('is found from a key frame on, from one in the middle on, and where the tail begins behind', () => {
    for (const [coming, at] of [
      ['KabcKdefK', 7],
      ['KdefKghi', 3],
      ['xyzKabcKdefK', 10],
    ] as const) {
      const overlap = new Overlap(tail);
      const isLast = (one: number) => overlap.isLast(one, one === key);
      assert.equal(hashes(coming).findIndex(isLast), at, coming);
    }
  });

  test('is not taken for pictures that only look like it', () => {
    const overlap = new Overlap(tail);
    // two pictures in a row without a key frame are no proof, nor is one that differs in the middle
    assert.ok(!hashes('xefKdxf').some((one) => overlap.isLast(one, one === key)));
    assert.ok(hashes('Kdef').some((one) => overlap.isLast(one, one === key)));
    assert.ok(!new Overlap([]).isLast(key!, true));
  });
});

describe('behind a call', () => {
  const o = { isAtEnd: false, isNew: false, tries: 1 };
  test('a device that answers and has no more is asked twice, one that is cut off with growing pauses', () => {
    assert.deepEqual(afterCall({ why: 'bye', detail: '' }, o), { next: 'again', pauseMs: PAUSES_MS[0] });
    assert.deepEqual(afterCall({ why: 'bye', detail: '' }, { ...o, tries: 2 }), { next: 'done' });
    for (const [i, pauseMs] of PAUSES_MS.entries())
      assert.deepEqual(afterCall({ why: 'closed', detail: '' }, { ...o, tries: i + 1 }), { next: 'again', pauseMs });
    assert.deepEqual(afterCall({ why: 'closed', detail: '' }, { ...o, tries: PAUSES_MS.length + 1 }), { next: 'fail' });
    assert.deepEqual(afterCall({ why: 'closed', detail: '' }, { ...o, isNew: true }), { next: 'again', pauseMs: 0 });
  });

  test('errors have the codes of the API', () => {
    const codes = (['offline', 'timeout', 'rejected', 'busy', 'idle'] as const).map((why) =>
      codeOf({ why, detail: '' }),
    );
    assert.deepEqual(codes, ['device_offline', 'invite_timeout', 'invite_rejected', 'device_busy', 'no_media']);
  });
});
