import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn } from '../support/stand-in.ts';

const VIEWS = ['live', 'devices', 'add', 'streams', 'recordings', 'system'];

describe('what holds everywhere on the page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let tab: Page;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    showSite(standIn, siteOf(2, 3));
    tab = await browser.open(`${standIn.address}?token=${standIn.token}`);
    await tab.waitForSelector('[data-testid="tree"]');
  });
  afterEach(async () => {
    await tab.evaluate('localStorage.clear()');
    await tab.close();
    await standIn.close();
  });

  const keys = () => tab.locator('[data-testid="keys"]');

  test('`?` shows every key of the view, and puts the focus back where it was', async () => {
    await tab.focus('[data-testid="tree"]');
    await tab.keyboard.press('?');
    await keys().waitFor();
    assert.match((await keys().textContent()) ?? '', /Find a camera.*Go to Recordings/s);
    assert.ok(!((await keys().textContent()) ?? '').includes('Next page'));
    await tab.keyboard.press('Escape');
    await keys().waitFor({ state: 'detached' });
    assert.equal(await tab.evaluate(`document.activeElement.getAttribute('role')`), 'tree');
    await tab.click('[data-testid="grid-4"]');
    await tab.click('[data-testid="show-keys"]');
    assert.match((await keys().textContent()) ?? '', /Next page/, 'the wall has keys of its own');
    await tab.keyboard.press('g');
    await tab.keyboard.press('d');
    assert.match(tab.url(), /#\/live/, 'an open sheet has the keys');
  });

  test('keys lead to every view; in a field they are text', async () => {
    for (const [letter, view] of [
      ['d', 'devices'],
      ['a', 'add'],
      ['s', 'streams'],
      ['r', 'recordings'],
      ['y', 'system'],
      ['l', 'live'],
    ]) {
      await tab.keyboard.press('g');
      await tab.keyboard.press(letter ?? '');
      await tab.waitForSelector(`[data-testid="view-${view}"][aria-current="page"]`);
    }
    await tab.keyboard.press('/');
    await tab.keyboard.type('g d?');
    assert.equal(await tab.inputValue('input[type="search"]'), 'g d?');
    assert.equal(await keys().count(), 0);
    assert.match(tab.url(), /#\/live/);
  });

  test('the focus goes from the way past the header to the views, the switches, the search, the tree, the picture', async () => {
    const order: string[] = [];
    for (let i = 0; i < 32; i++) {
      await tab.keyboard.press('Tab');
      order.push(
        String(
          await tab.evaluate(`(() => {
          const at = document.activeElement;
          return at.className === 'skip' ? 'skip' : at.closest('.views') ? 'views' : at.closest('.switches') ? 'switches'
            : at.type === 'search' ? 'search' : at.getAttribute('role') === 'tree' ? 'tree' : at.closest('.side') ? 'side' : at.closest('main') ? 'main' : 'page';
        })()`),
        ),
      );
    }
    const parts = order.filter((part, i) => part !== order[i - 1]).slice(0, 7);
    assert.deepEqual(parts, ['skip', 'views', 'switches', 'search', 'side', 'tree', 'main']);
    await tab.focus('.skip');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.evaluate(`document.activeElement.tagName`), 'MAIN');
  });

  test('a browser has six connections: with more tabs than that each still gets its lists, and what happened meanwhile', async () => {
    // headless Chromium shows all of its tabs at once
    const shade = `
      let isShaded = false;
      Object.defineProperty(document, 'visibilityState', { get: () => (isShaded ? 'hidden' : 'visible') });
      window.shade = (next) => { isShaded = next; document.dispatchEvent(new Event('visibilitychange')); };`;
    const tabs: Page[] = [];
    for (let i = 0; i < 8; i++) {
      const one = await browser.open(`${standIn.address}?token=${standIn.token}`, shade);
      tabs.push(one);
      await one.waitForSelector('[data-testid="tree"]');
      await one.evaluate('shade(true)');
    }
    const [first] = tabs;
    assert.ok(first !== undefined);
    showSite(standIn, siteOf(3, 3));
    await first.evaluate('shade(false)');
    await first.waitForSelector('[data-testid="device"] >> nth=2');
    await first.waitForSelector('.link-lost', { state: 'detached' });
    standIn.event('device.offline', { deviceId: siteOf(1, 1).devices[0]?.id });
    await until(
      'the event in the tab that is seen again',
      () => first.locator('[data-testid="device"] .dot.on').count(),
      (count) => count === 2,
    );
    await Promise.all(tabs.map((one) => one.close()));
  });

  test('language and theme are kept, and change at once', async () => {
    await tab.click('[data-testid="language"]');
    await until(
      'Chinese',
      () => tab.textContent('[data-testid="view-live"]'),
      (said) => said === '实时',
    );
    await tab.selectOption('[data-testid="theme"]', 'dark');
    const ground = () => tab.evaluate(`getComputedStyle(document.body).backgroundColor`);
    const dark = await ground();
    await tab.reload();
    await tab.waitForSelector('[data-testid="tree"]');
    assert.equal(await tab.textContent('[data-testid="view-live"]'), '实时');
    assert.equal(await ground(), dark);
    await tab.selectOption('[data-testid="theme"]', 'light');
    assert.notEqual(await ground(), dark);
    assert.equal(await tab.getAttribute('html', 'lang'), 'zh-CN');
  });

  test('on a phone nothing is wider than the screen, in either language', async () => {
    await tab.setViewportSize({ width: 390, height: 844 });
    const fragments = [
      ...VIEWS.map((view) => `#/${view}`),
      '#/live?grid=9',
      `#/live/${'3'.repeat(20)}/${'4'.repeat(20)}`,
    ];
    for (const language of ['en', 'zh']) {
      for (const fragment of fragments) {
        await tab.goto(standIn.address + fragment);
        const wide = await tab.evaluate(`document.documentElement.scrollWidth`);
        assert.ok(Number(wide) <= 390, `${fragment} in ${language}: ${wide} px`);
      }
      await tab.click('[data-testid="language"]');
    }
  });

  test('no request leaves for another host, and nothing breaks the strict policy', async () => {
    const strangers: string[] = [];
    const { origin } = new URL(standIn.address);
    tab.on('request', (request) => {
      const { protocol, origin: to, pathname } = new URL(request.url());
      if (protocol === 'blob:' || protocol === 'data:') return;
      if (to !== origin || !pathname.startsWith('/sub/')) strangers.push(request.url());
    });
    await tab.evaluate(
      `(() => { window.broken = []; document.addEventListener('securitypolicyviolation', (event) => window.broken.push(event.violatedDirective + ' ' + event.blockedURI)); })()`,
    );
    for (const view of VIEWS) {
      await tab.click(`[data-testid="view-${view}"]`);
      await tab.waitForSelector(`[data-testid="view-${view}"][aria-current="page"]`);
      await tab.waitForSelector('main');
    }
    await tab.click('[data-testid="view-live"]');
    await tab.locator('[data-testid="channel"]').first().click();
    await tab.waitForSelector('gb-player');
    assert.deepEqual(strangers, []);
    assert.deepEqual(await tab.evaluate('window.broken'), []);
  });

  test('a view that is unknown, and one that names nothing, show the live view', async () => {
    for (const fragment of ['#/nowhere', '#//', '#/live?grid=7', '#/live/%E0/x']) {
      await tab.goto(standIn.address + fragment);
      await tab.waitForSelector('[data-testid="view-live"][aria-current="page"]');
      await tab.waitForSelector('[data-testid="message"]');
    }
  });
});
