import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadClip } from '../../../src/simulator/clip.ts';
import { MOMENT_MS, Reel, soundTimeOf } from '../../../src/simulator/footage/reel.ts';
import { timeMarksIn } from '../../../src/simulator/footage/time-mark.ts';
import { behaviourOf } from '../../../src/simulator/quirks.ts';
import { elementary } from '../receive.ts';

const CHANNEL = '34020000001310000001';
const AT = 1_790_784_000_000;
const reelOf = (clip: string, bitrateBps = 0, sound: 'pcma' | 'none' = 'pcma') =>
  new Reel({ clip: loadClip(clip, sound), behaviour: behaviourOf(new Set()), bitrateBps });

test('a key frame of footage, byte for byte up to its slice', () => {
  const pack = reelOf('footage').video(0, CHANNEL, AT, 90_000);
  const mark = `00000001060539${Buffer.from(`gbgate-footage-1t=001790784000000;c=${CHANNEL};`).toString('hex')}80`;
  const hex = pack.toString('hex');
  const start = [
    '000001ba4400168c0401005f6bf8', // pack header, SCR 86,400
    '000001bb000c80ccf504217fe0e800c0c200', // system header
    '000001bc0012e0ff000000081be0000090c00000fedfb1d7', // program stream map: H.264, A-law
    '000001e002eb848005210005bf21', // PES, PTS 90,000
    '00000001674d4015a61105067e7c0440000003004000000ca3c58b8460', // SPS
    '00000001',
  ].join('');
  assert.equal(hex.slice(0, start.length), start);
  assert.ok(hex.includes(mark));
  const nals = elementary(pack).video.toString('hex').split('00000001').slice(1);
  assert.deepEqual(
    nals.map((nal) => Number.parseInt(nal.slice(0, 2), 16) & 0x1f),
    [7, 8, 6, 5],
  );
});

for (const clip of ['footage', 'h264', 'h265']) {
  test(`${clip}: any frame is a function of channel and time, whatever was asked before`, () => {
    const reel = reelOf(clip);
    const other = reelOf(clip);
    other.video(3, CHANNEL, AT + 1234 * MOMENT_MS, 5);
    for (const step of [0, 1, 24, 25, 199, 200, 7_777_777]) {
      const at = AT + step * MOMENT_MS;
      const unit = reel.unit(0, CHANNEL, at);
      assert.ok(elementary(other.video(0, CHANNEL, at, step * 3600)).video.equals(unit), String(step));
      assert.deepEqual(timeMarksIn(unit), [{ contentEpochMs: at, channelId: CHANNEL }]);
      assert.ok(!reel.unit(1, CHANNEL, at).equals(unit), 'channels show other pictures');
    }
  });

  test(`${clip}: key frames stand on whole seconds, for every channel`, () => {
    const reel = reelOf(clip);
    const period = clip === 'footage' ? 1000 : 2000;
    for (const channel of [0, 1, 5])
      for (let at = AT; at < AT + 9000; at += MOMENT_MS) assert.equal(reel.isKey(channel, at), at % period === 0);
    assert.equal(reel.keyBefore(2, AT + 3999), AT + (clip === 'footage' ? 3000 : 2000));
  });
}

test('sound carries its time in the lowest bits of its first samples, and nothing else is changed', () => {
  const reel = reelOf('footage');
  const { units } = loadClip('footage', 'pcma').audio!;
  for (const step of [0, 1, 199, 123_456]) {
    const at = AT + step * MOMENT_MS;
    const { audio } = elementary(reel.sound(0, at, 0));
    assert.equal(audio.length, 320);
    assert.equal(soundTimeOf(audio), at);
    const original = units[(at / MOMENT_MS) % 200]!.data;
    assert.ok(
      audio.every((sample, index) => (index < 48 ? sample >> 1 === original[index]! >> 1 : sample === original[index])),
    );
  }
});

for (const [bitrate, low, high] of [
  [2_000_000, 1_990_000, 2_110_000],
  [54_000, 54_000, 62_000],
] as const) {
  test(`${bitrate} bit/s of video make ${low} to ${high} of program stream`, () => {
    const rate = reelOf('footage', bitrate, 'none').bytesPerMs * 8000;
    assert.ok(rate > low && rate < high, String(rate));
  });
}

for (const [clip, width, codec] of [
  ['footage', 320, 'h264'],
  ['h265', 640, 'hevc'],
] as const) {
  test(`ffprobe reads a dump of ${clip}, over the end of the clip, without a word`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'gbgate-reel-'));
    t.after(() => rm(folder, { recursive: true }));
    const reel = reelOf(clip, 300_000, 'none'); // ffprobe knows no A-law in a program stream
    const moments = Array.from({ length: 250 }, (_, index) => AT + index * MOMENT_MS);
    const file = join(folder, 'dump.ps');
    const packs = moments.map((at, index) => Buffer.from(reel.video(0, CHANNEL, at, index * 3600)));
    await writeFile(file, Buffer.concat(packs));
    const args = ['-v', 'warning', '-of', 'json', '-count_frames', '-show_streams', '-select_streams', 'v', file];
    const { stdout, stderr } = await promisify(execFile)('ffprobe', args);
    assert.equal(stderr, '');
    const [stream] = JSON.parse(stdout).streams;
    assert.equal(stream.codec_name, codec);
    assert.equal(stream.width, width);
    assert.equal(Number(stream.nb_read_frames), 250);
  });
}
