import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wire } from '../../../src/simulator/footage/wire.ts';
import { rtp } from '../receive.ts';

const wireOf = (firstSequence = 7) =>
  new Wire({ ssrc: 1_200_000_001, firstSequence, payloadBytes: 1400, payloadType: 96 });

/** The packets of what is waiting. */
function taken(wire: Wire): Buffer[] {
  const piece = wire.take();
  const packets: Buffer[] = [];
  for (let at = 0; at < piece.length; at += 2 + piece.bytes.readUInt16BE(at))
    packets.push(Buffer.from(piece.bytes.subarray(at + 2, at + 2 + piece.bytes.readUInt16BE(at))));
  assert.equal(piece.packets, packets.length);
  wire.giveBack(piece);
  return packets;
}

test('a pack becomes packets, byte for byte', () => {
  const wire = wireOf(0xffff);
  assert.equal(wire.add(Buffer.from('000001ba', 'hex'), 2 ** 32 + 3600), true);
  assert.equal(wire.add(Buffer.alloc(1401, 0xab), 90_000), true);
  const piece = wire.take();
  assert.equal(piece.bytes.toString('hex', 0, 18), '001080e0ffff00000e1047868c01000001ba');
  assert.equal(piece.bytes.toString('hex', 18, 34), '05848060000000015f9047868c01abab');
  assert.equal(piece.length, 2 + 16 + 2 + 1412 + 2 + 13);
  assert.equal(piece.packets, 3);
  assert.equal(piece.bytes.toString('hex', piece.length - 15, piece.length), '000d80e0000100015f9047868c01ab');
});

test('memory that was given back is used again, and what is in flight is not written over', () => {
  const wire = wireOf();
  wire.add(Buffer.alloc(3000, 1), 0);
  const first = wire.take();
  wire.add(Buffer.alloc(3000, 2), 0);
  const second = wire.take();
  assert.notEqual(first.bytes, second.bytes);
  assert.ok(first.bytes.subarray(14, 1414).every((byte) => byte === 1));
  wire.giveBack(first);
  wire.take();
  wire.add(Buffer.alloc(10, 3), 0);
  assert.equal(wire.take().bytes, first.bytes);
});

test('what does not fit has to wait, what never fits gets a piece of its own', () => {
  const wire = wireOf();
  let packs = 0;
  while (wire.add(Buffer.alloc(10_000, packs), packs)) packs++;
  assert.ok(packs >= 10 && packs < 14, String(packs));
  const large = Buffer.alloc(500_000, 0xcd);
  assert.equal(wire.add(large, 5), false);
  assert.equal(taken(wire).length, packs * 8);
  assert.equal(wire.isEmpty, true);
  assert.equal(wire.add(large, 5), true);
  const packets = taken(wire).map(rtp);
  assert.ok(Buffer.concat(packets.map((packet) => packet.payload)).equals(large));
  assert.deepEqual(
    packets.flatMap((packet, index) => (packet.marker ? [index] : [])),
    [packets.length - 1],
  );
});
