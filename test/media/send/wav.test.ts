import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FRAME_SAMPLES } from '../../../src/media/send/voice.ts';
import { MAX_VOICE_SECONDS, readWav, type WavVoice } from '../../../src/media/send/wav.ts';
import { shareOf, tone } from '../../support/tone.ts';
import { riff, wavOf } from '../../support/wav.ts';

function read(file: Uint8Array): WavVoice {
  const voice = readWav(file);
  assert.ok(!('fault' in voice), JSON.stringify(voice));
  return voice;
}

/** Everything that is spoken, without the silence behind it. */
function spoken(voice: WavVoice): Int16Array {
  const source = voice.source();
  const frames: number[] = [];
  const frame = new Int16Array(FRAME_SAMPLES);
  for (;;) {
    const found = source.next(frame);
    if (found === 'end') return Int16Array.from(frames);
    if (found === 'voice') frames.push(...frame);
  }
}

for (const rate of [4000, 8000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000])
  test(`a file of ${rate} Hz is spoken at 8 kHz, as long and as high as it was`, () => {
    const voice = read(wavOf(tone(1000, 1, rate), rate));
    assert.ok(Math.abs(voice.durationMs - 1000) <= 1, `${voice.durationMs} ms`);
    assert.ok(shareOf(spoken(voice).subarray(400, 7600), 1000) > 0.999);
  });

test('what 8 kHz cannot carry is taken out', () => {
  const pcm = spoken(read(wavOf(tone(6000, 1, 48_000), 48_000))).subarray(400, 7600);
  assert.ok(Math.max(...pcm.map(Math.abs)) < 160, 'below −40 dB');
});

test('8, 16, 24 and 32 bits, A-law, µ-law and two channels are all the same voice', () => {
  const sine = tone(500, 0.5);
  const bytes = (bits: number, write: (buffer: Buffer, sample: number, at: number) => void) => {
    const data = Buffer.alloc((sine.length * bits) / 8);
    for (const [i, sample] of sine.entries()) write(data, sample, (i * bits) / 8);
    return riff({ tag: 1, rate: 8000, channels: 1, bits }, data);
  };
  const twice = Int16Array.from(sine.length === 0 ? [] : [...sine].flatMap((sample) => [sample, sample]));
  const files = [
    bytes(8, (data, sample, at) => data.writeUInt8((sample >> 8) + 128, at)),
    bytes(16, (data, sample, at) => data.writeInt16LE(sample, at)),
    bytes(24, (data, sample, at) => data.writeIntLE(sample * 256, at, 3)),
    bytes(32, (data, sample, at) => data.writeInt32LE(sample * 65_536, at)),
    wavOf(twice, 8000, 2),
  ];
  for (const [index, file] of files.entries()) {
    const pcm = spoken(read(file)).subarray(0, sine.length);
    const most = Math.max(...pcm.map((sample, i) => Math.abs(sample - sine[i]!)));
    assert.ok(most <= (index === 0 ? 256 : 0), `file ${index}: ${most}`);
  }
  const law = riff({ tag: 6, rate: 8000, channels: 1, bits: 8 }, Buffer.from([0xd5, 0x55, 0xaa]));
  assert.deepEqual([...spoken(read(law)).subarray(0, 3)], [8, -8, 32_256]);
});

test('two who speak the same file do not disturb each other, and silence follows', () => {
  const voice = read(wavOf(tone(500, 0.1), 8000));
  const [a, b] = [voice.source(), voice.source()];
  const [frameA, frameB] = [new Int16Array(FRAME_SAMPLES), new Int16Array(FRAME_SAMPLES)];
  for (let i = 0; i < 5; i += 1) a.next(frameA);
  b.next(frameB);
  assert.deepEqual([...frameB], [...tone(500, 0.1).subarray(0, FRAME_SAMPLES)]);
  assert.equal(a.next(frameA), 'silence');
  assert.ok(frameA.every((sample) => sample === 0));
  assert.equal(b.next(frameB), 'voice');
});

test('chunks around the sound are passed over; a file without lengths is read to its end', () => {
  const file = wavOf(tone(500, 0.1), 8000);
  const junk = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
  assert.equal(read(Buffer.concat([file.subarray(0, 12), junk, file.subarray(12)])).durationMs, 100);
  for (const size of [0, 0xffff_ffff]) {
    const streamed = Buffer.from(file);
    streamed.writeUInt32LE(size, 40);
    assert.equal(read(streamed).durationMs, 100);
  }
});

test('what is no such file is refused in a sentence', () => {
  const fault = (file: Uint8Array) => {
    const answer = readWav(file);
    return 'fault' in answer ? answer.fault : 'taken';
  };
  const kind = (o: Partial<Parameters<typeof riff>[0]>, bytes = 16) =>
    fault(riff({ tag: 1, rate: 8000, channels: 1, bits: 16, ...o }, Buffer.alloc(bytes)));
  assert.match(fault(Buffer.from('ID3')), /no WAV/);
  assert.match(kind({ tag: 85 }), /kind/);
  assert.match(kind({ bits: 12 }), /kind/);
  assert.match(kind({ rate: 1_000_000 }), /kind/);
  assert.match(kind({ rate: 0 }), /kind/);
  assert.match(kind({ channels: 0 }), /kind/);
  assert.match(kind({ channels: 9 }), /kind/);
  assert.match(kind({}, 0), /no sound/);
  assert.match(fault(wavOf(Int16Array.of(1), 8000).subarray(0, 36)), /no sound/);
  assert.match(kind({ rate: 4000, bits: 8, tag: 6 }, 4000 * MAX_VOICE_SECONDS + 1), /longer than 10 minutes/);
});

test('no file makes the reader throw', () => {
  const good = wavOf(tone(500, 0.02), 8000);
  fc.assert(
    fc.property(fc.nat(60), fc.nat(255), fc.nat(400), (at, value, end) => {
      const file = Buffer.from(good);
      file[at] = value;
      const voice = readWav(file.subarray(0, end));
      if (!('fault' in voice)) voice.source().next(new Int16Array(FRAME_SAMPLES));
    }),
  );
});
