import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, playerFacts, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = {
  id: '34020000001320000001',
  name: 'Gate',
  manufacturer: 'Acme',
  model: 'C1',
  online: true,
  channelCount: 1,
};
const CHANNEL = { id: '34020000001310000001', deviceId: DEVICE.id, name: 'North door', status: 'on' };
const C = `devices/${DEVICE.id}/channels/${CHANNEL.id}`;

/** What cameras refuse, and what the page makes of it. */
describe('the panel that steers, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let clip: Clip;
  let page: Page;
  /** What was said to `POST C/ptz` and `POST C/control`, with `force`. */
  let told: Record<string, unknown>[] = [];
  let controlAnswer: object = { result: 'OK' };
  let ptzAnswer: object = {};
  const id = (name: string) => `[data-testid="${name}"]`;

  before(async () => {
    [browser, clip] = await Promise.all([
      launchBrowser({ width: 1360, height: 1000 }),
      makeClip({ seconds: 10, width: 320, height: 240, audio: false }),
    ]);
  });
  after(() => browser.close());

  beforeEach(async () => {
    told = [];
    controlAnswer = { result: 'OK' };
    ptzAnswer = {};
    standIn = await StandIn.open();
    standIn.answers.set('GET devices', { items: [DEVICE], next: null });
    standIn.answers.set('GET channels', { items: [CHANNEL], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set(`POST ${C}/live`, { id: 's1' });
    standIn.answers.set(`GET ${C}/presets`, { items: [], next: null });
    standIn.answers.set(`POST ${C}/ptz`, (_: URLSearchParams, body: Record<string, unknown>) => {
      told.push(body);
      return ptzAnswer;
    });
    standIn.answers.set(`POST ${C}/control`, (query: URLSearchParams, body: Record<string, unknown>) => {
      told.push({ ...body, force: query.get('force') });
      return query.get('force') === 'true' ? { result: 'OK' } : controlAnswer;
    });
    standIn.onViewer = (viewer) => {
      viewer.describe(clip);
      void viewer.play(clip, 0, 250, 25);
    };
  });
  afterEach(async () => {
    await page?.close();
    await standIn.close();
  });

  const problem = (status: number, code: string) => ({ status, code, detail: `said the gateway: ${code}` });

  async function open(language = 'en'): Promise<void> {
    const kept = `localStorage.setItem('gbgate.language', '${language}'); sessionStorage.setItem('gbgate.steering', 'true')`;
    page = await browser.open('about:blank');
    await page.addInitScript(kept);
    await page.goto(`${standIn.address}#token=${standIn.token}`);
    await page.goto(`${standIn.address}#/live/${DEVICE.id}/${CHANNEL.id}`);
    await page.waitForSelector(id('ptz'));
  }

  const reads = (selector: string, what: RegExp) =>
    until(
      String(what),
      async () => (await page.locator(selector).allTextContents()).join('\n'),
      (text) => what.test(text),
    );
  const isEnabled = (on: boolean) => page.waitForSelector(`${id('ptz')} fieldset:${on ? 'enabled' : 'disabled'}`);

  /** Pushes right by the keyboard until the gateway has heard it. */
  async function push(): Promise<void> {
    const before = told.length;
    await page.focus(id('turn-right'));
    await page.keyboard.down('Enter');
    await until(
      'a motion',
      async () => told.length,
      (count) => count > before,
    );
    await page.keyboard.up('Enter');
  }

  test('what its catalogue says cannot turn is not steered, unless somebody tries', async () => {
    standIn.answers.set('GET channels', { items: [{ ...CHANNEL, ptzType: 3 }], next: null });
    await open();
    await reads(id('ptz-blocked'), /it is fixed/);
    await isEnabled(false);
    await page.keyboard.press('ArrowLeft');
    assert.equal(standIn.asked.includes(`GET ${C}/presets`), false, 'such a camera is not asked for presets');
    await page.click(id('ptz-try'));
    await isEnabled(true);
    await push();
    const [first] = told;
    assert.deepEqual(first, { pan: 0.5, timeoutMs: 4_000 }, 'and nothing before it was tried');
    await until(
      'the stop',
      async () => told.at(-1),
      (body) => body?.stop === true,
    );
  });

  test('a camera that refuses to be steered is left alone; it may be tried again', async () => {
    ptzAnswer = problem(501, 'not_supported');
    await open('zh');
    await isEnabled(true);
    await page.focus(id('turn-right'));
    await page.keyboard.down('Enter');
    await reads(id('ptz-blocked'), /拒绝云台控制.*仍然尝试/);
    await page.keyboard.up('Enter');
    await isEnabled(false);
    assert.equal(told.length, 1, 'nothing is to be stopped');
    ptzAnswer = {};
    await page.click(id('ptz-try'));
    await isEnabled(true);
    await push();
    assert.equal(await page.locator(id('ptz-blocked')).count(), 0);
  });

  test('one refusal is said in words of the page, and forgotten when it goes well', async () => {
    ptzAnswer = problem(504, 'device_timeout');
    await open();
    await isEnabled(true);
    await push();
    await reads(id('ptz-fault'), /did not answer in time/);
    await isEnabled(true);
    await until(
      'a stop, since it may move',
      async () => told.at(-1),
      (body) => body?.stop === true,
    );
    ptzAnswer = {};
    await push();
    await page.waitForSelector(id('ptz-fault'), { state: 'detached' });
  });

  test('what a camera is known not to do is tried all the same when the person says so', async () => {
    controlAnswer = problem(501, 'not_supported');
    await open();
    await page.click(`${id('switches')} > summary`);
    await page.click(id('wiper-on'));
    await reads(id('ptz-fault'), /does not do this/);
    await page.click(id('deed-anyway'));
    await page.waitForSelector(id('ptz-fault'), { state: 'detached' });
    const wiper = { command: 'aux', number: 1, enabled: true };
    assert.deepEqual(told, [
      { ...wiper, force: null },
      { ...wiper, force: 'true' },
    ]);
    controlAnswer = { result: 'ERROR' };
    await page.click(id('wiper-off'));
    await reads(id('ptz-fault'), /did not do it/);
    assert.equal(await page.locator(id('deed-anyway')).count(), 0);
  });

  test('a token that turns out to may only look; a camera that goes away and comes back', async () => {
    ptzAnswer = problem(403, 'forbidden');
    await open();
    await isEnabled(true);
    standIn.event('device.offline', { deviceId: DEVICE.id });
    await reads(id('ptz-blocked'), /offline/);
    await isEnabled(false);
    standIn.event('device.online', { deviceId: DEVICE.id });
    await isEnabled(true);
    standIn.access = 'look';
    await push();
    await reads(id('ptz-blocked'), /may only look/);
    await isEnabled(false);
  });

  test('the box is on the picture, not on the bars beside it; where one types, no key steers', async () => {
    await open();
    await isEnabled(true);
    await until(
      'a picture',
      () => playerFacts(page),
      (facts) => facts.videoWidth > 0,
    );
    const frame = await page.locator('gb-player').boundingBox();
    assert.ok(frame !== null);
    const width = (frame.height * 4) / 3;
    const left = frame.x + (frame.width - width) / 2;
    // begun on the bar: nothing
    await page.mouse.move(left - 30, frame.y + 40);
    await page.mouse.down();
    await page.mouse.move(left + 200, frame.y + 200, { steps: 3 });
    await page.mouse.up();
    // ended on the bar: as far as the picture goes
    await page.mouse.move(left + width / 2, frame.y + frame.height / 2);
    await page.mouse.down();
    await page.mouse.move(left + width + 40, frame.y + frame.height / 4, { steps: 3 });
    await page.mouse.up();
    await until(
      'the box',
      async () => told.length,
      (count) => count > 0,
    );
    const [box] = told;
    const near = (value: unknown, wanted: number) =>
      assert.ok(Math.abs(Number(value) - wanted) <= 1.5, `${value} for ${wanted}`);
    assert.equal(box?.command, 'drag-zoom-in');
    near(box?.width, width);
    near(box?.height, frame.height);
    near(box?.x, width * 0.75);
    near(box?.y, frame.height * 0.375);
    near(box?.boxWidth, width / 2);
    near(box?.boxHeight, frame.height / 4);

    await page.focus(id('preset-name'));
    for (const key of ['ArrowLeft', '-', '+']) await page.keyboard.press(key);
    await page.focus('input[type="search"]');
    await page.keyboard.press('ArrowUp');
    await page.focus('[role="tree"]');
    await page.keyboard.press('ArrowDown');
    // within the player, too: its loudness
    const up = { key: 'ArrowUp', code: 'ArrowUp', bubbles: true, composed: true };
    await page.locator('gb-player .volume').dispatchEvent('keydown', up);
    await push();
    assert.deepEqual(told[1], { pan: 0.5, timeoutMs: 4_000 });
  });

  test('presets that a camera does not tell, and more of them than one looks through', async () => {
    standIn.answers.set(`GET ${C}/presets`, (query: URLSearchParams) =>
      query.get('force') === 'true'
        ? { items: Array.from({ length: 30 }, (_, i) => ({ number: i + 1, name: `Row ${i + 1}` })), next: null }
        : problem(501, 'not_supported'),
    );
    await open();
    await reads(id('presets'), /does not tell/);
    await page.click(`${id('presets')} .ptz-untold button`);
    await page.waitForSelector(id('preset-go'));
    assert.equal(await page.locator(id('preset-go')).count(), 30);
    assert.equal(await page.getAttribute(id('preset-number'), 'placeholder'), '31', 'the first that is free');
    await page.fill(id('preset-search'), 'row 2');
    await until(
      'those with a 2',
      () => page.locator(id('preset-go')).count(),
      (count) => count === 11,
    );
    await page.fill(id('preset-search'), 'nowhere');
    await reads(id('presets'), /No preset matches/);
  });

  test('the panel stays open from camera to camera, Z closes it, and the sheet of keys has its keys', async () => {
    await open();
    await isEnabled(true);
    await page.keyboard.press('?');
    await page.waitForSelector(`${id('keys')}[open]`);
    await reads(id('keys'), /Turn the camera/);
    await page.keyboard.press('Escape');
    await page.waitForSelector(id('keys'), { state: 'detached' });
    await page.keyboard.press('z');
    await page.waitForSelector(id('ptz'), { state: 'detached' });
    await page.click(id('steer'));
    await page.waitForSelector(id('ptz'));
    await page.click(id('view-devices'));
    await page.waitForSelector(id('ptz'), { state: 'detached' });
    await page.goto(`${standIn.address}#/live/${DEVICE.id}/${CHANNEL.id}`);
    await page.waitForSelector(id('ptz'));
    await page.click(id('ptz-close'));
    await page.waitForSelector(id('ptz'), { state: 'detached' });
  });
});
