import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyTimeMark, timeMarksIn, writeTimeMark } from '../../../src/simulator/footage/time-mark.ts';

const CHANNEL = '34020000001310000001';
/** 2026-09-30T16:00:00.040Z. */
const AT = 1_790_784_000_040;

const LAYOUT: ['h264' | 'h265', string][] = [
  // nal_unit_type 6, payload type 5, 57 bytes: UUID, text; stop bit
  [
    'h264',
    `060539${Buffer.from('gbgate-footage-1').toString('hex')}${Buffer.from(`t=001790784000040;c=${CHANNEL};`).toString('hex')}80`,
  ],
  [
    'h265',
    `4e010539${Buffer.from('gbgate-footage-1').toString('hex')}${Buffer.from(`t=001790784000040;c=${CHANNEL};`).toString('hex')}80`,
  ],
];
for (const [codec, hex] of LAYOUT) {
  test(`the mark of ${codec}, byte for byte`, () => {
    const nal = emptyTimeMark(codec, 0);
    writeTimeMark(nal, nal.indexOf('gbgate-footage-1'), AT, CHANNEL);
    assert.equal(nal.toString('hex'), hex);
    assert.deepEqual(timeMarksIn(nal), [{ contentEpochMs: AT, channelId: CHANNEL }]);
  });
}

test('filler: sizes of 255 and more take several bytes, and nothing in it looks like a start code', () => {
  for (const [filler, sizes] of [
    [197, 'fe'],
    [198, 'ff00'],
    [453, 'ffff00'],
    [1000, 'ffffffff25'],
  ].map(([n, s]) => [Number(n), String(s)] as const)) {
    const nal = emptyTimeMark('h264', filler);
    assert.equal(nal.subarray(2, 2 + sizes.length / 2).toString('hex'), sizes, String(filler));
    const size = nal.subarray(2, 2 + sizes.length / 2).reduce((sum, byte) => sum + byte, 0);
    assert.equal(nal.length, 2 + sizes.length / 2 + size + 1);
    assert.equal(nal.at(-1), 0x80);
    assert.equal(nal.indexOf(Buffer.from([0, 0])), -1);
  }
});

test('marks come back from anywhere in a stream, in order, whatever stands between them', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 99_999_999_999_999 }),
          channel: fc.stringMatching(/^[0-9]{18,20}$/),
          before: fc.uint8Array({ maxLength: 40 }),
          filler: fc.integer({ min: 0, max: 600 }),
          codec: fc.constantFrom('h264' as const, 'h265' as const),
        }),
        { maxLength: 20 },
      ),
      (marks) => {
        const bytes = Buffer.concat(
          marks.flatMap(({ at, before, channel, codec, filler }) => {
            const nal = emptyTimeMark(codec, filler);
            writeTimeMark(nal, nal.indexOf('gbgate-footage-1'), at, channel);
            return [Buffer.from(before), nal];
          }),
        );
        const expected = marks.map(({ at, channel }) => ({ contentEpochMs: at, channelId: channel }));
        assert.deepEqual(timeMarksIn(bytes), expected);
      },
    ),
  );
});

test('a mark that is cut off at the end of the bytes is none', () => {
  const nal = emptyTimeMark('h264', 0);
  for (let length = 0; length < nal.length - 2; length++) assert.deepEqual(timeMarksIn(nal.subarray(0, length)), []);
});
