import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN } from '../support/gbgate.ts';

const RECORDER = '34020000001180000931';
const CHANNELS = 9;

/** A wall of real streams: simulated cameras, the gateway, Chromium. `npm run bench` holds sixteen of them to never stalling. */
describe('the live wall with cameras', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let camera: Simulator;
  let page: Page;
  let channels: string[];

  before(async () => {
    [gateway, browser] = await Promise.all([runGateway({ mediaPorts: '42300-42399' }), launchBrowser()]);
    camera = await startCamera(gateway.sipPort, { id: RECORDER, channels: CHANNELS, audio: 'none', sip: 'tcp' });
    channels = await channelsOf(gateway, RECORDER, CHANNELS);
  });
  after(async () => {
    await browser?.close();
    await camera?.stop();
    await gateway?.stop();
  });

  const times = () =>
    page.evaluate(`[...document.querySelectorAll('.wall gb-player')].map((player) => player.currentTime)`) as Promise<
      number[]
    >;
  const streams = async () =>
    (await gateway.api('GET', '/api/v1/streams?limit=100')).body.items as { streamNumber: number; state: string }[];

  test('the page comes with a policy that allows no inline script or style, and asks no other host', async () => {
    const { headers } = await fetch(gateway.http);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|https?:|\*/);
    const strangers: string[] = [];
    page = await browser.open('about:blank');
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'blob:' && host !== new URL(gateway.http).host) strangers.push(request.url());
    });
    await page.goto(`${gateway.http}/#token=${TOKEN}`);
    await page.waitForSelector('[data-testid="channel"]');
    assert.deepEqual(strangers, []);
    assert.ok(!page.url().includes(TOKEN));
  });

  test('all channels of a recorder go on a wall of nine at once, and every picture moves', async () => {
    await page.click('[data-testid="show-found"]');
    await until(
      'nine cells',
      () => page.locator('.wall gb-player').count(),
      (count) => count === CHANNELS,
    );
    await until('nine pictures', times, (all) => all.length === CHANNELS && all.every((time) => time > 0), 30_000);
    const from = await times();
    await until('all of them go on', times, (all) => all.every((time, i) => time > (from[i] ?? 0) + 2), 30_000);
    // Cells of this size ask for the sub-stream.
    const running = (await streams()).filter((stream) => stream.state === 'playing');
    assert.deepEqual([running.length, new Set(running.map((stream) => stream.streamNumber))], [9, new Set([1])]);
  });

  test('one enlarged asks for the main stream and plays, the others stay', async () => {
    await page.locator('[data-testid="cell"]').nth(4).dblclick();
    await until('the main stream', streams, (all) =>
      all.some((one) => one.streamNumber === 0 && one.state === 'playing'),
    );
    const from = await times();
    await until('all go on', times, (all) => all.every((time, i) => time !== (from[i] ?? 0)), 30_000);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.cell.big', { state: 'detached' });
  });

  test('the wall plays again from its address alone', async () => {
    const address = page.url();
    await page.close();
    page = await browser.open(address);
    await until('nine pictures', times, (all) => all.length === CHANNELS && all.every((time) => time > 0), 30_000);
    assert.equal(page.url(), address);
  });

  test('a camera that goes while its wall is watched, and comes back', async () => {
    await camera.stop();
    const dots = (which: string) => page.locator(`[data-testid="device"] ${which}`).count();
    await until(
      'offline in the tree',
      () => dots('.dot:not(.on)'),
      (count) => count === 1,
      30_000,
    );
    const messages = () => page.locator('[data-testid="cell-message"]').allTextContents();
    await until(
      'a cell that says so',
      messages,
      (all) => all.some((said) => /offline|stopped sending/.test(said)),
      30_000,
    );
    camera = await startCamera(gateway.sipPort, { id: RECORDER, channels: CHANNELS, audio: 'none', sip: 'tcp' });
    await until(
      'online in the tree',
      () => dots('.dot.on'),
      (count) => count === 1,
      30_000,
    );
    await until(
      'no words',
      () => page.locator('[data-testid="cell-message"]').count(),
      (count) => count === 0,
      60_000,
    );
    assert.ok(channels.length === CHANNELS);
    assert.deepEqual(browser.faults, []);
  });
});
