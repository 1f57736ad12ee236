import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../../../src/media/send/voice.ts';
import { VoicePackets } from '../../../src/media/send/voice-packets.ts';
import { tone } from '../../support/tone.ts';
import { fileOf, run, type Sent } from '../camera.ts';
import { ffmpeg } from '../clips.ts';

test('TK-7: the G.711 of a camera is played as it is, so that nobody need switch it to AAC and lose the talk', () => {
  const ps = new VoicePackets({ codec: 'ps', payloadType: 96, ssrc: 7, firstSequence: 0, firstTimestamp: 90_000 });
  const plain = new VoicePackets({ codec: 'pcma', payloadType: 8, ssrc: 7, firstSequence: 0, firstTimestamp: 0 });
  const sine = tone(440, 4);
  const sent: Sent[] = [];
  const alaw: Buffer[] = [];
  for (let at = 0; at < sine.length; at += FRAME_SAMPLES) {
    const frame = sine.subarray(at, at + FRAME_SAMPLES);
    const unit = at / FRAME_SAMPLES;
    sent.push({ packet: ps.next(frame, false).subarray(2), unit, nowMs: unit * 20 });
    alaw.push(plain.next(frame, false).subarray(14));
  }
  const got = run(sent);
  assert.deepEqual(got.findings, []);
  assert.equal(got.inits[0]?.mime, 'audio/mp4; codecs="flac"');
  const heard = ffmpeg(['-i', '-', '-f', 's16le', '-'], fileOf(got));
  const said = ffmpeg(['-f', 'alaw', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], Buffer.concat(alaw));
  assert.ok(heard.length > said.length / 2);
  assert.ok(said.subarray(0, heard.length).equals(heard), 'decoded sound is the A-law that was sent');
});
