import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ffmpegVersion, jpegOf, pictureAt, thumbnailOf } from '../../src/media/ffmpeg.ts';

describe('ffmpeg', () => {
  let folder: string;
  let fragmented: Buffer;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gbgate-ffmpeg-'));
    const path = join(folder, 'clip.mp4');
    const made = spawnSync('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'color=red:size=320x180:rate=25:duration=1', '-c:v', 'libx264'],
      ...['-movflags', 'frag_every_frame+empty_moov+default_base_moof', path],
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    fragmented = readFileSync(path);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a JPEG of the first picture', async () => {
    const jpeg = await jpegOf([fragmented.subarray(0, 1000), fragmented.subarray(1000)]);
    assert.ok(!('ffmpeg' in jpeg), JSON.stringify(jpeg));
    const path = join(folder, 'picture.jpg');
    writeFileSync(path, jpeg);
    const pixel = spawnSync('ffmpeg', [
      '-v',
      'error',
      '-i',
      path,
      '-vf',
      'scale=1:1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      '-',
    ]);
    const [red, green, blue] = pixel.stdout;
    assert.ok(red! > 200 && green! < 60 && blue! < 60, `the picture is red: ${[red, green, blue]}`);
  });

  it('makes a small JPEG of the first picture of a file', async () => {
    const jpeg = await thumbnailOf(join(folder, 'clip.mp4'));
    assert.ok(!('ffmpeg' in jpeg), JSON.stringify(jpeg));
    const path = join(folder, 'thumbnail.jpg');
    writeFileSync(path, jpeg);
    const probe = ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', path];
    assert.equal(String(spawnSync('ffprobe', probe).stdout).trim(), 'mjpeg,320,180');
    const gone = await thumbnailOf(join(folder, 'nothing.mp4'));
    assert.ok('ffmpeg' in gone && gone.ffmpeg === 'failed');
  });

  it('makes a JPEG of the picture of a moment, and of the last one behind it', async () => {
    const path = join(folder, 'three.mp4');
    const colour = (name: string) => ['-f', 'lavfi', '-i', `color=${name}:size=320x180:rate=25:duration=2`];
    const made = spawnSync('ffmpeg', [
      ...['-v', 'error', ...colour('red'), ...colour('lime'), ...colour('blue')],
      ...['-filter_complex', '[0][1][2]concat=n=3', '-c:v', 'libx264', '-g', '25', path],
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    const main = async (atMs: number) => {
      const jpeg = await pictureAt(path, atMs);
      assert.ok(!('ffmpeg' in jpeg), JSON.stringify(jpeg));
      const picture = join(folder, `${atMs}.jpg`);
      writeFileSync(picture, jpeg);
      const args = ['-v', 'error', '-i', picture, '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
      const rgb = [...spawnSync('ffmpeg', args).stdout];
      return ['red', 'green', 'blue'][rgb.indexOf(Math.max(...rgb))];
    };
    for (const [atMs, expected] of [
      [0, 'red'],
      [1960, 'red'],
      [2000, 'green'],
      [3500, 'green'],
      [4100, 'blue'],
      // the last picture begins at 5,960
      [5990, 'blue'],
      [6000, 'blue'],
    ] as const)
      assert.equal(await main(atMs), expected, `${atMs} ms`);
    const gone = await pictureAt(join(folder, 'nothing.mp4'), 0);
    assert.ok('ffmpeg' in gone && gone.ffmpeg === 'failed');
  });

  it('says its version', async () => {
    assert.match((await ffmpegVersion()) ?? '', /^\S*\d+\.\d+/);
  });

  it('says what is wrong with bytes that hold no picture', async () => {
    const fault = await jpegOf([Buffer.from('this is no picture')]);
    assert.ok('ffmpeg' in fault);
    assert.equal(fault.ffmpeg, 'failed');
  });

  it('says so when ffmpeg is not installed', () => {
    const script = `import { jpegOf } from '${new URL('../../src/media/ffmpeg.ts', import.meta.url).href}';
      process.stdout.write(JSON.stringify(await jpegOf([Buffer.alloc(10)])));`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      env: { PATH: folder },
    });
    const fault = JSON.parse(String(child.stdout));
    assert.equal(fault.ffmpeg, 'missing', String(child.stderr));
    assert.match(fault.detail, /not installed/);
  });
});
