/** `<gb-player>` with recorded footage, against a scripted gateway. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { CLIP_FPS, type Clip, makeClip } from '../support/clip.ts';
import { PlayerPage, type PlayerPageOptions } from '../support/player-page.ts';
import type { Viewer } from '../support/stand-in.ts';

const FILMED = Date.UTC(2026, 0, 5, 8, 0, 0);
const LIMIT_MS = 30_000;

describe('<gb-player> with recorded footage', { timeout: 180_000 }, () => {
  let browser: Browser;
  let clip: Clip;
  let opened: PlayerPage | null = null;

  before(async () => {
    [browser, clip] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 30, width: 320, height: 240, audio: false }),
    ]);
  });
  after(() => browser.close());
  afterEach(async () => {
    await opened?.close();
    opened = null;
  });

  /** Footage at its own speed until the viewer goes, or the device is paused. */
  function gatewayOf(answer: (viewer: Viewer, message: Record<string, unknown>) => void) {
    return (viewer: Viewer): void => {
      viewer.text({ type: 'state', state: 'playing' });
      viewer.describe(clip);
      let frame = 0;
      let isPaused = false;
      const timer = setInterval(() => {
        if (viewer.socket.readyState !== viewer.socket.OPEN || frame >= clip.frames.length) clearInterval(timer);
        else if (!isPaused) {
          const seconds = frame / CLIP_FPS;
          const time = new Date(FILMED + seconds * 1000).toISOString();
          if (frame % CLIP_FPS === 0) viewer.text({ type: 'clock', dts90k: seconds * 90_000, time, rate: 1, scale: 1 });
          viewer.socket.send(clip.frames[frame++]!);
        }
      }, 1000 / CLIP_FPS);
      viewer.socket.on('close', () => clearInterval(timer));
      viewer.socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as Record<string, unknown>;
        if (message.type !== 'control') return;
        answer(viewer, message);
        // behind a seek comes what the answer sends, and nothing of before
        isPaused = message.action === 'pause' || message.action === 'seek';
      });
    };
  }

  /** As the gateway answers who may control. */
  const obeys = (viewer: Viewer, { action }: Record<string, unknown>): void => {
    const state = action === 'pause' ? 'paused' : 'playing';
    viewer.text({ type: 'state', state });
    viewer.text({ type: 'state', state, action });
  };

  async function playing(answer = obeys, o: PlayerPageOptions = {}): Promise<PlayerPage> {
    opened = await PlayerPage.open(browser, gatewayOf(answer), o);
    await isAt('playing', 500);
    return opened;
  }

  async function isAt(state: string, afterMs: number): Promise<void> {
    await until(
      `${state}, ${afterMs} ms of content`,
      () =>
        opened!.ask<{ state: string; ms: number }>(
          `({ state: player.state.type, ms: player.contentTime ? player.contentTime.getTime() - ${FILMED} : -1 })`,
        ),
      (seen) => seen.state === state && seen.ms >= afterMs,
      LIMIT_MS,
    );
  }

  test('shows when it was filmed, and says each change', async () => {
    const page = await playing(obeys, {
      before: `window.heard = []; for (const name of ['contenttimechange', 'playbackstatechange', 'pause', 'play'])
        addEventListener(name, ({ target }) => { if (target.localName === 'gb-player') heard.push(name + ' ' + target.playbackState); }, true);`,
    });
    assert.equal(await page.ask('player.playbackSpeed'), 1);
    await page.ask('player.pause()');
    await isAt('paused', 500);
    await page.ask('player.play()');
    await isAt('playing', 1000);
    const heard = (await page.page.evaluate('heard')) as string[];
    assert.ok(heard.filter((one) => one === 'contenttimechange playing').length > 3);
    const changes = heard.filter((one) => one.startsWith('playbackstatechange'));
    assert.deepEqual(
      changes.map((one) => one.split(' ')[1]),
      ['playing', 'paused', 'playing'],
    );
    assert.ok(heard.includes('pause paused') && heard.includes('play playing'));
  });

  test('plays footage as live pictures where its own part cannot be loaded', async () => {
    opened = await PlayerPage.open(browser, gatewayOf(obeys), {});
    await opened.page.route(/player-footage-pace/, (route) => route.abort());
    await opened.page.reload();
    const page = opened;
    await until(
      'it plays',
      () => page.ask<number>('player.contentTime?.getTime() ?? 0'),
      (epochMs) => epochMs >= FILMED + 2000,
      LIMIT_MS,
    );
    assert.equal(await page.ask('player.playbackSpeed'), 1);
    await page.ask('player.pause()');
    await isAt('paused', 500);
    await page.ask('player.play()');
    await isAt('playing', 1000);
  });

  test('a pause pauses the device, not the connection, and nothing is said over the picture', async () => {
    const page = await playing();
    await page.ask('player.pause()');
    await until(
      'the command',
      async () => page.viewers[0]!.said.filter(({ type }) => type === 'control'),
      (said) => said.length > 0,
      LIMIT_MS,
    );
    assert.deepEqual(page.viewers[0]!.said.filter(({ type }) => type === 'control')[0], {
      type: 'control',
      action: 'pause',
    });
    await isAt('paused', 500);
    assert.equal(await page.words(), '');
    assert.equal(page.viewers[0]!.socket.readyState, 1);
    assert.equal(await page.ask('player.video.paused'), true);
    await page.ask('player.play()');
    await isAt('playing', 1500);
    assert.equal(page.viewers.length, 1);
  });

  test('a pause by somebody else holds the picture as well', async () => {
    const page = await playing();
    page.viewers[0]!.text({ type: 'state', state: 'paused' });
    await isAt('paused', 500);
    assert.equal(await page.ask('player.paused && player.video.paused'), true);
    assert.equal(await page.words(), '');
    page.viewers[0]!.text({ type: 'state', state: 'playing' });
    await isAt('playing', 1500);
  });

  test('who may only look pauses the own picture: the connection is let go', async () => {
    const page = await playing((viewer, { action }) =>
      viewer.text({ type: 'state', state: 'playing', action, code: 'forbidden' }),
    );
    await page.ask('player.pause()');
    await until(
      'it leaves',
      async () => page.viewers[0]!.socket.readyState,
      (state) => state === 3,
      LIMIT_MS,
    );
    assert.equal(await page.ask('player.state.type'), 'paused');
    await page.ask('player.play()');
    await until(
      'it comes back',
      async () => page.viewers.length,
      (count) => count === 2,
      LIMIT_MS,
    );
  });

  for (const [language, words] of [
    ['en', 'The recorder cannot play at this speed.'],
    ['zh', '录像机不支持该播放速度。'],
  ])
    test(`a speed that the recorder does not do is said (${language})`, async () => {
      const page = await playing(obeys, { attributes: `muted controls lang="${language}"` });
      page.viewers[0]!.text({ type: 'state', state: 'playing', code: 'speed_not_supported' });
      await until(
        'the notice',
        () => page.ask<string>('player.shadowRoot.querySelector(".notice").textContent'),
        (said) => said === words,
        LIMIT_MS,
      );
      await isAt('playing', 500);
    });

  test('where somebody goes is shown at once, not after what was buffered', async () => {
    const page = await playing((viewer) => {
      // twenty seconds of what was on its way, and then the place
      for (let frame = 200; frame < 700; frame++) viewer.socket.send(clip.frames[frame]!);
      const time = new Date(FILMED + 3_600_000).toISOString();
      viewer.text({ type: 'clock', dts90k: 28 * 90_000, time, rate: 1, scale: 1, jump: true });
      for (let frame = 700; frame < 750; frame++) viewer.socket.send(clip.frames[frame]!);
    });
    await page.ask(`player.control({ action: 'seek', time: '2026-01-05T09:00:00Z' })`);
    const fromMs = performance.now();
    await isAt('playing', 3_600_000);
    assert.ok(performance.now() - fromMs < 9_000, 'twenty seconds are not played first, were it twice as fast');
  });
});
