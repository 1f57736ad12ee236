import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Delivery, Webhook } from '../../web/page/system/webhooks-api.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const WELL: Webhook = {
  id: 'w1',
  url: 'https://vms.example/hook',
  events: ['download.*'],
  signed: true,
  waiting: 0,
  delivered: 41,
  failed: 0,
  failuresInRow: 0,
  lastStatus: 204,
  lastError: null,
  retryAt: null,
};
const ILL: Webhook = {
  ...WELL,
  id: 'w2',
  url: 'https://broken.example/hook',
  events: [],
  signed: false,
  waiting: 12,
  delivered: 3,
  failed: 2,
  failuresInRow: 9,
  lastStatus: null,
  lastError: 'connect ECONNREFUSED',
  retryAt: '2030-01-01T00:00:00Z',
};

function deliveryOf(n: number, o: Partial<Delivery> = {}): Delivery {
  return {
    id: String(n),
    endpoint: 'w1',
    url: WELL.url,
    type: 'download.completed',
    queuedAt: '2026-11-21T12:00:00Z',
    state: 'delivered',
    attempts: 1,
    status: 204,
    error: null,
    durationMs: 34,
    retryAt: null,
    event: { id: `e${n}`, type: 'download.completed', data: { name: '<b>North</b>' } },
    ...o,
  };
}

describe('the panel of webhooks, with a scripted gateway', { timeout: 90_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let rows: Delivery[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    for (const list of ['devices', 'groups', 'channels', 'recordings'])
      standIn.answers.set(`GET ${list}`, { items: [], next: null });
    standIn.answers.set('GET webhooks', { items: [WELL, ILL], next: null });
    rows = [
      deliveryOf(9, {
        endpoint: 'w2',
        url: ILL.url,
        state: 'failed',
        attempts: 14,
        status: null,
        error: 'connect ECONNREFUSED',
        durationMs: 2,
      }),
      deliveryOf(8, { state: 'pending', attempts: 0, status: null, durationMs: null }),
      deliveryOf(7),
    ];
    standIn.answers.set('GET webhooks/deliveries', (query: URLSearchParams) => {
      const [endpoint, state] = [query.get('endpoint'), query.get('state')];
      const found = rows.filter(
        (row) => (endpoint === null || row.endpoint === endpoint) && (state === null || row.state === state),
      );
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit') ?? 100);
      return { items: found.slice(from, to), next: to < found.length ? String(to) : null };
    });
  });
  afterEach(async () => {
    await page.close();
    await standIn.close();
  });

  const open = async () => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.waitForSelector('[data-testid="view-system"]');
    await page.goto(`${standIn.address}#/system/webhooks`);
    await page.waitForSelector('[data-testid="webhook"], [data-testid="no-webhooks"]');
  };
  const ids = () =>
    page
      .locator('[data-testid="delivery"]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-delivery-id')).join(' '));

  test('each endpoint says how it does: what waits, what was given up, why and when it tries again', async () => {
    await open();
    const [well = '', ill = ''] = await page.locator('[data-testid="webhook"]').allTextContents();
    assert.match(well, /vms\.example\/hook.*takes events.*Delivered41.*Last answer204.*download\.\*.*signed/);
    assert.match(
      ill,
      /failed 9 × in a row.*Waiting12.*Given up2.*no answer.*ECONNREFUSED.*Next try in .*all.*not signed/,
    );
  });

  test('deliveries: attempts and answers, filtered, opened to what is sent, sent again', async () => {
    standIn.answers.set('POST webhooks/deliveries/9/redeliver', () => {
      rows = [deliveryOf(10, { endpoint: 'w2', url: ILL.url, state: 'pending', attempts: 0, status: null }), ...rows];
      return { ...rows[0], status: 202 };
    });
    await open();
    await page.waitForSelector('[data-delivery-id="9"]');
    assert.match(
      (await page.textContent('[data-delivery-id="9"]')) ?? '',
      /given up14no answer · 2 msconnect ECONNREFUSED/,
    );
    assert.match((await page.textContent('[data-delivery-id="7"]')) ?? '', /delivered1204 · 34 ms/);
    await page.click('[data-delivery-id="7"] .event-name');
    assert.match((await page.textContent('[data-testid="sent"]')) ?? '', /"name": "<b>North<\/b>"/);
    await page.selectOption('[data-testid="delivery-state"]', 'failed');
    await until('those given up', ids, (said) => said === '9', 15_000);
    await page.selectOption('[data-testid="delivery-state"]', '');
    await page.selectOption('[data-testid="delivery-endpoint"]', 'w1');
    await until('those of one', ids, (said) => said === '8 7', 15_000);
    await page.selectOption('[data-testid="delivery-endpoint"]', '');
    await page.click('[data-delivery-id="9"] [data-testid="redeliver"]');
    await page.waitForSelector('[data-delivery-id="10"][data-state="pending"]');
    assert.equal(await page.locator('[data-delivery-id="10"] [data-testid="redeliver"]').count(), 0);
  });

  test('a long log is read on, and the newest still come', async () => {
    rows = Array.from({ length: 120 }, (_, n) => deliveryOf(1_000 - n));
    await open();
    await page.click('[data-testid="more-deliveries"]');
    await page.waitForSelector('[data-delivery-id="901"]');
    rows = [deliveryOf(1_001), ...rows];
    await page.waitForSelector('[data-delivery-id="1001"]', { timeout: 20_000 });
    assert.equal(await page.locator('[data-delivery-id="901"]').count(), 1, 'what was read on stays');
  });

  test('no webhook: how to get one; a token that may only look sends nothing again', async () => {
    standIn.access = 'look';
    await open();
    await page.waitForSelector('[data-delivery-id="7"] [data-testid="redeliver"]:disabled');
    standIn.answers.set('GET webhooks', { items: [], next: null });
    await page.waitForSelector('[data-testid="no-webhooks"]', { timeout: 20_000 });
    assert.match((await page.textContent('[data-testid="no-webhooks"]')) ?? '', /configuration/);
  });
});
