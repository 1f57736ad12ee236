import assert from 'node:assert/strict';
import { PeerLock } from '../../src/media/ingest/peer.ts';
import { Reorder } from '../../src/media/ingest/reorder.ts';
import { emptyRtpHeader, isRtcp, parseRtp, RTP_HEADER_BYTES } from '../../src/media/ingest/rtp.ts';
import { below, mutate, pick, prng } from './mutate.ts';

export const name = 'rtp';

const SEEDS: readonly Buffer[] = [
  '80e0000100000e100bebc201000001ba44000400040100',
  '82e0000100000e100bebc2011111111122222222aabb',
  '90e0000100000e100bebc201bede000111223344aabb',
  'b1e0000100000e100bebc20111111111bede000111223344aabb0002',
  'a060ffff00000e100bebc201aabb000000000006',
  '80c800060bebc20100000000000000000000000000000000000000000000',
].map((hex) => Buffer.from(hex, 'hex'));

/** Packets held back must stay under this, whatever comes. */
const MAX_PACKETS = 32;

/**
 * Mutated packets through header parser, peer lock and reorder. Offsets stay inside the packet, nothing throws, the hold
 * stays bounded, every packet comes out at most once.
 */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  const header = emptyRtpHeader();
  let pushed = 0;
  let delivered = 0;
  const reorder = new Reorder({ holdMs: 50, maxPackets: MAX_PACKETS }, (out, packet, lostBefore) => {
    delivered += 1;
    assert.ok(out.payloadStart <= out.payloadEnd && out.payloadEnd <= packet.length);
    assert.ok(Number.isSafeInteger(lostBefore) && lostBefore >= 0 && Number.isSafeInteger(out.extended));
  });
  const ordered = new Reorder(null, (_out, _packet, lostBefore) => assert.ok(lostBefore >= 0));
  let peer = new PeerLock(200000001);
  let nowMs = 0;
  let sequence = 0;
  for (let i = 0; i < iterations; i += 1) {
    nowMs += below(random, 20);
    const original = Buffer.from(pick(random, SEEDS));
    sequence = random() < 0.02 ? below(random, 0x10000) : (sequence + pick(random, [0, 1, 1, 1, 1, 2, -1])) & 0xffff;
    original.writeUInt16BE(sequence, 2);
    original.writeUInt32BE(below(random, 4) * 3600, 4);
    const packet = random() < 0.3 ? original : mutate(original, random);
    const fault = parseRtp(packet, header);
    if (isRtcp(packet)) assert.ok(fault === 'rtcp' || packet.length < RTP_HEADER_BYTES);
    if (fault !== null) continue;
    assert.ok(header.payloadStart >= RTP_HEADER_BYTES);
    assert.ok(header.payloadStart <= header.payloadEnd && header.payloadEnd <= packet.length);
    if (i % 1000 === 0) peer = new PeerLock(200000001);
    const admission = peer.admit(packet, pick(random, ['a', 'b']), below(random, 3), random() < 0.5, nowMs);
    if (admission === 'first' || admission === 'replace') assert.ok(peer.takeBacklog().length < 8);
    pushed += 1;
    const owned = random() < 0.5;
    reorder.push(header, packet, owned, nowMs);
    assert.ok(reorder.held <= MAX_PACKETS);
    assert.equal(parseRtp(packet, header), null);
    ordered.push(header, packet, owned, nowMs);
    if (i % 64 === 0) reorder.poll(nowMs);
  }
  reorder.flush();
  assert.ok(delivered <= pushed);
  assert.ok(delivered > iterations / 20, `only ${delivered} of ${iterations} came through: the fuzz proves nothing`);
}
