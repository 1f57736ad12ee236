import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until as untilSeen } from '../support/browser.ts';
import { channelsOf } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { contentTimesOf, type Nvr, startNvr } from '../support/nvr.ts';
import { WITNESS } from '../support/playback-page.ts';
import { firstPicture, shownTime } from '../support/shown-time.ts';

const RECORDER = '34020000001180000501';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const IN_BEIJING_MS = 8 * HOUR_MS;
/** Footage ends with a day in Beijing, three days ago: not in the window that is shown at first. */
const FOOTAGE_END = Math.floor((Date.now() + IN_BEIJING_MS) / DAY_MS - 3) * DAY_MS - IN_BEIJING_MS;
/** In the middle of its last day. */
const NOON = FOOTAGE_END - 12 * HOUR_MS;
const dateIn = (epochMs: number) => new Date(epochMs + IN_BEIJING_MS).toISOString().slice(0, 10);
/** A picture is on the screen, and its clock is looked at, at two moments of a busy machine. */
const CLOCK_SLACK_MS = 1_000;
const PATIENCE_MS = 30_000;

/** The time line of a simulated recorder whose pictures carry their own time, in Chromium. */
describe('recorded footage on the page', { timeout: 240_000 }, () => {
  let gateway: RunningGateway;
  let nvr: Nvr;
  let browser: Browser;
  let page: Page;
  let channelId = '';

  before(async () => {
    [gateway, browser] = await Promise.all([
      runGateway({ mediaPorts: '43300-43399', args: ['--linger', '2s'] }),
      launchBrowser(),
    ]);
    const gaps = [{ startEpochMs: NOON + HOUR_MS, endEpochMs: NOON + 2 * HOUR_MS }];
    nvr = await startNvr(gateway.sipPort, {
      id: RECORDER,
      days: 3,
      untilEpochMs: FOOTAGE_END,
      gaps,
      maxCalls: 2,
      // answers PLAY with a body: nothing that is seen, and what it does in a hurry is no finding of this test
      quirks: ['PB-12'],
    });
    [channelId = ''] = await channelsOf(gateway, RECORDER);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`, WITNESS);
  });
  after(async () => {
    await browser?.close();
    await nvr?.stop();
    await gateway?.stop();
  });

  const line = () => page.locator('[data-testid="time-line"]');
  const windowOf = async () => ({
    startMs: Number(await line().getAttribute('data-start-ms')),
    endMs: Number(await line().getAttribute('data-end-ms')),
  });
  const phase = () => page.locator('[data-testid="footage-screen"]').getAttribute('data-phase');
  /** Where a moment stands on the screen, in a lane. */
  async function pointOf(
    epochMs: number,
    lane: 'device' | 'own' = 'device',
  ): Promise<{ x: number; y: number; ms: number }> {
    const box = await line().boundingBox();
    assert.ok(box !== null);
    const { startMs, endMs } = await windowOf();
    const msPerPx = (endMs - startMs) / box.width;
    const x = Math.round((epochMs - startMs) / msPerPx);
    return { x: box.x + x, y: box.y + (lane === 'device' ? 48 : 80), ms: startMs + x * msPerPx };
  }
  const files = () => page.locator('[data-testid="time-line"] .device .files').getAttribute('d');
  const open = async (query = '') => {
    await page.goto(`${gateway.http}/#/devices`);
    await page.goto(`${gateway.http}/#/footage/${RECORDER}/${channelId}${query}`);
    await page.waitForSelector('[data-testid="time-line"]');
  };
  const at = (epochMs: number) => `?at=${encodeURIComponent(new Date(epochMs).toISOString())}`;
  /** Pictures of this moment are shown, and the page's clock says so. */
  async function plays(fromMs: number, toMs: number, what: string): Promise<void> {
    await untilSeen(
      what,
      () => shownTime(page),
      ({ shownMs, clockMs }) =>
        shownMs !== null &&
        clockMs !== null &&
        shownMs >= fromMs &&
        shownMs < toMs &&
        Math.abs(shownMs - clockMs) <= CLOCK_SLACK_MS,
      PATIENCE_MS,
    );
  }
  const streams = async () =>
    (
      (await gateway.api('GET', '/api/v1/streams?limit=100')).body.items as {
        id: string;
        kind: string;
        state: string;
      }[]
    ).filter(({ kind, state }) => kind === 'playback' && state !== 'ended');

  test('the way from an empty window to the newest footage, and the calendar', async () => {
    await open();
    await page.click('[data-testid="newest"]', { timeout: PATIENCE_MS });
    await untilSeen('its files', files, (path) => (path ?? '') !== '', PATIENCE_MS);
    const { startMs, endMs } = await windowOf();
    assert.ok(startMs < NOON - 11 * HOUR_MS && endMs > FOOTAGE_END - HOUR_MS, `${startMs} ${endMs}`);
    await page.click('[data-testid="open-calendar"]');
    await page.waitForSelector(`[data-date="${dateIn(NOON)}"][data-device="true"]`, { timeout: PATIENCE_MS });
    await page.click(`[data-date="${dateIn(NOON)}"]`);
    await page.waitForSelector('[data-testid="calendar"]', { state: 'detached' });
    await page.click('[data-testid="day-before"]');
    await untilSeen('the day before', windowOf, (now) => now.startMs < NOON - 36 * HOUR_MS, PATIENCE_MS);
  });

  test('a click plays the picture of that moment, and the clock is its time; a seek within it too', async () => {
    await open(at(NOON));
    await plays(NOON, NOON + 20_000, 'the moment of the address');
    assert.ok(Math.abs(((await firstPicture(page, NOON - MINUTE_MS, NOON + MINUTE_MS)) ?? 0) - NOON) <= 1_000);
    for (const minutes of [12, -20, 25]) {
      const { x, y, ms } = await pointOf(NOON + minutes * MINUTE_MS);
      await page.mouse.click(x, y);
      await plays(ms - 1_000, ms + 20_000, `${minutes} minutes from noon`);
      const first = await firstPicture(page, ms - MINUTE_MS, ms + MINUTE_MS);
      assert.ok(Math.abs((first ?? 0) - ms) <= 1_000, `${first} for a click at ${ms}`);
      assert.equal((await streams()).length, 1, 'one session of the recorder is taken');
    }
  });

  test('keys: pause, steps of a picture, faster, back; the device plays at the speed that the page says', async () => {
    const { shownMs: begun } = await shownTime(page);
    await plays((begun ?? 0) + 2_000, (begun ?? 0) + 30_000, 'two seconds that can be gone back');
    await page.keyboard.press('k');
    await page.waitForSelector('[data-testid="frame-ahead"]:enabled', { timeout: PATIENCE_MS });
    await untilSeen('paused', streams, ([stream]) => stream?.state === 'paused', PATIENCE_MS);
    const { shownMs: before } = await shownTime(page);
    await page.keyboard.press(',');
    await untilSeen(
      'the picture before',
      () => shownTime(page),
      ({ shownMs }) => (shownMs ?? 0) < (before ?? 0),
      PATIENCE_MS,
    );
    const { shownMs: stepped } = await shownTime(page);
    await untilSeen(
      'the next picture',
      async () => {
        // the player lets the device go on for a moment when it has no more at hand: a press may have to wait for that
        await page.keyboard.press('.');
        await page.waitForTimeout(300);
        return shownTime(page);
      },
      ({ shownMs }) => (shownMs ?? 0) > (stepped ?? 0),
      PATIENCE_MS,
    );
    await page.keyboard.press(' ');
    await untilSeen('playing on', streams, ([stream]) => stream?.state === 'playing', PATIENCE_MS);
    await page.click('[data-speed="4"]');
    await page.waitForSelector('[data-speed="4"][aria-pressed="true"]', { timeout: PATIENCE_MS });
    const { shownMs: from } = await shownTime(page);
    await plays((from ?? 0) + 12_000, (from ?? 0) + 600_000, 'twelve seconds on, with the true clock');
    await page.click('[data-speed="1"]');
    const { ms } = await pointOf(NOON);
    await page.keyboard.press('Home');
    await untilSeen(
      'an earlier moment',
      () => shownTime(page),
      ({ clockMs }) => clockMs !== null && clockMs < ms,
      PATIENCE_MS,
    );
  });

  test('a range that is dragged becomes a file with just its pictures', async () => {
    await open(at(NOON));
    await plays(NOON, NOON + 20_000, 'noon');
    await page.keyboard.press('k');
    await page.click('[data-span="minute"]');
    await untilSeen('a minute', windowOf, ({ startMs, endMs }) => endMs - startMs < 2 * MINUTE_MS, PATIENCE_MS);
    const [from, to] = [await pointOf(NOON - 20_000), await pointOf(NOON - 8_000)];
    await page.keyboard.down('Shift');
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await page.waitForSelector('[data-testid="download-device"]:enabled');
    assert.equal(await page.inputValue('[data-testid="mark-from"]'), `${dateIn(NOON)} 11:59:40`);
    await page.fill('[data-testid="mark-to"]', `${dateIn(NOON)} 11:59:55`);
    await page.keyboard.press('Tab');
    await page.click('[data-testid="download-device"]');
    await page.waitForSelector('[data-testid="to-downloads"]', { timeout: PATIENCE_MS });
    const download = await until(
      'the file',
      async () => {
        const [newest] = (await gateway.api('GET', '/api/v1/downloads')).body.items;
        return ['complete', 'partial', 'failed'].includes(newest?.state) ? newest : null;
      },
      60_000,
    );
    assert.equal(download.state, 'complete', JSON.stringify(download));
    const [inMs, outMs] = [NOON - 20_000, NOON - 5_000];
    assert.deepEqual(await contentTimesOf(join(gateway.data, download.path)), nvr.timesIn(inMs, outMs));
    await page.click('[data-testid="to-downloads"]');
    await page.waitForSelector('[data-testid="view-downloads"][aria-current="page"]');
    await untilSeen('the playback ends with the view', streams, (some) => some.length === 0, PATIENCE_MS);
  });

  test('a click into a gap plays what comes behind it', async () => {
    await open(at(NOON + 90 * MINUTE_MS));
    await plays(NOON + 2 * HOUR_MS, NOON + 2 * HOUR_MS + 30_000, 'the end of the gap');
    assert.deepEqual(browser.faults, []);
  });

  test('a playback that somebody else began is joined by its address, and goes on when the view is left', async () => {
    const start = new Date(NOON - HOUR_MS).toISOString();
    const end = new Date(NOON).toISOString();
    const path = `/api/v1/devices/${RECORDER}/channels/${channelId}/playback`;
    const { body } = await gateway.api('POST', path, { start, end });
    await page.goto(`${gateway.http}/#/devices`);
    await page.goto(`${gateway.http}/#/streams/${body.id}`);
    await page.waitForSelector('[data-testid="footage-screen"]', { timeout: PATIENCE_MS });
    await plays(NOON - HOUR_MS, NOON - HOUR_MS + 40_000, 'the same playback');
    assert.deepEqual(
      (await streams()).map(({ id }) => id),
      [body.id],
    );
    // the recorder serves two: with another one it has no session left
    const other = await gateway.api('POST', path, { start, end });
    assert.ok([201, 202].includes(other.status), JSON.stringify(other.body));
    await page.reload();
    await page.goto(`${gateway.http}/#/devices`);
    await open(at(NOON + 20 * MINUTE_MS));
    await untilSeen(
      'who holds it',
      () => page.textContent('[data-testid="trouble"]').catch(() => ''),
      (said) => (said ?? '').includes(other.body.id),
      PATIENCE_MS,
    );
    assert.equal(await phase(), 'failed');
    for (const { id } of await streams()) await gateway.api('DELETE', `/api/v1/streams/${id}`);
  });

  test('own recordings: their lane, their pictures, their clock, their file', async () => {
    const live = await gateway.api('POST', `/api/v1/devices/${RECORDER}/channels/${channelId}/live`, {});
    assert.equal(live.body.state, 'playing', JSON.stringify(live.body));
    const recording = `/api/v1/streams/${live.body.id}/recording`;
    const { body: begun } = await gateway.api('PUT', recording);
    await until(
      'six seconds of it',
      async () => (await gateway.api('GET', `/api/v1/recordings/${begun.id}`)).body.durationMs > 6_000,
      PATIENCE_MS,
    );
    const { body: done } = await gateway.api('DELETE', recording);
    await gateway.api('DELETE', `/api/v1/streams/${live.body.id}`);
    const [startMs, endMs] = [Date.parse(done.start), Date.parse(done.end)];
    await open(`${at(startMs + 3_000)}&lane=own`);
    const seen = () =>
      page.evaluate(`(() => {
        const video = document.querySelector('[data-testid="own-player"]');
        const clock = Number(document.querySelector('[data-testid="clock"]').dataset.epochMs);
        return { width: video.videoWidth, seconds: video.currentTime, clock };
      })()`) as Promise<{ width: number; seconds: number; clock: number }>;
    await untilSeen(
      'its picture',
      seen,
      ({ width, clock }) => width > 0 && clock > startMs + 2_000 && clock <= endMs + 500,
      PATIENCE_MS,
    );
    await page.waitForSelector('[data-speed="-1"]:disabled');
    await page.fill('[data-testid="mark-from"]', `${dateIn(NOON)} 11:59:40`);
    await page.keyboard.press('Tab');
    assert.equal(await page.locator('[data-testid="download-own"]').getAttribute('href'), null, 'no range yet');
  });
});
