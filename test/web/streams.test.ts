import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { linePath } from '../../web/page/parts/graph.ts';
import { appended, type Counted, NO_HISTORY, PLACES, percent } from '../../web/page/streams/history.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = '34020000001320000001';
const CHANNEL = '34020000001310000001';

function streamOf(id: string, o: object = {}) {
  return {
    id,
    kind: 'live',
    deviceId: DEVICE,
    channelId: CHANNEL,
    streamNumber: 0,
    state: 'playing',
    transport: 'udp',
    ssrc: '0200000001',
    localPort: 30_000,
    remote: '192.0.2.8:15060',
    startedAt: '2026-11-21T12:00:00+08:00',
    video: { codec: 'h264', width: 640, height: 360, fps: 25, profile: 'High' },
    audio: { codec: 'pcma', sampleRate: 8000, channels: 1 },
    viewers: 2,
    stats: {
      packets: 1000,
      bytes: 1_000_000,
      lost: 0,
      reordered: 3,
      duplicate: 0,
      discarded: 0,
      frames: 100,
      keyFrames: 4,
      bitrateBps: 2_000_000,
      gopMs: 2000,
      timestampJumps: 0,
    },
    steps: [
      { name: 'port', ms: 0 },
      { name: 'invite', ms: 2 },
      { name: 'first fragment', ms: 40 },
    ],
    findings: [
      { code: 'SSRC-1', count: 3, firstAt: '2026-11-21T04:00:00Z', lastAt: '2026-11-21T04:00:01Z', detail: 'x' },
    ],
    ...o,
  };
}

test('graphs: a young line stands at the right, noise stays flat', () => {
  assert.equal(linePath([], 5, 10), '');
  assert.equal(linePath([10, 10], 5, 10), 'M75.0 1.0L100.0 1.0');
  assert.equal(linePath([0, 1, 2, 3, 4, 5], 3, 0), 'M0.0 9.8L50.0 5.4L100.0 1.0');
  assert.equal(linePath([0.001], 2, 10), 'M100.0 23.0');
});

test('a history grows by what came between two counts', () => {
  const at = (atMs: number, packets: number, lost: number): Counted => ({
    atMs,
    bytes: packets * 1000,
    frames: packets / 4,
    packets,
    lost,
  });
  const one = appended(NO_HISTORY, at(0, 0, 0), at(2000, 100, 0));
  assert.deepEqual([one.everyMs, one.bitrateBps, one.fps, one.loss], [2000, [400_000], [12.5], [0]]);
  assert.deepEqual(appended(one, at(2000, 100, 0), at(4000, 130, 10)).loss, [0, 0.25]);
  assert.equal(appended(one, at(2000, 100, 0), at(4000, 5, 0)), one, 'another life of it');
  assert.equal(appended(one, at(2000, 100, 0), at(2000, 100, 0)), one);
  let long = one;
  for (let i = 1; i < 200; i++) long = appended(long, at(i, i, 0), at(i + 1, i + 1, 0));
  assert.equal(long.fps.length, PLACES);
  assert.deepEqual([0, 0.0003, 0.042, 0.12].map(percent), ['0 %', '0.03 %', '4.2 %', '12 %']);
});

describe('the view of streams, with a scripted gateway', { timeout: 60_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let running: object[];
  let ended: object[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    running = [streamOf('s1')];
    ended = [
      streamOf('s0', { state: 'ended', endReason: '<b>no viewer left</b>', endedAt: '2026-11-21T12:01:00+08:00' }),
    ];
    const channel = { id: CHANNEL, deviceId: DEVICE, name: '<i>North</i> door', status: 'on' };
    standIn.answers.set('GET devices', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set('GET channels', { items: [channel], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET streams', (query: URLSearchParams) => ({
      items: query.get('running') === 'true' ? running : ended,
      next: null,
    }));
    standIn.answers.set('GET streams/s1/history', {
      everyMs: 2000,
      bitrateBps: [1e6, 2e6, 2e6],
      fps: [25, 25, 25],
      loss: [0, 0, 0.1],
      viewers: [1, 1, 1],
    });
  });
  afterEach(async () => {
    await page.close();
    await standIn.close();
  });

  const open = async () => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.click('[data-testid="view-streams"]');
    await page.waitForSelector('[data-stream-id="s1"]');
  };

  test('numbers with their graphs; names are text; what ended says why', async () => {
    await open();
    const row = page.locator('[data-stream-id="s1"]');
    await until(
      'the gateway’s memory in the graph',
      async () => Number(await row.locator('[data-testid="sparkline"]').first().getAttribute('data-values')),
      (count) => count >= 3,
    );
    const text = ((await row.textContent()) ?? '').replaceAll(/\s+/g, ' ');
    assert.match(text, /<i>North<\/i> door.*playing.*1 finding.*640×360.*H\.264 \+ G\.711A.*UDP.*2\.0 Mbit\/s/);
    assert.match((await page.textContent('[data-testid="streams-summary"]')) ?? '', /1 stream · 2 viewers · 2\.0 Mbit/);
    assert.match((await page.locator('[data-stream-id="s0"]').textContent()) ?? '', /<b>no viewer left<\/b>/);
    const label = await row.locator('[data-testid="sparkline"]').first().getAttribute('aria-label');
    assert.equal(label, 'Bitrate: 2.0 Mbit/s');
  });

  test('details open by the name and by the address: steps, findings, numbers', async () => {
    await open();
    await page.click('[data-stream-id="s1"] [data-testid="stream-name"]');
    await page.waitForSelector('[data-testid="stream-details"] [data-testid="step-line"]');
    assert.equal(new URL(page.url()).hash, '#/streams/s1');
    const details = (await page.textContent('[data-testid="stream-details"]')) ?? '';
    assert.match(details, /0200000001/);
    assert.equal(await page.locator('[data-testid="finding"][data-code="SSRC-1"]').count(), 1);
    await page.reload();
    await page.waitForSelector('[data-testid="stream-details"]');
    await page.click('[data-stream-id="s1"] [data-testid="stream-name"]');
    await page.waitForSelector('[data-testid="stream-details"]', { state: 'detached' });
  });

  test('a stream is stopped by the second click, and moves to those that have ended', async () => {
    standIn.answers.set('DELETE streams/s1', () => {
      ended = [streamOf('s1', { state: 'ended', endReason: 'stopped by the API' }), ...ended];
      running = [];
      standIn.event('stream.ended', { streamId: 's1' });
      return {};
    });
    await open();
    await page.click('[data-testid="stop-stream"]');
    assert.match((await page.textContent('[data-testid="stop-stream"]')) ?? '', /Really stop\?/);
    assert.ok(!standIn.asked.includes('DELETE streams/s1'));
    await page.click('[data-testid="stop-stream"]');
    await page.waitForSelector('[data-testid="ended"] [data-stream-id="s1"]');
    await page.waitForSelector('[data-testid="no-streams"]');
  });

  test('a swarm of events, and a tab that comes and goes, never ask twice at a time', async () => {
    await open();
    let asking = 0;
    let most = 0;
    let answered = 0;
    standIn.answers.set('GET streams', async (query: URLSearchParams) => {
      asking += 1;
      most = Math.max(most, asking);
      await new Promise((resolve) => setTimeout(resolve, 100));
      asking -= 1;
      answered += 1;
      return { items: query.get('running') === 'true' ? running : ended, next: null };
    });
    running = [streamOf('s1'), streamOf('s2')];
    for (let i = 0; i < 100; i++) standIn.event('stream.started', { streamId: 's2' });
    for (let i = 0; i < 10; i++) await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.waitForSelector('[data-stream-id="s2"]');
    running = [];
    standIn.event('stream.ended', { streamId: 's1' });
    await page.waitForSelector('[data-testid="no-streams"]');
    assert.equal(most, 1, `${most} at a time, ${answered} in all`);
  });

  test('who read on in the list of what has ended keeps what was read', async () => {
    const streams = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => streamOf(`e${from + i}`, { state: 'ended', endReason: 'over' }));
    standIn.answers.set('GET streams', (query: URLSearchParams) => {
      if (query.get('running') === 'true') return { items: running, next: null };
      return query.has('cursor') ? { items: streams(2, 4), next: null } : { items: ended, next: 'more' };
    });
    ended = streams(0, 2);
    await open();
    await page.click('.ended > button');
    await page.waitForSelector('[data-stream-id="e3"]');
    ended = [streamOf('e9', { state: 'ended', endReason: 'over' }), streamOf('e0', { state: 'ended' })];
    standIn.event('stream.ended', { streamId: 'e9' });
    await page.waitForSelector('[data-stream-id="e9"]');
    const ids = await page.evaluate(
      `[...document.querySelectorAll('[data-testid="ended"] > li')].map((row) => row.dataset.streamId)`,
    );
    assert.deepEqual(ids, ['e9', 'e0', 'e1', 'e2', 'e3']);
    assert.equal(await page.locator('.ended > button').count(), 0, 'there is no more');
  });

  test('recording is started from here; a token that may only look sees why it cannot', async () => {
    standIn.answers.set('PUT streams/s1/recording', { id: 'r1' });
    await open();
    await page.click('[data-testid="stream-record"]');
    await until('asked', async () => standIn.asked.includes('PUT streams/s1/recording'), Boolean);
    standIn.access = 'look';
    await page.waitForSelector('[data-testid="stop-stream"]:disabled');
    assert.equal(await page.getAttribute('[data-testid="stop-stream"]', 'title'), 'this token may only look');
    assert.ok(await page.isDisabled('[data-testid="stream-record"]'));
  });

  test('a capture for a bug report is begun, seen growing, downloaded with the token, and deleted', async () => {
    let captures: object[] = [];
    const orders: unknown[] = [];
    const capture = (o: object) => ({
      id: 'c1',
      streamId: 's1',
      seconds: 60,
      startedAt: '2026-11-21T12:00:00+08:00',
      bytes: 1_500_000,
      packets: 1200,
      dropped: 0,
      ...o,
    });
    standIn.answers.set('GET captures', (query: URLSearchParams) => ({
      items: query.get('streamId') === 's1' ? captures : [],
      next: null,
    }));
    standIn.answers.set('POST streams/s1/capture', (_: URLSearchParams, order: unknown) => {
      orders.push(order);
      captures = [capture({ state: 'running' })];
      return captures[0];
    });
    standIn.answers.set('DELETE captures/c1', () => {
      captures = [];
      return {};
    });
    standIn.answers.set('GET captures/c1', { made: 'of packets' });
    await open();
    await page.click('[data-stream-id="s1"] [data-testid="stream-name"]');
    await page.selectOption('[data-testid="capture-seconds"]', '60');
    await page.check('[data-testid="capture-redact"]');
    await page.click('[data-testid="capture-start"]');
    const row = page.locator('[data-testid="capture"]');
    await page.waitForSelector('[data-testid="capture"][data-state="running"]');
    assert.deepEqual(orders, [{ seconds: 60, redact: true }]);
    assert.match((await row.textContent()) ?? '', /capturing · 1\.5 MB · 1,200 packets/);
    await page.waitForSelector('[data-testid="capture-start"]:disabled');
    captures = [capture({ state: 'complete', dropped: 7 })];
    await page.waitForSelector('[data-testid="capture"][data-state="complete"]');
    assert.match((await row.textContent()) ?? '', /7 left out: the disk was too slow/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('[data-testid="capture-download"]'),
    ]);
    assert.match(download.url(), /\/sub\/api\/v1\/captures\/c1\?token=/);
    await page.click('[data-testid="capture-delete"]');
    await page.click('[data-testid="capture-delete"]');
    await row.waitFor({ state: 'detached' });
  });

  test('a capture that the gateway refuses says why; a token that may only look is told so', async () => {
    standIn.answers.set('GET captures', { items: [], next: null });
    standIn.answers.set('POST streams/s1/capture', {
      status: 429,
      code: 'rate_limited',
      detail: '4 captures are running already.',
    });
    await open();
    await page.click('[data-stream-id="s1"] [data-testid="stream-name"]');
    await page.click('[data-testid="capture-start"]');
    const said = page.locator('[data-testid="captures"] [role="alert"]');
    await said.waitFor();
    assert.equal(await said.textContent(), '4 captures are running already.');
    standIn.access = 'look';
    await page.waitForSelector('[data-testid="capture-start"]:disabled');
    assert.equal(await page.getAttribute('[data-testid="capture-start"]', 'title'), 'this token may only look');
  });
});
