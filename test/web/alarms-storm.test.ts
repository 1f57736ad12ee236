import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';

import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn } from '../support/stand-in.ts';

/** Rows that the page keeps (web/page/alarms/feed.ts). */
const MAX_ROWS = 5_000;
const SITE = siteOf(1, 1);
const [DEVICE] = SITE.devices;
const [CHANNEL] = SITE.channels;

function alarm(number: number) {
  const time = new Date(Date.UTC(2026, 0, 5, 6, 0, number)).toISOString();
  return {
    id: String(number),
    deviceId: DEVICE?.id,
    channelId: CHANNEL?.id,
    sourceId: CHANNEL?.id,
    time,
    receivedAt: time,
    method: 7,
    methodName: { en: 'other', zh: '其他报警' },
    type: null,
    typeName: null,
    eventType: null,
    eventName: null,
    priority: 4,
    priorityName: { en: 'level 4', zh: '四级警情' },
    description: `number ${number}`,
    by: 'message',
  };
}

describe('the page of alarms, with a scripted gateway', () => {
  let standIn: StandIn;
  let browser: Browser;
  let tab: Page;

  before(async () => {
    [standIn, browser] = await Promise.all([StandIn.open(), launchBrowser()]);
    showSite(standIn, SITE);
    standIn.answers.set('GET alarms/words', { methods: {}, types: {}, priorities: {} });
    standIn.answers.set('GET alarm-rules', { rules: [] });
    standIn.answers.set('GET alarms', { items: [], next: null });
  });
  after(async () => {
    await browser?.close();
    await standIn?.close();
  });
  afterEach(() => tab?.close());

  const open = async (fragment: string) => {
    tab = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await tab.waitForSelector('[data-testid="view-live"]');
    await tab.evaluate(`location.hash = '#/${fragment}'`);
  };

  test('a storm of alarms is shown without end, and kept within bounds; older ones are found by their time', async () => {
    await open('alarms');
    await tab.waitForSelector('[data-testid="no-alarms"]');
    const asked: URLSearchParams[] = [];
    standIn.answers.set('GET alarms', (query: URLSearchParams) => {
      asked.push(query);
      return { items: [], next: null };
    });
    const count = MAX_ROWS + 500;
    for (let n = 1; n <= count; n++) standIn.event('alarm', alarm(n));
    await tab.waitForSelector(`[data-alarm-id="${count}"]`, { timeout: 60_000 });
    await tab.waitForSelector('[data-testid="alarms-full"]', { timeout: 60_000 });
    assert.match((await tab.textContent('[data-testid="alarms-full"]')) ?? '', /newest 5,000/);
    assert.ok((await tab.locator('[data-testid="alarm"]').count()) < 100, 'rows that nobody sees are not drawn');
    await tab.click('[data-testid="alarms-full"] button');
    await until(
      'older ones are asked for',
      async () => asked.at(-1)?.get('end') ?? '',
      (end) => end === new Date(Date.UTC(2026, 0, 5, 6, 0, 501 + 1)).toISOString(),
    );
  });

  test('older alarms are read as somebody scrolls; what comes by event and by page stands once', async () => {
    const page = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => alarm(from - i));
    standIn.answers.set('GET alarms', (query: URLSearchParams) =>
      query.get('cursor') === 'older' ? { items: page(20, 1), next: null } : { items: page(220, 21), next: 'older' },
    );
    await open('alarms');
    await tab.waitForSelector('[data-alarm-id="220"]');
    standIn.event('alarm', alarm(220));
    standIn.event('alarm', alarm(221));
    await tab.waitForSelector('[data-alarm-id="221"]');
    assert.equal(await tab.locator('[data-alarm-id="220"]').count(), 1);
    await tab.locator('[data-testid="alarms"]').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await until(
      'the oldest',
      async () => {
        await tab.locator('[data-testid="alarms"]').evaluate((list) => list.scrollTo(0, list.scrollHeight));
        return tab.locator('[data-alarm-id="1"]').count();
      },
      (found) => found === 1,
    );
  });

  test('an alarm that is not kept any more is said to be gone', async () => {
    standIn.answers.set('GET alarms', { items: [alarm(1)], next: null });
    await open('alarms/999');
    await tab.waitForSelector('[data-testid="alarm-gone"]');
  });

  test('new pictures come on top of those that were read, and many of them at once are asked for together', async () => {
    const picture = (number: number) => ({
      id: `p${number}`,
      deviceId: DEVICE?.id,
      channelId: CHANNEL?.id,
      time: new Date(Date.UTC(2026, 0, 5, 6, 0, number)).toISOString(),
      bytes: 1_000,
      source: 'device',
      session: `s${number}`,
    });
    const page = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => picture(from - i));
    let newest = 80;
    let readings = 0;
    standIn.answers.set('GET snapshots', (query: URLSearchParams) => {
      if (query.get('cursor') === 'older') return { items: page(20, 1), next: null };
      readings += 1;
      return { items: page(newest, newest - 59), next: 'older' };
    });
    await open('alarms/pictures');
    const shown = async () => tab.locator('[data-testid="picture"]').count();
    await until('a page', shown, (count) => count === 60);
    await tab.click('[data-testid="more-pictures"]');
    await until('all', shown, (count) => count === 80);
    const before = readings;
    newest = 82;
    for (let n = 0; n < 200; n++) standIn.event('snapshot.completed', { session: `s${n}`, snapshots: [] });
    await until('the two new ones too', shown, (count) => count === 82);
    assert.ok(readings - before < 100, `${readings - before} readings for 200 events`);
    assert.equal(await tab.locator('[data-testid="more-pictures"]').count(), 0, 'those at the end were read already');
    // more than a page holds: some were never read
    newest = 200;
    standIn.event('snapshot.completed', { session: 's', snapshots: [] });
    await until('the newest page alone', shown, (count) => count === 60);
    await tab.waitForSelector('[data-testid="more-pictures"]');
  });

  test('a part of the page that cannot be fetched is said to be missing, and comes when it can', async () => {
    tab = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await tab.waitForSelector('[data-testid="view-live"]');
    await tab.route(/\/assets\/view-[^/]*\.js$/, (route) => route.abort());
    await tab.evaluate(`location.hash = '#/alarms'`);
    await tab.waitForSelector('[data-testid="part-missing"]');
    await tab.unroute(/\/assets\/view-[^/]*\.js$/);
    await tab.click('[data-testid="part-missing"] button:last-child');
    await tab.waitForSelector('[data-testid="alarms"]', { state: 'attached' });
  });
});
