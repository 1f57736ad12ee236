/** What `<gb-player>` puts on the viewer's own disk: still images and recordings. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { ffprobe } from '../support/judge.ts';
import { PlayerPage, type PlayerPageOptions } from '../support/player-page.ts';

/** Keeps how the recording of the first player ended. */
const KEEP_RESULT = 'addEventListener("recordingstop", ({ detail }) => { window.result = detail; }, true);';

describe('<gb-player> and the viewer’s disk', { timeout: 120_000 }, () => {
  let browser: Browser;
  let clip: Clip;
  let opened: PlayerPage | null = null;
  let folder: string;

  before(async () => {
    [browser, clip, folder] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 30, width: 320, height: 240, audio: true }),
      mkdtemp(join(tmpdir(), 'gbgate-element-')),
    ]);
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await opened?.close();
    opened = null;
  });

  async function playing(o: PlayerPageOptions = {}) {
    const page = await PlayerPage.open(
      browser,
      (viewer) => {
        viewer.describe(clip);
        void viewer.play(clip, 0, 700, 25);
      },
      o,
    );
    opened = page;
    await until(
      'a picture',
      () => page.facts(),
      (f) => f.videoWidth === 320 && f.currentTime > 0.5,
    );
    return page;
  }

  test('a still image goes to a file in the picture’s own size', async () => {
    const page = await playing({ attributes: 'muted controls' });
    const download = page.page.waitForEvent('download');
    await page.page.focus('gb-player');
    await page.page.keyboard.press('s');
    const file = join(folder, 'still.jpg');
    const saved = await download;
    assert.match(saved.suggestedFilename(), /^34020000001310000001-\d{8}T\d{6}\.jpg$/);
    await saved.saveAs(file);
    const { stdout } = await promisify(execFile)('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name,width,height',
      '-of',
      'csv=p=0',
      file,
    ]);
    assert.equal(stdout.trim(), 'mjpeg,320,240');
    // testsrc2 is colourful: a black or empty picture is not what was seen.
    const colours = await page.ask<number>(`(async () => {
      const bitmap = await createImageBitmap(await player.captureStill('image/png'));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4) seen.add((data[i] >> 5) * 64 + (data[i + 1] >> 5) * 8 + (data[i + 2] >> 5));
      return seen.size;
    })()`);
    assert.ok(colours > 8, `${colours} colours`);
  });

  test('what is seen is recorded to an MP4 that plays, into the downloads where there is no file system access', async () => {
    const page = await playing({ attributes: 'muted controls', before: 'delete window.showSaveFilePicker' });
    const parts = () =>
      page.ask<string[]>(
        'performance.getEntriesByType("resource").map(({ name }) => /player-[a-z-]+/.exec(name)?.[0]).filter(Boolean)',
      );
    assert.deepEqual(await parts(), [], 'a live picture needs nothing but the player itself');
    await page.page.hover('gb-player');
    await page.page.click('gb-player .record');
    await until(
      'recording',
      () => page.ask('player.recording'),
      (is) => is === true,
    );
    const from = (await page.facts()).currentTime;
    await until(
      'some seconds',
      () => page.facts(),
      (f) => f.currentTime > from + 4,
    );
    assert.deepEqual(await parts(), ['player-recorder-']);
    const download = page.page.waitForEvent('download');
    await page.page.click('gb-player .record');
    const file = join(folder, 'memory.mp4');
    await (await download).saveAs(file);
    const probed = await ffprobe(file);
    assert.deepEqual(
      probed.streams.map(({ codec_name }) => codec_name),
      ['h264', 'aac'],
    );
    const video = probed.packets.filter(({ stream }) => stream === 0);
    assert.equal(video[0]?.key, true, 'it begins with a key frame');
    assert.ok((video[0]?.dts ?? 9e9) < 2_000, `it begins at zero: ${video[0]?.dts}`);
    assert.ok(video.length >= 50, `${video.length} frames`);
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
  });

  test('a recording goes straight to a file where the browser can, and goes on across a reconnect', async () => {
    // The origin's private file system stands in for the dialogue, which no test can answer; the file handle is a real one.
    const pick = `window.showSaveFilePicker = async ({ suggestedName }) => {
      window.picked = suggestedName;
      return (await navigator.storage.getDirectory()).getFileHandle('recording.mp4', { create: true });
    };`;
    opened = await PlayerPage.open(
      browser,
      (viewer, n) => {
        viewer.describe(clip);
        void viewer.play(clip, 0, n === 1 ? 130 : 700, 25).then(() => n === 1 && viewer.socket.terminate());
      },
      { attributes: 'muted controls', before: pick + KEEP_RESULT },
    );
    const page = opened;
    await until(
      'a picture',
      () => page.facts(),
      (f) => f.videoWidth === 320 && f.currentTime > 0.5,
    );
    await page.page.hover('gb-player');
    await page.page.click('gb-player .record');
    await until(
      'the second connection',
      async () => page.viewers.length,
      (count) => count === 2,
    );
    await until(
      'it plays again',
      () => page.facts(),
      (f) => f.currentTime > 3 && f.currentTime < 6,
    );
    await page.ask('player.stopRecording()');
    const result = (await page.page.evaluate('window.result')) as {
      why: string;
      file: unknown;
      bytes: number;
      seconds: number;
    };
    assert.equal(result.why, 'asked');
    assert.equal(result.file, null);
    assert.match(String(await page.page.evaluate('picked')), /^34020000001310000001-\d{8}T\d{6}\.mp4$/);
    const base64 = await page.ask<string>(`(async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('recording.mp4');
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })()`);
    const bytes = Buffer.from(base64, 'base64');
    assert.equal(bytes.length, result.bytes);
    const file = join(folder, 'disk.mp4');
    await writeFile(file, bytes);
    const probed = await ffprobe(file);
    const video = probed.packets.filter(({ stream }) => stream === 0);
    const steps = video.slice(1).map(({ dts }, i) => dts - (video[i]?.dts ?? 0));
    assert.ok(video.length > 50, `${video.length} frames`);
    assert.ok(
      steps.every((step) => step > 0),
      'its time goes forward only',
    );
    assert.ok(Math.abs(probed.durationSeconds - result.seconds) < 0.5, `${probed.durationSeconds} s`);
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
  });

  test('a recording whose program cannot be loaded ends at once, and says so', async () => {
    const page = await playing({ attributes: 'muted controls', before: KEEP_RESULT });
    await page.page.route(/player-recorder/, (route) => route.abort());
    const start = 'player.startRecording({ close: async () => { window.isLetGo = true; } })';
    assert.equal(await page.ask(`(${start}, player.recording)`), true);
    await until(
      'the end',
      () => page.page.evaluate('window.result'),
      (result) => result !== undefined,
    );
    assert.deepEqual(await page.page.evaluate('window.result'), { why: 'fault', file: null, bytes: 0, seconds: 0 });
    assert.deepEqual(
      await page.ask('({ recording: player.recording, isLetGo: window.isLetGo, state: player.state.type })'),
      { recording: false, isLetGo: true, state: 'playing' },
    );
    assert.equal(await page.ask('player.stopRecording()'), null);
  });
});
