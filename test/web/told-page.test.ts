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
    standIn.event('device.unregistered', { deviceId: SECOND, reason: 'deleted' });
    await until('one row', count('place-row'), (rows) => rows === 1);
    await until('one place', count('place'), (places) => places === 1);
  });
});
