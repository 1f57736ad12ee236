/** The page of alarms with a real gateway and simulated cameras: as they come, what they set off, and the pictures. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const GATE = '34020000001110000001';
const YARD = '34020000001110000002';
const READ_TOKEN = 'may-only-look';

describe('the page of alarms', { timeout: 240_000 }, () => {
  let folder: string;
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  let gate: Simulator;
  let yard: Simulator;
  let channel = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-alarms-'));
    const config = join(folder, 'gbgate.yaml');
    await writeFile(config, JSON.stringify({ http: { readToken: READ_TOKEN } }));
    [gateway, browser] = await Promise.all([
      runGateway({ mediaPorts: '44300-44399', args: ['--config', config] }),
      launchBrowser(),
    ]);
    gate = await startCamera(gateway.sipPort, { id: GATE, names: ['Gate'] });
    yard = await startCamera(gateway.sipPort, { id: YARD, names: ['Yard'] });
    [channel = ''] = await channelsOf(gateway, GATE);
    await channelsOf(gateway, YARD);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([gate?.stop(), yard?.stop()]);
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const alarms = (simulator: Simulator) => simulator.devices[0]!.alarms;
  const go = (view: string) => page.evaluate(`location.hash = '#/${view}'`);
  const hash = () => page.evaluate('location.hash') as Promise<string>;
  const rows = () => page.locator('[data-testid="alarm"]').allTextContents();
  const reads = (selector: string, words: RegExp, on = page) =>
    until(`${selector}: ${words}`, async () => words.test((await on.locator(selector).allTextContents()).join(' ')));

  test('an alarm appears the moment it is told, in words; what the device wrote stays text', async () => {
    await go('alarms');
    await page.waitForSelector('[data-testid="no-alarms"]');
    await alarms(gate).alarm({
      priority: 1,
      method: 5,
      type: 6,
      event: 1,
      description: '东门 &lt;b&gt;bold&lt;/b&gt;', // as XML has it
      longitude: 117.12,
      latitude: 31.12,
    });
    await reads('[data-testid="alarm"]', /level 1.*intrusion, entered.*东门 <b>bold<\/b>.*Gate/s);
    await page.waitForSelector('[data-testid="no-alarms"]', { state: 'detached' });
    assert.equal(await page.locator('[data-testid="alarm"] b').count(), 0);
  });

  test('one click leads to the footage of that time, and one to everything about it', async () => {
    const footage = await page.locator('[data-testid="alarm-footage"]').first().getAttribute('href');
    const [alarm] = (await gateway.api('GET', '/api/v1/alarms')).body.items;
    const at = new Date(Math.floor((Date.parse(alarm.time) - 5000) / 1000) * 1000).toISOString().replace('.000', '');
    assert.equal(footage, `#/footage/${GATE}/${channel}?at=${at}`);
    await page.click('[data-testid="open-alarm"]');
    await reads(
      '[data-testid="alarm-details"]',
      /video \(5\).*intrusion \(6\).*31\.12°, 117\.12°.*a message of its own/s,
    );
    assert.equal(await hash(), `#/alarms/${alarm.id}`);
    const resets = gate.devices[0]!.controls.alarmResets;
    await page.click('[data-testid="reset-alarm"]');
    await reads('[data-testid="reset-said"]', /The device has been told/);
    assert.equal(gate.devices[0]!.controls.alarmResets, resets + 1);
    await page.click('[data-testid="details-footage"]');
    await page.waitForSelector('[data-testid="view-footage"][aria-current="page"]');
    assert.match(await hash(), new RegExp(`^#/footage/${GATE}/${channel}`));
  });

  test('what nobody can read is shown as the device wrote it', async () => {
    await alarms(yard).alarm({ method: 2, type: 1, priority: 3, time: 'yesterday' });
    await go('alarms');
    await reads('[data-testid="alarm"]', /video loss/);
    await page.locator('[data-testid="open-alarm"]', { hasText: 'video loss' }).click();
    await reads('[data-testid="alarm-raw"]', /AlarmTime.*yesterday/s);
  });

  test('filters by device, kind, priority and time stand in the address; new alarms keep to them', async () => {
    await go('alarms');
    await until('both', async () => (await rows()).length === 2);
    await page.selectOption('[data-testid="filter-kind"]', '5/6');
    await until('one', async () => (await rows()).length === 1);
    assert.equal(await hash(), '#/alarms?kind=5/6');
    await alarms(yard).alarm({ method: 2, type: 4, priority: 2 });
    await alarms(yard).alarm({ method: 5, type: 6, priority: 4, description: 'second intrusion' });
    await reads('[data-testid="alarm"]', /second intrusion/);
    assert.equal((await rows()).length, 2, 'the other kind is not among them');
    await page.selectOption('[data-testid="filter-priority"]', '2');
    await until('the higher ones', async () => (await rows()).length === 1);
    await page.selectOption('[data-testid="filter-device"]', YARD);
    await page.waitForSelector('[data-testid="no-alarms"]');
    await page.reload();
    await page.waitForSelector('[data-testid="no-alarms"]');
    await page.selectOption('[data-testid="filter-kind"]', '');
    await reads('[data-testid="alarm"]', /high temperature/);
    await page.fill('[data-testid="filter-to"]', '2020-01-01T00:00');
    await page.waitForSelector('[data-testid="no-alarms"]');
    await page.click('[data-testid="clear-filter"]');
    await until('all', async () => (await rows()).length === 4);
  });

  test('rows do not move under the eyes of who reads further down: new ones wait above', async () => {
    for (let n = 0; n < 40; n++) await alarms(yard).alarm({ method: 7, description: `storm ${n}` });
    const list = page.locator('[data-testid="alarms"]');
    await reads('[data-testid="alarm"]', /storm 39/);
    await list.evaluate((element) => element.scrollTo(0, 900));
    const before = await list.evaluate((element) => element.scrollTop);
    assert.ok(before > 300, String(before));
    // the view hears of its own scrolling with the next frame
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await alarms(yard).alarm({ method: 7, description: 'news' });
    await reads('[data-testid="new-alarms"]', /1 new alarm/);
    assert.equal(await list.evaluate((element) => element.scrollTop), before);
    assert.ok(!(await rows()).some((row) => row.includes('news')));
    await page.click('[data-testid="new-alarms"]');
    await reads('[data-testid="alarm"]', /news/);
    await page.waitForSelector('[data-testid="new-alarms"]', { state: 'detached' });
  });

  test('a rule is made on the page: its alarm has pictures taken, which stand beside it', async () => {
    await go('alarms/rules');
    await page.waitForSelector('[data-testid="rule"]');
    await page.click('[data-testid="add-rule"]');
    const rule = page.locator('[data-testid="rule"]').nth(1);
    await rule.locator('[data-testid="rule-name"]').fill('Gate at night');
    await rule.locator('[data-testid="rule-device"]').selectOption(GATE);
    await rule.locator('.chip', { hasText: /^video$/ }).click();
    await rule.locator('.chip', { hasText: /^motion$/ }).click();
    await rule.locator('[data-testid="rule-record"]').selectOption('seconds');
    await rule.locator('[data-testid="rule-seconds"]').fill('5');
    await rule.locator('[data-testid="rule-snapshot"]').check();
    await rule.locator('[data-testid="rule-count"]').fill('2');
    await page.click('[data-testid="save-rules"]');
    await reads('[data-testid="rules-said"]', /Saved/);
    assert.deepEqual((await gateway.api('GET', '/api/v1/alarm-rules')).body.rules.at(-1), {
      name: 'Gate at night',
      enabled: true,
      deviceId: GATE,
      methods: [5],
      types: [2],
      record: 5,
      snapshot: { count: 2, intervalSeconds: 1 },
    });
    await alarms(gate).alarm({ method: 5, type: 2, description: 'someone moves' });
    await go('alarms');
    await page.locator('[data-testid="open-alarm"]', { hasText: 'someone moves' }).click();
    await until('two pictures that can be seen', async () => {
      const widths = (await page
        .locator('[data-testid="alarm-picture"]')
        .evaluateAll((images) =>
          images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        )) as number[];
      return widths.length === 2 && widths.every((width) => width > 0);
    });
    await go('alarms/rules');
    await page.locator('[data-testid="remove-rule"]').nth(1).click();
    await page.click('[data-testid="save-rules"]');
    await reads('[data-testid="rules-said"]', /Saved/);
    assert.equal((await gateway.api('GET', '/api/v1/alarm-rules')).body.rules.length, 1);
  });

  test('pictures are taken from the page, seen, and deleted', async () => {
    await go(`alarms/pictures?channel=${YARD}/${yard.devices[0]!.channels[0]!.id}`);
    await page.waitForSelector('[data-testid="no-pictures"]');
    await page.fill('[data-testid="take-count"]', '2');
    await page.click('[data-testid="take-pictures"]');
    await reads('[data-testid="take-said"]', /2 of 2 pictures arrived/);
    await until(
      'both',
      async () => (await page.locator('[data-testid="picture"][data-source="device"]').count()) === 2,
    );
    const remove = page.locator('[data-testid="delete-picture"]').first();
    await remove.click();
    await remove.click();
    await until('one', async () => (await page.locator('[data-testid="picture"]').count()) === 1);
    await page.selectOption('[data-testid="pictures-channel"]', '');
    await until('those of the gate too', async () => (await page.locator('[data-testid="picture"]').count()) === 3);
    await page.locator('[data-testid="its-alarm"]').first().click();
    await reads('[data-testid="alarm-details"]', /someone moves/);
  });

  test('in Chinese, and at the width of a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.click('[data-testid="language"]');
    await reads('[data-testid="alarm-details"]', /移动|运动目标检测报警/);
    await page.locator('.alarm-head button').click();
    await reads('[data-testid="alarm"]', /运动目标检测报警/);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await page.click('[data-testid="language"]');
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test('who may only look sees everything and changes nothing', async () => {
    const reader = await launchBrowser();
    try {
      const tab = await reader.open(`${gateway.http}/#token=${READ_TOKEN}`);
      await tab.evaluate(`location.hash = '#/alarms'`);
      await reads('[data-testid="alarm"]', /someone moves/, tab);
      await tab.locator('[data-testid="open-alarm"]').first().click();
      await tab.waitForSelector('[data-testid="reset-alarm"]:disabled');
      await tab.click('[data-testid="tab-rules"]');
      await tab.waitForSelector('[data-testid="may-only-look"]');
      assert.equal(await tab.locator('[data-testid="rules"] :is(input, select):enabled').count(), 0);
      await tab.click('[data-testid="tab-pictures"]');
      await tab.waitForSelector('[data-testid="delete-picture"]:disabled');
      await tab.waitForSelector('[data-testid="take-pictures"]:disabled');
    } finally {
      await reader.close();
    }
  });

  test('the page wrote no error to its console but for answers that are refusals', () => {
    assert.deepEqual(
      browser.faults.filter((fault) => !/Failed to load resource|ERR_CONNECTION/.test(fault)),
      [],
    );
  });
});
