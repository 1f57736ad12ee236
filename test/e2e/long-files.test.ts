import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { TimelineFiles } from '../../src/gateway/recording/timeline-file.ts';
import type { Fragment, InitSegment } from '../../src/media/frame.ts';
import { startRecording } from '../../src/record/recorder.ts';
import { makeClip } from '../record/clip.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';

const SECONDS = 4;

/** The clip as the n-th part of one feed. */
function part({ fragments }: { fragments: readonly Fragment[] }, n: number): Fragment[] {
  const shift = n * SECONDS;
  return fragments.map((fragment) => ({
    ...fragment,
    generation: n + 1,
    dts90k: fragment.dts90k + shift * 90_000,
    samples: fragment.samples.map((sample) => ({
      ...sample,
      dts: sample.dts + shift * (sample.track === 'video' ? 90_000 : 8000),
    })),
  }));
}

/** Files whose picture changes its size, in Chromium: it plays them from end to end and seeks in them. */
describe('files with two picture sizes in Chromium', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'gbgate-sizes-'));
  const served = new Map<string, Buffer>();
  let server: Server;
  let browser: Browser;
  let base: string;

  before(async () => {
    const small = makeClip({ codec: 'libx264', seconds: SECONDS, gop: 25, audio: 'flac', repeatsHeaders: true });
    const large = makeClip({
      codec: 'libx264',
      seconds: SECONDS,
      gop: 25,
      audio: 'flac',
      size: '320x240',
      repeatsHeaders: true,
    });
    const record = async (name: string, clips: readonly { init: InitSegment; fragments: readonly Fragment[] }[]) => {
      const path = join(dir, name);
      const recorder = startRecording({
        path,
        startEpochMs: 0,
        init: clips[0]!.init,
        onFault: (detail) => assert.fail(detail),
        onNewInit: 'add-entry',
      });
      for (const [n, clip] of clips.entries()) {
        if (n > 0) recorder.init({ ...clip.init, generation: n + 1 });
        for (const fragment of part(clip, n)) recorder.fragment(fragment);
      }
      const { bytes, durationMs } = await recorder.stop();
      return { path, bytes, durationMs };
    };
    served.set('/one.mp4', readFileSync((await record('one.mp4', [small, large, small])).path));
    const files = [await record('a.mp4', [small]), await record('b.mp4', [large]), await record('c.mp4', [small])];
    const timelines = new TimelineFiles({
      nowMs: () => 0,
      recordings: () =>
        files.map(({ path, bytes, durationMs }, i) => ({
          ...{ id: path, streamId: '', deviceId: '', channelId: '', streamNumber: 0, path, bytes, durationMs },
          ...{ startEpochMs: i * durationMs, endEpochMs: (i + 1) * durationMs },
          ...{ state: 'complete' as const, locked: false, error: null },
        })),
      absolutePath: ({ path }) => path,
      hold: () => () => {},
      log: (message) => assert.fail(message),
    });
    const joined = await timelines.file({
      ...{ deviceId: '', channelId: '', streamNumber: 0 },
      ...{ startEpochMs: 0, endEpochMs: 60_000 },
    });
    assert.ok(!('problem' in joined));
    served.set('/joined.mp4', Buffer.concat(await joined.read(0, joined.size - 1).toArray()));
    server = createServer((request, response) => {
      const bytes = served.get(request.url ?? '');
      if (bytes === undefined) {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<video muted></video>');
        return;
      }
      const [, first = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
      const end = last === '' ? bytes.length : Number(last) + 1;
      response.writeHead(206, {
        'content-type': 'video/mp4',
        'accept-ranges': 'bytes',
        'content-range': `bytes ${first}-${end - 1}/${bytes.length}`,
      });
      response.end(bytes.subarray(Number(first), end));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const facts = (page: Page) =>
    page.evaluate(() => {
      const video = document.querySelector('video')!;
      return {
        width: video.videoWidth,
        time: video.currentTime,
        duration: video.duration,
        ended: video.ended,
        seeking: video.seeking,
        error: video.error?.message ?? null,
      };
    });

  for (const name of ['one', 'joined']) {
    test(`${name}.mp4 plays through both sizes, and seeks into each`, async () => {
      const page = await browser.open(`${base}/`);
      await page.evaluate((address) => {
        const video = document.querySelector('video')!;
        const sizes: number[] = [];
        Object.assign(window, { sizes });
        video.addEventListener('resize', () => sizes.push(video.videoWidth));
        video.src = address;
        video.playbackRate = 2;
        void video.play();
      }, `${base}/${name}.mp4`);
      const played = await until(
        'the end',
        () => facts(page),
        (f) => f.ended || f.error !== null,
        60_000,
      );
      assert.equal(played.error, null);
      assert.ok(Math.abs(played.duration - 3 * SECONDS) < 0.2, `${played.duration}`);
      const sizes = await page.evaluate(() => (window as unknown as { sizes: number[] }).sizes);
      // Before the first picture Chromium tells the size of the newest sample entry.
      assert.deepEqual(sizes.slice(-3), [192, 320, 192]);
      for (const [at, width] of [
        [1.5 * SECONDS, 320],
        [0.5 * SECONDS, 192],
        [1.25 * SECONDS, 320],
        [2.5 * SECONDS, 192],
      ] as const) {
        await page.evaluate((seconds) => {
          document.querySelector('video')!.currentTime = seconds;
        }, at);
        await until(
          `the size at ${at} s`,
          () => facts(page),
          (f) => !f.seeking && f.width === width,
          20_000,
        );
      }
      await page.close();
    });
  }
});
