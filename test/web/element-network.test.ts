/** What the network, the browser and the page itself do to `<gb-player>`, and that the picture stays. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { PlayerPage } from '../support/player-page.ts';
import type { Viewer } from '../support/stand-in.ts';

const CUTS = 20;
/** Keeps the newest figures of the first player. */
const KEEP_FIGURES = 'addEventListener("figures", ({ detail }) => { window.figures = detail; }, true);';

/** Keeps the names of all its states. */
const KEEP_STATES =
  'window.states = []; addEventListener("statechange", ({ detail }) => states.push(detail.type), true);';

describe('<gb-player> and what befalls it', { timeout: 180_000 }, () => {
  let browser: Browser;
  let sound: Clip;
  let silent: Clip;
  let vp9: Clip;
  let opened: PlayerPage;

  before(async () => {
    [browser, sound, silent, vp9] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 30, width: 320, height: 240, audio: true }),
      makeClip({ seconds: 20, width: 320, height: 240, audio: false }),
      makeClip({ seconds: 10, width: 320, height: 240, audio: false, codec: 'vp9' }),
    ]);
  });
  after(() => browser.close());
  afterEach(() => opened.close());

  const facts = () => opened.facts();
  const endless = (viewer: Viewer): void => {
    viewer.describe(sound);
    void viewer.play(sound, 0, 700, 25);
  };

  test(`survives ${CUTS} cuts of the network, picture and all`, async () => {
    opened = await PlayerPage.open(browser, endless, { before: KEEP_STATES });
    const playing = (n: number) =>
      until(
        `picture ${n}`,
        () => opened.ask<[string, number]>('[player.state.type, player.currentTime]'),
        ([state, time]) => opened.viewers.length === n && state === 'playing' && time > 0,
      );
    for (let cut = 1; cut <= CUTS; cut++) {
      await playing(cut);
      opened.viewers.at(-1)?.socket.terminate();
      await until(
        'the next connection',
        async () => {
          assert.equal(await opened.ask('player.videoWidth'), 320, 'the last picture stays');
          // The network is back; without this word the waits between the tries add up to minutes.
          await opened.page.evaluate('dispatchEvent(new Event("online"))');
          return opened.viewers.length;
        },
        (count) => count > cut,
      );
    }
    await playing(CUTS + 1);
    const now = await facts();
    await until('it plays on', facts, (f) => f.currentTime > now.currentTime + 2 && f.error === null);
    assert.equal(await opened.words(), '');
    const states = (await opened.page.evaluate('states')) as string[];
    assert.equal(states.filter((state) => state === 'retrying').length, CUTS, 'each was said');
    assert.equal(opened.viewers.filter(({ socket }) => socket.readyState === socket.OPEN).length, 1);
    assert.equal(opened.page.workers().length, 1);
  });

  test('a busy page holds up neither the connection nor the media', async () => {
    opened = await PlayerPage.open(browser, endless, { before: KEEP_FIGURES });
    await until(
      'figures',
      () => opened.page.evaluate('window.figures?.isInWorker'),
      (is) => is === true,
    );
    const reports = () => opened.viewers[0]?.said.filter(({ type }) => type === 'report') ?? [];
    const before = reports();
    await opened.page.evaluate('(() => { const end = performance.now() + 4_000; while (performance.now() < end); })()');
    const during = reports().slice(before.length);
    assert.ok(during.length >= 2, `${during.length} reports while nothing else could run`);
    const ends = during.map(({ bufferedEnd }) => Number(bufferedEnd));
    assert.ok((ends.at(-1) ?? 0) > (ends[0] ?? 0) + 0.5, `the buffer grew: ${ends}`);
  });

  test('plays in the page where its policy forbids workers', async () => {
    const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; media-src blob:; img-src 'self'";
    opened = await PlayerPage.open(browser, endless, { before: KEEP_FIGURES, policy });
    await until('a picture', facts, (f) => f.videoWidth === 320 && f.currentTime > 1);
    await until(
      'figures',
      () => opened.page.evaluate('window.figures?.isInWorker'),
      (is) => is === false,
    );
    assert.equal(opened.page.workers().length, 0);
  });

  test('plays in the page where the browser has no media source in workers', async () => {
    const older = 'Object.defineProperty(MediaSource, "canConstructInDedicatedWorker", { value: undefined });';
    opened = await PlayerPage.open(browser, endless, { before: older + KEEP_FIGURES });
    await until('a picture', facts, (f) => f.videoWidth === 320 && f.currentTime > 1);
    await until(
      'figures',
      () => opened.page.evaluate('window.figures?.isInWorker'),
      (is) => is === false,
    );
  });

  test('many players share one worker', async () => {
    opened = await PlayerPage.open(browser, endless, { count: 6 });
    const times = () =>
      opened.page.evaluate('[...document.querySelectorAll("gb-player")].map((one) => one.currentTime)') as Promise<
        number[]
      >;
    await until('six pictures', times, (all) => all.length === 6 && all.every((time) => time > 1), 20_000);
    assert.equal(opened.page.workers().length, 1);
    assert.equal(opened.viewers.length, 6);
  });

  test('a tab that slept comes back to the live picture', async () => {
    opened = await PlayerPage.open(browser, endless);
    await until('a picture', facts, (f) => f.currentTime > 1);
    const cdp = await opened.page.context().newCDPSession(opened.page);
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await cdp.send('Page.setWebLifecycleState', { state: 'active' });
    const sent = await until(
      'live again',
      facts,
      (f) => f.currentTime > 5 && f.bufferedEnd - f.currentTime < 1,
      20_000,
    );
    await until('it plays on', facts, (f) => f.currentTime > sent.currentTime + 1 && f.error === null);
    assert.equal(opened.viewers.length, 1, 'on the same connection');
  });

  test('says how many frames never came; those that the browser had no time to show are others', async () => {
    opened = await PlayerPage.open(
      browser,
      (viewer) => {
        endless(viewer);
        setTimeout(() => viewer.text({ type: 'drop', frames: 12, ms: 480 }), 500);
      },
      { before: KEEP_FIGURES },
    );
    await until('a picture', facts, (f) => f.currentTime > 0);
    // What a busy machine does to a browser, for sure.
    await opened.ask(`(() => {
      const asked = player.video.getVideoPlaybackQuality.bind(player.video);
      player.video.getVideoPlaybackQuality = () => {
        const { totalVideoFrames, droppedVideoFrames } = asked();
        return { totalVideoFrames, droppedVideoFrames: droppedVideoFrames + 7 };
      };
    })()`);
    const figures = await until(
      'figures',
      () =>
        opened.page.evaluate('window.figures') as Promise<{ lostFrames: number; droppedFrames: number } | undefined>,
      (seen) => (seen?.lostFrames ?? 0) > 0 && (seen?.droppedFrames ?? 0) >= 7,
    );
    assert.equal(figures?.lostFrames, 12);
  });

  test('a new codec, and new tracks, are followed without a black picture between', async () => {
    opened = await PlayerPage.open(browser, async (viewer) => {
      viewer.describe(silent);
      await viewer.play(silent, 0, 75, 25);
      viewer.describe(vp9); // another codec in the same buffer
      await viewer.play(vp9, 75, 150);
      viewer.describe(sound); // other tracks: a new media source
      await viewer.play(sound, 150, 500);
    });
    await until('H.264', facts, (f) => f.videoWidth === 320 && f.currentTime > 1);
    // From here on there is a picture; before it the box is black, and the page was white.
    const seen = await screencast(opened.page);
    await until('VP9', facts, (f) => f.currentTime > 4);
    await until('sound', facts, (f) => f.currentTime > 7 && f.audioBytes > 0, 20_000);
    const shares = await blackShares(opened.page, await seen.stop());
    assert.ok(shares.length > 5, `${shares.length} frames of the screen`);
    const drawn = shares.map((share) => (share > 0.9 ? 'B' : '.')).join('');
    assert.doesNotMatch(drawn, /B/, `frames of the screen, B for black: ${drawn}`);
    assert.equal(
      await blackShare(opened.page, 'player.shadowRoot.querySelector(".screen").remove()'),
      1,
      'black is seen as black',
    );
  });
});

/** Everything the browser puts on the screen from now on, as JPEG files in base64. */
async function screencast(page: Page): Promise<{ stop(): Promise<string[]> }> {
  const cdp = await page.context().newCDPSession(page);
  const frames: string[] = [];
  cdp.on('Page.screencastFrame', ({ data, sessionId }) => {
    frames.push(data);
    void cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await cdp.send('Page.startScreencast', { format: 'jpeg', quality: 60, maxWidth: 320, maxHeight: 320 });
  return {
    async stop() {
      await cdp.send('Page.stopScreencast');
      return frames;
    },
  };
}

/** Of each frame of the screen, the share of the player's picture that is black. */
function blackShares(page: Page, frames: readonly string[]): Promise<number[]> {
  return page.evaluate(
    `(async () => {
      const player = document.querySelector('gb-player').getBoundingClientRect();
      const shares = [];
      for (const frame of ${JSON.stringify(frames)}) {
        const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const scale = bitmap.width / innerWidth;
        const centre = (player.left + player.width / 2) * scale;
        const height = Math.min(bitmap.height, player.bottom * scale) - player.top * scale;
        const { data } = context.getImageData(centre - 20, player.top * scale + height * 0.3, 40, height * 0.4);
        let black = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 48) black += 4;
        shares.push(black / data.length);
      }
      return shares;
    })()`,
  ) as Promise<number[]>;
}

/** The share that is black after `change` was made to the page: what the eye of the test is worth. */
async function blackShare(page: Page, change: string): Promise<number> {
  await page.evaluate(`(() => { const player = document.querySelector('gb-player'); ${change}; })()`);
  const { data } = await (await page.context().newCDPSession(page)).send('Page.captureScreenshot', { format: 'jpeg' });
  return (await blackShares(page, [data]))[0] ?? 0;
}
