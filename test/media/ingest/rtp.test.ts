import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyRtpHeader, isRtcp, parseRtp, sequenceOf, ssrcOf, unwrap } from '../../../src/media/ingest/rtp.ts';

/** GB/T 28181-2022 annex C: marker, payload type 96, sequence 1, 3600 ticks, SSRC 0200000001. */
const FIXED = '80e0000100000e100bebc201';

const cases: readonly {
  readonly name: string;
  readonly hex: string;
  readonly expect: { readonly payload: string } | string;
}[] = [
  { name: 'plain', hex: `${FIXED}000001ba`, expect: { payload: '000001ba' } },
  { name: 'no payload (RTP-13)', hex: FIXED, expect: { payload: '' } },
  { name: 'two CSRC (RTP-13)', hex: `82${FIXED.slice(2)}1111111122222222aabb`, expect: { payload: 'aabb' } },
  {
    name: 'extension of one word (RTP-13)',
    hex: `90${FIXED.slice(2)}bede000111223344aabb`,
    expect: { payload: 'aabb' },
  },
  { name: 'extension of no word', hex: `90${FIXED.slice(2)}bede0000aabb`, expect: { payload: 'aabb' } },
  { name: 'padding (RTP-13)', hex: `a0${FIXED.slice(2)}aabb00000003`, expect: { payload: 'aabb00' } },
  { name: 'padding only', hex: `a0${FIXED.slice(2)}000003`, expect: { payload: '' } },
  { name: 'padding of 0 cuts nothing', hex: `a0${FIXED.slice(2)}aabb00`, expect: { payload: 'aabb00' } },
  {
    name: 'CSRC, extension and padding together',
    hex: `b1${FIXED.slice(2)}11111111bede000111223344aabb0002`,
    expect: { payload: 'aabb' },
  },
  { name: '11 bytes', hex: FIXED.slice(0, 22), expect: 'short' },
  { name: 'nothing', hex: '', expect: 'short' },
  { name: 'version 1', hex: `40${FIXED.slice(2)}`, expect: 'version' },
  { name: 'sender report', hex: `80c8${FIXED.slice(4)}`, expect: 'rtcp' },
  { name: 'last RTCP type', hex: `80cf${FIXED.slice(4)}`, expect: 'rtcp' },
  { name: 'CSRC past the end', hex: `81${FIXED.slice(2)}112233`, expect: 'csrc' },
  { name: 'extension header past the end', hex: `90${FIXED.slice(2)}bede00`, expect: 'extension' },
  { name: 'extension past the end', hex: `90${FIXED.slice(2)}bede000211223344`, expect: 'extension' },
  { name: 'padding past the start', hex: `a0${FIXED.slice(2)}aabb04`, expect: 'padding' },
  { name: 'padding in an empty packet', hex: `a0${FIXED.slice(2)}`, expect: 'padding' },
];

for (const { name, hex, expect } of cases) {
  test(`RTP header: ${name}`, () => {
    const packet = Buffer.from(hex, 'hex');
    const header = emptyRtpHeader();
    const fault = parseRtp(packet, header);
    if (typeof expect === 'string') {
      assert.equal(fault, expect);
      return;
    }
    assert.equal(fault, null);
    assert.equal(header.marker, true);
    assert.equal(header.payloadType, 96);
    assert.equal(header.sequence, 1);
    assert.equal(header.timestamp, 3600);
    assert.equal(header.ssrc, 200000001);
    assert.equal(packet.subarray(header.payloadStart, header.payloadEnd).toString('hex'), expect.payload);
  });
}

test('RTP header: all bits set are unsigned', () => {
  const header = emptyRtpHeader();
  assert.equal(parseRtp(Buffer.from('807fffffffffffffffffffff', 'hex'), header), null);
  assert.deepEqual(
    [header.marker, header.payloadType, header.sequence, header.timestamp, header.ssrc],
    [false, 127, 65535, 4294967295, 4294967295],
  );
});

test('single fields are read without a parse', () => {
  const packet = Buffer.from(FIXED, 'hex');
  assert.equal(ssrcOf(packet), 200000001);
  assert.equal(sequenceOf(packet), 1);
  assert.equal(isRtcp(packet), false);
  assert.equal(isRtcp(Buffer.from('80c8', 'hex')), true);
  assert.equal(isRtcp(Buffer.from('80c7', 'hex')), false);
  assert.equal(isRtcp(Buffer.from('80d0', 'hex')), false);
  assert.equal(isRtcp(Buffer.from('40c8', 'hex')), false);
  assert.equal(isRtcp(Buffer.from('80', 'hex')), false);
});

test('counters are carried over their wrap in both directions', () => {
  assert.equal(unwrap(65535, 0, 0x10000), 65536);
  assert.equal(unwrap(65536, 65535, 0x10000), 65535);
  assert.equal(unwrap(10 * 65536 + 5, 3, 0x10000), 10 * 65536 + 3);
  assert.equal(unwrap(0, 65535, 0x10000), -1);
  assert.equal(unwrap(2 ** 32 - 1, 5, 2 ** 32), 2 ** 32 + 5);
  assert.equal(unwrap(7 * 2 ** 33 + 100, 2 ** 33 - 100, 2 ** 33), 7 * 2 ** 33 - 100);
});
