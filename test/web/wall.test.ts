import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn, type Viewer } from '../support/stand-in.ts';

const SITE = siteOf(3, 4);
const [first, second, third] = SITE.channels;
if (first === undefined || second === undefined || third === undefined) throw new Error('the site is too small');
const at = (channel: typeof first) => `${channel.deviceId}/${channel.id}`;

describe('the live wall, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let clip: Clip;
  let standIn: StandIn;
  let tab: Page;
  /** `CHANNEL:STREAM` of every viewer so far. */
  let asked: string[];
  const open = new Set<Viewer>();

  before(async () => {
    [browser, clip] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 20, width: 320, height: 240, audio: false }),
    ]);
  });
  after(() => browser.close());

  beforeEach(async () => {
    standIn = await StandIn.open();
    showSite(standIn, SITE);
    asked = [];
    open.clear();
    standIn.onViewer = play;
  });
  afterEach(async () => {
    await tab?.close();
    await standIn.close();
  });

  function nameOf(viewer: Viewer): string {
    const url = new URL(viewer.url, 'ws://x');
    return `${/([^/]+)\.mp4$/.exec(url.pathname)?.[1]}:${url.searchParams.get('stream') ?? 0}`;
  }

  function play(viewer: Viewer): void {
    asked.push(nameOf(viewer));
    open.add(viewer);
    viewer.socket.on('close', () => open.delete(viewer));
    viewer.describe(clip);
    void viewer.play(clip, 0, 500, 25);
  }

  async function show(fragment: string): Promise<void> {
    tab = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await tab.waitForSelector('[data-testid="tree"]');
    await tab.goto(standIn.address + fragment);
    await tab.waitForSelector('[data-testid="wall"]');
  }

  const cell = (n: number) => tab.locator(`[data-testid="cell"][data-cell="${n}"]`);
  const row = (channel: { id: string }) => tab.locator(`[data-testid="channel"][data-channel-id="${channel.id}"]`);
  const hash = () => decodeURIComponent(new URL(tab.url()).hash);
  /** How far the picture of a cell is, in seconds. */
  const timeOf = (n: number) =>
    tab.evaluate(`document.querySelector('[data-cell="${n}"] gb-player')?.currentTime ?? 0`) as Promise<number>;
  const plays = (n: number) =>
    until(
      `cell ${n} plays`,
      () => timeOf(n),
      (time) => time > 0.3,
    );

  test('grids of 1, 4, 6, 9, 16 and 25 cells; the address keeps the choice', async () => {
    await show('#/live?grid=4');
    for (const grid of [1, 4, 6, 9, 16, 25]) {
      await tab.click(`[data-testid="grid-${grid}"]`);
      await until(
        'cells',
        () => tab.locator('[data-testid="cell"]').count(),
        (count) => count === grid,
      );
      assert.match(hash(), new RegExp(`grid=${grid}$`));
      const boxes = (await tab.evaluate(
        `[...document.querySelectorAll('[data-testid="cell"]')].map((one) => one.getBoundingClientRect().toJSON())`,
      )) as { width: number; height: number; bottom: number }[];
      for (const { width, height, bottom } of boxes)
        assert.ok(width > 60 && height > 40 && bottom <= 860, `${grid} cells fit on the screen`);
    }
  });

  test('a channel is dragged into a cell and from one cell to another; a device fills cells with all it has', async () => {
    await show('#/live?grid=9');
    await row(second).dragTo(cell(4));
    await plays(4);
    assert.match(hash(), new RegExp(`cells=,,,,${at(second)}$`));
    await cell(4).dragTo(cell(0));
    await plays(0);
    assert.match(hash(), new RegExp(`cells=${at(second)}$`));
    await tab.locator('[data-testid="device"]').nth(2).dragTo(cell(1));
    await plays(4);
    assert.equal(await tab.locator('[data-testid="cell"] gb-player').count(), 5);
  });

  test('by keyboard alone: a cell is chosen, filled, enlarged, put back and cleared', async () => {
    await show('#/live?grid=4');
    await tab.keyboard.press('w');
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowDown');
    assert.equal(await tab.evaluate(`document.activeElement.dataset.cell`), '3');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.evaluate(`document.activeElement.getAttribute('role')`), 'tree');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await plays(3);
    assert.equal(await cell(3).getAttribute('data-channel-id'), first.id);
    // The next one goes into the next empty cell.
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await plays(0);
    assert.equal(await cell(0).getAttribute('data-channel-id'), second.id);
    await cell(3).focus();
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('.cell.big[data-cell="3"]');
    assert.match(hash(), /big=4/);
    await tab.keyboard.press('Escape');
    await tab.waitForSelector('.cell.big', { state: 'detached' });
    await until(
      'the cell has the keys again',
      () => tab.evaluate(`document.activeElement.dataset.cell`),
      (at) => at === '3',
    );
    await tab.keyboard.press('Delete');
    await until(
      'cleared',
      () => cell(3).getAttribute('data-channel-id'),
      (id) => id === null,
    );
    assert.ok(!hash().includes(first.id));
  });

  test('a double click enlarges and brings back; the others go on playing', async () => {
    await show(`#/live?grid=4&cells=${at(first)},${at(second)}`);
    await Promise.all([plays(0), plays(1)]);
    const small = await cell(1).boundingBox();
    await cell(1).dblclick();
    await until(
      'large',
      () => cell(1).boundingBox(),
      (box) => (box?.width ?? 0) > 1.8 * (small?.width ?? 0),
    );
    assert.match(hash(), /big=2/);
    const otherAt = await timeOf(0);
    await until(
      'the other goes on',
      () => timeOf(0),
      (time) => time > otherAt + 0.3,
    );
    await cell(1).dblclick();
    await until(
      'small again',
      () => cell(1).boundingBox(),
      (box) => box?.width === small?.width,
    );
  });

  test('pages, and a patrol through them that passes over empty ones', async () => {
    const cells = [at(first), '', '', '', '', '', '', '', at(third)].join(',');
    await show(`#/live?grid=4&cells=${cells}&patrol=1`);
    const page = () => tab.getAttribute('[data-testid="wall"]', 'data-page');
    const seen: (string | null)[] = [];
    const noted = async () => {
      const now = await page();
      if (seen.at(-1) !== now) seen.push(now);
      return seen.length;
    };
    await until('there and back', noted, (count) => count >= 3, 15_000);
    assert.deepEqual(seen.slice(0, 3), ['1', '3', '1']);
    await tab.selectOption('[data-testid="patrol"]', '0');
    await tab.click('[data-testid="page-after"]');
    await until('page 2', page, (now) => now === '2');
    assert.match(hash(), /page=2/);
    assert.ok(!hash().includes('patrol'));
    await tab.keyboard.press('PageUp');
    await until('page 1', page, (now) => now === '1');
  });

  test('the address brings the whole wall back', async () => {
    await show(`#/live?grid=4&cells=${at(first)},${at(second)}:0&page=1`);
    await plays(1);
    const address = tab.url();
    await tab.close();
    tab = await browser.open(address);
    await Promise.all([plays(0), plays(1)]);
    assert.equal(tab.url(), address);
    assert.equal(await cell(1).getAttribute('data-channel-id'), second.id);
  });

  test('small cells show the sub-stream, large ones the main stream, and each can be switched', async () => {
    await show(`#/live?grid=9&cells=${at(first)}`);
    await plays(0);
    assert.deepEqual(asked, [`${first.id}:1`]);
    await tab.click('[data-testid="grid-1"]');
    await until(
      'the main stream',
      async () => asked.at(-1),
      (last) => last === `${first.id}:0`,
    );
    await tab.click('[data-testid="cell-stream"]');
    await until(
      'the sub-stream',
      async () => asked.at(-1),
      (last) => last === `${first.id}:1`,
    );
    assert.match(hash(), new RegExp(`cells=${at(first)}:1`));
    await plays(0);
  });

  test('a device that refuses its sub-stream is asked for the main one, once for all', async () => {
    standIn.onViewer = (viewer) => {
      if (!viewer.url.includes('stream=1')) return play(viewer);
      asked.push(nameOf(viewer));
      viewer.socket.close(4408, 'no_media');
    };
    await show(`#/live?grid=9&cells=${at(first)}`);
    await plays(0);
    assert.deepEqual(asked, [`${first.id}:1`, `${first.id}:0`]);
    await tab.click('[data-testid="clear-wall"]');
    await row(first).click();
    await plays(0);
    assert.deepEqual(asked.slice(2), [`${first.id}:0`]);
  });

  test('a main stream that this browser cannot decode gives way to the sub-stream', async () => {
    standIn.onViewer = (viewer) => {
      if (viewer.url.includes('stream=1')) return play(viewer);
      asked.push(nameOf(viewer));
      const video = { codec: 'h265', width: 1920, height: 1080 };
      viewer.text({ type: 'init', mime: 'video/mp4; codecs="hvc1.1.6.L93.B0"', video, audio: null });
    };
    await show(`#/live?grid=1&cells=${at(first)}`);
    await plays(0);
    assert.deepEqual(asked, [`${first.id}:0`, `${first.id}:1`]);
  });

  test('each cell says its own state; sound is of one cell at a time', async () => {
    standIn.onViewer = (viewer) => {
      if (viewer.url.includes(second.id)) viewer.socket.close(4480, 'device_offline');
      else play(viewer);
    };
    await show(`#/live?grid=4&cells=${at(first)},${at(second)},${at(third)},34020000001110000009/34020000001310000999`);
    await plays(0);
    const words = cell(1).locator('[data-testid="cell-message"]');
    await until(
      'words',
      async () => (await words.textContent()) ?? '',
      (w) => /offline.*Next try in \d s/.test(w),
    );
    await cell(0).hover();
    await cell(0)
      .getByRole('button', { name: /Turn sound on/ })
      .click();
    await cell(2).hover();
    await cell(2)
      .getByRole('button', { name: /Turn sound on/ })
      .click();
    const muted = () => tab.evaluate(`[...document.querySelectorAll('gb-player')].map((p) => p.muted)`);
    await until('one is heard', muted, (list) => JSON.stringify(list) === '[true,true,false,true]');
  });

  test('what leaves the wall is watched no more', async () => {
    await show(`#/live?grid=4&cells=${at(first)},${at(second)}`);
    await Promise.all([plays(0), plays(1)]);
    assert.equal(open.size, 2);
    await tab.click('[data-testid="view-devices"]');
    await until(
      'nobody watches',
      async () => open.size,
      (count) => count === 0,
    );
    await tab.goBack();
    await plays(0);
  });

  test('everything found goes on a wall at once, and one of them alone and back', async () => {
    await show('#/live?grid=16');
    await tab.fill('input[type="search"]', 'dock');
    await tab.click('[data-testid="show-found"]');
    await plays(2);
    assert.equal(await tab.locator('[data-testid="cell"] gb-player').count(), 3);
    await cell(2).hover();
    await cell(2)
      .getByRole('link', { name: /Show it alone/ })
      .click();
    await tab.waitForSelector('[data-testid="record"]');
    await tab.click('[data-testid="back-to-wall"]');
    await plays(2);
  });
});
