import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TalkEndCause } from '../../src/gateway/talk/talk-views.ts';
import { blockedBy, takesNoVoice } from '../../web/page/talk/blocked.ts';
import { Downsampler, FRAME_SAMPLES } from '../../web/page/talk/downsample.ts';
import { levelOf } from '../../web/page/talk/level.ts';
import { talkWords } from '../../web/page/words/talk.ts';
import { shareOf, tone } from '../support/tone.ts';

/** What becomes of a tone in blocks of the audio thread. */
function through(hz: number, rate: number, blockSamples = 128, seconds = 1): Int16Array {
  const wave = Float32Array.from(tone(hz, seconds, rate), (sample) => sample / 32_768);
  const downsampler = new Downsampler(rate);
  const frames: Int16Array[] = [];
  for (let at = 0; at < wave.length; at += blockSamples)
    frames.push(...downsampler.push(wave.subarray(at, at + blockSamples)));
  assert.ok(frames.every(({ length }) => length === FRAME_SAMPLES));
  return Int16Array.from(frames.flatMap((frame) => [...frame]));
}

const powerOf = (pcm: Int16Array) => pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length;

for (const rate of [8000, 16_000, 44_100, 48_000, 96_000])
  test(`a microphone of ${rate} Hz: a tone keeps its frequency and its strength`, () => {
    const pcm = through(1000, rate);
    assert.ok(Math.abs(pcm.length - 8000) <= 2 * FRAME_SAMPLES, `${pcm.length} samples a second`);
    assert.ok(shareOf(pcm.subarray(800, 7200), 1000) > 0.999);
    const wanted = powerOf(tone(1000, 1));
    assert.ok(Math.abs(powerOf(pcm.subarray(800, 7200)) / wanted - 1) < 0.05);
  });

test('what 8 kHz cannot carry is taken out, not folded into the voice', () => {
  for (const hz of [4600, 5000, 7000, 9000, 15_000]) {
    const left = powerOf(through(hz, 48_000).subarray(800, 7200)) / powerOf(tone(hz, 1, 48_000));
    assert.ok(left < 1e-4, `${hz} Hz: ${(10 * Math.log10(left)).toFixed(1)} dB`);
  }
});

test('how blocks are cut makes no difference', () => {
  const whole = through(700, 48_000, 48_000);
  for (const size of [1, 127, 128, 4096]) {
    const cut = through(700, 48_000, size);
    assert.deepEqual([...cut.subarray(0, 7000)], [...whole.subarray(0, 7000)]);
  }
});

test('TK-5: both languages say what helps when there is no microphone', () => {
  for (const words of Object.values(talkWords)) {
    const said = words.problems['microphone.insecure'] ?? '';
    assert.match(said, /HTTPS/);
    assert.match(said, /--tls-self-signed/);
    assert.ok(words.problems.talk_busy);
  }
  assert.deepEqual(Object.keys(talkWords.en.problems), Object.keys(talkWords.zh.problems));
});

/** Every end that a speaker at the page is told of; the others are his own doing. */
const ENDS: readonly TalkEndCause[] = [
  'stopped',
  'quiet',
  'too_long',
  'device_ended',
  'device_restarted',
  'device_offline',
  'media_lost',
  'shutting_down',
];

test('every end has its words in both languages', () => {
  for (const { problems } of Object.values(talkWords))
    for (const end of ENDS) assert.ok((problems[end] ?? '').length > 3, end);
});

test('a level is between nothing and all, and louder is more', () => {
  assert.equal(levelOf(new Int16Array(160)), 0);
  assert.equal(levelOf(Int16Array.of(20)), 0);
  assert.equal(levelOf(Int16Array.of(-32_768)), 1);
  const levels = [200, 1000, 5000, 20_000].map((peak) => levelOf(Int16Array.of(0, -peak)));
  assert.deepEqual(levels, levels.toSorted());
  assert.ok(levels.every((level) => level > 0 && level < 1));
});

test('who may not talk is told the first thing that stands in the way', () => {
  const free = { mayControl: true, isSecure: true, isOnline: true, isRefused: false, isTried: false };
  assert.equal(blockedBy(free), null);
  assert.equal(blockedBy({ ...free, mayControl: false, isSecure: false }), 'forbidden');
  assert.equal(blockedBy({ ...free, isSecure: false, isOnline: false }), 'microphone.insecure');
  assert.equal(blockedBy({ ...free, isOnline: false, isRefused: true }), 'device_offline');
  assert.equal(blockedBy({ ...free, isRefused: true }), 'not_supported');
  assert.equal(blockedBy({ ...free, isRefused: true, isTried: true }), null);
});

test('only a device that takes neither broadcasts nor talks takes no voice', () => {
  assert.equal(takesNoVoice({}), false);
  assert.equal(takesNoVoice({ notSupported: ['Broadcast'] }), false);
  assert.equal(takesNoVoice({ notSupported: ['Talk', 'DragZoom', 'Broadcast'] }), true);
});
