/** Views that are left leave nothing behind: no interval, no listener of the window or the document, no socket. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { showSite, siteOf } from '../support/site.ts';
import { StandIn } from '../support/stand-in.ts';

const SITE = siteOf(1, 1);
const [DEVICE = ''] = SITE.devices.map(({ id }) => id);
const [CHANNEL = ''] = SITE.channels.map(({ id }) => id);
/** Each with what is there when it is shown. */
const VIEWS = [
  [`live/${DEVICE}/${CHANNEL}`, '[data-testid="ptz"]'],
  ['alarms', '[data-testid="no-alarms"]'],
  ['alarms/pictures', '[data-testid="no-pictures"]'],
  ['alarms/rules', '[data-testid="rules"]'],
  ['positions', '[data-testid="no-places"]'],
  [`devices/${DEVICE}?tab=control`, '[data-testid="commands"]'],
  [`devices/${DEVICE}?tab=config`, '[data-testid="config-again"]'],
  ['downloads', '[data-testid="no-downloads"]'],
  ['recordings', 'main.recordings'],
  ['streams', 'main.streams'],
] as const;
const ROUNDS = 5;
/** A view that leaks has left more than this after all rounds; less is what comes a moment after a view is shown. */
const SLACK = ROUNDS - 2;
/** Counts what is open, from before the page's own script on. */
const COUNTER = `
  sessionStorage.setItem('gbgate.steering', 'true');
  const open = { intervals: new Set(), listeners: new Map(), sockets: new Set() };
  window.stillOpen = () => ({
    intervals: open.intervals.size,
    sockets: open.sockets.size,
    listeners: [...open.listeners.values()].reduce((sum, some) => sum + some.size, 0),
  });
  const { setInterval, clearInterval, WebSocket } = window;
  window.setInterval = (...all) => {
    const timer = setInterval(...all);
    open.intervals.add(timer);
    return timer;
  };
  window.clearInterval = (timer) => {
    open.intervals.delete(timer);
    clearInterval(timer);
  };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const isWide = (target) => target === undefined || target === null || target === window || target === document;
  const nameOf = (type, o) => type + (typeof o === 'object' && o !== null ? o.capture === true : o === true);
  EventTarget.prototype.addEventListener = function (type, listener, o) {
    if (isWide(this) && listener) {
      const name = nameOf(type, o);
      if (!open.listeners.has(listener)) open.listeners.set(listener, new Set());
      open.listeners.get(listener).add(name);
      if (o?.signal) addEventListener.call(o.signal, 'abort', () => open.listeners.get(listener)?.delete(name));
    }
    addEventListener.call(this, type, listener, o);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, o) {
    if (isWide(this)) open.listeners.get(listener)?.delete(nameOf(type, o));
    removeEventListener.call(this, type, listener, o);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...all) {
      super(...all);
      open.sockets.add(this);
      addEventListener.call(this, 'close', () => open.sockets.delete(this));
    }
  };
`;

interface StillOpen {
  readonly intervals: number;
  readonly sockets: number;
  readonly listeners: number;
}

describe('views that are left', { timeout: 180_000 }, () => {
  let standIn: StandIn;
  let browser: Browser;

  before(async () => {
    [standIn, browser] = await Promise.all([StandIn.open(), launchBrowser()]);
    showSite(standIn, SITE);
    const none = { items: [], next: null };
    for (const list of [
      'alarms',
      'snapshots',
      'positions',
      'downloads',
      `devices/${DEVICE}/channels/${CHANNEL}/presets`,
    ])
      standIn.answers.set(`GET ${list}`, none);
    standIn.answers.set('GET alarms/words', { methods: {}, types: {}, priorities: {} });
    standIn.answers.set('GET alarm-rules', { rules: [] });
    standIn.answers.set('GET map', { tiles: null, attribution: '' });
    standIn.answers.set('GET downloads/summary', { count: 0, bytes: 0, states: {} });
  });
  after(async () => {
    await browser?.close();
    await standIn?.close();
  });

  const stillOpen = (tab: Page) => tab.evaluate('stillOpen()') as Promise<StillOpen>;

  test(`switched ${ROUNDS * VIEWS.length} times, the page holds what it held after the first round`, async () => {
    const tab = await browser.open(`${standIn.address}#token=${standIn.token}`, COUNTER);
    await tab.waitForSelector('[data-testid="view-live"]');
    const round = async () => {
      for (const [fragment, shown] of VIEWS) {
        await tab.evaluate(`location.hash = '#/${fragment}'`);
        await tab.waitForSelector(shown);
      }
    };
    await round();
    const first = await stillOpen(tab);
    for (let n = 1; n < ROUNDS; n++) await round();
    await until(
      'no more than after the first round',
      () => stillOpen(tab),
      ({ intervals, sockets, listeners }) =>
        intervals <= first.intervals + SLACK && sockets === 0 && listeners <= first.listeners + SLACK,
    );
    assert.ok(first.listeners > 0, 'they are counted');
  });
});
