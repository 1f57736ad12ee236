import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN } from '../support/gbgate.ts';

const RECORDER = '34020000001180000931';
const CHANNELS = 9;

/** The worked examples of GB/T 28181 annex A.3, at half speed. */
const STOP = 'A50F0100000000B5';
const RIGHT = 'A50F010180000036';
const LEFT = 'A50F010280000037';
const DOWN = 'A50F010400800039';
const UP = 'A50F01080080003D';
const ZOOM_IN = 'A50F011000008045';
const CALL_PRESET_1 = 'A50F018200010038';

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

  const id = (name: string) => `[data-testid="${name}"]`;
  const cell = (place: number) => page.locator(`${id('cell')}[data-cell="${place}"]`);
  /** What the camera of a cell is told from here on, and whether it moves. */
  function listening(place: number) {
    const frontEnd = () => camera.devices[0]!.controls.frontEnd(channels[place]!);
    const from = frontEnd().commands.length;
    const said = () => frontEnd().commands.slice(from);
    return {
      said,
      /** Without stops, which are said again behind what they may have overtaken. */
      motions: () => said().filter((hex) => hex !== STOP).length,
      told: (hex: string) =>
        until(
          hex,
          async () => said(),
          (all) => all.includes(hex),
        ),
      stopped: () =>
        until(
          'the stop, as the last, and it stands',
          async () => ({ said: said(), isMoving: frontEnd().isMoving }),
          (now) => now.said.at(-1) === STOP && !now.isMoving,
        ),
    };
  }
  const isSteered = (place: number) =>
    until(
      `the hands are on cell ${place}`,
      () => page.locator('[data-steered]').evaluateAll((cells) => cells.map((one) => one.getAttribute('data-cell'))),
      (cells) => cells.join() === String(place),
    );
  const isNoneSteered = () =>
    until(
      'no hands on any cell',
      () => page.locator('[data-steered]').count(),
      (count) => count === 0,
    );

  test('the chosen cell is steered on the wall: keys, wheel, presets, a box; the focus says which one, and its going stops it', async () => {
    await cell(1).click();
    await cell(1).hover();
    await cell(1).locator(id('cell-steer')).click();
    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
    assert.equal(await page.textContent(id('ptz-name')), await cell(1).locator('.cell-name').textContent());
    await isSteered(1);

    // the arrows are the camera's, not the wall's
    const second = listening(1);
    await page.keyboard.down('ArrowRight');
    await second.told(RIGHT);
    await page.keyboard.up('ArrowRight');
    await second.stopped();
    assert.equal(
      await cell(1)
        .getAttribute('class')
        .then((all) => all?.includes('selected')),
      true,
    );

    // held while another cell gets the focus: it stops, and the key that is still down moves nobody
    const [held, third] = [listening(1), listening(2)];
    await page.keyboard.down('ArrowLeft');
    await held.told(LEFT);
    await cell(2).click();
    await held.stopped();
    await isSteered(2);
    await page.keyboard.down('ArrowLeft');
    await page.keyboard.up('ArrowLeft');
    await page.keyboard.down('ArrowDown');
    await third.told(DOWN);
    assert.ok(!third.said().includes(LEFT), 'what was held for another camera');
    // the same when it goes to no cell at all
    await page.focus(id('grid-9'));
    await third.stopped();
    await isNoneSteered();
    await page.keyboard.up('ArrowDown');
    const count = third.motions();
    await page.focus(id('grid-9'));
    await page.keyboard.press('ArrowDown');
    await isSteered(5);
    assert.equal(third.motions(), count, 'an arrow without the focus chooses a cell');

    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
    const sixth = listening(5);
    await cell(5).hover();
    await page.mouse.wheel(0, -100);
    await sixth.told(ZOOM_IN);
    await sixth.stopped();
    const stick = await page.locator(id('stick')).boundingBox();
    assert.ok(stick !== null);
    await page.mouse.move(stick.x + stick.width / 2, stick.y + stick.height / 2);
    await page.mouse.down();
    await page.mouse.move(stick.x + stick.width / 2, stick.y, { steps: 3 });
    await sixth.told(UP);
    await page.mouse.up();
    await sixth.stopped();
    // to the panel and back again without the mouse, as one pair of hands
    await cell(5).click();
    await page.keyboard.press('p');
    await page.keyboard.press('Tab');
    await until(
      'the first thing in the panel',
      () => page.evaluate('document.activeElement?.dataset.testid'),
      (focused) => focused === 'ptz-close',
    );
    await page.keyboard.press('w');
    await until(
      'the cell',
      () => page.evaluate('document.activeElement?.dataset.cell'),
      (focused) => focused === '5',
    );
    await isSteered(5);
    // all of its keys stand under one heading
    await page.keyboard.press('?');
    await page.waitForSelector(`${id('keys')}[open]`);
    await isNoneSteered();
    const headings = await page.locator(`${id('keys')} h3`).allTextContents();
    assert.equal(new Set(headings).size, headings.length, headings.join());
    await page.keyboard.press('Escape');
    await isSteered(5);
    await page.fill(id('preset-name'), 'Dock');
    await page.click(id('preset-add'));
    await page.click(`${id('preset-go')}:has-text("Dock")`);
    await sixth.told(CALL_PRESET_1);

    // a box is drawn where otherwise the cell would be dragged to another place
    const [, seen] = [await cell(5).click(), camera.devices[0]!.controls.seen.length];
    await isSteered(5);
    const frame = await cell(5).boundingBox();
    assert.ok(frame !== null);
    await page.mouse.move(frame.x + frame.width * 0.4, frame.y + frame.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width * 0.7, frame.y + frame.height * 0.6, { steps: 4 });
    await page.mouse.up();
    await until(
      'zoomed to a box',
      async () => camera.devices[0]!.controls.seen.slice(seen).join(),
      (all) => all.includes('DragZoomIn'),
    );

    // leaving the wall is leaving the camera
    const last = listening(5);
    const address = page.url();
    await page.keyboard.down('ArrowUp');
    await last.told(UP);
    await page.evaluate(`location.hash = '#/devices'`);
    await last.stopped();
    await page.keyboard.up('ArrowUp');
    await page.goto(address);
    await page.waitForSelector(id('wall'));
  });

  test('at the width of a phone a button opens it below the wall; Escape, where there are keys, gives the arrows back', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await cell(0).click();
    await page.click(id('wall-steer'));
    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
    await isSteered(0);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    const [wall, panel] = await Promise.all([id('wall'), id('ptz')].map((one) => page.locator(one).boundingBox()));
    assert.ok(wall != null && panel != null && panel.y >= wall.y + wall.height);
    const first = listening(0);
    const stick = await page.locator(id('stick')).boundingBox();
    assert.ok(stick !== null);
    const middle = { x: stick.x + stick.width / 2, y: stick.y + stick.height / 2 };
    const touch = await page.context().newCDPSession(page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [middle] });
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: [{ x: middle.x + stick.width, y: middle.y }],
    });
    await first.told(RIGHT);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await first.stopped();
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.keyboard.press('Escape');
    await page.waitForSelector(id('ptz'), { state: 'detached' });
    const count = first.motions();
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector(`${id('cell')}[data-cell="1"].selected`);
    assert.equal(first.motions(), count);
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
