import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, messageWords, playerFacts, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = {
  id: '34020000001320000001',
  name: 'Gate',
  manufacturer: 'Acme',
  model: 'C1',
  online: true,
  channelCount: 1,
};
const CHANNEL = { id: '34020000001310000001', deviceId: DEVICE.id, name: 'North door', status: 'on' };

function recordingIn(state: string) {
  return {
    id: 'r1',
    streamId: 's1',
    deviceId: DEVICE.id,
    channelId: CHANNEL.id,
    streamNumber: 0,
    start: '2026-11-21T12:00:00+08:00',
    durationMs: 61_000,
    bytes: 12_000_000,
    state,
    locked: false,
  };
}

describe('the page, with a scripted gateway', { timeout: 60_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let clip: Clip;
  let page: Page | null = null;

  before(async () => {
    [browser, clip] = await Promise.all([
      launchBrowser(),
      makeClip({ seconds: 20, width: 320, height: 240, audio: true }),
    ]);
  });
  after(() => browser.close());

  beforeEach(async () => {
    standIn = await StandIn.open();
    standIn.answers.set('GET devices', { items: [DEVICE], next: null });
    standIn.answers.set('GET channels', { items: [CHANNEL], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set(`POST devices/${DEVICE.id}/channels/${CHANNEL.id}/live`, { id: 's1' });
    standIn.onViewer = (viewer) => {
      viewer.describe(clip);
      void viewer.play(clip, 0, 500, 25);
    };
  });
  afterEach(async () => {
    await page?.close();
    page = null;
    await standIn.close();
  });

  /** The browser keeps the token from here on. */
  const open = async (fragment = `#token=${standIn.token}`) => {
    page = await browser.open(standIn.address + fragment);
    return page;
  };

  test('asks for the token, says when it is wrong, and remembers the right one', async () => {
    const tab = await open('#token=wrong');
    await tab.waitForSelector('.fault');
    assert.match((await tab.textContent('.fault')) ?? '', /does not accept/);
    await tab.fill('input[name="token"]', standIn.token);
    await tab.click('button[type="submit"]');
    await tab.waitForSelector('[data-testid="channel"]');
    assert.ok(!tab.url().includes('token'));
    await tab.reload();
    await tab.waitForSelector('[data-testid="channel"]');
    await tab.click('.sign-out');
    await tab.waitForSelector('input[name="token"]');
  });

  test('says in words that there is no camera, and shows one as soon as it registers', async () => {
    standIn.answers.set('GET devices', { items: [], next: null });
    standIn.answers.set('GET channels', { items: [], next: null });
    const tab = await open();
    await until(
      'words',
      async () => (await tab.textContent('.side')) ?? '',
      (w) => w.includes('No camera has registered'),
    );
    await until('the event stream', async () => standIn.asked.includes('GET events'), Boolean);
    standIn.answers.set(`GET devices/${DEVICE.id}`, DEVICE);
    standIn.answers.set(`GET devices/${DEVICE.id}/channels`, { items: [CHANNEL], next: null });
    standIn.event('device.registered', { deviceId: DEVICE.id });
    await tab.waitForSelector(`[data-testid="channel"][data-channel-id="${CHANNEL.id}"]`, { timeout: 20_000 });
    await tab.fill('input[type="search"]', 'south');
    assert.match((await tab.textContent('.side')) ?? '', /No channel matches/);
  });

  test('lists of more than one answer are read to their end', async () => {
    const pages = [
      { items: [CHANNEL], next: 'more' },
      { items: [{ ...CHANNEL, id: '34020000001310000002', name: 'South door' }], next: null },
    ];
    standIn.answers.set('GET channels', () => pages.shift());
    const tab = await open();
    await tab.waitForSelector('[data-channel-id="34020000001310000002"]');
    assert.equal(await tab.locator('[data-testid="channel"]').count(), 2);
  });

  test('the record button starts and stops, and says why it could not', async () => {
    let recordings: object[] = [];
    standIn.answers.set('GET recordings', () => ({ items: recordings, next: null }));
    standIn.answers.set('PUT streams/s1/recording', () => {
      recordings = [recordingIn('recording')];
      return recordings[0];
    });
    standIn.answers.set('DELETE streams/s1/recording', () => {
      recordings = [recordingIn('complete')];
      return recordings[0];
    });
    const tab = await open();
    await tab.click('[data-testid="channel"]');
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
    await tab.dblclick('[data-testid="record"]');
    await tab.waitForSelector('[data-testid="record"][aria-pressed="true"]:enabled');
    assert.ok(!standIn.asked.includes('DELETE streams/s1/recording'), 'a double click starts and stops nothing');
    await tab.click('[data-testid="record"]');
    await tab.waitForSelector('[data-testid="record"][aria-pressed="false"]');
    assert.ok(standIn.asked.includes('DELETE streams/s1/recording'));
    standIn.answers.set('PUT streams/s1/recording', { status: 507, code: 'disk_full', detail: 'The disk is full.' });
    await tab.click('[data-testid="record"]');
    await until(
      'why',
      async () => (await tab.textContent('.stage')) ?? '',
      (w) => w.includes('The disk is full.'),
    );
  });

  test('a still image is saved under the name of the channel and the time of the picture', async () => {
    const tab = await open();
    await tab.click('[data-testid="channel"]');
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
    const [saved] = await Promise.all([tab.waitForEvent('download'), tab.click('[data-testid="still"]')]);
    assert.match(saved.suggestedFilename(), /^North door-\d{8}T\d{6}\.jpg$/);
    const jpeg = await readFile(await saved.path());
    assert.equal(jpeg.toString('hex', 0, 3), 'ffd8ff');
  });

  test('a token that may only look plays, without a record button that cannot work', async () => {
    const live = `POST devices/${DEVICE.id}/channels/${CHANNEL.id}/live`;
    standIn.access = 'look';
    standIn.answers.set(live, { status: 403, code: 'forbidden', detail: 'This token may only look.' });
    const tab = await open();
    await tab.click('[data-testid="channel"]');
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
    assert.ok(await tab.isDisabled('[data-testid="record"]'));
    assert.equal(await tab.locator('.stage > .fault').count(), 0);
  });

  test('a recording is downloaded with the token and deleted by a second click', async () => {
    let recordings = [recordingIn('complete')];
    standIn.answers.set('GET recordings', () => ({ items: recordings, next: null }));
    standIn.answers.set('DELETE recordings/r1', () => {
      recordings = [];
      return {};
    });
    const tab = await open();
    await tab.click('[data-testid="view-recordings"]');
    const href = await tab.getAttribute('[data-testid="recording"] a', 'href');
    assert.equal(href, `${standIn.address}api/v1/recordings/r1/file?token=${standIn.token}`);
    // on a phone a row has no room for it
    await tab.setViewportSize({ width: 390, height: 844 });
    await tab.click('[data-testid="play-recording"]');
    assert.equal(await tab.getAttribute('[data-testid="download-played"]', 'href'), href);
    assert.ok(await tab.isVisible('[data-testid="download-played"]'));
    await tab.dblclick('[data-testid="delete-recording"]');
    await tab.waitForSelector('[data-testid="delete-recording"].danger');
    assert.ok(!standIn.asked.includes('DELETE recordings/r1'), 'a double click asks, and is no answer');
    await tab.click('[data-testid="delete-recording"]');
    await until(
      'gone',
      () => tab.locator('[data-testid="recording"]').count(),
      (n) => n === 0,
    );
    assert.ok(standIn.asked.includes('DELETE recordings/r1'));
  });

  test('the address keeps the channel, so that a reload goes on playing', async () => {
    const tab = await open();
    await tab.click('[data-testid="channel"]');
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
    assert.equal(new URL(tab.url()).hash, `#/live/${DEVICE.id}/${CHANNEL.id}`);
    await tab.reload();
    await until(
      'playing again',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
  });

  test('an address that is none chooses nothing', async () => {
    const tab = await open();
    await tab.waitForSelector('[data-testid="channel"]');
    await tab.goto(`${standIn.address}?again#/live/%E0/${CHANNEL.id}`);
    await tab.waitForSelector('[data-testid="channel"]');
    assert.match(await messageWords(tab), /Choose a channel/);
  });

  test('the name of a camera with one channel plays it', async () => {
    const tab = await open();
    await tab.click('[data-testid="device"]');
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.5,
    );
  });

  test('a camera that comes back is asked at once', async () => {
    const { onViewer } = standIn;
    let tries = 0;
    standIn.onViewer = ({ socket }) => {
      tries++;
      socket.close(4480, 'device_offline');
    };
    standIn.answers.set('GET devices', { items: [{ ...DEVICE, online: false }], next: null });
    const tab = await open();
    await tab.click('[data-testid="channel"]');
    // Two refusals: the third try by itself is more than 6 s away.
    await until(
      'two refusals',
      async () => tries,
      (n) => n === 2,
      10_000,
    );
    standIn.onViewer = onViewer;
    standIn.event('device.online', { deviceId: DEVICE.id });
    await until(
      'playing',
      () => playerFacts(tab),
      (f) => f.currentTime > 0.2,
      4_000,
    );
  });

  test('the address may ask for another stream of the channel', async () => {
    await (await open()).close();
    let asked = '';
    const { onViewer } = standIn;
    standIn.onViewer = (viewer) => {
      asked = viewer.url;
      onViewer(viewer);
    };
    page = await browser.open(`${standIn.address}#/live/${DEVICE.id}/${CHANNEL.id}?stream=1`);
    await until('a viewer', async () => asked, Boolean);
    assert.equal(new URL(asked, 'ws://x').searchParams.get('stream'), '1');
    await page.close();
    asked = '';
    page = await browser.open(`${standIn.address}#/live/${DEVICE.id}/${CHANNEL.id}?stream=none`);
    await until('a viewer', async () => asked, Boolean);
    assert.equal(new URL(asked, 'ws://x').searchParams.get('stream'), null, 'what is no stream is the main one');
  });

  test('speaks Chinese to a Chinese browser', async () => {
    const other = await launchBrowser({ language: 'zh-CN' });
    try {
      const tab = await other.open(`${standIn.address}#token=${standIn.token}`);
      await until(
        'words',
        () => messageWords(tab),
        (w) => w.startsWith('请选择要观看的通道。'),
      );
      assert.equal(await tab.getAttribute('html', 'lang'), 'zh-CN');
    } finally {
      await other.close();
    }
  });
});
