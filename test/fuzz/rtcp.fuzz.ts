/** Mutated RTCP: nothing throws, what is wrong is counted, round trips stay believable, reports stay whole words. */
import assert from 'node:assert/strict';
import { ReceiverReports } from '../../src/media/ingest/rtcp.ts';
import { below, mutate, pick, prng } from './mutate.ts';

export const name = 'rtcp';

const SSRC = 200_000_001;
const OURS = 'f4143dfe';
const BLOCK = `${OURS}000000000000000000000000000a000000008000`;
const SEEDS = [
  '80c800060bebc201112233445566778800000e100000000100000002',
  `81c8000c0bebc201112233445566778800000e100000000100000002${BLOCK}`,
  `81c900070bebc201${BLOCK}`,
  `80cf00050bebc20105000003${OURS}000a000000008000`,
  '80c800060bebc201112233445566778800000e10000000010000000281ca00040bebc2010106676267617465000000 00'.replace(' ', ''),
  '81cb00010bebc201',
].map((hex) => Buffer.from(hex, 'hex'));

export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  let reports = new ReceiverReports(SSRC);
  let nowMs = 0;
  let heard = 0;
  let trips = 0;
  for (let i = 0; i < iterations; i += 1) {
    if (i % 500 === 0) reports = new ReceiverReports(SSRC);
    nowMs += below(random, 2000);
    const before = reports.malformed;
    const { senderReports } = reports;
    reports.heard(mutate(pick(random, SEEDS), random), nowMs);
    assert.ok(reports.malformed <= before + 1, 'a datagram is malformed once');
    if (reports.senderReports > senderReports) heard += 1;
    if (reports.roundTripMs !== null) {
      trips += 1;
      assert.ok(reports.roundTripMs >= 0 && reports.roundTripMs <= 60_000);
    }
    const facts = {
      ssrc: below(random, 3),
      sequence: below(random, 0x10000),
      received: i,
      lost: below(random, 100),
      jitterMs: random() * 1000,
    };
    const report = reports.due(nowMs, facts);
    if (report !== null) assert.equal(report.length % 4, 0);
  }
  assert.ok(heard > iterations / 20 && trips > 0, 'the fuzz reaches what it is for');
}
