import assert from 'node:assert/strict';
import { Inspection, MAX_SESSIONS } from '../../src/inspect/inspection.ts';
import { MAX_PACKET_BYTES, PcapReader } from '../../src/inspect/read/pcap.ts';
import { reportText } from '../../src/inspect/text.ts';
import { ethernet, ipv4, pcap, tcp, udp } from '../inspect/files.ts';
import { chunks, cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'pcap';

/** No input may hold the process longer. */
const SLOW_MS = 2000;
const CALLER = '192.0.2.1:5060';
const CAMERA = '192.0.2.2:5060';

const sdp = (mode: string) =>
  `v=0\r\no=1 0 0 IN IP4 192.0.2.1\r\ns=Play\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 30000 ${mode}RTP/AVP 96\r\na=recvonly\r\ny=0200000001\r\n`;
const sip = (start: string, method: string, body = '') =>
  Buffer.from(
    `${start}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:2@d>;tag=a\r\nTo: <sip:1@d>;tag=b\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
const rtp = (sequence: number) => {
  const packet = Buffer.alloc(40, 0x11);
  packet.writeUInt16BE(0x8060, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 3600, 4);
  packet.writeUInt32BE(200_000_001, 8);
  Buffer.from('000001ba44000400040100000bf8', 'hex').copy(packet, 12);
  return packet;
};
const framed = Buffer.concat([0, 1, 2, 3, 4, 5].flatMap((n) => [Buffer.from([0, 40]), rtp(n)]));
const long = udp(CAMERA, '192.0.2.1:30000', Buffer.concat([rtp(9), Buffer.alloc(100)]));

/** Little captures of everything there is: UDP and TCP, fragments, VLAN, signalling and media. */
const SEEDS: readonly Buffer[] = [
  pcap(
    1,
    [
      ethernet(0x0800, udp(CALLER, CAMERA, sip('INVITE sip:1@d SIP/2.0', 'INVITE', sdp('')))),
      ethernet(0x0800, udp(CAMERA, CALLER, sip('SIP/2.0 200 OK', 'INVITE', sdp(''))), [0x8100]),
      ...[0, 1, 2, 3, 5, 4].map((n) => ethernet(0x0800, udp(CAMERA, '192.0.2.1:30000', rtp(n)))),
      ethernet(0x0800, ipv4(CAMERA, CALLER, 17, long.subarray(20, 68), [7, 0, true])),
      ethernet(0x0800, ipv4(CAMERA, CALLER, 17, long.subarray(68), [7, 48, false])),
      ethernet(0x0800, udp(CALLER, CAMERA, sip('BYE sip:1@d SIP/2.0', 'BYE'))),
    ].map((frame, i) => ({ epochMs: 1000 + i * 40, frame })),
  ),
  pcap(
    101,
    [
      tcp(CAMERA, CALLER, 0, 0x02, Buffer.alloc(0)),
      tcp(CALLER, CAMERA, 0, 0x18, sip('INVITE sip:1@d SIP/2.0', 'INVITE', sdp('TCP/'))),
      tcp(CAMERA, CALLER, 1, 0x18, sip('SIP/2.0 200 OK', 'INVITE', sdp('TCP/')).subarray(0, 100)),
      tcp(CAMERA, CALLER, 101, 0x19, sip('SIP/2.0 200 OK', 'INVITE', sdp('TCP/')).subarray(100)),
      tcp('192.0.2.2:9', '192.0.2.1:30000', 100, 0x18, framed.subarray(60)),
      tcp('192.0.2.2:9', '192.0.2.1:30000', 40, 0x18, framed.subarray(0, 60)),
      tcp('192.0.2.2:10', '192.0.2.1:40000', 40, 0x18, framed),
    ].map((frame, i) => ({ epochMs: 1000 + i * 40, frame })),
    { little: false, nanoseconds: true },
  ),
];

/** Damaged captures, in pieces: nothing throws, hangs or grows, and the report can be made and shown. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  let packets = 0;
  let streams = 0;
  for (let i = 0; i < iterations; i += 1) {
    const original = pick(random, SEEDS);
    const bytes = random() < 0.1 ? original : mutate(original, random);
    const startedMs = cpuMs();
    try {
      const inspection = new Inspection({ keeper: () => null });
      const reader = new PcapReader(inspection);
      for (const piece of chunks(bytes, random)) {
        const fault = reader.push(piece);
        if (fault === null) continue;
        assert.ok(fault.offset <= bytes.length && fault.fault.endsWith('.'));
        break;
      }
      inspection.end();
      const report = inspection.report();
      assert.ok(report.streams.length <= MAX_SESSIONS && report.durationMs >= 0);
      for (const stream of report.streams) assert.ok(stream.bytes <= bytes.length && stream.lost >= 0);
      const head = { file: 'x', format: 'pcap', bytes: bytes.length, notes: [], movie: null, extracted: [] } as const;
      const text = reportText({ ...head, ...report, notes: [], extracted: [] });
      assert.ok(!/[\u0000-\u0009\u000b-\u001f]/.test(text), 'nothing of the wire reaches the terminal raw');
      JSON.stringify(report);
      packets += report.packets ?? 0;
      streams += report.streams.length;
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}: ${Buffer.from(bytes).toString('base64')}`, { cause: error });
    }
    const tookMs = cpuMs() - startedMs;
    if (tookMs > SLOW_MS) throw new Error(`seed ${seed}, iteration ${i}: took ${Math.round(tookMs)} ms`);
  }
  assert.ok(MAX_PACKET_BYTES > 65_535);
  assert.ok(packets > iterations && streams > iterations / 4, 'the mutants prove nothing');
}
