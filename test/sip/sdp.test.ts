import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildOffer, parseSdp, subjectOf } from '../../src/sip/sdp.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/sip/sdp/${name}`, import.meta.url), 'latin1');

const offer = {
  channelId: '34020000001320000001',
  platformId: '34020000002000000001',
  host: '192.168.1.10',
  port: 30000,
  ssrc: 200_000_001,
  name: 'Play',
  streamNumber: 0,
} as const;

test('offer over UDP is the one of the standard, byte for byte', () => {
  const expected = [
    'v=0',
    'o=34020000001320000001 0 0 IN IP4 192.168.1.10',
    's=Play',
    'c=IN IP4 192.168.1.10',
    't=0 0',
    'm=video 30000 RTP/AVP 96 97 98',
    'a=recvonly',
    'a=rtpmap:96 PS/90000',
    'a=rtpmap:97 MPEG4/90000',
    'a=rtpmap:98 H264/90000',
    'y=0200000001',
    'f=v/////a///',
    '',
  ].join('\r\n');
  assert.equal(buildOffer({ ...offer, transport: 'udp' }), expected);
});

test('offers over TCP say who listens', () => {
  for (const [transport, setup] of [
    ['tcp-passive', 'passive'],
    ['tcp-active', 'active'],
  ] as const) {
    const text = buildOffer({ ...offer, transport });
    assert.match(text, /m=video 30000 TCP\/RTP\/AVP 96 97 98\r\n/);
    assert.match(text, new RegExp(`a=setup:${setup}\r\na=connection:new\r\ny=0200000001\r\n`));
    const read = parseSdp(text);
    assert.equal(read.selected?.setup, setup);
    assert.equal(read.selected?.protocol, 'TCP/RTP/AVP');
    assert.equal(read.ssrc, 200_000_001);
  }
});

test('a sub-stream is named in every known spelling (INV-13), the main stream in none', () => {
  assert.doesNotMatch(buildOffer({ ...offer, transport: 'udp' }), /stream/);
  const text = buildOffer({ ...offer, transport: 'udp', streamNumber: 1 });
  assert.match(text, /a=streamnumber:1\r\na=streamprofile:1\r\na=stream:1\r\na=streamMode:sub\r\n/);
});

test('playback and download offers name their source and range', () => {
  const text = buildOffer({
    ...offer,
    transport: 'udp',
    name: 'Download',
    startEpochSeconds: 1704412800,
    endEpochSeconds: 1704416400,
    downloadSpeed: 4,
    ssrc: 1_200_000_001,
  });
  assert.match(text, /s=Download\r\nu=34020000001320000001:0\r\nc=.*\r\nt=1704412800 1704416400\r\n/);
  assert.match(text, /a=downloadspeed:4\r\ny=1200000001\r\n/);
});

test('IPv6 addresses are named as such', () => {
  assert.match(buildOffer({ ...offer, host: 'fd00::1', transport: 'udp' }), /c=IN IP6 fd00::1\r\n/);
});

test('Subject: sender and stream, receiver', () => {
  assert.equal(
    subjectOf(offer.channelId, offer.ssrc, offer.platformId),
    '34020000001320000001:0200000001,34020000002000000001:0',
  );
});

test('captured answers', () => {
  const udp = parseSdp(fixture('answer-udp-s3.sdp'));
  assert.equal(udp.originUser, '34020000001310000002');
  assert.equal(udp.mediaHost, '192.168.0.111');
  assert.equal(udp.selected?.port, 9712);
  assert.equal(udp.selected?.direction, 'sendonly');
  assert.equal(udp.selected?.rtpmap.get(96), 'PS/90000');
  assert.equal(udp.selected?.attributes.get('streamprofile'), '0');
  assert.equal(udp.ssrc, 100_000_001);
  assert.equal(udp.format, 'v/0/0/0/0/0a/0/0/0');
  const tcp = parseSdp(fixture('answer-tcp-active-s3.sdp'));
  assert.equal(tcp.selected?.setup, 'active');
  assert.equal(tcp.selected?.protocol, 'TCP/RTP/AVP');
  assert.deepEqual(parseSdp(fixture('offer-udp-s3.sdp')).selected?.payloadTypes, [96, 98, 97]);
});

/** What devices do to a description: text, then what must be read. */
const oddities: [
  name: string,
  text: string,
  expected: { port?: number; host?: string | null; ssrc?: number | null; media?: number },
][] = [
  ['empty', '', { media: 0, ssrc: null, host: null }],
  [
    'line feeds only',
    'v=0\nc=IN IP4 10.0.0.1\nm=video 5000 RTP/AVP 96\ny=0200000001\n',
    { port: 5000, host: '10.0.0.1', ssrc: 200_000_001 },
  ],
  [
    'y and f first (INV-11)',
    'y=0200000001\r\nf=v/a/1/8/1\r\nv=0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP4 10.0.0.1\r\n',
    { port: 5000, host: '10.0.0.1', ssrc: 200_000_001 },
  ],
  [
    'first line with a port counts',
    'm=audio 0 RTP/AVP 8\r\nm=video 6000 RTP/AVP 96\r\nc=IN IP4 10.1.1.1/127\r\n',
    { port: 6000, host: '10.1.1.1', media: 2 },
  ],
  [
    'only port 0 (INV-16)',
    'c=IN IP4 10.0.0.1\r\nm=video 0 RTP/AVP 96\r\ny=null\r\n',
    { ssrc: null, host: '10.0.0.1', media: 1 },
  ],
  ['0.0.0.0 is no address (INV-12)', 'c=IN IP4 0.0.0.0\r\nm=video 1 RTP/AVP 96\r\n', { host: null }],
  [
    'media-level address wins',
    'c=IN IP4 10.0.0.1\r\nm=video 1 RTP/AVP 96\r\nc=IN IP4 10.0.0.2\r\n',
    { host: '10.0.0.2' },
  ],
  ['placeholder y (SSRC-9)', 'm=video 1 RTP/AVP 96\r\ny=001\r\n', { ssrc: null }],
  ['nine digits with blanks', 'm=video 1 RTP/AVP 96\r\ny= 100000001 \r\n', { ssrc: 100_000_001 }],
  ['port beyond 65535', 'm=video 99999 RTP/AVP 96\r\n', { media: 1 }],
  [
    'vendor junk',
    '=\r\nm=\r\nm=video\r\na=\r\na=rtpmap:x y\r\nq=1\r\nm=video 9 RTP/AVP abc 96 999999\r\n',
    { port: 9 },
  ],
];

for (const [name, text, expected] of oddities) {
  test(`read: ${name}`, () => {
    const sdp = parseSdp(text);
    assert.equal(sdp.selected?.port, expected.port ?? sdp.selected?.port);
    if (expected.host !== undefined) assert.equal(sdp.mediaHost, expected.host);
    if (expected.ssrc !== undefined) assert.equal(sdp.ssrc, expected.ssrc);
    if (expected.media !== undefined) assert.equal(sdp.media.length, expected.media);
    if (expected.port === undefined && expected.media === 1)
      assert.ok(sdp.selected === null || sdp.selected.port === 1);
  });
}

test('PB-6: a file size is bytes, also when it is misspelled; 0 and what is no number are none', () => {
  const of = (line: string) => parseSdp(`m=video 1 RTP/AVP 96\r\na=${line}\r\n`).filesizeBytes;
  assert.equal(of('filesize:104857600'), 104_857_600);
  assert.equal(of('fileszie:104857600'), 104_857_600);
  for (const line of ['filesize:0', 'filesize:-1', 'filesize:', 'filesize', 'filesize:12x', 'recvonly'])
    assert.equal(of(line), null, line);
});

test('the speeds of an answer are read as a list', () => {
  const of = (line: string) => parseSdp(`m=video 1 RTP/AVP 96\r\na=${line}\r\n`).downloadSpeeds;
  assert.deepEqual(of('downloadspeed:4'), [4]);
  assert.deepEqual(of('downloadspeed:1/2/4/8'), [1, 2, 4, 8]);
  assert.deepEqual(of('downloadSpeed: 1, 2 4'), [1, 2, 4]);
  for (const line of ['downloadspeed:', 'downloadspeed:0', 'downloadspeed:fast', 'downloadspeed:99999999', 'recvonly'])
    assert.equal(of(line), null, line);
  assert.equal(of(`downloadspeed:${'1/'.repeat(5000)}`)?.length, 16);
});

test('PB-9: u= names the channel and 0, can be told otherwise, and can be left out', () => {
  const range = { startEpochSeconds: 1704412800, endEpochSeconds: 1704416400 };
  const of = (uri?: string | null) =>
    buildOffer({ ...offer, ...range, transport: 'udp', name: 'Playback', ...(uri === undefined ? {} : { uri }) });
  assert.match(of(), /s=Playback\r\nu=34020000001320000001:0\r\nc=/);
  assert.match(of('34020000001320000001:3'), /s=Playback\r\nu=34020000001320000001:3\r\nc=/);
  assert.match(of(null), /s=Playback\r\nc=.*\r\nt=1704412800 1704416400\r\n/);
  assert.doesNotMatch(buildOffer({ ...offer, transport: 'udp', uri: 'x:0' }), /u=/, 'a live call has none');
});
