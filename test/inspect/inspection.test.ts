/** What is said of packets by hand: signalling found by content, media by its description or by what it looks like. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inspection } from '../../src/inspect/inspection.ts';
import { MAX_CALLS } from '../../src/inspect/replay/calls.ts';
import { MAX_FLOWS, MAX_TRIES, PROOF_PACKETS, tcpProof, UdpGuess } from '../../src/inspect/replay/guess.ts';
import { MAX_LADDER_LINES } from '../../src/inspect/replay/signalling.ts';
import { reportText } from '../../src/inspect/text.ts';
import { camera } from '../media/camera.ts';
import { accessUnits, g711, h264 } from '../media/clips.ts';
import { type Address, tcp, udp } from './files.ts';

const PLATFORM = '10.0.0.1:5060';
const CAMERA = '10.0.0.2:5060';
const SOURCE = '10.0.0.2:15060';
const SINK = '10.0.0.1:30000';
const SSRC = '0200000001';
const T0 = 1_700_000_000_000;
const UNITS = accessUnits(h264({ frames: 50, gop: 25 }), 'h264');

/** RTP packets of a camera with 0.2 s of picture and sound a row, in the SSRC of `SSRC`. */
function sent(): { packet: Buffer; nowMs: number }[] {
  return camera({ units: UNITS, audio: 'pcma', sound: g711('alaw') }).map(({ packet, nowMs }) => {
    packet.writeUInt32BE(Number(SSRC), 8);
    return { packet, nowMs };
  });
}

interface Say {
  start: string;
  method: string;
  callId?: string;
  body?: string;
  more?: string;
}

function sip({ start, method, callId = 'call', body = '', more = '' }: Say): Buffer {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return Buffer.from(
    `${start}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa\r\nFrom: <sip:34020000002000000001@d>;tag=a\r\nTo: <sip:34020000001310000001@d>;tag=b\r\nContact: <sip:x@10.0.0.2:5060>\r\nCall-ID: ${callId}\r\nCSeq: 1 ${method}\r\n${more}${type}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}

function sdp(host: string, port: number, o: { tcp?: string; direction?: string; ssrc?: string } = {}): string {
  const setup = o.tcp === undefined ? '' : `a=setup:${o.tcp}\r\na=connection:new\r\n`;
  const y = o.ssrc === '' ? '' : `y=${o.ssrc ?? SSRC}\r\n`;
  return `v=0\r\no=34020000001310000001 0 0 IN IP4 ${host}\r\ns=Play\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=video ${port} ${o.tcp === undefined ? '' : 'TCP/'}RTP/AVP 96\r\na=${o.direction ?? 'recvonly'}\r\na=rtpmap:96 PS/90000\r\n${setup}${y}`;
}

const invite = (body: string, callId?: string) =>
  sip({ start: 'INVITE sip:34020000001310000001@d SIP/2.0', method: 'INVITE', body, ...(callId && { callId }) });
const ok = (body: string) => sip({ start: 'SIP/2.0 200 OK', method: 'INVITE', body });
const bye = sip({ start: 'BYE sip:34020000001310000001@d SIP/2.0', method: 'BYE' });

/** Inspects raw IP packets at these milliseconds. */
function inspect(packets: readonly (readonly [ms: number, packet: Buffer])[]) {
  const inspection = new Inspection({ keeper: () => null });
  for (const [ms, packet] of packets) inspection.packet(T0 + ms, 101, packet, packet.length);
  inspection.end();
  return inspection.report();
}

/** A call over UDP: INVITE, 200, media from 100 ms on, BYE. */
function call(
  media: readonly (readonly [number, Buffer])[],
  offer = sdp('10.0.0.1', 30000),
  answer = sdp('10.0.0.2', 15060),
) {
  return inspect([
    [0, udp(PLATFORM, CAMERA, invite(offer))],
    [20, udp(CAMERA, PLATFORM, ok(answer))],
    ...media,
    [60_000, udp(PLATFORM, CAMERA, bye)],
  ]);
}

const datagrams = (from: Address = SOURCE, to: Address = SINK) =>
  sent().map(({ packet, nowMs }) => [nowMs - 900, udp(from, to, packet)] as const);
const codes = (findings: readonly { code: string }[]) => findings.map(({ code }) => code);

describe('media of a call', () => {
  it('is described by the rooms of the live path', () => {
    const report = call(datagrams());
    const [stream, ...others] = report.streams;
    assert.ok(stream !== undefined && others.length === 0);
    assert.deepEqual([stream.callId, stream.from, stream.to, stream.ssrc], ['call', SOURCE, SINK, SSRC]);
    assert.deepEqual([stream.packets, stream.lost, stream.reordered, stream.duplicate], [sent().length, 0, 0, 0]);
    const video = stream.video!;
    assert.deepEqual([video.codec, video.width, video.height, video.fps], ['h264', 320, 180, 25]);
    assert.deepEqual([video.frames, video.keyFrames, video.gopFrames], [50, 2, { min: 25, max: 25 }]);
    assert.deepEqual([stream.audio?.codec, stream.audio?.frames], ['pcma', 50]);
    assert.deepEqual([stream.ps?.packs, stream.ps?.maps, stream.ps?.damaged], [50, 2, 0]);
    assert.deepEqual(stream.ps?.map, [
      { streamId: 'E0', streamType: 'h264' },
      { streamId: 'C0', streamType: 'pcma' },
    ]);
    assert.deepEqual(
      stream.ps?.pes.map(({ streamId, count, withPts }) => [streamId, count, withPts]),
      [
        ['E0', 50, 50],
        ['C0', 50, 50],
      ],
    );
    assert.deepEqual([stream.findings, report.calls[0]!.findings, report.findings], [[], [], []]);
    assert.equal(stream.bitrateBps, Math.round((stream.bytes * 8000) / stream.durationMs));
    assert.equal(stream.startedAt, new Date(T0 + 100).toISOString());
  });

  it('loss, order and repetition are counted as live', () => {
    const media = datagrams();
    const [lost] = media.splice(40, 1);
    assert.ok(lost);
    [media[50], media[51]] = [media[51]!, media[50]!];
    media.splice(60, 0, media[59]!);
    const [stream] = call(media).streams;
    assert.deepEqual([stream?.lost, stream?.reordered, stream?.duplicate], [1, 1, 1]);
    assert.equal(stream?.video?.frames, 49, 'the frame with the hole is left out');
  });

  it('jitter and jumps of time stamps show', () => {
    const steady = call(datagrams()).streams[0]!;
    assert.ok(steady.maxJitterMs < 1, `${steady.maxJitterMs} ms`);
    const shaken = call(datagrams().map(([ms, packet], i) => [ms + (i % 7) * 5, packet] as const)).streams[0]!;
    assert.ok(shaken.maxJitterMs > 2, `${shaken.maxJitterMs} ms`);
    const jumping = camera({ units: UNITS, ptsOf: (i) => i * 3600 + (i > 30 ? 90_000_000 : 0) });
    const [stream] = call(
      jumping.map(({ packet, nowMs }) => {
        packet.writeUInt32BE(Number(SSRC), 8);
        return [nowMs - 900, udp(SOURCE, SINK, packet)] as const;
      }),
    ).streams;
    assert.equal(stream?.timestampJumps, 1);
    assert.ok(codes(stream.findings).some((code) => code.startsWith('TS-')));
  });

  it('RTCP on the port above is that of the call', () => {
    const report = Buffer.from('81c90007000000010bebc2010000000000000000000000000000000000000000', 'hex');
    const media = datagrams();
    media.splice(30, 0, [media[30]![0], udp('10.0.0.2:15061', '10.0.0.1:30001', report)]);
    const { streams } = call(media);
    assert.deepEqual([streams.length, streams[0]?.rtcpPackets], [1, 1]);
  });

  it('another SSRC than the agreed one is a finding; so is an answer without y=', () => {
    const other = datagrams().map(([ms, packet]) => {
      packet.writeUInt32BE(77, 28 + 8);
      return [ms, packet] as const;
    });
    const report = call(other, undefined, sdp('10.0.0.2', 15060, { ssrc: '' }));
    assert.ok(codes(report.streams[0]!.findings).includes('SSRC-1'));
    assert.deepEqual(codes(report.calls[0]!.findings), ['SSRC-2']);
    assert.equal(report.streams[0]!.video?.codec, 'h264');
  });

  it('behind address translation the port and the SSRC are enough', () => {
    const { streams } = call(datagrams('198.51.100.7:40000', '172.16.0.9:30000'), sdp('203.0.113.5', 30000));
    assert.equal(streams.length, 1);
    assert.equal(streams[0]?.callId, 'call');
    assert.equal(streams[0].video?.frames, 50);
  });

  it('what comes behind BYE belongs to no call', () => {
    const media = datagrams();
    const late = media.slice(-20).map(([, packet], i) => [61_000 + i, packet] as const);
    const report = inspect([
      [0, udp(PLATFORM, CAMERA, invite(sdp('10.0.0.1', 30000)))],
      [20, udp(CAMERA, PLATFORM, ok(sdp('10.0.0.2', 15060)))],
      ...media,
      [60_000, udp(PLATFORM, CAMERA, bye)],
      ...late,
    ]);
    assert.deepEqual([report.calls[0]?.endedBy, report.streams.length], ['caller', 1]);
    assert.equal(report.streams[0]?.packets, media.length);
  });

  for (const mode of ['passive', 'active'] as const)
    it(`over TCP, ${mode}: framing and a gap of the capture`, () => {
      const bytes = Buffer.concat(
        sent().flatMap(({ packet }) => [Buffer.from([packet.length >> 8, packet.length & 255]), packet]),
      );
      const source = mode === 'passive' ? '10.0.0.2:9' : SOURCE;
      const segments = (skip: number) =>
        Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) => {
          const piece = bytes.subarray(i * 1000, i * 1000 + 1000);
          return [100 + i * 5, tcp(source, SINK, 1 + i * 1000, 0x18, piece)] as const;
        }).filter((_, i) => i !== skip);
      const offer = sdp('10.0.0.1', 30000, { tcp: mode });
      const answer = sdp('10.0.0.2', mode === 'passive' ? 9 : 15060, {
        tcp: mode === 'passive' ? 'active' : 'passive',
      });
      const whole = call(segments(-1), offer, answer);
      assert.deepEqual(
        [whole.streams.length, whole.streams[0]?.callId, whole.streams[0]?.packets],
        [1, 'call', sent().length],
      );
      assert.equal(whole.calls[0]?.transport, `tcp-${mode}`);
      assert.deepEqual([whole.streams[0]?.findings, whole.streams[0]?.missingBytes], [[], 0]);
      const holed = call(segments(60), offer, answer).streams[0]!;
      assert.equal(holed.missingBytes, 1000);
      assert.ok(holed.packets < sent().length && holed.packets > sent().length / 2);
    });
});

describe('media without signalling', () => {
  it('is believed by its numbers, over UDP', () => {
    const { streams } = inspect(datagrams());
    assert.equal(streams.length, 1);
    assert.deepEqual([streams[0]?.callId, streams[0]?.packets, streams[0]?.video?.frames], [null, sent().length, 50]);
    assert.deepEqual(streams[0]?.findings, []);
  });

  it('and over TCP, wherever the segments were cut', () => {
    const bytes = Buffer.concat(
      sent().flatMap(({ packet }) => [Buffer.from([packet.length >> 8, packet.length & 255]), packet]),
    );
    for (const size of [700, 4000]) {
      const { streams } = inspect(
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => {
          return [i, tcp('10.0.0.2:9', SINK, 1 + i * size, 0x18, bytes.subarray(i * size, i * size + size))] as const;
        }),
      );
      assert.deepEqual([streams.length, streams[0]?.callId, streams[0]?.packets], [1, null, sent().length]);
    }
  });

  it('other things are not: DNS, random bytes, numbers that do not follow', () => {
    const noise = Buffer.alloc(60, 0x80);
    const { streams, skipped } = inspect([
      ...Array.from(
        { length: 20 },
        (_, i) => [i, udp('10.0.0.3:53', '10.0.0.4:1000', Buffer.alloc(30, i & 0x3f))] as const,
      ),
      ...Array.from({ length: 20 }, (_, i) => [30 + i, udp('10.0.0.3:1', '10.0.0.4:2', noise)] as const),
      [60, tcp('10.0.0.3:80', '10.0.0.4:3', 1, 0x18, Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))],
    ]);
    assert.deepEqual(streams, []);
    assert.deepEqual(skipped, { 'datagrams that are neither SIP nor media': 20 });
  });

  it('flows and tries are bounded', () => {
    const packet = (sequence: number) => {
      const out = Buffer.alloc(20);
      out[0] = 0x80;
      out.writeUInt16BE(sequence, 2);
      return out;
    };
    const guess = new UdpGuess();
    for (let i = 0; i < MAX_TRIES; i += 1) assert.equal(guess.datagram('stubborn', packet(i * 2)), null);
    for (let i = 0; i < 10; i += 1) assert.equal(guess.datagram('stubborn', packet(i)), null, 'it had its chance');
    for (let i = 0; i < MAX_FLOWS; i += 1) guess.datagram(`flow ${i}`, packet(0));
    const answers = Array.from({ length: PROOF_PACKETS }, (_, i) => guess.datagram('stubborn', packet(i)));
    assert.equal(answers.at(-1)?.packets.length, PROOF_PACKETS, 'forgotten, and so heard again');
    assert.equal(tcpProof(Buffer.alloc(1000, 0x80)), null);
  });
});

describe('signalling', () => {
  it('is found by content on any port, over UDP and cut anywhere over TCP', () => {
    const message = sip({
      start: 'MESSAGE sip:34020000002000000001@d SIP/2.0',
      method: 'MESSAGE',
      body: '<Notify><CmdType>Keepalive</CmdType></Notify>',
    });
    for (let cut = 0; cut < message.length; cut += 37) {
      const { sip: found } = inspect([
        [0, udp('10.0.0.2:7777', '10.0.0.1:8888', message)],
        [10, tcp('10.0.0.2:4000', '10.0.0.1:4001', 0, 0x02, Buffer.alloc(0))],
        [30, tcp('10.0.0.2:4000', '10.0.0.1:4001', 1 + cut, 0x18, Buffer.concat([message.subarray(cut), message]))],
        [20, tcp('10.0.0.2:4000', '10.0.0.1:4001', 1, 0x18, message.subarray(0, cut))],
      ]);
      assert.deepEqual(
        found.messages.map(({ transport, what }) => `${transport} ${what}`),
        ['udp MESSAGE Keepalive', 'tcp MESSAGE Keepalive', 'tcp MESSAGE Keepalive'],
      );
    }
  });

  it('is found in a stream that was caught in the middle of a message', () => {
    const { sip: found } = inspect([
      [0, tcp('10.0.0.2:4000', '10.0.0.1:4001', 500, 0x18, Buffer.concat([bye.subarray(40), bye]))],
      [1, tcp('10.0.0.2:4000', '10.0.0.1:4001', 500 + 2 * bye.length - 40, 0x18, bye)],
    ]);
    assert.deepEqual(
      found.messages.map(({ what }) => what),
      ['no SIP: Bytes between messages are no SIP.', 'BYE', 'BYE'],
    );
  });

  it('what a message bends is said, and a message that is none is on the ladder', () => {
    const folded = sip({ start: 'OPTIONS sip:1@d SIP/2.0', method: 'OPTIONS', more: 'X-Long: a\r\n b\r\n' });
    const { findings, sip: found } = inspect([
      [0, udp(CAMERA, PLATFORM, folded)],
      [1, udp(CAMERA, PLATFORM, Buffer.from('OPTIONS sip:1@d SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n'))],
    ]);
    assert.deepEqual(codes(findings), ['SIP-9']);
    assert.deepEqual(
      found.messages.map(({ what }) => what),
      ['OPTIONS', 'no SIP: The message has no Call-ID.'],
    );
  });

  it('a call that was refused says so', () => {
    const report = inspect([
      [0, udp(PLATFORM, CAMERA, invite(sdp('10.0.0.1', 30000)))],
      [35, udp(CAMERA, PLATFORM, sip({ start: 'SIP/2.0 486 Busy Here', method: 'INVITE' }))],
    ]);
    const [refused] = report.calls;
    assert.deepEqual(
      [refused?.status, refused?.reason, refused?.answerMs, refused?.answered],
      [486, 'Busy Here', 35, null],
    );
    assert.match(reportText(whole(report)), /486 Busy Here after 35 ms/);
  });

  it('ladder and calls are bounded, what is beyond is counted', () => {
    const inspection = new Inspection({ keeper: () => null });
    for (let i = 0; i <= MAX_LADDER_LINES; i += 1) {
      const packet = udp(PLATFORM, CAMERA, invite(sdp('10.0.0.1', 30000), `call ${i}`));
      inspection.packet(T0 + i, 101, packet, packet.length);
    }
    inspection.end();
    const report = inspection.report();
    assert.deepEqual([report.sip.messages.length, report.sip.omitted], [MAX_LADDER_LINES, 1]);
    assert.equal(report.calls.length, MAX_CALLS);
    assert.equal(report.skipped['calls beyond the limit'], MAX_LADDER_LINES + 1 - MAX_CALLS);
  });

  it('the text has the ladder with arrows both ways, each call, each stream, and no control characters', () => {
    const text = reportText(whole(call(datagrams())));
    assert.match(text, /10\.0\.0\.1:5060 +10\.0\.0\.2:5060/);
    assert.match(text, /│─ INVITE ─+▶│/);
    assert.match(text, /│◀ 200 OK \(INVITE\) ─+│/);
    assert.match(text, /Call 1: 34020000002000000001 10\.0\.0\.1:5060 → 34020000001310000001 10\.0\.0\.2:5060/);
    assert.match(text, /video h264 \S+ .*320x180, 25 frames\/s/);
    assert.match(text, /50 frames, 2 key frames, group of pictures 1000 ms, 25 frames/);
    assert.match(text, /program stream: 50 packs, 2 maps \(E0 h264, C0 pcma\)/);
    const nasty = sip({ start: 'SIP/2.0 200 \u001b[31mred', method: 'INVITE' });
    assert.equal(/\u001b/.test(reportText(whole(inspect([[0, udp(CAMERA, PLATFORM, nasty)]])))), false);
  });
});

it('packets cut by the snap length are counted and not taken for broken ones', () => {
  const inspection = new Inspection({ keeper: () => null });
  for (const [ms, packet] of datagrams()) inspection.packet(T0 + ms, 101, packet.subarray(0, 96), packet.length);
  inspection.end();
  const { skipped, packets } = inspection.report();
  const long = datagrams().filter(([, packet]) => packet.length > 96).length;
  assert.ok(long > 100 && long < (packets ?? 0));
  assert.deepEqual(skipped['packets cut by the snap length'], long);
});

it('a clock that goes back stands still', () => {
  const inspection = new Inspection({ keeper: () => null });
  for (const ms of [1000, 0, 1500, Number.NaN, Number.MAX_VALUE]) inspection.packet(T0 + ms, 101, Buffer.alloc(1), 1);
  assert.equal(inspection.report().durationMs, 500);
});

function whole(report: ReturnType<Inspection['report']>) {
  return { file: 'a.pcap', format: 'pcap' as const, bytes: 1, notes: [], movie: null, extracted: [], ...report };
}
