import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FLAWLESS } from '../../src/simulator/behaviour.ts';
import { type AudioCodec, clipUnits, loadClip, SHIPPED_VIDEOS } from '../../src/simulator/clip.ts';
import { PsMuxer } from '../../src/simulator/ps-muxer.ts';

const hasFfprobe = spawnSync('ffprobe', ['-version']).status === 0;

/** Two loops of a clip, sound between the pictures, as the sender orders them. */
function twoLoops(video: string, audio: AudioCodec | 'none') {
  const clip = loadClip(video, audio);
  const units = clipUnits(clip);
  const muxer = new PsMuxer({ video: clip.video.codec, audio: clip.audio?.codec ?? null, behaviour: FLAWLESS });
  const packs: Buffer[] = [];
  const times: { pts: number; dts: number }[] = [];
  const sound: Buffer[] = [];
  let audio90k = 1800;
  for (let frame = 0; frame < units.video.length * 2; frame++) {
    const unit = units.video[frame % units.video.length]!;
    const dts90k = 90_000 + frame * 3600;
    while (units.audio.length > 0 && audio90k < frame * 3600) {
      const portion = units.audio[sound.length % units.audio.length]!;
      packs.push(muxer.audio(portion.data, 90_000 + audio90k));
      sound.push(portion.data);
      audio90k += portion.duration90k;
    }
    packs.push(muxer.video({ ...unit, dts90k, pts90k: dts90k + unit.offset90k }));
    times.push({ pts: dts90k + unit.offset90k, dts: dts90k });
  }
  return { clip, ps: Buffer.concat(packs), times, sound, video: [...units.video, ...units.video] };
}

/** With the file header of one maker in front, ffmpeg knows the stream types 0x90 and 0x91; it calls them MPEG audio otherwise. */
const CAMERA_FILE = Buffer.from('IMKH'.padEnd(40, '\0'));

const FFMPEG_NAMES: Record<string, string> = {
  h264: 'h264',
  h265: 'hevc',
  pcma: 'pcm_alaw',
  pcmu: 'pcm_mulaw',
  aac: 'aac',
};

for (const video of Object.keys(SHIPPED_VIDEOS)) {
  for (const audio of ['pcma', 'pcmu', 'aac', 'none'] as const) {
    test(`ffmpeg reads ${video} with ${audio}`, { skip: hasFfprobe ? false : 'needs ffprobe' }, () => {
      const folder = mkdtempSync(join(tmpdir(), 'ps-'));
      try {
        const file = join(folder, 'clip.ps');
        const made = twoLoops(video, audio);
        writeFileSync(file, audio === 'pcma' || audio === 'pcmu' ? Buffer.concat([CAMERA_FILE, made.ps]) : made.ps);
        const probed = spawnSync('ffprobe', [
          '-v',
          'warning',
          '-f',
          'mpeg',
          '-show_entries',
          'stream=codec_name,width,height:packet=codec_type,pts,dts',
          '-of',
          'json',
          file,
        ]);
        const report = JSON.parse(probed.stdout.toString()) as {
          streams: { codec_name: string; width?: number }[];
          packets: { codec_type: string; pts?: number; dts?: number }[];
        };
        const sounds = audio === 'none' ? [] : [FFMPEG_NAMES[audio]];
        const names = report.streams.map((stream) => stream.codec_name).sort();
        assert.deepEqual(names, [FFMPEG_NAMES[made.clip.video.codec], ...sounds].sort());
        assert.equal(probed.stderr.toString(), '');
        const frames = report.packets.filter((packet) => packet.codec_type === 'video');
        assert.equal(frames.length, made.times.length);
        // ffmpeg's parser splits on the access unit: what it takes out must be what went in
        const raw = join(folder, 'out.bin');
        execFileSync('ffmpeg', [
          '-v',
          'error',
          '-y',
          '-f',
          'mpeg',
          '-i',
          file,
          '-map',
          '0:v',
          '-c',
          'copy',
          '-f',
          made.clip.video.codec === 'h264' ? 'h264' : 'hevc',
          raw,
        ]);
        assert.equal(hash(readFileSync(raw)), hash(Buffer.concat(made.video.map((unit) => unit.data))));
        if (audio !== 'none') {
          const format = { pcma: 'alaw', pcmu: 'mulaw', aac: 'adts' }[audio];
          const bytes = join(folder, 'sound.bin');
          execFileSync('ffmpeg', [
            '-v',
            'error',
            '-y',
            '-f',
            'mpeg',
            '-i',
            file,
            '-map',
            '0:a',
            '-c',
            'copy',
            '-f',
            format,
            bytes,
          ]);
          assert.equal(hash(readFileSync(bytes)), hash(Buffer.concat(made.sound)));
        }
        const decoded = spawnSync('ffmpeg', [
          '-v',
          'error',
          '-f',
          'mpeg',
          '-i',
          file,
          '-map',
          '0:v',
          '-f',
          'null',
          '-',
        ]);
        assert.equal(decoded.stderr.toString(), '');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}

function hash(bytes: Buffer): string {
  return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
}

test('writes the bytes of the standard', () => {
  const muxer = new PsMuxer({ video: 'h264', audio: 'pcma', behaviour: FLAWLESS });
  const pack = muxer.video({ data: Buffer.alloc(1000), nals: [], key: true, pts90k: 3600, dts90k: 3600 });
  const expected = [
    '000001ba44000400040100 5f6bf8',
    '000001bb000c80ccf504217fe0e800c0c200',
    '000001bc0012e0ff000000081be0000090c00000fedfb1d7',
    '000001e003f084800521000 11c21',
  ];
  assert.equal(pack.subarray(0, -1000).toString('hex'), expected.join('').replaceAll(' ', ''));
  const second = muxer.video({ data: Buffer.alloc(1), nals: [], key: false, pts90k: 93_600, dts90k: 93_600 });
  assert.equal(second.subarray(0, 14).toString('hex'), '000001ba440016fc8401005f6bf8');
});

test('cuts a frame of 200,000 bytes into PES packets, clocks in the first one only', () => {
  const muxer = new PsMuxer({ video: 'h265', audio: null, behaviour: FLAWLESS });
  const data = Buffer.alloc(200_000, 0x55);
  const pack = muxer.video({ data, nals: [], key: false, pts90k: 7200, dts90k: 3600 });
  const pieces: Buffer[] = [];
  const clocks: number[] = [];
  let at = 14;
  while (at < pack.length) {
    assert.equal(pack.readUInt32BE(at), 0x1e0);
    const length = pack.readUInt16BE(at + 4);
    const header = pack[at + 8]!;
    clocks.push(pack[at + 7]!);
    pieces.push(pack.subarray(at + 9 + header, at + 6 + length));
    at += 6 + length;
  }
  assert.equal(at, pack.length);
  assert.deepEqual(clocks, [0xc0, 0, 0, 0]);
  assert.ok(Buffer.concat(pieces).equals(data));
});

test('cuts its clocks at 33 bits', () => {
  const muxer = new PsMuxer({ video: 'h264', audio: null, behaviour: FLAWLESS });
  const at = (clock: number) =>
    muxer
      .video({ data: Buffer.alloc(1), nals: [], key: false, pts90k: clock, dts90k: clock })
      .subarray(14 + 9, 14 + 14)
      .toString('hex');
  assert.equal(at(0), '2100010001');
  assert.equal(at(90_000), '210005bf21');
  assert.equal(at(2 ** 33), '2100010001');
  assert.equal(at(2 ** 33 + 90_000), '210005bf21');
  assert.equal(at(2 ** 33 - 1), '2fffffffff');
});
