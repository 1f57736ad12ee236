import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Download } from '../../web/page/downloads/api.ts';
import { figuresOf, rangeWords } from '../../web/page/downloads/figures.ts';
import { belongs, placed, queryOf } from '../../web/page/downloads/filter.ts';
import { freshDraft, localTime, presetRange, wishOf, wrongWith } from '../../web/page/downloads/wish.ts';
import { downloadsWords } from '../../web/page/words/downloads.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = '34020000001320000001';
const CHANNEL = '34020000001310000001';
const NEWEST_MS = Date.parse('2026-11-21T12:00:00Z');
const EVENTS: Partial<Record<Download['state'], string>> = { complete: 'completed', running: 'progress' };

function rowOf(n: number, o: Partial<Download> = {}): Download {
  return {
    id: `d${n}`,
    deviceId: DEVICE,
    channelId: CHANNEL,
    start: '2026-11-20T10:00:00.000Z',
    end: '2026-11-20T11:00:00.000Z',
    speed: 8,
    transport: 'auto',
    exact: false,
    priority: 0,
    state: 'complete',
    progress: 1,
    receivedMs: 3_600_000,
    bytes: 900_000_000,
    filesizeBytes: null,
    realSpeed: null,
    secondsLeft: null,
    missing: [],
    path: `downloads/${DEVICE}/${CHANNEL}/20261120T100000--20261120T110000.mp4`,
    createdAt: new Date(NEWEST_MS - n * 60_000).toISOString(),
    endedAt: null,
    ...o,
  };
}

test('the filter as a query, and what belongs to it', () => {
  assert.equal(String(queryOf({ channel: '', state: '' }, null)), 'limit=200');
  assert.equal(
    String(queryOf({ channel: 'D/C', state: 'failed' }, 'next')),
    'limit=200&deviceId=D&channelId=C&state=failed&cursor=next',
  );
  assert.equal(belongs(rowOf(1), { channel: `${DEVICE}/${CHANNEL}`, state: 'complete' }), true);
  assert.equal(belongs(rowOf(1), { channel: 'D/C', state: '' }), false);
  assert.equal(belongs(rowOf(1), { channel: '', state: 'running' }), false);
});

test('what comes fresh takes its place by when it was asked for; what is known stays where it stands', () => {
  const list = [rowOf(1), rowOf(3)];
  const ids = (fresh: Download) => placed(list, fresh).map(({ id }) => id);
  assert.deepEqual(ids(rowOf(0)), ['d0', 'd1', 'd3']);
  assert.deepEqual(ids(rowOf(2)), ['d1', 'd2', 'd3']);
  assert.deepEqual(ids(rowOf(9)), ['d1', 'd3', 'd9']);
  assert.equal(placed(list, rowOf(3, { bytes: 7 }))[1]?.bytes, 7);
});

test('what a download does, in words', () => {
  const words = downloadsWords.en;
  const said = (o: Partial<Download>) => figuresOf(rowOf(0, o), words);
  assert.equal(
    said({ state: 'running', progress: 0.4269, realSpeed: 7.94, secondsLeft: 123 }),
    '42 % · 7.9× · 2:03 left',
  );
  assert.equal(said({ state: 'running', progress: 0.999 }), '99 %', 'not before all of it is there');
  assert.equal(
    said({ state: 'queued', progress: 0, bytes: 0, priority: 2 }),
    'in the queue of its device · priority +2',
  );
  assert.equal(said({ state: 'resuming', progress: 0.5 }), '50 % · asks the device again');
  const missing = [
    { start: '2026-11-20T10:10:00Z', end: '2026-11-20T10:11:00Z' },
    { start: '2026-11-20T10:20:00Z', end: '2026-11-20T10:20:05Z' },
  ];
  assert.equal(said({ state: 'partial', missing }), '2 gaps, 1:05 missing');
  assert.equal(said({ state: 'failed', error: { code: 'disk_full', detail: 'ENOSPC' } }), 'The disk is full.');
  assert.equal(said({ state: 'failed', error: { code: 'of_2030', detail: 'Its own words.' } }), 'Its own words.');
  assert.equal(said({ state: 'cancelled', progress: 0.3 }), '30 % came and is kept');
});

test('a range in words: nothing twice, seconds and year where they say something', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z');
  const said = (start: string, end: string) => rangeWords(start, end, 'en', nowMs).replace(/\s/g, ' ');
  assert.match(said('2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z'), /^Nov \d+, \d\d:00 – \d\d:00$/);
  assert.match(said('2026-11-20T10:00:00Z', '2026-11-20T10:00:07Z'), /^Nov \d+, \d\d:00:00 – \d\d:00:07$/);
  assert.match(said('2025-06-10T10:00:00Z', '2025-06-12T10:00:00Z'), /2025.* – .*2025/);
  assert.equal(rangeWords('nothing', 'at all', 'en', nowMs), 'nothing – at all');
});

test('a wish: presets, what is wrong with it, and what is asked of the gateway', () => {
  const now = new Date(2026, 10, 21, 9, 30, 0);
  assert.deepEqual(presetRange('hour', now), { from: '2026-11-21T08:30:00', to: '2026-11-21T09:30:00' });
  assert.deepEqual(presetRange('yesterday', now), { from: '2026-11-20T00:00:00', to: '2026-11-21T00:00:00' });
  const draft = freshDraft('D/C', now);
  const wrong = (o: object) => wrongWith({ ...draft, ...o }, now.getTime());
  assert.equal(wrong({}), null);
  assert.equal(wrong({ channel: '' }), 'channel');
  assert.equal(wrong({ from: '' }), 'time');
  assert.equal(wrong({ to: draft.from }), 'order');
  assert.equal(wrong({ from: '2026-11-21T10:00:00', to: '2026-11-21T11:00:00' }), 'future');
  assert.equal(wrong({ from: '2026-10-01T00:00:00' }), 'long');
  const wish = wishOf({ ...draft, exact: true });
  assert.equal(localTime(new Date(wish.start)), draft.from);
  assert.deepEqual([wish.speed, wish.exact], [8, true]);
});

describe('the view of downloads, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let rows: Download[];
  let queries: URLSearchParams[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    rows = [rowOf(0), rowOf(1), rowOf(2)];
    queries = [];
    const channel = { id: CHANNEL, deviceId: DEVICE, name: 'North door', status: 'on' };
    standIn.answers.set('GET devices', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET channels', { items: [channel], next: null });
    standIn.answers.set('GET downloads/summary', () => ({
      count: rows.length,
      bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
      states: { running: rows.filter(({ state }) => state === 'running').length },
    }));
    standIn.answers.set('GET downloads', (query: URLSearchParams) => {
      queries.push(query);
      const state = query.get('state');
      const found = rows.filter((row) => state === null || row.state === state);
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit') ?? 100);
      return { items: found.slice(from, to), next: to < found.length ? String(to) : null };
    });
  });
  afterEach(async () => {
    await page.close();
    await standIn.close();
  });

  const open = async (fragment = '#/downloads') => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.waitForSelector('[data-testid="view-downloads"]');
    await page.goto(`${standIn.address}${fragment}`);
    await page.waitForSelector('[data-testid="downloads"]', { state: 'attached' });
  };
  const figures = (id: string) => page.textContent(`[data-download-id="${id}"] [data-testid="figures"]`);
  const said = (what: string, read: () => Promise<string | null>, wanted: RegExp) =>
    until(what, read, (text) => wanted.test(text ?? ''), 15_000);

  test('progress moves by events, without the list being read again; the end turns the actions', async () => {
    rows = [rowOf(0, { state: 'running', progress: 0.1, bytes: 1_000_000, realSpeed: 8, secondsLeft: 400 }), rowOf(1)];
    await open();
    await page.waitForSelector('[data-download-id="d0"] [role="progressbar"][aria-valuenow="10"]');
    await said('the sum', () => page.textContent('[data-testid="downloads-summary"]'), /1 running.*2 downloads/);
    const lists = queries.length;
    const next = { ...rowOf(0), state: 'running', progress: 0.55, bytes: 5_000_000, realSpeed: 7.5, secondsLeft: 61 };
    // said again until the page follows: it may not have opened its event stream yet
    await until(
      'the event on the page',
      async () => {
        standIn.event('download.progress', next);
        return (await figures('d0')) ?? '';
      },
      (text) => text === '55 % · 7.5× · 1:01 left',
      15_000,
    );
    await page.waitForSelector('[data-download-id="d0"] [data-bytes="5000000"]');
    assert.equal(await page.locator('[data-download-id="d0"] [data-testid="save"]').count(), 0);
    standIn.event(`download.${EVENTS.complete}`, rowOf(0, { bytes: 9_000_000 }));
    await page.waitForSelector('[data-download-id="d0"][data-state="complete"] [data-testid="save"]');
    assert.match(
      (await page.getAttribute('[data-download-id="d0"] [data-testid="save"]', 'download')) ?? '',
      /^34020000001310000001-20261120T100000--20261120T110000\.mp4$/,
    );
    rows = [rowOf(1)];
    standIn.event('download.deleted', rowOf(0));
    await page.waitForSelector('[data-download-id="d0"]', { state: 'detached' });
    await said('the sum of what is left', () => page.textContent('[data-testid="downloads-summary"]'), /1 download/);
    assert.equal(queries.length, lists);
  });

  test('cancel, retry, sooner and later, delete: each asks the gateway and shows its answer', async () => {
    rows = [rowOf(0, { state: 'running', progress: 0.3 }), rowOf(1, { state: 'queued', progress: 0, bytes: 0 })];
    const put = (row: Download) => {
      rows = rows.map((one) => (one.id === row.id ? row : one));
      return row;
    };
    standIn.answers.set('POST downloads/d0/cancel', () => put(rowOf(0, { state: 'cancelled', progress: 0.3 })));
    standIn.answers.set('POST downloads/d0/retry', () => put(rowOf(0, { state: 'queued', progress: 0.3 })));
    standIn.answers.set('PATCH downloads/d1', (_: unknown, { priority }: { priority: number }) =>
      put(rowOf(1, { state: 'queued', progress: 0, bytes: 0, priority })),
    );
    standIn.answers.set('POST downloads/d1/cancel', () => put(rowOf(1, { state: 'cancelled', progress: 0, bytes: 0 })));
    standIn.answers.set('DELETE downloads/d1', () => {
      rows = rows.filter(({ id }) => id !== 'd1');
      return {};
    });
    await open();
    await page.click('[data-download-id="d0"] [data-testid="cancel"]');
    await page.waitForSelector('[data-download-id="d0"][data-state="cancelled"]');
    await page.click('[data-download-id="d0"] [data-testid="retry"]');
    await page.waitForSelector('[data-download-id="d0"][data-state="queued"]');
    await page.click('[data-download-id="d1"] [data-testid="sooner"]');
    await said('sooner', () => figures('d1'), /priority \+1/);
    await page.click('[data-download-id="d1"] [data-testid="later"]');
    await said('as before', () => figures('d1'), /device$/);
    await page.click('[data-download-id="d1"] [data-testid="later"]');
    await said('later', () => figures('d1'), /priority -1/);
    await page.click('[data-download-id="d1"] [data-testid="cancel"]');
    await page.click('[data-download-id="d1"] [data-testid="delete"]');
    assert.match((await page.textContent('[data-download-id="d1"] [data-testid="delete"]')) ?? '', /Really delete\?/);
    assert.ok(!standIn.asked.some((call) => call.startsWith('DELETE')));
    await page.click('[data-download-id="d1"] [data-testid="delete"]');
    await page.waitForSelector('[data-download-id="d1"]', { state: 'detached' });
    assert.ok(standIn.asked.includes('DELETE downloads/d1'));
  });

  test('a download with gaps names each of them; one that failed says what helps', async () => {
    const missing = [
      { start: '2026-11-20T10:10:00.000Z', end: '2026-11-20T10:12:00.000Z' },
      { start: '2026-11-20T10:30:00.000Z', end: '2026-11-20T10:30:07.000Z' },
    ];
    rows = [
      rowOf(0, { state: 'partial', missing, tag: { order: 17 } }),
      rowOf(1, { state: 'failed', progress: 0.2, error: { code: 'device_offline', detail: 'It is offline.' } }),
    ];
    await open();
    await page.click('[data-download-id="d0"] [data-testid="open-download"]');
    await page.waitForSelector('[data-testid="missing"] li');
    const gaps = await page.locator('[data-testid="missing"] li').allTextContents();
    assert.equal(gaps.length, 2);
    assert.match(gaps[0] ?? '', /2:00$/);
    assert.match(gaps[1] ?? '', /0:07$/);
    assert.match((await page.textContent('[data-testid="download-details"]')) ?? '', /\{"order":17\}/);
    assert.equal(new URL(page.url()).hash, '#/downloads/d0');
    await page.click('[data-download-id="d1"] [data-testid="open-download"]');
    await page.waitForSelector('[data-testid="download-fault"][data-code="device_offline"]');
    assert.match(
      (await page.textContent('[data-testid="download-fault"]')) ?? '',
      /went away.*What helps: Check its power/,
    );
    assert.match(
      (await page.getAttribute('[data-testid="download-player"]', 'src')) ?? '',
      /downloads\/d1\/file/,
      'what came before can be played',
    );
    await page.click('[data-testid="close-details"]');
    await page.waitForSelector('[data-testid="download-details"]', { state: 'detached' });
  });

  test('a new one: what is wrong is said before anything is asked, what the gateway refuses after', async () => {
    const wishes: Record<string, unknown>[] = [];
    const path = `POST devices/${DEVICE}/channels/${CHANNEL}/downloads`;
    standIn.answers.set(path, { status: 409, code: 'conflict', detail: 'Not today.' });
    rows = [];
    await open();
    await page.waitForSelector('[data-testid="no-downloads"]');
    await page.click('[data-testid="open-new"]');
    await page.click('[data-testid="start-download"]');
    await said('no channel', () => page.textContent('[data-testid="form-said"]'), /Choose a channel/);
    assert.ok(!standIn.asked.includes(path));
    await page.selectOption('[data-testid="new-download"] select[name="channel"]', `${DEVICE}/${CHANNEL}`);
    await page.fill('[data-testid="new-download"] input[name="from"]', '2026-11-20T11:00:00');
    await page.fill('[data-testid="new-download"] input[name="to"]', '2026-11-20T10:00:00');
    await page.click('[data-testid="start-download"]');
    await said('the wrong way round', () => page.textContent('[data-testid="form-said"]'), /ends before it begins/);
    await page.fill('[data-testid="new-download"] input[name="to"]', '2026-11-20T12:30:00');
    await said('how long', () => page.textContent('[data-testid="form-said"]'), /^1:30:00 of footage/);
    await page.selectOption('[data-testid="new-download"] select[name="speed"]', '4');
    await page.check('[data-testid="new-download"] input[name="exact"]');
    await page.click('[data-testid="start-download"]');
    await said('refused', () => page.textContent('[data-testid="form-said"]'), /Not today\./);
    standIn.answers.set(path, (_: unknown, wish: Record<string, unknown>) => {
      wishes.push(wish);
      rows = [rowOf(5, { state: 'queued', progress: 0, bytes: 0 })];
      return { ...rows[0], status: 202 };
    });
    await page.click('[data-testid="start-download"]');
    await page.waitForSelector('[data-download-id="d5"][data-state="queued"]');
    await page.waitForSelector('[data-testid="new-download"]', { state: 'detached' });
    assert.deepEqual(wishes, [
      {
        start: new Date('2026-11-20T11:00:00').toISOString(),
        end: new Date('2026-11-20T12:30:00').toISOString(),
        speed: 4,
        exact: true,
      },
    ]);
  });

  test('filters ask the gateway and stand in the address; an address shows one that the filter leaves out', async () => {
    rows = [rowOf(0), rowOf(1, { state: 'failed', bytes: 0, error: { code: 'io', detail: 'EIO' } })];
    standIn.answers.set('GET downloads/d0', rows[0]);
    await open(`#/downloads/d0?state=failed`);
    await page.waitForSelector('[data-download-id="d1"]');
    await page.waitForSelector('[data-testid="download-details"]');
    assert.equal(await page.locator('[data-download-id="d0"]').count(), 0);
    await page.selectOption('[data-testid="filter-channel"]', `${DEVICE}/${CHANNEL}`);
    const last = await until(
      'the question',
      async () => queries.at(-1),
      (query) => query?.get('channelId') === CHANNEL,
    );
    assert.equal(last?.get('state'), 'failed');
    await page.selectOption('[data-testid="filter-state"]', 'cancelled');
    await page.waitForSelector('text=No download matches.');
    await page.click('text=Show all');
    await page.waitForSelector('[data-download-id="d0"]');
    await page.goto(`${standIn.address}#/downloads/nothing`);
    await page.waitForSelector('[data-testid="download-gone"]');
  });

  test('10,000 downloads: few rows are drawn, and scrolling reads on to the last one', async () => {
    rows = Array.from({ length: 10_000 }, (_, i) => rowOf(i));
    await open();
    await page.waitForSelector('[data-download-id="d0"]');
    assert.ok((await page.locator('[data-testid="download"]').count()) < 80);
    await until(
      'the last one',
      async () => {
        await page.evaluate(`(() => {
          const box = document.querySelector('[data-testid="downloads"]');
          box.scrollTop = box.scrollHeight;
        })()`);
        return page.locator('[data-download-id="d9999"]').count();
      },
      (count) => count === 1,
      60_000,
    );
    assert.ok((await page.locator('[data-testid="download"]').count()) < 80);
  });

  test('a token that may only look can save files, and hears why it can do no more', async () => {
    standIn.access = 'look';
    rows = [rowOf(0), rowOf(1, { state: 'running', progress: 0.5 })];
    await open();
    await page.waitForSelector('[data-download-id="d1"] [data-testid="cancel"]:disabled');
    assert.ok(await page.isDisabled('[data-testid="open-new"]'));
    assert.ok(await page.isDisabled('[data-download-id="d0"] [data-testid="delete"]'));
    assert.equal(
      await page.getAttribute('[data-download-id="d1"] [data-testid="cancel"]', 'title'),
      'this token may only look',
    );
    assert.equal(await page.locator('[data-download-id="d0"] [data-testid="save"]').count(), 1);
  });
});
