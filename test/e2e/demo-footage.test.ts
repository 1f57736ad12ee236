import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, playerFacts, until } from '../support/browser.ts';
import { type Demo, startDemo } from '../support/demo.ts';

const PATIENCE_MS = 30_000;
const MINUTE_MS = 60_000;

/** The second half of the main job, as somebody meets it who has typed `npm run demo` and nothing else: by clicks from one place to the next. */
describe('recorded footage in the demo, in Chromium', { timeout: 240_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-demo-footage-'));
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
    page = await browser.open(demo.address);
  });
  after(async () => {
    await browser?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const line = () => page.locator('[data-testid="time-line"]');
  /** Where a moment stands in the device's lane. */
  async function pointOf(epochMs: number): Promise<{ x: number; y: number; ms: number }> {
    const box = await line().boundingBox();
    assert.ok(box !== null);
    const [startMs, endMs] = await Promise.all(
      ['data-start-ms', 'data-end-ms'].map(async (name) => Number(await line().getAttribute(name))),
    );
    assert.ok(startMs !== undefined && endMs !== undefined && startMs < epochMs && epochMs < endMs);
    const msPerPx = (endMs - startMs) / box.width;
    const x = Math.round((epochMs - startMs) / msPerPx);
    return { x: box.x + x, y: box.y + 48, ms: startMs + x * msPerPx };
  }
  const clock = async () => Number(await page.getAttribute('[data-testid="clock"]', 'data-epoch-ms'));
  /** A picture that moves, and a clock near that moment. */
  async function playsFrom(epochMs: number): Promise<void> {
    await until(
      `the clock at ${epochMs}`,
      clock,
      (ms) => ms >= epochMs - 1_000 && ms < epochMs + MINUTE_MS,
      PATIENCE_MS,
    );
    const { currentTime } = await playerFacts(page);
    await until(
      'a picture that moves',
      () => playerFacts(page),
      (f) => f.videoWidth > 0 && f.currentTime > currentTime,
    );
  }
  /** Minutes before now, inside of the hour that is shown. */
  const ago = (minutes: number) => Date.now() - minutes * MINUTE_MS;

  test('from the live picture of the recorder to its time line; a click plays, another one seeks', async () => {
    await page.locator('[data-testid="channel"]', { hasText: 'Recorder' }).first().click({ timeout: PATIENCE_MS });
    await until(
      'the live picture',
      () => playerFacts(page),
      (f) => f.videoWidth > 0 && f.currentTime > 0,
      PATIENCE_MS,
    );
    await page.click('[data-testid="to-footage"]');
    await page.waitForSelector('[data-testid="time-line"]', { timeout: PATIENCE_MS });
    await page.click('[data-span="hour"]');
    await page.click('[data-testid="now"]');
    await until(
      'footage in the lane',
      async () => (await page.locator('[data-testid="time-line"] .device .files').getAttribute('d')) ?? '',
      (path) => path !== '',
      PATIENCE_MS,
    );
    for (const minutes of [20, 12]) {
      const { x, y, ms } = await pointOf(ago(minutes));
      await page.mouse.click(x, y);
      await playsFrom(ms);
    }
    // the recorder's clock is that of Beijing: said where the browser's is another
    const isElsewhere = new Date().getTimezoneOffset() !== -8 * 60;
    const zones = await page.locator('[data-testid="clock-zone"]').allTextContents();
    assert.deepEqual(zones, isElsewhere ? ['UTC+8'] : []);
  });

  test('a range is marked, downloaded and saved as one file of that length', async () => {
    await page.keyboard.press('k');
    await page.click('[data-testid="mark-in"]');
    const from = await until(
      'the mark is in the field',
      () => page.inputValue('[data-testid="mark-from"]'),
      (text) => text !== '',
    );
    assert.match(from, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    // ten seconds: typed behind what the button has put there
    const wall = (text: string, addMs: number) => new Date(Date.parse(`${text.replace(' ', 'T')}Z`) + addMs);
    const to = wall(from, 10_000).toISOString().slice(0, 19).replace('T', ' ');
    await page.fill('[data-testid="mark-to"]', to);
    await page.keyboard.press('Tab');
    await page.click('[data-testid="download-device"]:enabled');
    await page.click('[data-testid="to-downloads"]', { timeout: PATIENCE_MS });
    await page.waitForSelector('[data-testid="download"][data-state="complete"]', { timeout: 60_000 });
    const saving = page.waitForEvent('download', { timeout: PATIENCE_MS });
    await page.click('[data-testid="download"] [data-testid="save"]');
    const file = join(folder, 'saved.mp4');
    const download = await saving;
    assert.match(download.suggestedFilename(), /^34020000001310000201-\d{8}T\d{6}--\d{8}T\d{6}\.mp4$/);
    await download.saveAs(file);
    const asked = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
    const seconds = Number(execFileSync('ffprobe', asked, { encoding: 'utf8' }));
    assert.ok(Math.abs(seconds - 10) < 0.2, `${seconds} s from ${from}`);
  });

  test('a plan for a camera records at once; its recording and what the disk holds are shown, and lead to the time line', async () => {
    await page.click('[data-testid="view-recordings"]');
    const option = page.locator('[data-testid="filter-channel"] option', { hasText: 'Entrance' });
    await option.waitFor({ state: 'attached', timeout: PATIENCE_MS });
    await page.selectOption('[data-testid="filter-channel"]', (await option.getAttribute('value')) ?? '');
    await page.click('[data-testid="show-plan"]:enabled');
    await page.check('[data-testid="mode-always"]', { timeout: PATIENCE_MS });
    await page.click('[data-testid="save-plan"]');
    await page.waitForSelector('[data-testid="plan-status"][data-recording="true"]', { timeout: PATIENCE_MS });
    await page.waitForSelector('[data-testid="recording"][data-state="recording"]', { timeout: PATIENCE_MS });
    await until(
      'what the disk holds',
      async () => (await page.textContent('[data-testid="keeping"]')) ?? '',
      (said) => /in 1 recording .*free.*Kept until room is needed/s.test(said),
      PATIENCE_MS,
    );
    await page.check('[data-testid="mode-off"]');
    await page.click('[data-testid="save-plan"]');
    const done = '[data-testid="recording"][data-state="complete"]';
    await page.waitForSelector(done, { timeout: PATIENCE_MS });
    await page.click(`${done} [data-testid="play-recording"]`);
    await page.click('[data-testid="to-time-line"]', { timeout: PATIENCE_MS });
    await page.waitForSelector('[data-testid="time-line"]', { timeout: PATIENCE_MS });
    await until(
      'the gateway lane',
      async () => (await page.locator('[data-testid="time-line"] .own .files').getAttribute('d')) ?? '',
      (path) => path !== '',
      PATIENCE_MS,
    );
    assert.deepEqual(browser.faults, []);
  });

  test('the demo ends cleanly in the middle of all this', async () => {
    await page.close();
    assert.equal(await demo.close(), 0, demo.output());
  });
});
