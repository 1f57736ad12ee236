import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildMansrtsp, type MansrtspCommand, parseMansrtsp } from '../../src/sip/mansrtsp.ts';

test('PB-11: commands in both start lines, with CRLF and a final empty line', () => {
  const cases: [MansrtspCommand, string][] = [
    [{ type: 'resume' }, 'PLAY VERSION\r\nCSeq: 4\r\nRange: npt=now-\r\n\r\n'],
    [{ type: 'pause' }, 'PAUSE VERSION\r\nCSeq: 4\r\nPauseTime: now\r\n\r\n'],
    [{ type: 'speed', scale: 2 }, 'PLAY VERSION\r\nCSeq: 4\r\nScale: 2.0\r\n\r\n'],
    [{ type: 'speed', scale: 0.25 }, 'PLAY VERSION\r\nCSeq: 4\r\nScale: 0.25\r\n\r\n'],
    [{ type: 'speed', scale: -1 }, 'PLAY VERSION\r\nCSeq: 4\r\nScale: -1.0\r\n\r\n'],
    [{ type: 'seek', seconds: 100.9 }, 'PLAY VERSION\r\nCSeq: 4\r\nRange: npt=100-\r\n\r\n'],
    [{ type: 'seek', seconds: -3 }, 'PLAY VERSION\r\nCSeq: 4\r\nRange: npt=0-\r\n\r\n'],
    [{ type: 'teardown' }, 'TEARDOWN VERSION\r\nCSeq: 4\r\n\r\n'],
  ];
  for (const version of ['RTSP/1.0', 'MANSRTSP/1.0'] as const)
    for (const [command, text] of cases)
      assert.equal(buildMansrtsp(command, 4, version), text.replace('VERSION', version));
});

test('PB-11: a request is read whatever its case, its line ends and its start line', () => {
  for (const [text, expected] of [
    [
      'PLAY RTSP/1.0\r\nCSeq: 2\r\nRange: npt=now-\r\n\r\n',
      { method: 'PLAY', version: 'RTSP/1.0', cseq: 2, start: 'now' },
    ],
    ['play mansrtsp/1.0\ncseq:3\nscale: 2.0\n', { method: 'PLAY', version: 'MANSRTSP/1.0', cseq: 3, scale: 2 }],
    ['PAUSE MANSRTSP/1.0\r\nCSeq: 5\r\nPauseTime: now', { method: 'PAUSE', version: 'MANSRTSP/1.0', cseq: 5 }],
    [
      '\r\nPLAY rtsp://x/y RTSP/1.0\r\nCSEQ : 6\r\nRange: NPT=600-120',
      { method: 'PLAY', cseq: 6, start: 600, endSeconds: 120 },
    ],
    ['PLAY RTSP/1.0\rCSeq: 7\rRange: npt=0.5-', { cseq: 7, start: 0.5, endSeconds: null }],
    ['TEARDOWN RTSP/1.0\r\n\r\n', { method: 'TEARDOWN', cseq: null, start: null, scale: null }],
  ] as const) {
    const read = parseMansrtsp(text);
    assert.equal(read?.kind, 'request');
    assert.deepEqual({ ...read, ...expected }, read, text);
  }
});

test('PB-12: the answer of a device says where it plays from, and which packet is the first', () => {
  const text = 'RTSP/1.0 200 OK\r\nCSeq: 4\r\nRange: npt=100-\r\nRTP-Info: seq=18139;rtptime=3119600838\r\n\r\n';
  assert.deepEqual(parseMansrtsp(text), {
    kind: 'answer',
    version: 'RTSP/1.0',
    status: 200,
    reason: 'OK',
    cseq: 4,
    startSeconds: 100,
    scale: null,
    sequence: 18139,
    rtpTime: 3_119_600_838,
  });
  const odd = parseMansrtsp(
    'mansrtsp/1.0 455 Method Not Valid\nScale: -1\nRange: npt=now-\nRTP-Info: url=x; RTPTIME = 7 ; SEQ=70000',
  );
  assert.ok(odd?.kind === 'answer');
  assert.deepEqual(
    [odd.version, odd.status, odd.reason, odd.scale, odd.startSeconds, odd.sequence, odd.rtpTime],
    ['MANSRTSP/1.0', 455, 'Method Not Valid', -1, null, null, 7],
  );
});

test('what is none is none', () => {
  for (const text of ['', 'v=0\r\n', 'SIP/2.0 200 OK', 'PLAY', 'PLAY HTTP/1.0', 'RTSP/2.0 200 OK', 'RTSP/1.0 twenty'])
    assert.equal(parseMansrtsp(text), null, text);
  const wild = parseMansrtsp('PLAY RTSP/1.0\r\nCSeq: 99999999999\r\nScale: fast\r\nRange: npt=99999999999-\r\n');
  assert.ok(wild?.kind === 'request');
  assert.deepEqual([wild.cseq, wild.scale, wild.start], [null, null, null]);
});

test('what is written is read back, in both start lines', () => {
  const command: fc.Arbitrary<MansrtspCommand> = fc.oneof(
    fc.constantFrom<MansrtspCommand>({ type: 'pause' }, { type: 'resume' }, { type: 'teardown' }),
    fc.constantFrom(0.25, 0.5, 1, 2, 4, 8, -1, -4).map((scale): MansrtspCommand => ({ type: 'speed', scale })),
    fc.integer({ min: 0, max: 86_400 }).map((seconds): MansrtspCommand => ({ type: 'seek', seconds })),
  );
  const version = fc.constantFrom('RTSP/1.0' as const, 'MANSRTSP/1.0' as const);
  fc.assert(
    fc.property(command, fc.integer({ min: 1, max: 10_000 }), version, (wanted, cseq, line) => {
      const read = parseMansrtsp(buildMansrtsp(wanted, cseq, line));
      assert.ok(read?.kind === 'request');
      assert.equal(read.version, line);
      assert.equal(read.cseq, cseq);
      assert.equal(read.scale, wanted.type === 'speed' ? wanted.scale : null);
      assert.equal(read.start, wanted.type === 'seek' ? wanted.seconds : wanted.type === 'resume' ? 'now' : null);
    }),
  );
});
