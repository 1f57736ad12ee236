/**
 * Makes the clips that the simulated camera sends. Needs ffmpeg with libx264 and libx265; run by hand when a clip shall
 * change: `node --import tsx scripts/make-clips.ts`. The results are committed, nobody else needs ffmpeg.
 *
 * Every video starts with an IDR, repeats its parameter sets before every IDR (each 2 s) and holds a whole number of closed
 * groups of pictures, so that it can be looped. Raw Annex B keeps no timestamps: a clip with B-frames has a `.offsets` file
 * beside it, one number per access unit in coding order: (pts - dts) in frame intervals.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLIPS = new URL('../src/simulator/clips/', import.meta.url).pathname;
const FPS = 25;
const SECONDS = 8;
const GOP = 50;
const SAMPLE_RATE = 8000;

const X264 = `keyint=${GOP}:min-keyint=${GOP}:scenecut=0:open-gop=0:force-cfr=1:repeat-headers=1`;
const X265 = `keyint=${GOP}:min-keyint=${GOP}:scenecut=0:open-gop=0:repeat-headers=1:info=0:pools=2:log-level=error`;

/** A colour chart with moving parts and a running clock. */
const GATE = `testsrc2=size=640x360:rate=${FPS}:duration=${SECONDS}`;
/** The same chart turned around and tinted, with a dive into the Mandelbrot set in its middle: not to be mistaken for the first. */
const YARD = [
  `mandelbrot=size=400x226:rate=${FPS}:start_scale=2.4:end_scale=0.35:end_pts=${SECONDS * FPS}:maxiter=800,trim=duration=${SECONDS},format=yuv420p[m]`,
  `testsrc2=size=640x360:rate=${FPS}:duration=${SECONDS},hue=h=140:s=0.9,format=yuv420p[t]`,
  '[t][m]overlay=x=120:y=67:shortest=1',
].join(';');
const SMALL = `testsrc2=size=320x180:rate=${FPS}:duration=4`;

function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args], { stdio: 'inherit' });
}

function video(file: string, source: string, codec: string[]): void {
  ffmpeg('-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-threads', '2', ...codec, '-an', join(CLIPS, file));
}

/** Encodes twice with the same settings: as it is, and into MP4 to learn pts and dts of every access unit. */
function reordered(file: string, source: string, codec: string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'clips-'));
  try {
    const mp4 = join(folder, 'clip.mp4');
    video(file, source, codec);
    ffmpeg('-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-threads', '2', ...codec, '-an', mp4);
    const rows = execFileSync('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'packet=pts_time,dts_time',
      '-of',
      'csv=p=0',
      mp4,
    ]);
    const offsets = rows
      .toString()
      .trim()
      .split('\n')
      .map((row) => {
        const [pts = 0, dts = 0] = row.split(',').map(Number);
        return Math.round((pts - dts) * FPS);
      });
    writeFileSync(join(CLIPS, `${file}.offsets`), `${offsets.join(' ')}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A little tune, eight bars that loop without a click: every sample differs from its neighbours, so a lost or doubled one shows. */
function tune(): Buffer {
  const scale = [523.25, 587.33, 659.25, 783.99, 880.0, 783.99, 659.25, 587.33];
  const pcm = Buffer.alloc(SECONDS * SAMPLE_RATE * 2);
  for (let i = 0; i < SECONDS * SAMPLE_RATE; i++) {
    const t = i / SAMPLE_RATE;
    const note = Math.floor(t * 2);
    const since = t - note / 2;
    const frequency = scale[(note * 3) % scale.length] ?? 440;
    const envelope = Math.min(1, since / 0.01) * Math.exp(-4 * since) * Math.min(1, (0.5 - since) / 0.01);
    const voice = Math.sin(2 * Math.PI * frequency * since) + 0.35 * Math.sin(4 * Math.PI * frequency * since);
    const drone = 0.12 * Math.sin(2 * Math.PI * 130.8125 * t) * (0.6 + 0.4 * Math.sin(2 * Math.PI * 0.5 * t));
    pcm.writeInt16LE(Math.round(11_000 * (envelope * voice + drone)), i * 2);
  }
  return pcm;
}

function audio(): void {
  const folder = mkdtempSync(join(tmpdir(), 'clips-'));
  const pcm = join(folder, 'tune.s16le');
  writeFileSync(pcm, tune());
  const input = ['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1', '-i', pcm];
  ffmpeg(...input, '-c:a', 'pcm_alaw', '-f', 'alaw', join(CLIPS, 'tune.alaw'));
  ffmpeg(...input, '-c:a', 'pcm_mulaw', '-f', 'mulaw', join(CLIPS, 'tune.ulaw'));
  ffmpeg(...input, '-c:a', 'aac', '-b:a', '24k', '-f', 'adts', join(CLIPS, 'tune.aac'));
  rmSync(folder, { recursive: true });
}

video('gate.h264', GATE, [
  '-c:v',
  'libx264',
  '-profile:v',
  'high',
  '-preset',
  'slow',
  '-bf',
  '0',
  '-b:v',
  '600k',
  '-maxrate',
  '900k',
  '-bufsize',
  '900k',
  '-x264-params',
  X264,
]);
video('yard.h265', YARD, [
  '-c:v',
  'libx265',
  '-preset',
  'medium',
  '-b:v',
  '600k',
  '-maxrate',
  '900k',
  '-bufsize',
  '900k',
  '-x265-params',
  `${X265}:bframes=0`,
]);
reordered('bframes.h264', SMALL, [
  '-c:v',
  'libx264',
  '-profile:v',
  'high',
  '-preset',
  'medium',
  '-bf',
  '2',
  '-crf',
  '30',
  '-x264-params',
  `${X264}:aud=1:slices=2:b-pyramid=normal`,
]);
reordered('bframes.h265', SMALL, [
  '-c:v',
  'libx265',
  '-preset',
  'medium',
  '-crf',
  '32',
  '-x265-params',
  `${X265}:aud=1:bframes=3:b-pyramid=1`,
]);
audio();
for (const file of ['gate.h264', 'yard.h265', 'bframes.h264', 'bframes.h265', 'tune.alaw', 'tune.ulaw', 'tune.aac'])
  console.log(file, statSync(join(CLIPS, file)).size);
