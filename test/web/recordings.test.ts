import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { belongs, dayRange, NO_FILTER, placed, queryOf } from '../../web/page/recordings/filter.ts';
import { alone, endOf, joined } from '../../web/page/recordings/runs.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = '34020000001320000001';
const CHANNEL = '34020000001310000001';
const NEWEST_MS = Date.parse('2026-11-21T12:00:00Z');

interface Row {
  readonly id: string;
  readonly streamId: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly start: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly state: 'recording' | 'complete' | 'recovered' | 'failed';
  readonly locked: boolean;
  readonly reason?: 'always' | 'plan' | 'request' | 'alarm';
}

function rowOf(n: number, o: Partial<Row> = {}): Row {
  return {
    id: `r${n}`,
    streamId: `s${n}`,
    deviceId: DEVICE,
    channelId: CHANNEL,
    streamNumber: 0,
    start: new Date(NEWEST_MS - n * 60_000).toISOString(),
    durationMs: 60_000,
    bytes: 12_000_000,
    state: 'complete',
    locked: false,
    ...o,
  };
}

test('the filter as a query; days as the browser counts them', () => {
  assert.equal(String(queryOf(NO_FILTER, null)), 'limit=200');
  const query = queryOf({ channel: 'D1/C1', day: '2026-03-01', state: 'failed', isLocked: true }, 'next');
  assert.deepEqual(
    ['deviceId', 'channelId', 'state', 'locked', 'cursor'].map((name) => query.get(name)),
    ['D1', 'C1', 'failed', 'true', 'next'],
  );
  assert.equal(query.get('start'), new Date(2026, 2, 1).toISOString());
  assert.equal(query.get('end'), new Date(2026, 2, 2).toISOString());
  assert.equal(dayRange(''), null);
  assert.equal(dayRange('some-day'), null);
});

test('a fresh recording takes its place, and only where it belongs', () => {
  const list = [rowOf(1), rowOf(3)];
  const ids = (fresh: Row) => placed(list, fresh).map(({ id }) => id);
  assert.deepEqual(ids(rowOf(0)), ['r0', 'r1', 'r3']);
  assert.deepEqual(ids(rowOf(2)), ['r1', 'r2', 'r3']);
  assert.deepEqual(ids(rowOf(9)), ['r1', 'r3', 'r9']);
  assert.deepEqual(ids(rowOf(3, { bytes: 1 })), ['r1', 'r3']);
  assert.equal(belongs(rowOf(1), { ...NO_FILTER, channel: `${DEVICE}/${CHANNEL}` }), true);
  assert.equal(belongs(rowOf(1), { ...NO_FILTER, channel: 'D/C' }), false);
  assert.equal(belongs(rowOf(1), { ...NO_FILTER, state: 'failed' }), false);
  assert.equal(belongs(rowOf(1), { ...NO_FILTER, isLocked: true }), false);
});

test('files that follow each other are one run, of any number of channels at once; gaps, locks and a day part them', () => {
  const other = { channelId: 'C2' };
  const list = [rowOf(0), rowOf(0, { id: 'o0', ...other }), rowOf(1), rowOf(1, { id: 'o1', ...other }), rowOf(2)];
  const ids = (items: readonly Row[]) => joined(items).map(({ files }) => files.map(({ id }) => id).join(' '));
  assert.deepEqual(ids(list), ['r0 r1 r2', 'o0 o1']);
  assert.deepEqual(
    alone(list).map(({ files }) => files.length),
    [1, 1, 1, 1, 1],
  );
  const run = joined(list)[0];
  assert.deepEqual(
    [run?.whole.id, run?.whole.start, run?.whole.durationMs, run?.whole.bytes],
    ['r0', rowOf(2).start, 180_000, 36_000_000],
  );
  assert.equal(run && endOf(run), new Date(NEWEST_MS + 60_000).toISOString());
  assert.deepEqual(ids([rowOf(0), rowOf(1, { durationMs: 58_900 })]), ['r0', 'r1'], 'more than a second lies between');
  assert.deepEqual(ids([rowOf(0), rowOf(1, { durationMs: 59_100 })]), ['r0 r1']);
  assert.deepEqual(ids([rowOf(0), rowOf(1, { locked: true })]), ['r0', 'r1']);
  assert.deepEqual(ids([rowOf(0), rowOf(1, { streamNumber: 1 })]), ['r0', 'r1']);
  assert.deepEqual(ids([rowOf(0, { reason: 'plan' }), rowOf(1, { reason: 'alarm' })]), ['r0', 'r1']);
  assert.deepEqual(ids([rowOf(0), rowOf(1, { state: 'failed' })]), ['r0', 'r1']);
  const days = joined(Array.from({ length: 3_000 }, (_, n) => rowOf(n)));
  assert.deepEqual(
    days.map(({ files }) => files.length),
    [1_440, 1_440, 120],
  );
});

describe('the view of recordings, with a scripted gateway', { timeout: 90_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let rows: Row[];
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
    standIn.answers.set('GET channels', { items: [channel], next: null });
    standIn.answers.set('GET system', { versions: { ffmpeg: null } });
    // As the gateway pages: the cursor is the number of the next row.
    standIn.answers.set('GET recordings', (query: URLSearchParams) => {
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

  const open = async (fragment = '') => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.waitForSelector('[data-testid="view-recordings"]');
    if (fragment === '') await page.click('[data-testid="view-recordings"]');
    else await page.goto(`${standIn.address}${fragment}`);
    await page.waitForSelector('[data-testid="recordings"]', { state: 'attached' });
  };
  const shown = () => page.locator('[data-testid="recording"]').count();

  test('10,000 recordings: few rows are drawn, and scrolling reads on to the last one', async () => {
    rows = Array.from({ length: 10_000 }, (_, i) => rowOf(i));
    await open();
    await page.waitForSelector('[data-recording-id="r0"]');
    assert.ok((await shown()) < 80, `${await shown()} rows are drawn`);
    assert.ok(queries.filter((query) => query.get('limit') === '200').length <= 2, 'one page, perhaps the next');
    await until(
      'the last recording',
      async () => {
        await page.evaluate(`(() => {
          const box = document.querySelector('[data-testid="recordings"]');
          box.scrollTop = box.scrollHeight;
        })()`);
        return page.locator('[data-recording-id="r9999"]').count();
      },
      (count) => count === 1,
      40_000,
    );
    assert.ok((await shown()) < 80);
    assert.match((await page.textContent('[data-testid="recordings-count"]')) ?? '', /^10000 recordings$/);
    assert.equal(await page.getAttribute('[data-recording-id="r9999"]', 'aria-posinset'), '10000');
  });

  test('filters ask the gateway and stand in the address', async () => {
    await open();
    await page.waitForSelector('[data-recording-id="r0"]');
    await page.selectOption('[data-testid="filter-channel"]', `${DEVICE}/${CHANNEL}`);
    await page.selectOption('[data-testid="filter-state"]', 'failed');
    await page.fill('[data-testid="filter-day"]', '2026-11-21');
    await page.check('[data-testid="filter-locked"]');
    const last = await until(
      'the question',
      async () => queries.at(-1),
      (query) => query?.get('locked') === 'true',
    );
    assert.deepEqual(
      ['deviceId', 'channelId', 'state'].map((name) => last?.get(name)),
      [DEVICE, CHANNEL, 'failed'],
    );
    assert.match(new URL(page.url()).hash, /^#\/recordings\?channel=.*day=2026-11-21&state=failed&locked=true$/);
    await page.waitForSelector('text=No recording matches.');
    await page.reload();
    await until(
      'kept',
      () => page.inputValue('[data-testid="filter-state"]'),
      (value) => value === 'failed',
    );
    await page.click('text=Show all');
    await page.waitForSelector('[data-recording-id="r0"]');
  });

  test('what is recorded grows without the list being read again', async () => {
    rows = [rowOf(0, { state: 'recording', bytes: 1_000_000 }), rowOf(1)];
    await open();
    await page.waitForSelector('[data-recording-id="r0"] [data-bytes="1000000"]');
    const wholeLists = () => queries.filter((query) => query.get('limit') === '200' && !query.has('state')).length;
    const before = wholeLists();
    rows = [rowOf(0, { state: 'recording', bytes: 3_000_000 }), rowOf(1)];
    await page.waitForSelector('[data-recording-id="r0"] [data-bytes="3000000"]', { timeout: 15_000 });
    standIn.answers.set('GET recordings/r0', rowOf(0, { bytes: 5_000_000 }));
    standIn.event('recording.completed', { recordingId: 'r0' });
    await page.waitForSelector('[data-recording-id="r0"][data-state="complete"] [data-bytes="5000000"]');
    assert.equal(wholeLists(), before);
    // what retention deletes, or another page: gone here too
    standIn.event('recording.deleted', { count: 1, bytes: 1, reasons: { age: 1 }, recordingIds: ['r1'] });
    await page.waitForSelector('[data-recording-id="r1"]', { state: 'detached' });
    assert.equal(await page.locator('[data-recording-id="r0"]').count(), 1);
    assert.equal(wholeLists(), before);
  });

  test('several at once: locked, unlocked, deleted by the second click; what may not go stays', async () => {
    rows = [rowOf(0, { state: 'recording' }), rowOf(1), rowOf(2)];
    for (const { id } of rows) {
      for (const [what, locked] of [
        ['lock', true],
        ['unlock', false],
      ] as const) {
        standIn.answers.set(`POST recordings/${id}/${what}`, () => {
          rows = rows.map((row) => (row.id === id ? { ...row, locked } : row));
          return rows.find((row) => row.id === id);
        });
      }
      standIn.answers.set(`DELETE recordings/${id}`, () => {
        rows = rows.filter((row) => row.id !== id);
        return {};
      });
    }
    await open();
    await page.check('[data-recording-id="r1"] [data-testid="select-recording"]');
    assert.match((await page.textContent('[data-testid="selected-count"]')) ?? '', /1 selected/);
    await page.click('[data-testid="lock-selected"]');
    await page.waitForSelector('[data-recording-id="r1"][data-locked="true"]');
    assert.ok(await page.isDisabled('[data-recording-id="r1"] [data-testid="delete-recording"]'));
    assert.ok(await page.isDisabled('[data-testid="delete-selected"]'));
    await page.click('[data-testid="unlock-selected"]');
    await page.waitForSelector('[data-recording-id="r1"][data-locked="false"]');
    await page.uncheck('[data-recording-id="r1"] [data-testid="select-recording"]');
    await page.check('[data-testid="select-all"]');
    await page.click('[data-testid="delete-selected"]');
    assert.match((await page.textContent('[data-testid="delete-selected"]')) ?? '', /Really delete 2\?/);
    assert.ok(!standIn.asked.some((call) => call.startsWith('DELETE')));
    await page.click('[data-testid="delete-selected"]');
    await until('the running one is left', shown, (count) => count === 1);
    assert.deepEqual(
      standIn.asked.filter((call) => call.startsWith('DELETE')),
      ['DELETE recordings/r1', 'DELETE recordings/r2'],
    );
    await page.click('[data-recording-id="r0"] [data-testid="lock-recording"]');
    await page.waitForSelector('[data-recording-id="r0"][data-locked="true"]');
  });

  test('joined runs stand in the address, play and are kept as one file; each says why it was made', async () => {
    rows = [rowOf(0, { reason: 'plan' }), rowOf(1, { reason: 'plan' }), rowOf(9, { reason: 'alarm' })];
    await open();
    await page.waitForSelector('[data-recording-id="r1"]');
    assert.match((await page.textContent('[data-recording-id="r0"]')) ?? '', /by plan/);
    await page.check('[data-testid="join-runs"]');
    await page.waitForSelector('[data-recording-id="r1"]', { state: 'detached' });
    await page.waitForSelector('[data-recording-id="r0"][data-files="2"]');
    assert.match((await page.textContent('[data-recording-id="r0"]')) ?? '', /2 files/);
    assert.match((await page.textContent('[data-recording-id="r9"]')) ?? '', /on alarm/);
    const address = new URL((await page.locator('[data-recording-id="r0"] a').getAttribute('href')) ?? '');
    assert.match(address.pathname, new RegExp(`/devices/${DEVICE}/channels/${CHANNEL}/timeline\\.mp4$`));
    assert.equal(address.searchParams.get('start'), rowOf(1).start);
    assert.equal(address.searchParams.get('end'), new Date(NEWEST_MS + 60_000).toISOString());
    await page.click('[data-recording-id="r0"] [data-testid="play-recording"]');
    await page.waitForSelector('[data-testid="recording-player"][src*="timeline.mp4"]');
    assert.match(new URL(page.url()).hash, /^#\/recordings\/r0\?runs=true$/);
    await page.reload();
    await page.waitForSelector('[data-recording-id="r0"][data-files="2"]');
  });

  test('the room that recordings take, how far back they go and what makes old ones go; what cannot be freed', async () => {
    const retention = {
      keepDays: 30,
      maxBytes: 200e9,
      minFreeBytes: 2e9,
      recordings: 1_204,
      bytes: 150e9,
      lockedBytes: 5e9,
      oldest: '2026-11-03T08:00:00Z',
      freeBytes: 120e9,
      wantedFreeBytes: 2e9,
      missingBytes: 0,
      lastRun: null,
    };
    standIn.answers.set('GET retention', retention);
    await open();
    await page.waitForSelector('[data-testid="keeping"]');
    const said = (await page.textContent('[data-testid="keeping"]')) ?? '';
    for (const fact of [
      '150.00 GB in 1,204 recordings',
      '5.00 GB of it locked',
      '120.00 GB free',
      'oldest of Nov 3, 2026',
    ])
      assert.ok(said.includes(fact), `${fact}: ${said}`);
    assert.match(said, /Kept for 30 days · at most 200\.00 GB together · 2\.00 GB of the disk stay free/);
    assert.equal(
      await page.getAttribute('[data-testid="keeping"] [role="img"]', 'aria-label'),
      '75 % of the room for recordings is used',
    );
    standIn.answers.set('GET retention', { ...retention, keepDays: null, missingBytes: 3e9 });
    await page.reload();
    await page.waitForSelector('[data-testid="keeping-stuck"]');
    assert.match(
      (await page.textContent('[data-testid="keeping"]')) ?? '',
      /Kept until room is needed.*3\.00 GB too much/,
    );
  });

  test('without ffmpeg there are calm boxes, and no question for pictures', async () => {
    await open();
    await page.waitForSelector('[data-testid="no-thumbnail"]');
    await until('the question about ffmpeg', async () => standIn.asked.includes('GET system'), Boolean);
    assert.equal(await page.locator('[data-testid="thumbnail"]').count(), 0);
    assert.ok(!standIn.asked.some((call) => call.includes('thumbnail')));
  });

  test('a token that may only look cannot lock or delete, and hears why', async () => {
    standIn.access = 'look';
    await open();
    await page.waitForSelector('[data-testid="lock-recording"]:disabled');
    assert.ok(await page.isDisabled('[data-testid="delete-recording"]'));
    assert.equal(
      await page.locator('[data-testid="delete-recording"]').first().getAttribute('title'),
      'this token may only look',
    );
  });

  test('an address plays a recording that the list has not read; of one that is gone it says so', async () => {
    rows = Array.from({ length: 1_000 }, (_, i) => rowOf(i));
    standIn.answers.set('GET recordings/r999', rows[999]);
    await open('#/recordings/r999');
    await page.waitForSelector('[data-testid="recording-player"]');
    assert.match((await page.getAttribute('[data-testid="recording-player"]', 'src')) ?? '', /recordings\/r999\/file/);
    assert.equal(await page.locator('[data-recording-id="r999"]').count(), 0, 'it has not been read with the list');
    await page.click('[data-testid="close-player"]');
    await page.goto(`${standIn.address}#/recordings/nothing`);
    await page.waitForSelector('[data-testid="recording-gone"]');
    await page.goto(`${standIn.address}#/recordings`);
    await page.waitForSelector('[data-testid="recording-gone"]', { state: 'detached' });
  });

  test('nothing is recorded yet: said in words', async () => {
    rows = [];
    await open();
    await page.waitForSelector('[data-testid="no-recordings"]');
  });
});
