/** What devices tell, on the page, with a scripted gateway: subscriptions that are switched quickly, places of devices that are deleted. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn } from '../support/stand-in.ts';

const SITE = siteOf(2, 1);
const [FIRST = '', SECOND = ''] = SITE.devices.map(({ id }) => id);
const id = (name: string) => `[data-testid="${name}"]`;

describe('what devices tell, with a scripted gateway', () => {
  let standIn: StandIn;
  let browser: Browser;
  let tab: Page;

  before(async () => {
    [standIn, browser] = await Promise.all([StandIn.open(), launchBrowser()]);
    showSite(standIn, SITE);
  });
  after(async () => {
    await browser?.close();
    await standIn?.close();
  });
  afterEach(() => tab?.close());

  const open = async (fragment: string) => {
    tab = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await tab.waitForSelector(id('view-live'));
    await tab.evaluate(`location.hash = '#/${fragment}'`);
  };

  test('two subscriptions switched on one right after the other are both on, though the gateway is slow', async () => {
    let wishes: Record<string, number> = {
      catalog: 600,
      alarm: 0,
      position: 0,
      ptzPosition: 0,
      positionIntervalSeconds: 5,
    };
    const view = () => ({
      ...wishes,
      states: Object.fromEntries(
        ['catalog', 'alarm', 'position', 'ptzPosition'].map((kind) => [
          kind,
          { state: wishes[kind] === 0 ? 'off' : 'waiting', endsAt: null, notifiedAt: null, detail: null },
        ]),
      ),
    });
    standIn.answers.set(`GET devices/${FIRST}/subscriptions`, view);
    standIn.answers.set(
      `PUT devices/${FIRST}/subscriptions`,
      async (_: URLSearchParams, body: Record<string, number>) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        wishes = body;
        return view();
      },
    );
    await open(`devices/${FIRST}?tab=control`);
    await tab.click(id('switch-alarm'));
    await tab.click(id('switch-position'));
    await until(
      'both',
      async () => wishes,
      ({ alarm, position }) => alarm === 600 && position === 600,
    );
    assert.equal(wishes.catalog, 600);
    for (const kind of ['alarm', 'position']) await tab.waitForSelector(`${id(`switch-${kind}`)}:checked`);
  });

  test('the place of a device that is deleted leaves the map and the list', async () => {
    const items = [FIRST, SECOND].map((deviceId, i) => ({
      deviceId,
      channelId: SITE.channels[i]?.id,
      time: '2026-01-05T06:00:00.000Z',
      longitude: 117 + i / 100,
      latitude: 31,
    }));
    standIn.answers.set('GET positions', { items, next: null });
    standIn.answers.set('GET map', { tiles: null, attribution: '' });
    await open('positions');
    const count = (name: string) => async () => tab.locator(id(name)).count();
    await until('both rows', count('place-row'), (rows) => rows === 2);
    // a small window, or one that is enlarged to 200 %: the list stands above the map, not under it
    await tab.setViewportSize({ width: 720, height: 450 });
    const bottom = await tab.evaluate(`document.querySelector('${id('places')}').getBoundingClientRect().bottom`);
    const top = await tab.evaluate(`document.querySelector('.ground').getBoundingClientRect().top`);
    assert.ok(Number(bottom) <= Number(top), `${bottom}, ${top}`);
    standIn.event('device.unregistered', { deviceId: SECOND, reason: 'deleted' });
    await until('one row', count('place-row'), (rows) => rows === 1);
    await until('one place', count('place'), (places) => places === 1);
  });

  test('alarms and offers of video are noticed on every view, a few at a time, until nobody wants them', async () => {
    const five = siteOf(5, 1);
    showSite(standIn, five);
    standIn.answers.set('GET alarms', { items: [], next: null });
    standIn.answers.set('GET alarms/words', { methods: {}, types: {}, priorities: {} });
    const tell = (i: number, number: number, priority = 4) =>
      standIn.event('alarm', {
        id: String(number),
        deviceId: five.devices[i]?.id,
        channelId: five.channels[i]?.id,
        sourceId: five.channels[i]?.id,
        time: '2026-01-05T14:03:21.000+08:00',
        receivedAt: '2026-01-05T14:03:22.000+08:00',
        method: 5,
        methodName: { en: 'video', zh: '视频报警' },
        type: 6,
        typeName: { en: 'intrusion', zh: '入侵检测报警' },
        eventType: null,
        eventName: null,
        priority,
        priorityName: null,
        description: '',
        by: 'message',
      });
    await open('devices');
    await until('that it listens', async () => standIn.asked.includes('GET events'), Boolean);
    const notices = async () => tab.locator(id('notice')).allInnerTexts();
    for (let n = 0; n < 30; n++) tell(n % 3, n + 1);
    await until(
      'one for each camera, and how many they are',
      notices,
      (all) => all.length === 3 && all.every((text) => /10×/.test(text)),
    );
    await until(
      'all counted',
      async () => tab.textContent(id('unseen')),
      (text) => text === '30',
    );
    for (let n = 30; n < 110; n++) tell(4, n + 1);
    await until('three at most', notices, (all) => all.length === 3 && /80×/.test(all[0] ?? ''));
    await until(
      'more than there is room for',
      async () => tab.textContent(id('unseen')),
      (text) => text === '99+',
    );

    // a hand on them holds them; the newest leads to its place in the list, which has them all
    await tab.hover(id('notice'));
    await tab.locator(id('notice-alarm')).first().click();
    await until(
      'the list',
      async () => tab.evaluate('location.hash'),
      (hash) => hash === '#/alarms/110',
    );
    assert.equal(await tab.locator(id('unseen')).count(), 0);
    tell(1, 200);
    await until('no notice beside the list', notices, (all) => all.length === 0);

    await tab.evaluate("location.hash = '#/positions'");
    standIn.event('video.offered', { deviceId: five.devices[4]?.id, channelId: five.channels[4]?.id, time: '' });
    await until('the offer', notices, (all) => all.some((text) => /Offers its video/.test(text)));
    await tab.locator(id('notice'), { hasText: 'Offers its video' }).locator(id('notice-watch')).click();
    await until(
      'live',
      async () => tab.evaluate('location.hash'),
      (hash) => String(hash).includes(five.channels[4]!.id),
    );

    tell(2, 201);
    await tab.locator(id('silence')).click();
    await until('none', notices, (all) => all.length === 0);
    tell(3, 202);
    await until(
      'still counted',
      async () => tab.textContent(id('unseen')),
      (text) => Number(text) >= 2,
    );
    assert.deepEqual(await notices(), []);
    await tab.click(id('view-alarms'));
    await tab.check(id('notices-everywhere'));
    await tab.click(id('view-devices'));
    tell(4, 203);
    await until('again', notices, (all) => all.some((text) => /intrusion/.test(text)));
  });

  test('the whole track is seen with room around it, also when the slider has taken its place below', async () => {
    const channelId = SITE.channels[0]?.id ?? '';
    const point = (minute: number, latitude: number) => ({
      time: new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString(),
      longitude: 117 + minute / 10_000,
      latitude,
    });
    const track = [point(0, 31.5), point(1, 31.2), point(2, 31)];
    standIn.answers.set('GET positions', { items: [{ deviceId: FIRST, channelId, ...track[2] }], next: null });
    standIn.answers.set('GET map', { tiles: null, attribution: '' });
    standIn.answers.set(`GET devices/${FIRST}/channels/${channelId}/positions`, { items: track, next: null });
    await open(`positions/${FIRST}/${channelId}`);
    await tab.waitForSelector(id('track-slider'));
    const bottom = async (name: string) => {
      const box = await tab.locator(id(name)).boundingBox();
      return box === null ? 0 : box.y + box.height;
    };
    await until(
      'room below the newest point',
      async () => (await bottom('map')) - (await bottom('mark')),
      (px) => px > 50,
    );
  });
});
