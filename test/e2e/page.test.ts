import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, messageWords, playerFacts, until } from '../support/browser.ts';
import { type Demo, startDemo } from '../support/demo.ts';

/** The promise is two seconds, which bench/ measures; a test machine that is doing other things gets many. */
const FIRST_PICTURE_MS = 20_000;

/** The demo as its user meets it: the address it prints, a real browser, clicks. */
describe('the demo in Chromium', { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;

  before(async () => {
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
    page = await browser.open(demo.address);
  });

  after(async () => {
    await browser?.close();
    await demo?.close();
  });

  const channel = (codec: string) => page.locator('[data-testid="channel"]', { hasText: codec }).first();
  const facts = () => playerFacts(page);

  test('the H.264 camera shows a picture after the click', async (t) => {
    await channel('H.264').waitFor({ timeout: 15_000 });
    const clickedMs = performance.now();
    await channel('H.264').click();
    await until('a picture', facts, (f) => f.videoWidth > 0 && f.currentTime > 0, FIRST_PICTURE_MS);
    t.diagnostic(`first picture ${Math.round(performance.now() - clickedMs)} ms after the click`);
    const first = await facts();
    const later = await until('time goes on', facts, (f) => f.currentTime > first.currentTime + 2);
    assert.equal(later.error, null);
    assert.equal(await messageWords(page), '');
    assert.ok(!page.url().includes(demo.token), 'the token has left the address bar');
  });

  test('sound comes with a click', async () => {
    const before = await facts();
    assert.equal(before.muted, true);
    await page.click('[data-testid="sound"]');
    await until('sound', facts, (f) => !f.muted && f.audioBytes > before.audioBytes + 1_000);
  });

  test('stays close to the live edge', async (t) => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // A machine that was busy for a moment is behind, and then close again.
    const { bufferedEnd, currentTime } = await until('close', facts, (f) => f.bufferedEnd - f.currentTime < 1);
    t.diagnostic(`${Math.round((bufferedEnd - currentTime) * 1_000)} ms behind the newest media`);
    await until(
      'figures',
      async () => (await page.textContent('[data-testid="figures"]')) ?? '',
      (said) => /H\.264.*fps.*bit\/s.*G\.711A.*delay \d+ ms/s.test(said),
    );
  });

  test('a recording is made and plays', async () => {
    await page.click('[data-testid="record"]');
    await page.waitForSelector('[data-testid="record"][aria-pressed="true"]');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await page.click('[data-testid="record"][aria-pressed="true"]');
    await page.waitForSelector('[data-testid="record"][aria-pressed="false"]');
    await page.click('[data-testid="view-recordings"]');
    await page.waitForSelector('[data-testid="recording"][data-state="complete"]');
    await page.click('[data-testid="play-recording"]');
    const recorded = () => playerFacts(page, 'recording-player');
    const played = await until('the recording plays', recorded, (f) => f.currentTime > 1 && f.videoWidth > 0);
    assert.equal(played.error, null);
    assert.ok(played.audioBytes > 0);
    const href = await page.getAttribute('[data-testid="recording"] a', 'href');
    const bytes = Buffer.from(await (await fetch(href ?? '')).arrayBuffer());
    assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
  });

  test('the H.265 camera: what this browser cannot decode is said in words', async () => {
    await page.click('[data-testid="view-live"]');
    await channel('H.265').click();
    const said = await until(
      'words',
      () => messageWords(page),
      (w) => w.includes('H.265'),
    );
    assert.match(said, /This browser cannot decode H\.265/);
  });

  test('nothing went wrong in the page, and the demo ends cleanly', async () => {
    assert.deepEqual(browser.faults, []);
    await page.close();
    assert.equal(await demo.close(), 0, demo.output());
  });
});
