/** What `<gb-player>` offers its viewers and the authors of pages. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { PlayerPage, type PlayerPageOptions } from '../support/player-page.ts';
import type { Viewer } from '../support/stand-in.ts';

const DIST = new URL('../../web/dist/', import.meta.url);
const MAX_COMPRESSED_BYTES = 15_000;

/** Collects the events of the first player from the start on. */
const COLLECT = `
  window.seen = [];
  const names = ['play', 'playing', 'pause', 'waiting', 'volumechange', 'error', 'loadedmetadata', 'resize', 'timeupdate',
    'statechange', 'figures', 'codec', 'recordingstart', 'recordingstop'];
  for (const name of names) addEventListener(name, (event) => {
    if (event.target.localName === 'gb-player') window.seen.push({ name, detail: event.detail });
  }, true);
`;

test('player.js is small, typed, and needs no other file for a live picture', async () => {
  const program = await readFile(new URL('player.js', DIST));
  const compressed = gzipSync(program, { level: 9 }).length;
  assert.ok(compressed < MAX_COMPRESSED_BYTES, `${compressed} bytes compressed`);
  assert.doesNotMatch(program.toString(), /^\s*import[ {"']/m, 'it imports nothing before it is asked to');
  const types = await readFile(new URL('player.d.ts', DIST), 'utf8');
  assert.match(types, /'gb-player': GbPlayer/);
  assert.doesNotMatch(types, /^import /m);
});

describe('<gb-player> for viewers and authors', { timeout: 180_000 }, () => {
  let browser: Browser;
  let clip: Clip;
  let silent: Clip;
  let opened: PlayerPage | null = null;

  before(async () => {
    [browser, clip, silent] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 30, width: 320, height: 240, audio: true }),
      makeClip({ seconds: 20, width: 176, height: 144, audio: false }),
    ]);
  });
  after(() => browser.close());
  afterEach(async () => {
    await opened?.close();
    opened = null;
  });

  const plain = (viewer: Viewer): void => {
    viewer.describe(clip);
    void viewer.play(clip, 0, 700, 25);
  };

  async function watch(o: PlayerPageOptions = {}, script: (viewer: Viewer, n: number) => void = plain) {
    opened = await PlayerPage.open(browser, script, o);
    return opened;
  }

  async function playing(o: PlayerPageOptions = {}) {
    const page = await watch(o);
    await until(
      'a picture',
      () => page.facts(),
      (f) => f.videoWidth === 320 && f.currentTime > 0.5,
    );
    return page;
  }

  test('has the properties and events of a video element', async () => {
    const page = await playing({ before: COLLECT });
    const names = () => page.page.evaluate('seen.map(({ name }) => name)') as Promise<string[]>;
    await until('events', names, (seen) => seen.includes('figures') && seen.includes('timeupdate'));
    const seen = await names();
    for (const name of ['loadedmetadata', 'resize', 'playing', 'statechange', 'codec'])
      assert.ok(seen.includes(name), name);
    const facts = await page.ask<Record<string, unknown>>(
      '({ paused: player.paused, width: player.videoWidth, height: player.videoHeight, error: player.error, muted: player.muted, volume: player.volume, ready: player.readyState >= 2, time: player.currentTime > 0, src: player.src.endsWith(".mp4"), state: player.state.type })',
    );
    assert.deepEqual(facts, {
      paused: false,
      width: 320,
      height: 240,
      error: null,
      muted: true,
      volume: 1,
      ready: true,
      time: true,
      src: true,
      state: 'playing',
    });
    const age = await page.ask<number>('Date.now() - player.contentTime.getTime()');
    assert.ok(Math.abs(age) < 60_000, `${age} ms`);
    const codec = (await page.page.evaluate('seen.find(({ name }) => name === "codec").detail')) as object;
    assert.deepEqual(codec, {
      type: 'init',
      mime: clip.mime,
      video: { codec: 'h264', width: 320, height: 240 },
      audio: { codec: 'aac' },
    });
    await page.ask('(player.volume = 0.5)');
    await until('volumechange', names, (now) => now.includes('volumechange'));
  });

  test('works under a policy that forbids everything it can, styles included', async () => {
    browser.faults.length = 0;
    const page = await playing({ attributes: 'muted controls' });
    const style = 'getComputedStyle(player.shadowRoot.querySelector(".bar")).position';
    assert.equal(await page.ask(style), 'absolute');
    assert.equal(await page.ask('getComputedStyle(player).display'), 'block');
    assert.deepEqual(browser.faults, []);
  });

  test('pause stops the download and keeps the picture; play goes to live', async () => {
    const page = await playing({ attributes: 'muted controls', before: COLLECT });
    await page.page.click('gb-player .play');
    await until(
      'it leaves',
      async () => page.viewers[0]?.socket.readyState,
      (state) => state === 3,
    );
    assert.equal(await page.ask('player.paused && player.video.paused && player.videoWidth === 320'), true);
    assert.equal(await page.words(), '');
    await page.page.keyboard.press('k');
    await until(
      'it comes back',
      async () => page.viewers.length,
      (count) => count === 2,
    );
    await until(
      'a picture',
      () => page.facts(),
      (f) => f.currentTime > 0.5,
    );
    await until(
      'state',
      () => page.ask('player.state.type'),
      (type) => type === 'playing',
    );
    const names = (await page.page.evaluate('seen.map(({ name }) => name)')) as string[];
    assert.ok(names.indexOf('pause') >= 0 && names.indexOf('play') > names.indexOf('pause'));
  });

  test('a browser that refuses sound without a click gets the picture without, and a button', async () => {
    browser.faults.length = 0;
    // Asking the page anything counts as a click on it, so the page has to speak first.
    const page = await watch({
      attributes: '',
      before: `addEventListener("playing", ({ target }) => console.error("muted: " + target.muted), true);`,
    });
    await until(
      'it plays',
      async () => browser.faults,
      ({ length }) => length > 0,
    );
    assert.equal(browser.faults[0], 'muted: true');
    await page.page.click('gb-player .chip');
    await until(
      'sound',
      () => page.facts(),
      (f) => !f.muted && f.audioBytes > 0,
    );
    await page.page.waitForSelector('gb-player .chip', { state: 'hidden' });
    const before = (await page.facts()).currentTime;
    await until(
      'it plays on',
      () => page.facts(),
      (f) => f.currentTime > before + 1,
    );
  });

  test('says so when the browser refuses even the silent picture, and plays after a click', async () => {
    const refuse = `
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      addEventListener('click', () => { HTMLMediaElement.prototype.play = play; }, true);`;
    const page = await watch({ before: refuse });
    await until(
      'words',
      () => page.words(),
      (words) => words.includes('wants a click'),
    );
    await page.page.click('gb-player .again');
    await until(
      'a picture',
      () => page.facts(),
      (f) => f.currentTime > 0.5,
    );
    await until(
      'no words',
      () => page.words(),
      (words) => words === '',
    );
  });

  test('a codec that cannot be decoded is named, and the sub-stream offered and played', async () => {
    const page = await watch({ before: COLLECT }, (viewer) => {
      if (viewer.url.includes('stream=1')) {
        viewer.describe(silent);
        void viewer.play(silent, 0, 400, 25);
        return;
      }
      viewer.text({
        type: 'init',
        mime: 'video/mp4; codecs="hvc1.1.6.L93.B0"',
        video: { codec: 'h265', width: 1920, height: 1080 },
        audio: null,
      });
    });
    const words = await until(
      'words',
      () => page.words(),
      (w) => w.includes('H.265'),
    );
    assert.match(words, /cannot decode H\.265\.[\s\S]*Play the sub-stream/);
    assert.deepEqual(await page.ask('player.error'), { code: 4, message: 'This browser cannot decode H.265.' });
    assert.ok(await page.page.evaluate('seen.some(({ name }) => name === "error")'));
    await page.page.click('gb-player .sub-stream');
    await until(
      'the sub-stream',
      () => page.facts(),
      (f) => f.videoWidth === 176 && f.currentTime > 0.3,
    );
    assert.equal(await page.words(), '');
    assert.equal(await page.ask('player.error'), null);
    assert.match(await page.ask<string>('player.src'), /stream=1$/);
  });

  test('a browser without Media Source Extensions is told so', async () => {
    const page = await watch({ before: 'delete window.MediaSource; delete window.ManagedMediaSource;' });
    await until(
      'words',
      () => page.words(),
      (w) => w.includes('Media Source Extensions'),
    );
    assert.equal(await page.ask('player.error.code'), 4);
    assert.equal(page.viewers.length, 0, 'nothing is downloaded for nothing');
  });

  test('zooms with the wheel, moves with a drag, and both with keys', async () => {
    const page = await playing({ attributes: 'muted controls' });
    const transform = () => page.ask<string>('player.shadowRoot.querySelector(".screen").style.transform');
    const scale = async () => Number(/scale\((.*)\)/.exec(await transform())?.[1] ?? 1);
    const box = await page.page.locator('gb-player').boundingBox();
    assert.ok(box !== null);
    await page.page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
    await page.page.mouse.wheel(0, 100);
    assert.equal(await transform(), '', 'the whole picture does not get smaller: the page scrolls');
    for (let i = 0; i < 4; i++) await page.page.mouse.wheel(0, -100);
    await until('zoomed', scale, (s) => s > 2.4);
    const before = await transform();
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await page.page.mouse.up();
    assert.notEqual(await transform(), before);
    await page.page.focus('gb-player');
    const dragged = await transform();
    await page.page.keyboard.press('ArrowRight');
    assert.notEqual(await transform(), dragged);
    await page.page.keyboard.press('0');
    assert.equal(await scale(), 1);
    await page.page.keyboard.press('+');
    assert.equal(await scale(), 1.25);
    await page.page.click('gb-player .zoom-out');
    assert.equal(await scale(), 1);
    await page.ask('player.zoom(3, 0, 0)');
    assert.equal(await transform(), 'translate(0%, 0%) scale(3)');
  });

  test('every button has a key and a name, in the language of the page', async () => {
    const page = await playing({ attributes: 'muted controls lang="zh"' });
    await page.page.focus('gb-player');
    await page.page.keyboard.press('m');
    assert.equal((await page.facts()).muted, false);
    await page.page.keyboard.press('ArrowDown');
    assert.equal(await page.ask('player.volume'), 0.9);
    await page.page.keyboard.press('i');
    await until(
      'figures',
      () => page.page.textContent('gb-player .stats'),
      (text) => /H\.264320×240\d+ fps.*AAC丢帧 \d+延迟 \d+ ms/.test(text ?? ''),
    );
    await page.page.keyboard.press('f');
    await until(
      'full screen',
      () => page.ask('document.fullscreenElement === player'),
      (is) => is === true,
    );
    await page.page.keyboard.press('f');
    await until(
      'no full screen',
      () => page.ask('document.fullscreenElement === null'),
      (is) => is === true,
    );
    const labels = () =>
      page.ask<string[]>('[...player.shadowRoot.querySelectorAll(".bar button")].map((b) => b.ariaLabel)');
    assert.ok(
      (await labels()).every((label) => /[\u4e00-\u9fff]/.test(label)),
      String(await labels()),
    );
    await page.ask('(player.lang = "en")');
    assert.ok(
      (await labels()).every((label) => /^[A-Z][a-z]/.test(label)),
      String(await labels()),
    );
  });

  test('picture in picture is asked of the browser', async () => {
    const page = await playing({
      attributes: 'muted controls',
      before:
        'HTMLVideoElement.prototype.requestPictureInPicture = async function () { window.inPicture = this.dataset.testid; };',
    });
    await page.page.focus('gb-player');
    await page.page.keyboard.press('p');
    await until(
      'asked',
      () => page.page.evaluate('window.inPicture'),
      (who) => who === 'player',
    );
  });

  test('the buttons of the small window pause and play the stream, not an old picture', async () => {
    const page = await playing();
    // No test can open that window; the browser would speak to the video like this.
    await page.ask(
      '(Object.defineProperty(player.shadowRoot, "pictureInPictureElement", { value: player.video }), player.video.pause())',
    );
    await until(
      'paused',
      () => page.ask('player.state.type'),
      (type) => type === 'paused',
    );
    await until(
      'it leaves',
      async () => page.viewers[0]?.socket.readyState,
      (state) => state === 3,
    );
    await page.ask('void player.video.play()');
    await until(
      'it comes back',
      async () => page.viewers.length,
      (count) => count === 2,
    );
    await until(
      'it plays',
      () => page.ask('player.state.type'),
      (type) => type === 'playing',
    );
  });

  test('is quiet where the page has words of its own', async () => {
    const page = await watch({ attributes: 'muted quiet', before: COLLECT }, (viewer) =>
      viewer.socket.close(4404, 'unknown'),
    );
    await until(
      'state',
      () => page.ask('player.state.type'),
      (type) => type === 'closed',
    );
    assert.equal(await page.words(), '');
    assert.equal(await page.ask('player.error.message'), 'The gateway does not know this channel.');
  });

  test('another src plays the other stream, and an element out of the page plays nothing', async () => {
    const page = await watch({}, (viewer) => {
      const one = viewer.url.includes('other') ? silent : clip;
      viewer.describe(one);
      void viewer.play(one, 0, 400, 25);
    });
    await until(
      'the first',
      () => page.facts(),
      (f) => f.videoWidth === 320 && f.currentTime > 0.3,
    );
    await page.ask('(player.src = "live/other/other.mp4")');
    await until(
      'the second',
      () => page.facts(),
      (f) => f.videoWidth === 176 && f.currentTime > 0.3,
    );
    assert.equal(page.viewers.length, 2);
    await page.ask('(window.player = player, player.remove())');
    await until(
      'both left',
      async () => page.viewers.filter(({ socket }) => socket.readyState === 3).length,
      (n) => n === 2,
    );
    await page.page.evaluate('document.body.append(window.player)');
    await until(
      'it plays again',
      () => page.facts(),
      (f) => f.videoWidth === 176 && f.currentTime > 0.3,
    );
    assert.equal(page.viewers.length, 3);
  });
});
