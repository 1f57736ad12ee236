import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVoiceWish, voiceSubject, writeVoice } from '../../src/sip/voice-sdp.ts';

const PLATFORM = '34020000002000000001';
const offer = (...lines: string[]) =>
  [
    'v=0',
    'o=34020000001370000001 0 0 IN IP4 192.168.1.64',
    's=Play',
    'c=IN IP4 192.168.1.64',
    't=0 0',
    ...lines,
    '',
  ].join('\r\n');

test('the worked example: A-law at the offered port, its y= kept as written', () => {
  const wish = readVoiceWish(
    offer(
      'm=audio 9712 RTP/AVP 8 96',
      'a=recvonly',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 PS/90000',
      'y=0200000002',
      'f=v/////a/1/8/1',
    ),
  );
  assert.deepEqual(wish, {
    host: '192.168.1.64',
    port: 9712,
    isTcp: false,
    setup: null,
    codec: 'pcma',
    payloadType: 8,
    ssrc: 200_000_002,
    ssrcText: '0200000002',
    direction: 'recvonly',
  });
  const answer = writeVoice({
    platformId: PLATFORM,
    name: 'Play',
    host: '192.168.1.10',
    port: 40_000,
    transport: 'udp',
    direction: 'sendonly',
    codec: 'pcma',
    payloadType: 8,
    ssrc: '0200000002',
  });
  assert.equal(
    answer,
    [
      'v=0',
      `o=${PLATFORM} 0 0 IN IP4 192.168.1.10`,
      's=Play',
      'c=IN IP4 192.168.1.10',
      't=0 0',
      'm=audio 40000 RTP/AVP 8',
      'a=sendonly',
      'a=rtpmap:8 PCMA/8000',
      'y=0200000002',
      'f=v/////a/1/8/1',
      '',
    ].join('\r\n'),
  );
});

test('TK-1: G.711 wherever it is offered, a program stream where nothing else is', () => {
  const codec = (...lines: string[]) => {
    const wish = readVoiceWish(offer(...lines));
    return wish && [wish.codec, wish.payloadType];
  };
  assert.deepEqual(codec('m=audio 9712 RTP/AVP 96 8', 'a=rtpmap:96 PS/90000'), ['pcma', 8]);
  assert.deepEqual(codec('m=audio 9712 RTP/AVP 96 97', 'a=rtpmap:96 PS/90000', 'a=rtpmap:97 pcma/8000'), ['pcma', 97]);
  assert.deepEqual(codec('m=audio 9712 RTP/AVP 0 96'), ['pcmu', 0]);
  assert.deepEqual(codec('m=audio 9712 RTP/AVP 96', 'a=rtpmap:96 PS/90000'), ['ps', 96]);
  assert.deepEqual(codec('m=audio 9712 RTP/AVP 96'), ['ps', 96]);
  assert.equal(codec('m=audio 9712 RTP/AVP 104', 'a=rtpmap:104 G7221/16000'), null);
  assert.equal(codec('m=audio 9712 RTP/AVP 8', 'a=rtpmap:8 G726/8000'), null);
  assert.equal(readVoiceWish(''), null);
  assert.equal(readVoiceWish(offer('m=audio 0 RTP/AVP 8')), null);
});

test('TK-3: transport and part in the connection are what the device says', () => {
  const wish = (...lines: string[]) => {
    const { isTcp, setup, port } = readVoiceWish(offer(...lines))!;
    return [isTcp, setup, port];
  };
  assert.deepEqual(wish('m=audio 9712 RTP/AVP 8'), [false, null, 9712]);
  assert.deepEqual(wish('m=audio 9712 TCP/RTP/AVP 8', 'a=setup:active'), [true, 'active', 9712]);
  assert.deepEqual(wish('m=audio 9712 TCP/RTP/AVP 8', 'a=setup:passive'), [true, 'passive', 9712]);
  assert.deepEqual(wish('m=audio 0 TCP/RTP/AVP 8', 'a=setup:active'), [true, 'active', 0]);
  // two lines: the voice is meant
  assert.deepEqual(wish('m=video 9700 RTP/AVP 96', 'm=audio 9712 RTP/AVP 8'), [false, null, 9712]);
});

test('our side over TCP, and an offer of ours', () => {
  const lines = writeVoice({
    platformId: PLATFORM,
    name: 'Talk',
    host: '2001:db8::1',
    port: 40_000,
    transport: 'tcp-passive',
    direction: 'sendrecv',
    codec: 'pcma',
    payloadType: 8,
    ssrc: 200_000_007,
  }).split('\r\n');
  for (const line of [
    's=Talk',
    'c=IN IP6 2001:db8::1',
    'm=audio 40000 TCP/RTP/AVP 8',
    'a=sendrecv',
    'a=setup:passive',
    'a=connection:new',
    'y=0200000007',
  ])
    assert.ok(lines.includes(line), line);
  assert.equal(voiceSubject(PLATFORM, 200_000_007, 'C'), `${PLATFORM}:0200000007,C:0`);
});

test('no text makes the reader throw', () => {
  const pieces = [
    'm=audio',
    ' 9712',
    ' TCP/RTP/AVP',
    ' 8',
    '\r\n',
    'a=rtpmap:',
    '96 PS/90000',
    'a=setup:',
    'y=',
    'c=IN IP4 ',
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string())), (parts) => {
      readVoiceWish(parts.join(''));
    }),
  );
});
