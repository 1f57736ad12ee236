/** Recorded footage in Chromium: the clock that the player shows against the time that the picture on the screen carries. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { channelsOf } from '../support/camera.ts';
import { type RunningGateway, runGateway } from '../support/gbgate.ts';
import { FOOTAGE_END, type Nvr, startNvr } from '../support/nvr.ts';
import { PlaybackPage } from '../support/playback-page.ts';

/** Noon before the end of the footage; a file begins here. */
const NOON = FOOTAGE_END - 12 * 3_600_000;
const MINUTE_MS = 60_000;
/** What the page may be off by. */
const CLOCK_SLACK_MS = 500;
const LIMIT_MS = 60_000;

describe('the clock of a playback in the browser', { timeout: 280_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  const recorders = new Map<string, Nvr>();
  let opened: PlaybackPage | null = null;

  before(async () => {
    [gateway, browser] = await Promise.all([runGateway({ mediaPorts: '43600-43699' }), launchBrowser()]);
    let number = 0;
    for (const quirk of ['', 'TS-9', 'TS-10']) {
      const id = `340200000011800007${String(++number).padStart(2, '0')}`;
      const nvr = await startNvr(gateway.sipPort, { id, days: 2, quirks: quirk === '' ? [] : [quirk] });
      await channelsOf(gateway, id);
      recorders.set(quirk, nvr);
    }
  });
  after(async () => {
    await browser?.close();
    for (const nvr of recorders.values()) await nvr.stop();
    await gateway?.stop();
  });
  afterEach(async () => {
    if (opened === null) return;
    await opened.page.close();
    await gateway.api('DELETE', `/api/v1/streams/${opened.streamId}`);
    opened = null;
  });

  async function play(quirk = '', o: { endEpochMs?: number; attributes?: string } = {}): Promise<PlaybackPage> {
    const nvr = recorders.get(quirk)!;
    opened = await PlaybackPage.open(browser, gateway, {
      deviceId: nvr.id,
      channelId: nvr.channels[0]!,
      startEpochMs: NOON,
      endEpochMs: NOON + 60 * MINUTE_MS,
      ...o,
    });
    await opened.shows('the beginning', NOON, MINUTE_MS, LIMIT_MS);
    return opened;
  }

  /** Nothing that was shown since the last look was off. */
  async function right(page: PlaybackPage, what: string): Promise<void> {
    const seen = await page.judged();
    assert.ok(seen.pictures > 0, `${what}: no picture was seen`);
    assert.ok(
      seen.worstMs <= CLOCK_SLACK_MS,
      `${what}: the clock was off by ${seen.worstMs} ms ${JSON.stringify(seen)}`,
    );
    await page.begin();
  }

  test('pause, resume, three seeks: the clock is that of the picture', async () => {
    const page = await play();
    await page.shows('a second of it', NOON + 1000, MINUTE_MS);
    await page.ask('player.pause()');
    await until(
      'paused',
      () => page.ask<string>('player.playbackState'),
      (state) => state === 'paused',
      LIMIT_MS,
    );
    const stream = `/api/v1/streams/${page.streamId}`;
    await until(
      'the gateway has paused it',
      async () => (await gateway.api('GET', stream)).body.state,
      (state) => state === 'paused',
      LIMIT_MS,
    );
    const { newest } = await page.judged();
    await page.page.waitForTimeout(3000);
    assert.equal((await page.judged()).newest, newest, 'the picture stands');
    assert.equal(await page.ask('player.state.type'), 'paused');
    await right(page, 'until it was paused');
    await page.ask('player.play()');
    await page.shows('more of it', newest + 1000, MINUTE_MS);
    await right(page, 'after the pause');
    for (const minute of [40, 10, 25]) {
      const at = NOON + minute * MINUTE_MS;
      await page.ask(`player.control({ action: 'seek', time: new Date(${at}).toISOString() })`);
      await page.shows(`minute ${minute}`, at - 2000, MINUTE_MS);
      await page.shows(`a second behind minute ${minute}`, at + 1000, MINUTE_MS);
      await right(page, `minute ${minute}`);
    }
    assert.deepEqual(
      browser.faults.filter((fault) => !fault.includes('404')),
      [],
    );
  });

  for (const [quirk, rate] of [
    ['TS-9', 4],
    ['TS-10', 1],
  ] as const)
    test(`${quirk}: half a minute at four times the speed is shown at that speed, with the right clock`, async () => {
      const page = await play(quirk);
      await page.shows('two seconds of it', NOON + 2000, MINUTE_MS);
      await page.ask("player.control({ action: 'speed', speed: 4 })");
      await until(
        'the speed',
        () => page.ask<number | null>('player.playbackSpeed'),
        (speed) => speed === 4,
        LIMIT_MS,
      );
      const from = await page.judged();
      const fromMs = performance.now();
      const to = await page.shows('half a minute of it', from.newest + MINUTE_MS / 2, 10 * MINUTE_MS);
      const speed = (to.newest - from.newest) / (performance.now() - fromMs);
      assert.ok(speed > 1.5 && speed < 6, `a second showed ${speed}`);
      // how the recorder stamps is seen after some seconds, later on a busy machine
      await until(
        'the pace of its time stamps',
        () => page.ask<number>('player.video.playbackRate'),
        (media) => media > rate * 0.8 && media < rate * 2.1,
        LIMIT_MS,
      );
      await right(page, 'at four times the speed');
      await page.ask("player.control({ action: 'speed', speed: 1 })");
      await until(
        'real speed',
        () => page.ask<number | null>('player.playbackSpeed'),
        (now) => now === 1,
        LIMIT_MS,
      );
      const { newest } = await page.judged();
      await page.shows('more of it', newest + 2000, 5 * MINUTE_MS);
      await right(page, 'back at real speed');
      const drops = await page.page.evaluate("seen.filter(({ type }) => type === 'drop').length");
      assert.equal(drops, 0, 'no picture was left out for a viewer that is too slow');
    });

  test('a paused picture is stepped forward and back, picture by picture, beyond what was buffered', async () => {
    const page = await play();
    await page.shows('two seconds of it', NOON + 2000, MINUTE_MS);
    assert.equal(await page.ask('player.step(1)'), false, 'while it plays there is no step');
    await page.ask('player.pause()');
    await until(
      'paused',
      () => page.ask<string>('player.playbackState'),
      (state) => state === 'paused',
      LIMIT_MS,
    );
    let { newest } = await page.judged();
    for (const by of [-1, -1, -1, 1, 1, ...Array<number>(30).fill(1), -1]) {
      assert.equal(await page.ask(`player.step(${by})`), true, `a step of ${by} from ${newest}`);
      newest += by * 40;
      await page.shows(`the picture of ${newest}`, newest, 1, 20_000);
      assert.equal(await page.ask('player.contentTime.getTime()'), newest);
    }
    await page.ask('player.play()');
    await page.shows('going on', newest + 500, MINUTE_MS);
    await right(page, 'with all its steps');
  });

  test('the end of the range is shown before the end is told', async () => {
    const page = await play('', { endEpochMs: NOON + 4000 });
    await until(
      'the end',
      () => page.ask<string>('player.state.type'),
      (type) => type === 'closed',
      LIMIT_MS,
    );
    assert.equal(await page.ask('player.state.closing'), 'ended');
    const { newest } = await page.judged();
    assert.ok(newest >= NOON + 3600, new Date(newest).toISOString());
    await right(page, 'to the end');
  });
});
