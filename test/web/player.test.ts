import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { PlayerPage, type PlayerPageOptions, SRC } from '../support/player-page.ts';
import type { Viewer } from '../support/stand-in.ts';

/** Keeps all the words over the picture: some are there for half a second only. */
const KEEP_WORDS = `
  window.said = [];
  addEventListener('statechange', ({ target }) => said.push(target.shadowRoot.querySelector('.message').textContent), true);
`;

describe('<gb-player>, with a scripted gateway', { timeout: 180_000 }, () => {
  let browser: Browser;
  let sound: Clip;
  let silent: Clip;
  let small: Clip;
  let opened: PlayerPage;

  before(async () => {
    [browser, sound, silent, small] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 30, width: 320, height: 240, audio: true }),
      makeClip({ seconds: 10, width: 320, height: 240, audio: false }),
      makeClip({ seconds: 20, width: 176, height: 144, audio: true }),
    ]);
  });

  after(async () => {
    await browser.close();
  });

  afterEach(() => opened.close());

  async function watch(
    script: (viewer: Viewer, number: number) => void | Promise<void>,
    o: PlayerPageOptions = {},
  ): Promise<void> {
    opened = await PlayerPage.open(browser, script, o);
  }

  const facts = () => opened.facts();
  const words = () => opened.words();

  test('plays, follows the live edge, reports once a second, and sound comes with a click', async () => {
    await watch(
      (viewer) => {
        viewer.describe(sound);
        void viewer.play(sound, 0, 600, 25);
      },
      { attributes: 'muted controls stats' },
    );
    const first = await until('a picture', facts, (f) => f.videoWidth === 320 && f.currentTime > 0.5);
    assert.equal(first.muted, true);
    await opened.page.click('gb-player .sound');
    const heard = await until('sound', facts, (f) => f.audioBytes > 4_000 && !f.muted);
    assert.equal(heard.error, null);
    const isAtEdge = (f: { currentTime: number; bufferedEnd: number }) => f.bufferedEnd - f.currentTime < 0.6;
    await until('time goes on, at the live edge', facts, (f) => f.currentTime > first.currentTime + 2 && isAtEdge(f));
    assert.equal(await words(), '');
    const said = async () => opened.viewers[0]?.said.filter(({ type }) => type === 'report') ?? [];
    const reports = await until('reports', said, ({ length }) => length >= 3);
    assert.ok(reports.every((r) => typeof r.bufferedEnd === 'number' && typeof r.currentTime === 'number'));
    const figures = await opened.page.textContent('gb-player .stats');
    assert.match(figures ?? '', /H\.264320×240\d+ fps\d+ kbit\/sAAClost \d+delay \d+ ms/);
    assert.equal(new URL(opened.viewers[0]?.url ?? '', 'ws://x').pathname, `/sub/${SRC}`);
    assert.deepEqual(browser.faults, []);
  });

  test('catches up a lag under two seconds by playing faster, without a jump', async () => {
    await watch(async (viewer) => {
      viewer.describe(sound);
      await viewer.play(sound, 0, 75, 25);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await viewer.play(sound, 75, 500, 30); // what the network held back comes at once
    });
    await until('playing', facts, (f) => f.currentTime > 1.5);
    await opened.page.evaluate(`(() => {
      const video = document.querySelector('gb-player').video;
      window.seeks = 0;
      video.addEventListener('seeking', () => { window.seeks++; });
    })()`);
    await until('faster', facts, (f) => f.playbackRate > 1, 15_000);
    await until('at the edge again', facts, (f) => f.playbackRate <= 1 && f.bufferedEnd - f.currentTime < 0.7, 20_000);
    assert.equal(await opened.page.evaluate('window.seeks'), 0);
  });

  test('jumps over a gap in the media', async () => {
    await watch(async (viewer) => {
      viewer.describe(sound);
      await viewer.play(sound, 0, 75, 25);
      await viewer.play(sound, 125, 500); // two seconds never come
    });
    const far = await until('beyond the gap', facts, (f) => f.currentTime > 6, 15_000);
    assert.equal(far.error, null);
  });

  test('follows a new picture size in the same buffer, and new tracks in a new one', async () => {
    await watch(async (viewer) => {
      viewer.describe(silent);
      await viewer.play(silent, 0, 50, 25);
      viewer.describe(sound); // sound was found: another set of tracks
      await viewer.play(sound, 50, 125);
      viewer.describe(small);
      await viewer.play(small, 125, 450);
    });
    await until('video alone', facts, (f) => f.videoWidth === 320 && f.currentTime > 0.3);
    await until('with sound', facts, (f) => f.audioBytes > 0 && f.currentTime > 3);
    const last = await until('the smaller picture', facts, (f) => f.videoWidth === 176 && f.currentTime > 6, 15_000);
    assert.equal(last.error, null);
    assert.equal(opened.viewers.length, 1, 'one connection for all of it');
    assert.equal(
      await opened.page.evaluate(`document.querySelector('gb-player').shadowRoot.querySelector('canvas').hidden`),
      true,
      'the held picture went away',
    );
  });

  test('reconnects by itself when the connection breaks, also to a time line that began anew', async () => {
    await watch(
      async (viewer, number) => {
        viewer.describe(sound);
        if (number === 1) {
          await viewer.play(sound, 0, 100, 25);
          viewer.socket.terminate();
        } else await viewer.play(sound, 0, 500, 25);
      },
      { before: KEEP_WORDS },
    );
    await until('playing', facts, (f) => f.currentTime > 2);
    const said = () => opened.page.evaluate('said.join("\\n")') as Promise<string>;
    await until('says so', said, (all) => /The connection was lost\.Next try in 1 s\./.test(all));
    await until('silent again', words, (w) => w === '');
    const again = await until('playing from the start', facts, (f) => f.currentTime > 1 && f.currentTime < 3.5);
    await until('on and on', facts, (f) => f.currentTime > again.currentTime + 1);
    assert.equal(opened.viewers.length, 2);
  });

  test('ES-5: a codec the browser cannot decode is named in words', async () => {
    await watch((viewer) => {
      viewer.text({
        type: 'init',
        mime: 'video/mp4; codecs="hvc1.1.6.L93.B0,flac"',
        video: { codec: 'h265', width: 1920, height: 1080 },
        audio: { codec: 'pcma' },
      });
    });
    assert.match(await until('words', words, (w) => w.includes('H.265')), /cannot decode H\.265/);
    await until(
      'it leaves',
      async () => opened.viewers[0]?.socket.readyState,
      (state) => state === 3,
    );
    assert.equal(opened.viewers.length, 1, 'it does not try again');
  });

  test('says why a camera does not play, and goes on trying where that helps', async () => {
    await watch((viewer) => viewer.socket.close(4480, 'device-offline'));
    const said = await until('words', words, (w) => w.includes('The camera is offline.'));
    const seconds = (text: string) => Number(/Next try in (\d+) s\./.exec(text)?.[1]);
    assert.ok(seconds(said) >= 2, said);
    await until('the number counts down', words, (w) => seconds(w) < seconds(said));
    await until(
      'the next try',
      async () => opened.viewers.length,
      (count) => count >= 2,
    );
  });

  test('a stopped stream stays stopped until it is asked for again', async () => {
    await watch((viewer, number) => {
      if (number === 1) viewer.socket.close(4409, 'stopped');
      else {
        viewer.describe(sound);
        void viewer.play(sound, 0, 300, 25);
      }
    });
    await until('words', words, (w) => w.includes('The stream was stopped.'));
    assert.equal(opened.viewers.length, 1);
    await opened.page.click('gb-player .again');
    await until('playing', facts, (f) => f.currentTime > 0.5);
  });
});
