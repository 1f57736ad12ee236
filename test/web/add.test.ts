import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const ID = '34020000001320000001';

function onboarding(o: Record<string, unknown> = {}) {
  return {
    serverId: '34020000002000000001',
    domain: '3402000000',
    address: '192.168.1.10',
    addressFrom: 'interface',
    addresses: [
      { address: '192.168.1.10', interface: 'eth0' },
      { address: '10.8.0.1', interface: 'wg0' },
    ],
    port: 5060,
    transports: ['udp', 'tcp'],
    authentication: true,
    hasPassword: true,
    admission: 'open',
    expiresSeconds: 3600,
    heartbeatSeconds: 60,
    heartbeatCount: 3,
    deviceIds: { camera: [ID, '34020000001320000002'], recorder: ['34020000001180000001'] },
    arrivals: [],
    time: new Date().toISOString(),
    ...o,
  };
}

/** A visit whose steps are all that long ago. */
function visit(codes: string[], o: { agoMs?: number; skewMs?: number; detail?: string; id?: string } = {}) {
  const at = new Date(Date.now() + (o.skewMs ?? 0) - (o.agoMs ?? 0)).toISOString();
  const deviceId = o.id ?? ID;
  return {
    id: `${deviceId}@10.0.0.8`,
    deviceId,
    address: '10.0.0.8:5060',
    transport: 'udp',
    firstAt: at,
    lastAt: at,
    steps: codes.map((code) => ({ code, firstAt: at, lastAt: at, tries: 2, detail: o.detail ?? '', channels: 4 })),
  };
}

describe('adding a camera, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page | null = null;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    for (const list of ['devices', 'channels', 'recordings', 'groups'])
      standIn.answers.set(`GET ${list}`, { items: [], next: null });
    standIn.answers.set('GET onboarding', () => onboarding());
  });
  afterEach(async () => {
    await page?.close();
    page = null;
    await standIn.close();
  });

  const open = async () => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.click('[data-testid="view-add"]');
    return page;
  };
  const ready = async () => {
    const tab = await open();
    await tab.waitForSelector('[data-testid="field-serverId"]');
    await until('the event stream', async () => standIn.asked.includes('GET events'), Boolean);
    return tab;
  };
  const texts = async (tab: Page, selector: string) => (await tab.locator(selector).allInnerTexts()).join('\n');

  test('the address is chosen, or found from the address of the camera', async () => {
    const tab = await ready();
    const shown = () => texts(tab, '[data-testid="field-address"] output');
    assert.equal(await shown(), '192.168.1.10');
    await tab.selectOption('[data-testid="address-choice"]', '10.8.0.1');
    assert.equal(await shown(), '10.8.0.1');
    standIn.answers.set('GET onboarding', () => onboarding({ address: '172.20.0.1', addressFrom: 'camera' }));
    await tab.fill('[data-testid="camera-address"]', '172.20.0.77');
    await tab.keyboard.press('Enter');
    await until('the address that faces it', shown, (text) => text === '172.20.0.1');
    assert.match(await texts(tab, '.address-choice'), /The address that faces this camera/);
    standIn.answers.set('GET onboarding', () => ({ status: 400, code: 'bad_request', detail: 'no' }));
    await tab.fill('[data-testid="camera-address"]', 'camera');
    await tab.keyboard.press('Enter');
    await until(
      'words',
      () => texts(tab, '.address-choice'),
      (text) => text.includes('That is no IP address'),
    );
  });

  test('of several addresses the one by which the browser came is the likeliest', async () => {
    const addresses = [
      { address: '192.168.1.10', interface: 'eth0' },
      { address: '127.0.0.1', interface: 'lo' },
    ];
    standIn.answers.set('GET onboarding', () => onboarding({ addresses }));
    const tab = await ready();
    assert.equal(await texts(tab, '[data-testid="field-address"] output'), '127.0.0.1');
  });

  test('an advertised address leaves no choice', async () => {
    standIn.answers.set('GET onboarding', () =>
      onboarding({ address: '203.0.113.7', addressFrom: 'advertised', addresses: [] }),
    );
    const tab = await ready();
    assert.match(await texts(tab, '.address-choice'), /Set with --advertise/);
    assert.equal(await tab.locator('[data-testid="address-choice"]').count(), 0);
  });

  test('a value is copied with a click; makers are chosen with the keyboard', async () => {
    const tab = await ready();
    await tab.click('[data-testid="field-serverId"] .copy');
    await tab.waitForSelector('[data-testid="field-serverId"] .copy[aria-label="Copied"]');
    await tab.focus('[data-testid="camera-address"]');
    await tab.keyboard.press('Control+V');
    assert.equal(await tab.inputValue('[data-testid="camera-address"]'), '34020000002000000001');
    await tab.focus('[data-testid="brand-hikvision"] input');
    await tab.keyboard.press('ArrowRight');
    await tab.waitForSelector('[data-testid="brand-dahua"] input:checked', { state: 'attached' });
    assert.match(await texts(tab, '.where'), /Platform Access › GB28181/);
  });

  test('without authentication, and without a common password, the form says so', async () => {
    standIn.answers.set('GET onboarding', () => onboarding({ authentication: false }));
    const tab = await ready();
    assert.match(await texts(tab, '[data-testid="field-password"]'), /Not checked/);
    standIn.answers.set('GET onboarding', () => onboarding({ hasPassword: false }));
    await tab.reload();
    await tab.waitForSelector('[data-testid="field-password"]');
    assert.match(await texts(tab, '[data-testid="field-password"]'), /no common password/);
  });

  test('visits come and change as events; a clock that is wrong makes nothing quiet', async () => {
    const skewMs = 3_600_000;
    standIn.answers.set('GET onboarding', () => onboarding({ time: new Date(Date.now() + skewMs).toISOString() }));
    const tab = await ready();
    standIn.event('onboarding.arrival', visit(['challenged'], { skewMs }));
    await until(
      'the visit',
      () => texts(tab, '.arrivals'),
      (text) => text.includes('was asked for its password.'),
    );
    standIn.event('onboarding.arrival', visit(['wrong-password'], { skewMs }));
    await until(
      'it changes',
      () => texts(tab, '.arrivals'),
      (text) => /Wrong password\.\s+\(2nd try\)/.test(text),
    );
    assert.equal(await tab.locator('[data-testid="visit"]').count(), 1);
    assert.match(await texts(tab, '.ago'), /now|seconds? ago|sec\. ago/);
  });

  test('an id that a device has come with is said to be taken, and not offered again', async () => {
    const ids = [1, 2, 3].map((n) => `3402000000132000000${n}`);
    standIn.answers.set('GET onboarding', () => onboarding({ deviceIds: { camera: ids, recorder: [] } }));
    const tab = await ready();
    await tab.waitForSelector('[data-testid="nothing"]');
    assert.equal(await tab.locator('[data-testid="id-taken"]').count(), 0);
    for (const id of ids.slice(0, 2)) standIn.event('onboarding.arrival', visit(['registered', 'channels'], { id }));
    await tab.waitForSelector(`[data-testid="visit"][data-device="${ids[1]}"]`);
    await tab.waitForSelector('[data-testid="id-taken"]');
    await tab.click('[data-testid="field-deviceId"] button');
    assert.match(await texts(tab, '[data-testid="field-deviceId"] output'), new RegExp(`${ids[2]}$`));
    assert.equal(await tab.locator('[data-testid="id-taken"]').count(), 0);
  });

  test('what went silent gets its cure', async () => {
    standIn.answers.set('GET onboarding', () =>
      onboarding({
        arrivals: [
          visit(['registered'], { agoMs: 40_000 }),
          visit(['challenged'], { agoMs: 40_000, id: '2'.repeat(20) }),
        ],
      }),
    );
    const tab = await ready();
    const said = await texts(tab, '[data-testid="cure"]');
    assert.match(said, /did not answer the Catalog query yet/);
    assert.match(said, /password in the camera is empty/);
  });

  test('a visit of before is not pulled by itself; a picture that fails says why', async () => {
    standIn.answers.set('GET onboarding', () => onboarding({ arrivals: [visit(['registered', 'channels'])] }));
    const channels = `GET devices/${ID}/channels`;
    standIn.answers.set(channels, {
      items: [
        { id: 'c1', status: 'off' },
        { id: 'c2', status: 'on' },
      ],
      next: null,
    });
    standIn.answers.set(`POST devices/${ID}/channels/c2/live`, () => ({ status: 502, code: 'no_media', detail: 'x' }));
    const tab = await ready();
    await tab.waitForSelector('[data-testid="try-picture"]');
    const pulls = () => standIn.asked.filter((call) => call.startsWith('POST')).length;
    assert.equal(pulls(), 0);
    await tab.click('[data-testid="try-picture"]');
    await until(
      'why',
      () => texts(tab, '[data-testid="picture"]'),
      (text) => /no media came.*media ports/s.test(text),
    );
    const answer = { state: 'playing', transport: 'udp', steps: [{ name: 'first fragment', ms: 840 }] };
    standIn.answers.set(`POST devices/${ID}/channels/c2/live`, answer);
    await tab.click('[data-testid="try-picture"]');
    await until(
      'it came',
      () => texts(tab, '.visit'),
      (text) => /4 channels\s+·?\s*picture in 0\.8 s/.test(text),
    );
    assert.equal(await tab.getAttribute('[data-testid="watch"]', 'href'), `#/live/${ID}/c2`);
    assert.equal(pulls(), 2);
  });

  test('names with HTML in them stay text', async () => {
    const tab = await ready();
    const evil = '<img src=x onerror="document.title=1">';
    standIn.event('onboarding.arrival', visit(['conflict'], { detail: evil }));
    await until(
      'the words',
      () => texts(tab, '.visit'),
      (text) => text.includes(evil),
    );
    assert.equal(await tab.locator('.visit img').count(), 0);
  });

  test('a flood fills no page', async () => {
    const tab = await ready();
    for (let i = 0; i < 200; i++) standIn.event('onboarding.arrival', visit(['not-added'], { id: String(10_000 + i) }));
    await until(
      'they are counted',
      () => texts(tab, '.arrivals'),
      (text) => text.includes('and 170 more'),
    );
    assert.equal(await tab.locator('[data-testid="visit"]').count(), 30);
  });

  test('values that cannot be read are asked for again', async () => {
    standIn.answers.set('GET onboarding', () => ({ status: 500, code: 'internal', detail: 'A mistake.' }));
    const tab = await open();
    await until(
      'words',
      () => texts(tab, 'main'),
      (text) => text.includes('could not be read'),
    );
    standIn.answers.set('GET onboarding', () => onboarding());
    await tab.click('main button');
    await tab.waitForSelector('[data-testid="field-serverId"]');
  });
});
