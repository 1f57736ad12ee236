import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANSWER_INTERVAL_MS, REPORT_INTERVAL_MS, ReceiverReports } from '../../../src/media/ingest/rtcp.ts';

const FACTS = { ssrc: 200000001, sequence: 100, received: 100, lost: 0, jitterMs: 0 };

test('RTP-11: a report every 5 s, the first one 5 s after the first packet', () => {
  const reports = new ReceiverReports(200000001);
  assert.equal(reports.due(1000, FACTS), null);
  assert.equal(reports.due(1000 + REPORT_INTERVAL_MS - 1, FACTS), null);
  assert.ok(reports.due(1000 + REPORT_INTERVAL_MS, FACTS));
  assert.equal(reports.due(1001 + REPORT_INTERVAL_MS, FACTS), null);
  assert.ok(reports.due(1000 + 2 * REPORT_INTERVAL_MS, FACTS));
});

test('the bytes: RR with one block, SDES with CNAME', () => {
  const reports = new ReceiverReports(200000001);
  reports.due(0, FACTS);
  // NTP 0x11223344.55667788: its middle 32 bits are 33 44 55 66.
  reports.heard(
    Buffer.from('80c80006 0bebc201 1122334455667788 00000e10 00000001 00000002'.replaceAll(' ', ''), 'hex'),
    4000,
  );
  const report = reports.due(5000, { ssrc: 200000001, sequence: 0xfffe, received: 75, lost: 25, jitterMs: 12.5 });
  assert.equal(
    report?.toString('hex'),
    [
      '81c90007', // V=2, one block, RR, 8 words
      'f4143dfe', // ours: the complement of 0200000001
      '0bebc201',
      '40000019', // a quarter lost, 25 in all
      '0000fffe',
      '00000465', // 12.5 ms of 90 kHz
      '33445566',
      '00010000', // 1 s in 1/65536 s
      '81ca0004', // SDES, 5 words
      'f4143dfe',
      '0106676267617465', // CNAME gbgate
      '00000000',
      '80cf0004', // XR: a device that reports is asked for our time back
      'f4143dfe',
      '04000002',
      '0000000500000000', // 5 s of our clock
    ].join(''),
  );
  assert.equal(report.length % 4, 0);
});

test('RTP-11: a sender report is answered at once, but not more than once a second', () => {
  const reports = new ReceiverReports(1);
  const sr = Buffer.from('80c80006 0bebc201 1122334455667788 00000e10 00000001 00000002'.replaceAll(' ', ''), 'hex');
  assert.equal(reports.due(0, FACTS), null);
  reports.heard(sr, 100);
  assert.ok(reports.due(120, FACTS));
  assert.equal(reports.due(140, FACTS), null);
  reports.heard(sr, 150);
  assert.equal(reports.due(160, FACTS), null);
  assert.ok(reports.due(120 + ANSWER_INTERVAL_MS, FACTS));
  assert.equal(reports.due(5000, FACTS), null, 'an answer is a report: the next one is due 5 s after it');
  assert.ok(reports.due(120 + ANSWER_INTERVAL_MS + REPORT_INTERVAL_MS, FACTS));
});

test('RTP-11: round trip by DLRR, and by report blocks about us', () => {
  const ours = 'fffffffe'; // the complement of 1
  // Our time was 10 s (000a0000), the device held it 0.5 s (00008000); it comes back at 10.8 s.
  const dlrr = `80cf0005 0bebc201 05000003 ${ours} 000a0000 00008000`;
  const block = `${ours} 00000000 00000000 00000000 000a0000 00008000`;
  const rr = `81c90007 0bebc201 ${block}`;
  const sr = `81c8000c 0bebc201 1122334455667788 00000e10 00000001 00000002 ${block}`;
  for (const hex of [dlrr, rr, sr, `${sr} ${dlrr}`]) {
    const reports = new ReceiverReports(1);
    reports.heard(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 10_800);
    assert.equal(reports.roundTripMs, 300, hex);
    assert.equal(reports.malformed, 0);
  }
  const strange = new ReceiverReports(1);
  strange.heard(Buffer.from(rr.replace('000a0000', '00000000').replaceAll(' ', ''), 'hex'), 10_800);
  strange.heard(Buffer.from(rr.replace(ours, '12345678').replaceAll(' ', ''), 'hex'), 10_800);
  strange.heard(Buffer.from(rr.replace('000a0000', '70000000').replaceAll(' ', ''), 'hex'), 10_800);
  assert.equal(strange.roundTripMs, null, 'no time, another receiver, half an hour');
});

test('RTP-12: a description shorter than its length is counted, the report before it is used', () => {
  const reports = new ReceiverReports(1);
  const sr = '80c80006 0bebc201 1122334455667788 00000e10 00000001 00000002';
  reports.heard(Buffer.from(`${sr} 81ca0009 0bebc201 0106`.replaceAll(' ', ''), 'hex'), 1);
  assert.deepEqual([reports.malformed, reports.senderReports], [1, 1]);
});

test('the fraction is that since the report before; the sequence number goes on over its wrap', () => {
  const reports = new ReceiverReports(1);
  reports.due(0, FACTS);
  reports.due(5000, { ssrc: 2, sequence: 0xfff0, received: 90, lost: 10, jitterMs: 0 });
  const second = reports.due(10_000, { ssrc: 2, sequence: 0x0010, received: 190, lost: 10, jitterMs: 0 });
  assert.equal(second?.[12], 0);
  assert.equal(second?.readUIntBE(13, 3), 10);
  assert.equal(second?.readUInt32BE(16), 0x10010);
  const other = reports.due(15_000, { ssrc: 3, sequence: 5, received: 195, lost: 10, jitterMs: 0 });
  assert.equal(other?.readUInt32BE(16), 5, 'another sender starts anew');
});

test('RTP-12: what is cut or no sender report is no harm', () => {
  const reports = new ReceiverReports(1);
  reports.due(0, FACTS);
  for (const hex of ['', '80c8', '80c8000600000001', '81ca000200000001', '80c8ffff00000001112233445566778'])
    reports.heard(Buffer.from(hex, 'hex'), 1);
  assert.equal(reports.due(5000, FACTS)?.readUInt32BE(24), 0);
});
