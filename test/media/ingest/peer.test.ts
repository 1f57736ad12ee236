import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Admission,
  DISPLACE_MS,
  MAX_CANDIDATES,
  misspelt,
  PeerLock,
  PROOF_PACKETS,
  REBIND_SILENCE_MS,
  SILENCE_MS,
} from '../../../src/media/ingest/peer.ts';

const OFFERED = 200000001;
const CAMERA = '10.0.0.64';
const STRANGER = '203.0.113.9';

function rtp(ssrc: number, sequence: number, payload = '00000000'): Buffer {
  const packet = Buffer.alloc(12);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(ssrc, 8);
  return Buffer.concat([packet, Buffer.from(payload, 'hex')]);
}

const PACK = '000001ba44000400';

function scene() {
  const peer = new PeerLock(OFFERED);
  const send = (
    ssrc: number,
    sequence: number,
    from: string,
    port: number,
    nowMs: number,
    payload?: string,
  ): Admission => peer.admit(rtp(ssrc, sequence, payload), from, port, true, nowMs);
  return { peer, send };
}

test('the offered SSRC is let in at once, whatever its address', () => {
  const { peer, send } = scene();
  assert.equal(send(OFFERED, 1, CAMERA, 9000, 0), 'first');
  assert.equal(send(OFFERED, 2, CAMERA, 9000, 1), 'accept');
  assert.equal(peer.remote, '10.0.0.64:9000');
  assert.equal(peer.ssrc, OFFERED);
  assert.equal(peer.rank, 3);
  peer.answered(null, [CAMERA]);
  assert.equal(peer.rank, 4);
});

test('SSRC-4: the SSRC of the answer counts like the offered one, also with its bytes turned round (SSRC-10)', () => {
  for (const sent of [1234567, 0x87d61200]) {
    const { peer, send } = scene();
    peer.answered(1234567, []);
    assert.equal(send(sent, 1, CAMERA, 9000, 0), 'first');
    assert.equal(peer.rank, 3);
  }
});

test('SSRC-2: an answer without y= leaves the offered SSRC expected', () => {
  const { peer, send } = scene();
  peer.answered(null, [CAMERA]);
  assert.equal(send(OFFERED, 1, STRANGER, 9000, 0), 'first', 'from an address nobody named');
  assert.equal(peer.rank, 3);
});

test('SSRC-1: a wrong SSRC from the camera itself is let in at once', () => {
  const { peer, send } = scene();
  peer.answered(OFFERED, [CAMERA]);
  assert.equal(send(0, 1, CAMERA, 9000, 0), 'first');
  assert.equal(peer.rank, 2);
});

test('an SSRC of 0 in the answer proves nothing (SSRC-9)', () => {
  const { peer, send } = scene();
  peer.answered(0, []);
  assert.equal(send(0, 1, STRANGER, 9000, 0), 'wait');
});

test('SSRC-1: a sender without credentials needs 8 packets in a row that start a pack, and loses none of them', () => {
  const { peer, send } = scene();
  assert.equal(send(7, 100, STRANGER, 9000, 0), 'wait', 'no pack start');
  for (let i = 0; i < PROOF_PACKETS - 1; i += 1)
    assert.equal(send(7, 101 + i, STRANGER, 9000, i, i === 0 ? PACK : undefined), 'wait');
  assert.equal(peer.remote, null);
  assert.equal(send(7, 101 + PROOF_PACKETS - 1, STRANGER, 9000, 9), 'first');
  const backlog = peer.takeBacklog();
  assert.deepEqual(
    backlog.map((packet) => packet[3]),
    [101, 102, 103, 104, 105, 106, 107],
  );
  assert.equal(peer.takeBacklog().length, 0);
  assert.equal(send(7, 109, STRANGER, 9000, 10), 'accept');
});

test('SSRC-1: a hole in the proof starts it anew', () => {
  const { send } = scene();
  for (let i = 0; i < 7; i += 1) send(7, i, STRANGER, 9000, i, PACK);
  assert.equal(send(7, 8, STRANGER, 9000, 8, PACK), 'wait');
  for (let i = 9; i < 15; i += 1) assert.equal(send(7, i, STRANGER, 9000, i), 'wait');
  assert.equal(send(7, 15, STRANGER, 9000, 15), 'first');
});

test('watched senders are bounded; the one heard least recently makes room', () => {
  const { peer, send } = scene();
  for (let n = 0; n <= MAX_CANDIDATES; n += 1) send(n + 1, 0, STRANGER, 9000 + n, n, PACK);
  // The first was forgotten: its next packet is no continuation.
  for (let i = 1; i < 8; i += 1) assert.equal(send(1, i, STRANGER, 9000, 100 + i), 'wait');
  for (let i = 1; i < 7; i += 1) assert.equal(send(2, i, STRANGER, 9001, 100 + i), 'wait');
  assert.equal(send(2, 7, STRANGER, 9001, 110), 'first');
  assert.equal(peer.ssrc, 2);
});

test('a kept packet of a shared buffer is copied', () => {
  const peer = new PeerLock(OFFERED);
  const shared = Buffer.alloc(20);
  for (let i = 0; i < PROOF_PACKETS; i += 1) {
    rtp(7, i, PACK).copy(shared);
    peer.admit(shared, STRANGER, 9000, false, i);
  }
  assert.deepEqual(
    peer.takeBacklog().map((packet) => packet[3]),
    [0, 1, 2, 3, 4, 5, 6],
  );
});

test('a better sender displaces a worse one within 3 s, not after', () => {
  for (const [nowMs, expected] of [
    [DISPLACE_MS, 'replace'],
    [DISPLACE_MS + 1, 'refuse'],
  ] as const) {
    const { peer, send } = scene();
    peer.answered(null, [CAMERA]);
    assert.equal(send(5, 1, CAMERA, 9000, 0), 'first');
    assert.equal(send(5, 2, CAMERA, 9000, nowMs - 1), 'accept');
    assert.equal(send(OFFERED, 1, '10.0.0.65', 9002, nowMs), expected);
    assert.equal(peer.ssrc, expected === 'replace' ? OFFERED : 5);
  }
});

test('SSRC-7: a previous tenant that was first gives way to the camera, however late it starts', () => {
  const { peer, send } = scene();
  for (let i = 0; i < 8; i += 1) send(77, i, CAMERA, 9000, i, PACK);
  assert.equal(peer.rank, 1);
  peer.answered(OFFERED, [CAMERA]);
  assert.equal(peer.rank, 2);
  assert.equal(send(77, 8, CAMERA, 9000, 9000), 'accept');
  assert.equal(send(OFFERED, 1, CAMERA, 9002, 9001), 'replace');
  assert.equal(send(77, 9, CAMERA, 9000, 9002), 'refuse');
});

test('a stranger that was first gives way to the signalled address at any time, not to a guessed SSRC', () => {
  const { peer, send } = scene();
  for (let i = 0; i < 8; i += 1) send(77, i, STRANGER, 9000, i, PACK);
  peer.answered(null, [CAMERA]);
  assert.equal(send(77, 8, STRANGER, 9000, 5000), 'accept');
  assert.equal(send(OFFERED, 1, '198.51.100.1', 9000, 5001), 'refuse');
  assert.equal(send(5, 1, CAMERA, 9000, 5002), 'replace');
});

test('who guesses the SSRC is displaced by the camera that has the address too', () => {
  const { peer, send } = scene();
  assert.equal(send(OFFERED, 1, STRANGER, 9000, 0), 'first');
  peer.answered(OFFERED, [CAMERA]);
  assert.equal(send(OFFERED, 1, CAMERA, 9000, 100), 'replace');
  assert.equal(send(OFFERED, 2, STRANGER, 9000, 101), 'refuse');
});

test('RTP-16: after the lock a stranger is refused and counted, with any SSRC, alive or silent', () => {
  const { peer, send } = scene();
  peer.answered(OFFERED, [CAMERA]);
  send(OFFERED, 1, CAMERA, 9000, 0);
  assert.equal(send(OFFERED, 2, STRANGER, 9000, 10), 'refuse');
  for (let i = 0; i < 20; i += 1) assert.equal(send(9, i, STRANGER, 9000, 20 + i, PACK), 'refuse');
  for (let i = 0; i < 20; i += 1) assert.equal(send(9, i, STRANGER, 9000, 60_000 + i, PACK), 'refuse');
  assert.equal(send(OFFERED, 3, STRANGER, 9000, 60_030), 'refuse');
  assert.equal(peer.strangers, 42);
  assert.equal(peer.strangersSameAddress, 0);
});

test('SSRC-7: another SSRC from the same address is refused while the locked one lives', () => {
  const { peer, send } = scene();
  send(OFFERED, 1, CAMERA, 9000, 0);
  for (let t = 0; t < 10_000; t += 40) {
    assert.equal(send(OFFERED, 2 + t, CAMERA, 9000, t), 'accept');
    assert.equal(send(77, t, CAMERA, 9001, t, PACK), 'refuse');
  }
  assert.equal(peer.strangersSameAddress, 250);
});

test('SSRC-6: after 3 s of silence a new SSRC from the same address takes over', () => {
  const { peer, send } = scene();
  send(OFFERED, 1, CAMERA, 9000, 0);
  assert.equal(send(77, 5, CAMERA, 9000, SILENCE_MS - 1), 'refuse');
  assert.equal(send(77, 6, CAMERA, 9000, SILENCE_MS), 'replace');
  assert.equal(send(77, 7, CAMERA, 9000, SILENCE_MS + 1), 'accept');
  assert.equal(peer.ssrc, 77);
});

test('the port of the locked sender may change: at once where the counter goes on', () => {
  const { peer, send } = scene();
  send(OFFERED, 65535, CAMERA, 9000, 0);
  assert.equal(send(OFFERED, 0, CAMERA, 9555, 1), 'accept');
  assert.equal(peer.remote, '10.0.0.64:9555');
});

test('SSRC-10: bytes turned round, and decimal digits read as hexadecimal ones, are the offered SSRC', () => {
  assert.deepEqual(misspelt(100_000_123), [0x7be1f505], 'what is left of these digits proves nothing');
  assert.deepEqual(misspelt(112_340_001), [0x212cb206, 0x12340001]);
  const peer = new PeerLock(112_340_001);
  const packet = Buffer.from(`8060000100000000${'12340001'}000001ba`, 'hex');
  assert.equal(peer.admit(packet, '10.9.9.9', 9000, true, 0), 'first', 'from an address nobody named');
  assert.equal(peer.rank, 3);
});

test('a port change with another counter waits for silence (two senders with SSRC 0 behind one address, SSRC-3)', () => {
  const { send } = scene();
  send(OFFERED, 100, CAMERA, 9000, 0);
  assert.equal(send(OFFERED, 40_000, CAMERA, 9555, REBIND_SILENCE_MS - 1), 'refuse');
  assert.equal(send(OFFERED, 40_001, CAMERA, 9555, REBIND_SILENCE_MS), 'replace');
});

test('TCP-9: when the locked connection is gone another may follow at once', () => {
  const { peer, send } = scene();
  send(OFFERED, 100, CAMERA, 9000, 0);
  assert.equal(peer.gone(CAMERA, 9001), false);
  assert.equal(peer.gone(CAMERA, 9000), true);
  assert.equal(send(OFFERED, 0, CAMERA, 9002, 5), 'replace');
  assert.equal(send(OFFERED, 1, CAMERA, 9002, 6), 'accept');
});
