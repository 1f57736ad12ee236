import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { PROFILE_FIELDS } from '../../web/page/devices/profile-fields.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const D = '34020000001320000001';
const AT = '2026-11-21T12:00:00.000+08:00';
const gate = {
  id: D,
  name: 'Gate',
  manufacturer: 'Acme',
  model: 'C1',
  firmware: 'V5',
  online: true,
  transport: 'udp',
  address: '10.0.0.9:5060',
  registeredAt: AT,
  keepaliveAt: AT,
  expiresSeconds: 3600,
  channelCount: 2,
  version: '2016',
};
const yard = {
  ...gate,
  id: '34020000001320000002',
  name: '<b>Yard</b>',
  online: false,
  address: '10.0.0.10:5060',
  channelCount: 12,
};
const channel = {
  id: '34020000001310000001',
  deviceId: D,
  name: 'North door',
  status: 'on',
  manufacturer: 'Acme',
  model: 'C1',
  address: 'Hall',
  Address: 'Hall',
  PTZType: '3',
  Owner: '<i>Owner</i>',
};
const health = {
  online: true,
  registeredAt: AT,
  expiresAt: AT,
  expiresInSeconds: 1800,
  keepalive: { at: AT, ageSeconds: 130, intervalSeconds: 60, allowedMisses: 3, missed: 2 },
  addresses: {
    source: '10.0.0.9:5060',
    via: '10.0.0.1:5060',
    contact: 'sip:34020000002000000001@10.0.0.1:5060',
    sdp: { origin: '10.0.0.1', connection: '203.0.113.5' },
    says: ['its Contact names 192.168.1.64'],
    clockOffsetSeconds: 28_800.25,
  },
  findings: [{ code: 'REG-4', count: 3, firstAt: AT, lastAt: AT, detail: 'the user name is "admin"' }],
};
const stream = {
  id: 's1',
  channelId: channel.id,
  streamNumber: 0,
  state: 'playing',
  transport: 'udp',
  ssrc: '0200000001',
  localPort: 30_000,
  remote: '10.0.0.9:15060',
  startedAt: AT,
  video: { codec: 'h264', width: 1920, height: 1080 },
  audio: null,
  viewers: 1,
  stats: { bitrateBps: 2_000_000, packets: 10, lost: 3 },
  steps: [
    { name: 'port', at: AT, ms: 0, detail: 'tcp-passive port 30000' },
    { name: 'failed', at: AT, ms: 1000, detail: '488 Not Acceptable Here' },
    { name: 'port', at: AT, ms: 1000, detail: 'udp port 30002' },
    { name: 'first fragment', at: AT, ms: 4000 },
  ],
  findings: [{ code: 'XYZ-1', count: 1, firstAt: AT, lastAt: AT, detail: 'newer than this page' }],
};
const profile = {
  mediaTransport: 'udp',
  charset: 'UTF-8',
  ssrc: 'any',
  digest: 'qop',
  algorithm: 'MD5',
  idForm: 'channel',
  sdpForm: 'common',
  subStreamAttribute: 'all',
  mansrtsp: 'RTSP/1.0',
  keyFrameCommand: 'IFameCmd',
  rtcp: true,
  date: 'Pacific/Auckland',
  ignoreStatusNotify: false,
  openUnregister: false,
  redirect: 'follow',
  audioLaw: null,
  sendAfterAck: false,
  timeOffsetSeconds: 0,
  notSupported: [],
  edition: '2016',
  learned: { mediaTransport: 'udp', charset: 'UTF-8' },
  byHand: { date: 'Pacific/Auckland' },
};

describe('the devices of the page, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page | null = null;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    const lists = { devices: [yard, gate], channels: [channel], groups: [], recordings: [], streams: [stream] };
    for (const [name, items] of Object.entries(lists)) standIn.answers.set(`GET ${name}`, { items, next: null });
    standIn.answers.set(`GET devices/${D}`, gate);
    standIn.answers.set(`GET devices/${D}/channels`, { items: [channel], next: null });
    standIn.answers.set(`GET devices/${D}/health`, health);
    standIn.answers.set(`GET devices/${D}/profile`, profile);
    standIn.answers.set(`GET devices/${D}/history`, {
      items: [
        { time: new Date(Date.now() - 6 * 3_600_000).toISOString(), online: true, reason: 'registered' },
        { time: new Date(Date.now() - 12 * 3_600_000).toISOString(), online: false, reason: 'keepalive-missed' },
        { time: new Date(Date.now() - 36 * 3_600_000).toISOString(), online: true, reason: 'of 2030' },
      ],
      next: null,
    });
  });
  afterEach(async () => {
    await page?.close();
    page = null;
    await standIn.close();
  });

  const open = async (view: string) => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.waitForSelector('[data-testid="view-devices"]');
    await page.evaluate(`location.hash = '#/${view}'`);
    return page;
  };
  const texts = (tab: Page, selector: string) => tab.locator(selector).allTextContents();
  /** Waits until the words of an element fit. */
  const reads = (tab: Page, selector: string, words: RegExp) =>
    until(
      String(words),
      async () => (await texts(tab, selector)).join(' '),
      (text) => words.test(text),
      20_000,
    );

  test('a table of devices: names are text, order by any column, state, search, all of it in the address', async () => {
    const tab = await open('devices');
    await tab.waitForSelector('[data-testid="device-row"]');
    assert.deepEqual(await texts(tab, '[data-testid="device-row"] a'), ['<b>Yard</b>', 'Gate']);
    assert.match((await tab.textContent('[data-testid="device-count"]')) ?? '', /2 · 1 online/);
    const row = await tab.textContent(`[data-device-id="${D}"]`);
    for (const words of ['Online', 'Gate', D, 'Acme C1', '10.0.0.9:5060', 'UDP', '2'])
      assert.ok(row?.includes(words), words);
    await tab.click('[data-testid="sort-address"]');
    await until(
      'by address',
      () => texts(tab, '[data-testid="device-row"] a'),
      (names) => names[0] === 'Gate',
    );
    await tab.click('[data-testid="sort-address"]');
    await until(
      'downwards',
      () => texts(tab, '[data-testid="device-row"] a'),
      (names) => names[0] !== 'Gate',
    );
    assert.equal(await tab.getAttribute('th.address', 'aria-sort'), 'descending');
    await tab.click('[data-testid="show-offline"]');
    await until(
      'one',
      () => tab.locator('[data-testid="device-row"]').count(),
      (n) => n === 1,
    );
    await tab.click('[data-testid="show-all"]');
    await tab.fill('[data-testid="find-device"]', 'acme 10.0.0.9');
    await until(
      'found',
      () => texts(tab, '[data-testid="device-row"] a'),
      (names) => names.join() === 'Gate',
    );
    assert.match(tab.url(), /q=acme/);
    await tab.reload();
    await until(
      'again',
      () => texts(tab, '[data-testid="device-row"] a'),
      (names) => names.join() === 'Gate',
    );
    await tab.fill('[data-testid="find-device"]', 'nobody');
    await reads(tab, 'main', /No device matches/);
  });

  test('the table follows what happens, and says what to do when it is empty', async () => {
    const tab = await open('devices');
    await tab.waitForSelector(`[data-device-id="${D}"][data-online="true"]`);
    await until('the events', async () => standIn.asked.includes('GET events'), Boolean);
    standIn.event('device.offline', { deviceId: D, reason: 'keepalive-missed' });
    await tab.waitForSelector(`[data-device-id="${D}"][data-online="false"]`);
    for (const { id } of [gate, yard]) standIn.event('device.offline', { deviceId: id, reason: 'deleted' });
    await tab.waitForSelector('[data-testid="no-devices"]');
    await tab.click('[data-testid="no-devices"] a');
    await until(
      'the panel that helps',
      async () => tab.url(),
      (url) => url.includes('#/add'),
    );
  });

  test('the overview: identity, registration, addresses with what is odd, findings in words', async () => {
    const tab = await open(`devices/${D}`);
    await reads(tab, '[data-testid="identity"]', /Gate.*Acme.*C1.*V5.*2016/s);
    await reads(tab, '[data-testid="registration"]', /30 min.*2 missed of 3 allowed.*every 60 s.*UDP/s);
    await reads(
      tab,
      '[data-testid="addresses"]',
      /10\.0\.0\.9:5060.*10\.0\.0\.1:5060.*sip:3402.*10\.0\.0\.1, 203\.0\.113\.5.*192\.168\.1\.64.*28800 s ahead/s,
    );
    await reads(tab, '[data-testid="device-findings"]', /REG-4.*logs in with another user name.*"admin".*3 ×/s);
  });

  test('the history: to scale, in words, for a day or a week', async () => {
    const tab = await open(`devices/${D}`);
    await reads(tab, '[data-testid="history"]', /keepalives stopped/);
    await reads(tab, '[data-testid="online-share"]', /75% online/);
    assert.deepEqual(await texts(tab, '[data-testid="change"] span:nth-of-type(2)'), [
      'registered',
      'keepalives stopped',
      'of 2030',
    ]);
    const widths = () =>
      tab.evaluate(
        `[...document.querySelectorAll('.presence i')].map((i) => i.className + ' ' + Math.round(parseFloat(i.style.width)))`,
      ) as Promise<string[]>;
    assert.deepEqual(await widths(), ['online 50', 'offline 25', 'online 25']);
    await tab.click('[data-testid="history"] button:has-text("7 days")');
    await until('a week', widths, (now) => now[0]?.startsWith('unknown') === true);
    await until('the events', async () => standIn.asked.includes('GET events'), Boolean);
    standIn.answers.set(`GET devices/${D}/history`, {
      items: [{ time: new Date().toISOString(), online: false, reason: 'connection-lost' }],
      next: null,
    });
    standIn.event('device.offline', { deviceId: D, reason: 'connection-lost' });
    await reads(tab, '[data-testid="history"]', /connection lost/);
    await reads(tab, '.device-head', /Offline/);
  });

  test('channels: searched, opened to every catalogue field as text, and a way to watch', async () => {
    const tab = await open(`devices/${D}?tab=channels`);
    await tab.waitForSelector('[data-testid="channel-row"]');
    await tab.click('[data-testid="channel-row"] button');
    const fields = await texts(tab, '[data-testid="catalogue-fields"] > div');
    assert.deepEqual(fields, ['manufacturerAcme', 'modelC1', 'AddressHall', 'Owner<i>Owner</i>', 'PTZType3']);
    assert.equal(await tab.getAttribute('[data-testid="channel-row"] a', 'href'), `#/live/${D}/${channel.id}`);
    await tab.fill('[data-testid="find-channel"]', 'hall owner');
    assert.equal(await tab.locator('[data-testid="channel-row"]').count(), 1);
    await tab.fill('[data-testid="find-channel"]', 'cellar');
    await reads(tab, 'main', /No channel matches/);
  });

  test('ten thousand channels are drawn as they come into sight', async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => ({
      ...channel,
      id: `3402000000131${String(i).padStart(7, '0')}`,
      name: `Camera ${i}`,
    }));
    standIn.answers.set(`GET devices/${D}/channels`, { items, next: null });
    const tab = await open(`devices/${D}?tab=channels`);
    await tab.waitForSelector('[data-testid="channel-row"]');
    const count = () => tab.locator('[data-testid="channel-row"]').count();
    assert.ok((await count()) < 500);
    const before = await count();
    await tab.evaluate(`document.querySelector('main').scrollTo(0, 1e6)`);
    await until('more', count, (n) => n > before);
    await tab.fill('[data-testid="find-channel"]', 'camera 9999');
    await until('the last one', count, (n) => n === 1);
  });

  test('streams: the steps drawn to scale, what failed among them, findings in words or as they are', async () => {
    const tab = await open(`devices/${D}?tab=streams`);
    await reads(
      tab,
      '[data-testid="device-stream"]',
      /North door.*playing.*main stream.*H\.264 1920 × 1080.*UDP.*3 packets lost/s,
    );
    const bars = (await tab.evaluate(
      `[...document.querySelectorAll('[data-testid="step-line"] .step-track i')].map((i) => [i.style.left, i.style.width].join(' '))`,
    )) as string[];
    assert.deepEqual(bars, ['0% 0%', '0% 25%', '25% 0%', '25% 75%']);
    await reads(tab, '[data-step="failed"]', /Failed.*1\.0 s.*488 Not Acceptable/s);
    await reads(tab, '[data-step="first fragment"]', /Picture.*4\.0 s/s);
    await reads(tab, '[data-testid="finding"]', /XYZ-1.*newer than this page/s);
    const stream = tab.locator('[data-testid="device-stream"]').first();
    const id = await stream.getAttribute('data-stream-id');
    assert.equal(await stream.locator('a[href^="#/streams/"]').getAttribute('href'), `#/streams/${id}`);
    standIn.answers.set('GET streams', { items: [], next: null });
    standIn.event('stream.ended', { deviceId: D });
    await tab.waitForSelector('[data-testid="no-streams"]');
  });

  test('the profile: where each value comes from, set at once, given back, forgotten', async () => {
    const changes: unknown[] = [];
    let now: typeof profile = profile;
    standIn.answers.set(`GET devices/${D}/profile`, () => now);
    standIn.answers.set(`PATCH devices/${D}/profile`, (_query: unknown, body: unknown) => {
      changes.push(body);
      now = { ...profile, byHand: { ...profile.byHand, sdpForm: 'minimal' } as typeof profile.byHand };
      return now;
    });
    standIn.answers.set(`DELETE devices/${D}/profile`, () => {
      now = { ...profile, learned: {} as typeof profile.learned };
      return {};
    });
    const tab = await open(`devices/${D}?tab=settings`);
    const source = (field: string) => tab.getAttribute(`[data-testid="profile-${field}"]`, 'data-source');
    await tab.waitForSelector('[data-testid="profile-date"]');
    const fields = Object.values(PROFILE_FIELDS).flat().length;
    assert.equal(await tab.locator('[data-testid^="profile-"]').count(), fields, 'every field of the contract');
    assert.deepEqual(
      [await source('charset'), await source('date'), await source('sdpForm')],
      ['learned', 'byHand', 'standard'],
    );
    const shown = (field: string) =>
      tab.locator(`[data-testid="profile-${field}"] select option:checked`).textContent();
    assert.equal(await shown('charset'), 'Automatic: UTF-8');
    assert.equal(await shown('mediaTransport'), 'Automatic: UDP');
    assert.equal(await shown('date'), 'Pacific/Auckland', 'a zone that is in no list stays');
    await tab.selectOption('[data-testid="profile-sdpForm"] select', 'minimal');
    await tab.waitForSelector('[data-testid="profile-sdpForm"][data-source="byHand"]');
    const sent = (count: number) =>
      until(
        `${count} changes`,
        async () => changes.length,
        (n) => n === count,
      );
    await tab.selectOption('[data-testid="profile-rtcp"] select', 'false');
    await sent(2);
    await tab.selectOption('[data-testid="profile-date"] select', '');
    await sent(3);
    await tab.fill('[data-testid="profile-timeOffsetSeconds"] input', '-28800');
    await tab.press('[data-testid="profile-timeOffsetSeconds"] input', 'Tab');
    await sent(4);
    await tab.fill('[data-testid="profile-notSupported"] input', 'playback, ptz');
    await tab.press('[data-testid="profile-notSupported"] input', 'Tab');
    await sent(5);
    const wanted = [
      { sdpForm: 'minimal' },
      { rtcp: false },
      { date: null },
      { timeOffsetSeconds: -28_800 },
      { notSupported: ['playback', 'ptz'] },
    ];
    assert.deepEqual(changes, wanted);
    await tab.click('[data-testid="forget-learned"]');
    await tab.waitForSelector('[data-testid="profile-charset"][data-source="standard"]');
    const forgotten = () => standIn.asked.filter((call) => call === `DELETE devices/${D}/profile`).length;
    assert.equal(forgotten(), 1);
    await tab.click('[data-testid="forget-all"]');
    assert.equal(forgotten(), 1, 'asked first');
    await tab.click('[data-testid="forget-all"]');
    await until(
      'forgotten',
      async () => forgotten(),
      (n) => n === 2,
    );
  });

  test('a profile the gateway refuses to change says why', async () => {
    standIn.answers.set(`PATCH devices/${D}/profile`, { status: 400, code: 'bad_request', detail: 'Not like this.' });
    const tab = await open(`devices/${D}?tab=settings`);
    await tab.selectOption('[data-testid="profile-digest"] select', 'plain');
    await reads(tab, '[data-testid="profile"] [role="alert"]', /Not like this\./);
    await until(
      'what holds',
      () => tab.inputValue('[data-testid="profile-digest"] select'),
      (value) => value === '',
    );
  });

  test('name and password are sent when they changed, and the password is gone from the page then', async () => {
    const sent: unknown[] = [];
    standIn.answers.set(`PATCH devices/${D}`, (_query: unknown, body: unknown) => {
      sent.push(body);
      standIn.answers.set(`GET devices/${D}`, { ...gate, name: 'Portal' });
      return gate;
    });
    const tab = await open(`devices/${D}?tab=settings`);
    await tab.waitForSelector('[data-testid="account"]');
    assert.ok(await tab.isDisabled('[data-testid="account"] button'));
    await tab.fill('input[name="name"]', 'Portal');
    await tab.fill('input[name="password"]', 'secret of the gate');
    await tab.click('[data-testid="account"] button');
    await reads(tab, '[data-testid="account"] [role="status"]', /Saved/);
    assert.deepEqual(sent, [{ name: 'Portal', password: 'secret of the gate' }]);
    assert.equal(await tab.inputValue('input[name="password"]'), '');
    await reads(tab, '[data-testid="device-name"]', /Portal/);
  });

  test('the catalogue: progress while it comes, how it ended, and why it did not come', async () => {
    let refusal: object | null = null;
    standIn.answers.set(`POST devices/${D}/catalog`, () => refusal ?? { items: [], next: null, complete: true });
    const tab = await open(`devices/${D}`);
    await until('the events', async () => standIn.asked.includes('GET events'), Boolean);
    await tab.waitForSelector('[data-testid="refresh-catalogue"]:not([disabled])');
    standIn.event('catalog.progress', { deviceId: D, queryId: '7', received: 40, expected: 120 });
    await reads(tab, '[data-testid="catalogue-state"]', /40 of 120 channels/);
    assert.equal(await tab.getAttribute('.catalogue progress', 'value'), '40');
    standIn.event('catalog.updated', { deviceId: D, queryId: '7', complete: false, channels: 118 });
    await reads(tab, '[data-testid="catalogue-state"]', /118 channels; the device did not send all/);
    refusal = { status: 504, code: 'device_timeout', detail: 'The device did not answer the Catalog query.' };
    await tab.click('[data-testid="refresh-catalogue"]');
    await reads(tab, '[data-testid="catalogue-state"]', /did not answer the Catalog query/);
    refusal = null;
    await tab.click('[data-testid="refresh-catalogue"]');
    await reads(tab, '[data-testid="catalogue-state"]', /2 channels, all of them/);
  });

  test('deleting asks first, may block for good, and leads back to the list', async () => {
    standIn.answers.set(`DELETE devices/${D}`, {});
    const tab = await open(`devices/${D}?tab=settings`);
    await tab.click('[data-testid="delete-device"]');
    assert.ok(!standIn.asked.includes(`DELETE devices/${D}`));
    await tab.click('[data-testid="removal"] button:has-text("Keep it")');
    await tab.click('[data-testid="delete-device"]');
    await tab.check('[data-testid="block"]');
    const asked = tab.waitForRequest((request) => request.method() === 'DELETE');
    await tab.click('[data-testid="delete-really"]');
    assert.match((await asked).url(), /\?block=true$/);
    await tab.waitForSelector('[data-testid="devices"]');
    assert.match(tab.url(), /#\/devices$/);
  });

  test('a token that may only look sees everything and is told why nothing can be changed', async () => {
    const tab = await open(`devices/${D}?tab=settings`);
    await tab.waitForSelector('[data-testid="profile-date"]');
    standIn.access = 'look';
    await tab.click('[data-testid="tab-overview"]');
    await tab.click('[data-testid="tab-settings"]');
    await reads(tab, '[data-testid="may-only-look"]', /may only look/);
    for (const control of ['delete-device', 'forget-all', 'forget-learned', 'refresh-catalogue'])
      assert.ok(await tab.isDisabled(`[data-testid="${control}"]`), control);
    for (const control of ['input[name="name"]', '[data-testid="profile-rtcp"] select'])
      assert.ok(await tab.isDisabled(control), control);
  });

  test('a device that is none, and a gateway that does not answer, have their own words', async () => {
    standIn.answers.set('GET devices/1234', {
      status: 404,
      code: 'device_not_found',
      detail: 'There is no device 1234.',
    });
    const tab = await open('devices/1234');
    await reads(tab, '[data-testid="device-fault"]', /There is no device 1234/);
    standIn.answers.set('GET devices/1234', { ...gate, id: '1234', name: 'Late' });
    await tab.click('[data-testid="device-fault"] button');
    await reads(tab, '[data-testid="device-name"]', /Late/);
  });

  test('on a phone nothing is wider than the screen', async () => {
    const phone = await launchBrowser({ width: 390, height: 844, language: 'zh-CN' });
    try {
      for (const view of [
        'devices',
        `devices/${D}`,
        ...['channels', 'streams', 'settings'].map((t) => `devices/${D}?tab=${t}`),
      ]) {
        const tab = await phone.open(`${standIn.address}#token=${standIn.token}`);
        await tab.evaluate(`location.hash = '#/${view}'`);
        await tab.waitForSelector('.devices .panel');
        const wide = await tab.evaluate(`document.querySelector('main').scrollWidth`);
        assert.ok(Number(wide) <= 390, `${view}: ${wide}`);
        await tab.close();
      }
    } finally {
      await phone.close();
    }
  });
});
