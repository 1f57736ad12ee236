/** Downloads and recording plans from the page down to the file, with a simulated recorder. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { localTime } from '../../web/page/downloads/wish.ts';
import { type Browser, launchBrowser, playerFacts, until } from '../support/browser.ts';
import { channelsOf } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN } from '../support/gbgate.ts';
import { contentTimesOf, FOOTAGE_END, type Nvr, startNvr } from '../support/nvr.ts';

const RECORDER = '34020000001180000701';
/** Whole seconds in every zone; the gap lies in the middle of what is asked for. */
const START = FOOTAGE_END - 3_600_000;
const GAP = { startEpochMs: START + 30_000, endEpochMs: START + 41_000 };

describe('downloads on the page', { timeout: 240_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  let nvr: Nvr;
  let channelId = '';
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-downloads-'));
    browser = await launchBrowser();
    gateway = await runGateway({ mediaPorts: '43400-43499' });
    nvr = await startNvr(gateway.sipPort, { id: RECORDER, days: 1, gaps: [GAP] });
    [channelId = ''] = await channelsOf(gateway, RECORDER);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
    await page.waitForSelector('[data-testid="view-downloads"]');
  });
  after(async () => {
    await browser?.close();
    await nvr?.stop();
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Asks through the form; answers the id of the download. */
  const ask = async (fromEpochMs: number, toEpochMs: number, speed: number): Promise<string> => {
    await page.goto(`${gateway.http}/#/downloads?new`);
    const form = '[data-testid="new-download"]';
    await page.waitForSelector(`${form} option[value="${RECORDER}/${channelId}"]`, {
      state: 'attached',
      timeout: 20_000,
    });
    await page.selectOption(`${form} select[name="channel"]`, `${RECORDER}/${channelId}`);
    await page.fill(`${form} input[name="from"]`, localTime(new Date(fromEpochMs)));
    await page.fill(`${form} input[name="to"]`, localTime(new Date(toEpochMs)));
    await page.selectOption(`${form} select[name="speed"]`, String(speed));
    await page.check(`${form} input[name="exact"]`);
    const answered = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/downloads'),
    );
    await page.click('[data-testid="start-download"]');
    const { id } = (await (await answered).json()) as { id: string };
    await page.waitForSelector(`[data-download-id="${id}"]`, { timeout: 20_000 });
    return id;
  };
  const row = (id: string) => `[data-download-id="${id}"]`;
  const isIn = (id: string, state: string) =>
    page.waitForSelector(`${row(id)}[data-state="${state}"]`, { timeout: 90_000 });

  test('a range with a gap: progress is seen, the gap is named to the second, the file plays and holds what there is', async () => {
    const id = await ask(START, START + 80_000, 4);
    await until(
      'progress between beginning and end',
      async () => Number(await page.getAttribute(`${row(id)} [role="progressbar"]`, 'aria-valuenow')),
      (percent) => percent > 0 && percent <= 100,
      60_000,
    );
    await isIn(id, 'partial');
    await page.click(`${row(id)} [data-testid="open-download"]`);
    await page.waitForSelector('[data-testid="missing"] li');
    const gaps = await page.locator('[data-testid="missing"] li').allTextContents();
    assert.equal(gaps.length, 1);
    assert.match(gaps[0] ?? '', /0:11$/);
    const clock = (epochMs: number) => new Date(epochMs).toLocaleTimeString('en', { hourCycle: 'h23' });
    for (const edge of [GAP.startEpochMs, GAP.endEpochMs]) assert.ok(gaps[0]?.includes(clock(edge)), gaps[0]);
    await until(
      'the picture of the file',
      () => playerFacts(page, 'download-player'),
      (facts) => facts.currentTime > 0.5 && facts.videoWidth === 320,
      30_000,
    );
    const address = await page.locator(`${row(id)} [data-testid="save"]`).getAttribute('href');
    const answer = await fetch(address ?? '');
    assert.equal(answer.status, 200);
    const file = join(folder, 'saved.mp4');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    assert.deepEqual(await contentTimesOf(file), [
      ...nvr.timesIn(START, GAP.startEpochMs),
      ...nvr.timesIn(GAP.endEpochMs, START + 80_000),
    ]);
  });

  test('cancelled in the middle, tried again to the end, deleted with its file', async () => {
    const from = START + 600_000;
    const id = await ask(from, from + 60_000, 4);
    await until(
      'something of it',
      async () => Number(await page.getAttribute(`${row(id)} [data-bytes]`, 'data-bytes')),
      (bytes) => bytes > 0,
      60_000,
    );
    await page.click(`${row(id)} [data-testid="cancel"]`);
    await isIn(id, 'cancelled');
    await page.click(`${row(id)} [data-testid="retry"]`);
    await isIn(id, 'complete');
    const { body } = await gateway.api('GET', `/api/v1/downloads/${id}`);
    assert.deepEqual(await contentTimesOf(join(gateway.data, body.path)), nvr.timesIn(from, from + 60_000));
    await page.click(`${row(id)} [data-testid="delete"]`);
    await page.click(`${row(id)} [data-testid="delete"]`);
    await page.waitForSelector(row(id), { state: 'detached', timeout: 20_000 });
    assert.equal((await gateway.api('GET', `/api/v1/downloads/${id}`)).status, 404);
  });

  test('a plan for always records at once, says so, and its recording says why; off ends it', async () => {
    await page.goto(`${gateway.http}/#/devices/${RECORDER}?tab=channels&channel=${channelId}`);
    await page.waitForSelector('[data-testid="plan"]', { timeout: 20_000 });
    await page.check('[data-testid="mode-always"]');
    await page.click('[data-testid="save-plan"]');
    await page.waitForSelector('[data-testid="plan-status"][data-recording="true"]', { timeout: 60_000 });
    await page.goto(`${gateway.http}/#/recordings?channel=${RECORDER}/${channelId}&plan`);
    const recording = await page.waitForSelector('[data-testid="recording"][data-state="recording"]', {
      timeout: 30_000,
    });
    assert.match((await recording.textContent()) ?? '', /always/);
    await page.waitForSelector('[data-testid="keeping"]', { timeout: 20_000 });
    await page.waitForSelector('[data-testid="plan"]');
    await page.check('[data-testid="mode-off"]');
    await page.click('[data-testid="save-plan"]');
    await page.waitForSelector('[data-testid="plan-status"][data-recording="false"]', { timeout: 60_000 });
    await page.waitForSelector('[data-testid="recording"][data-state="complete"]', { timeout: 60_000 });
    assert.equal((await gateway.api('GET', `/api/v1/devices/${RECORDER}/channels/${channelId}/plan`)).body.mode, 'off');
  });
});
