import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, messageWords, playerFacts, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn } from '../support/stand-in.ts';

const NASTY = '<img src=x onerror="document.title=`owned`"><b>door</b>';
const SITE = siteOf(1, 2);
const [device] = SITE.devices;
const [channel] = SITE.channels;
if (device === undefined || channel === undefined) throw new Error('the site is too small');
const STAGE = `#/live/${device.id}/${channel.id}`;
const LIVE = `POST devices/${device.id}/channels/${channel.id}/live`;

describe('what goes wrong is said in words', { timeout: 120_000 }, () => {
  let browser: Browser;
  let clip: Clip;
  let standIn: StandIn;
  let tab: Page;

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
    standIn.onViewer = (viewer) => {
      viewer.describe(clip);
      void viewer.play(clip, 0, 500, 25);
    };
  });
  afterEach(async () => {
    await tab?.close();
    await standIn.close();
  });

  async function open(fragment = '#/live'): Promise<void> {
    tab = await browser.open(`${standIn.address}?token=${standIn.token}${fragment}`);
    await tab.waitForSelector('[data-testid="tree"]');
  }
  const plays = () =>
    until(
      'playing',
      () => playerFacts(tab),
      (facts) => facts.currentTime > 0.3,
    );
  const says = (pattern: RegExp) =>
    until(
      `${pattern}`,
      () => messageWords(tab),
      (words) => pattern.test(words),
    );
  const stage = async () => (await tab.textContent('.stage')) ?? '';

  test('a token that has run out: asked for anew, with nothing left of what was shown', async () => {
    await open();
    standIn.token = 'another one';
    standIn.event('device.registered', { deviceId: device.id });
    await tab.waitForSelector('[data-testid="refused"]');
    assert.match((await tab.textContent('[data-testid="refused"]')) ?? '', /not accepted any more/);
    assert.ok(!((await tab.textContent('body')) ?? '').includes(device.name));
    await tab.fill('input[name="token"]', standIn.token);
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('[data-testid="channel"]');
  });

  test('the event stream that is refused leads to the sign-in', async () => {
    await open();
    await until('the event stream', async () => standIn.asked.includes('GET events'), Boolean);
    standIn.token = 'another one';
    standIn.dropEvents();
    await tab.waitForSelector('[data-testid="refused"]', { timeout: 15_000 });
  });

  test('a viewer that is refused leads to the sign-in, on the stage and on the wall', async () => {
    standIn.onViewer = ({ socket }) => socket.close(4401, 'unauthorized');
    standIn.answers.set(LIVE, { id: 's1' });
    // Not `open`: the sign-in may be there before the tree is.
    tab = await browser.open(`${standIn.address}?token=${standIn.token}${STAGE}`);
    await tab.waitForSelector('[data-testid="refused"]');
    await tab.goto('about:blank');
    await tab.goto(`${standIn.address}?token=${standIn.token}#/live?grid=4&cells=${device.id}/${channel.id}`);
    await tab.waitForSelector('[data-testid="refused"]');
  });

  test('whoever signs out leaves nothing behind', async () => {
    await open(`#/live?grid=4&cells=${device.id}/${channel.id}`);
    await tab.waitForSelector('[data-testid="cell"] gb-player');
    await tab.click('.sign-out');
    await tab.waitForSelector('input[name="token"]');
    const kept = await tab.evaluate(
      `document.body.innerText + location.href + JSON.stringify({...localStorage, ...sessionStorage})`,
    );
    for (const secret of [channel.id, device.id, device.name, standIn.token]) assert.ok(!String(kept).includes(secret));
    await tab.fill('input[name="token"]', standIn.token);
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('[data-testid="channel"]');
    await tab.click('[data-testid="grid-9"]');
    assert.equal(await tab.locator('[data-testid="cell"] gb-player').count(), 0, 'no wall of the one before');
  });

  test('the token leaves the address, in the fragment and in the query; the rest of it stays', async () => {
    await open(STAGE);
    assert.equal(tab.url(), `${standIn.address}${STAGE}`);
    await tab.goto('about:blank');
    await tab.goto(`${standIn.address}#token=${standIn.token}`);
    await tab.waitForSelector('[data-testid="tree"]');
    assert.equal(tab.url(), standIn.address);
  });

  test('names with HTML in them stay text', async () => {
    standIn.answers.set('GET devices', { items: [{ ...device, name: NASTY }], next: null });
    standIn.answers.set('GET channels', { items: SITE.channels.map((one) => ({ ...one, name: NASTY })), next: null });
    standIn.answers.set('GET groups', {
      items: [{ id: '340200', deviceId: device.id, name: NASTY, parentId: '' }],
      next: null,
    });
    await open(STAGE);
    await plays();
    assert.ok((await stage()).includes(NASTY));
    await tab.goto(`${standIn.address}#/live?grid=4&cells=${device.id}/${channel.id}`);
    await tab.waitForSelector('.cell-name');
    assert.equal(await tab.textContent('.cell-name'), NASTY);
    assert.equal(await tab.locator('#app img[src="x"], #app b').count(), 0);
    assert.ok(!(await tab.title()).includes('owned'));
  });

  test('a device that goes while it is watched: the picture says so, and comes back with it', async () => {
    let isAway = false;
    const { onViewer } = standIn;
    standIn.onViewer = (viewer) => (isAway ? viewer.socket.close(4480, 'device_offline') : onViewer(viewer));
    await open(STAGE);
    await plays();
    isAway = true;
    standIn.event('device.offline', { deviceId: device.id, reason: 'timeout' });
    standIn.dropViewers(4480, 'device_offline');
    await says(/The camera is offline\. Next try in \d+ s\./);
    await tab.locator('[data-testid="device"] .dot:not(.on)').waitFor();
    isAway = false;
    standIn.event('device.online', { deviceId: device.id, reason: 'registered' });
    await until(
      'no words',
      () => messageWords(tab),
      (words) => words === '',
      5_000,
    );
  });

  test('a device that is deleted while it is watched', async () => {
    await open(STAGE);
    await plays();
    standIn.event('device.offline', { deviceId: device.id, reason: 'deleted' });
    await says(/does not know this channel/);
    await tab.waitForSelector('[data-testid="no-devices"]');
  });

  test('"next try" counts down', async () => {
    standIn.onViewer = ({ socket }) => socket.close(4486, 'device_busy');
    await open(STAGE);
    const seconds = async () => Number(/Next try in (\d+) s/.exec(await messageWords(tab))?.[1] ?? Number.NaN);
    const from = await until('a wait', seconds, (left) => left >= 3);
    await until('less', seconds, (left) => left < from);
  });

  test('why there is no picture: the sentence, the steps with their times, and what helps', async () => {
    standIn.onViewer = ({ socket }) => socket.close(4408, 'no_media');
    standIn.answers.set(LIVE, {
      status: 504,
      code: 'invite_timeout',
      detail: 'The device did not answer the INVITE.',
      steps: [
        { name: 'port', ms: 0 },
        { name: 'invite', ms: 2, detail: 'offered udp' },
        { name: 'failed', ms: 10_002, detail: 'no answer' },
      ],
    });
    await open(STAGE);
    const panel = tab.locator('[data-testid="trouble"][data-code="invite_timeout"]');
    await panel.waitFor();
    const cure = await tab.locator('[data-testid="cure"]').boundingBox();
    assert.ok(cure !== null && cure.y + cure.height < 860, 'what helps is seen without scrolling');
    const said = (await panel.textContent()) ?? '';
    assert.match(said, /did not answer the INVITE\..*What helps:.*restart/s);
    assert.match(said, /Port ready.*Camera asked.*2 ms.*Failed.*10\.0 s/s);
    await tab.click('[data-testid="language"]');
    await until(
      'Chinese',
      async () => (await panel.textContent()) ?? '',
      (w) => /设备没有应答呼叫。.*解决办法/s.test(w),
    );
  });

  test('a pull that takes its time tells how far it has come while it is under way, and falls silent with the picture', async () => {
    const steps = [
      { name: 'port', ms: 0 },
      { name: 'invite', ms: 3, detail: 'offered udp' },
    ];
    let isThere = false;
    standIn.answers.set('GET streams', () => ({
      items: [{ streamNumber: 0, state: isThere ? 'playing' : 'inviting', steps }],
      next: null,
    }));
    let begin = () => {};
    standIn.onViewer = (viewer) => {
      viewer.text({ type: 'state', state: 'inviting' });
      begin = () => {
        viewer.describe(clip);
        void viewer.play(clip, 0, 500, 25);
      };
    };
    await open(STAGE);
    const panel = tab.locator('[data-testid="under-way"]');
    const tells = (pattern: RegExp) =>
      until(
        `${pattern}`,
        async () => (await panel.count()) === 1 && (await panel.textContent()),
        (words) => pattern.test(words || ''),
      );
    await tells(/longer than usual.*Port ready.*Camera asked.*offered udp/s);
    steps.push({ name: 'answer', ms: 4100, detail: '200 from 10.0.0.8' });
    await tells(/200 from 10\.0\.0\.8/);
    assert.equal(await tab.locator('[data-testid="trouble"]').count(), 0);
    isThere = true;
    begin();
    await plays();
    await panel.waitFor({ state: 'detached' });
  });

  test('a later failure is explained by the steps of the newest stream, also to who may only look', async () => {
    standIn.access = 'look';
    standIn.answers.set(LIVE, { status: 403, code: 'forbidden', detail: 'This token may only look.' });
    standIn.answers.set('GET streams', {
      items: [
        { streamNumber: 1, endReason: 'another', steps: [] },
        {
          streamNumber: 0,
          endReason: 'No packet came for 10 s.',
          steps: [{ name: 'answer', ms: 120, detail: '200 OK' }],
        },
      ],
      next: null,
    });
    standIn.onViewer = ({ socket }) => socket.close(4408, 'no_media');
    await open(STAGE);
    const panel = tab.locator('[data-testid="trouble"]');
    await until(
      'the reason',
      async () => (await panel.textContent()) ?? '',
      (w) => /No packet came.*What helps.*200 OK/s.test(w),
    );
    assert.ok(await tab.isDisabled('[data-testid="record"]'));
    assert.match((await tab.getAttribute('[data-testid="record"]', 'title')) ?? '', /may look/);
  });

  test('a browser without Media Source Extensions', async () => {
    tab = await browser.open('about:blank');
    await tab.addInitScript('delete window.MediaSource; delete window.ManagedMediaSource; delete window.Worker;');
    await tab.goto(`${standIn.address}?token=${standIn.token}${STAGE}`);
    await says(/no Media Source Extensions/);
    await tab.goto(`${standIn.address}#/live?grid=4&cells=${device.id}/${channel.id}`);
    const cell = tab.locator('[data-testid="cell-message"]');
    await until(
      'words',
      async () => (await cell.textContent()) ?? '',
      (w) => w.includes('Media Source Extensions'),
    );
  });

  test('a gateway that cannot be reached, and is there again', async () => {
    await open();
    const { address } = standIn;
    await standIn.close();
    await tab.waitForSelector('.link-lost');
    assert.match((await tab.textContent('.link-lost')) ?? '', /cannot be reached/);
    standIn = await StandIn.open(Number(new URL(address).port));
    showSite(standIn, siteOf(2, 1));
    await tab.waitForSelector('.link-lost', { state: 'detached', timeout: 20_000 });
    await until(
      'the lists anew',
      () => tab.locator('[data-testid="device"]').count(),
      (count) => count === 2,
    );
  });

  test('lists that cannot be read are said, and can be put away', async () => {
    standIn.answers.set('GET channels', {
      status: 503,
      code: 'shutting_down',
      detail: 'The gateway is shutting down.',
    });
    tab = await browser.open(`${standIn.address}?token=${standIn.token}`);
    await tab.waitForSelector('.banner');
    assert.match((await tab.textContent('.banner')) ?? '', /The gateway is shutting down\./);
    await tab.click('.banner button');
    await tab.waitForSelector('.banner', { state: 'detached' });
  });

  test('a list that could not be read comes by itself when the gateway can again, and takes its complaint along', async () => {
    const busy = { status: 503, code: 'busy', detail: 'The gateway has too much to do.' };
    // one tab for each; a browser opens no more than six connections
    const inDevice = `GET devices/${device.id}/channels`;
    const views = {
      live: '[data-testid="tree"] [data-testid="channel"]',
      recordings: 'main.recordings .empty',
      'alarms/pictures': '[data-testid="no-pictures"]',
      positions: '[data-testid="no-places"]',
      [`devices/${device.id}?tab=channels`]: `[data-channel-id="${channel.id}"]`,
    };
    const lists = ['recordings', 'snapshots', 'positions'].map((of) => `GET ${of}`);
    for (const call of [...lists, 'GET channels', inDevice]) standIn.answers.set(call, busy);
    standIn.answers.set('GET map', { tiles: null, attribution: '' });
    const tabs: [string, Page, string][] = [];
    for (const [view, shown] of Object.entries(views)) {
      const one = await browser.open(`${standIn.address}?token=${standIn.token}#/${view}`);
      tabs.push([view, one, shown]);
      // in the banner or in the view
      await one.waitForSelector('[role="alert"]');
      assert.match((await one.textContent('[role="alert"]')) ?? '', /too much to do/, view);
      assert.equal(await one.locator(shown).count(), 0, view);
      if (view === 'recordings') assert.match((await one.textContent('main')) ?? '', /Loading/);
    }
    for (const call of lists) standIn.answers.set(call, { items: [], next: null });
    for (const call of ['GET channels', inDevice]) standIn.answers.set(call, { items: SITE.channels, next: null });
    for (const [, one, shown] of tabs) {
      await one.waitForSelector(shown);
      await one.waitForSelector('[role="alert"]', { state: 'detached' });
      await one.close();
    }
  });

  test('a list that is refused for good is empty, and says why', async () => {
    const detail = 'device: no such id';
    standIn.answers.set('GET alarms/words', { methods: [], types: [], priorities: [] });
    standIn.answers.set('GET alarms', { status: 400, code: 'bad_request', detail });
    tab = await browser.open(`${standIn.address}?token=${standIn.token}#/alarms?device=nobody`);
    await tab.waitForSelector('[data-testid="no-alarms"]');
    assert.match((await tab.textContent('.banner')) ?? '', /no such id/);
  });
});
