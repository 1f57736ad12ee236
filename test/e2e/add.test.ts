import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera.ts';
import { PLATFORM_ID, type RunningGateway, runGateway, SIP_PASSWORD, TOKEN, until } from '../support/gbgate.ts';

const RIGHT = '34020000001320000301';
const WRONG_PASSWORD = '34020000001320000302';
const WRONG_SERVER = '34020000001320000303';
const RECORDER = '34020000001180000304';
const CLONED = '34020000001320000305';
const DEAF = '34020000001320000306';
const OTHER_DOMAIN = '34020000001320000307';
const UNKNOWN = '34020000001320000308';
const WAIT_MS = 20_000;

/** A person sets cameras up: what the page says, driven with cameras that are set up rightly and wrongly. */
describe('adding a camera in Chromium', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  const cameras: Simulator[] = [];
  let page: Page | null = null;

  before(async () => {
    browser = await launchBrowser();
    gateway = await runGateway({ mediaPorts: '43100-43199' });
  });
  afterEach(async () => {
    await page?.close();
    page = null;
    await Promise.all(cameras.splice(0).map((camera) => camera.stop()));
  });
  after(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  const open = async () => {
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
    await page.click('[data-testid="view-add"]');
    await page.waitForSelector('[data-testid="field-serverId"]');
    return page;
  };
  const camera = async (o: Parameters<typeof startCamera>[1]) => {
    const started = await startCamera(gateway.sipPort, { retrySeconds: 2, ...o });
    cameras.push(started);
    return started;
  };
  const visit = (id: string) => `[data-testid="visit"][data-device="${id}"]`;
  const says = async (tab: Page, id: string, words: RegExp) => {
    let seen = '';
    await until(
      `${words} of ${id}`,
      async () => {
        seen = (await tab.locator(visit(id)).allInnerTexts()).join('\n').replace(/\s+/g, ' ');
        return words.test(seen);
      },
      WAIT_MS,
    ).catch((error: unknown) => {
      throw new Error(`${error}; it says: ${seen}`);
    });
  };
  const value = (tab: Page, key: string) =>
    tab
      .locator(`[data-testid="field-${key}"] output`)
      .textContent()
      .then((text) => text ?? '');

  test('the values are those with which a camera registers, and its picture is tried', async () => {
    const tab = await open();
    assert.match((await tab.textContent('[data-testid="nothing"]')) ?? '', /Nothing has arrived yet/);
    assert.deepEqual(await Promise.all(['serverId', 'domain', 'address', 'port'].map((key) => value(tab, key))), [
      PLATFORM_ID,
      PLATFORM_ID.slice(0, 10),
      '127.0.0.1',
      String(gateway.sipPort),
    ]);
    assert.ok(!(await tab.content()).includes(SIP_PASSWORD), 'the password is not in the page before it is asked for');
    await tab.click('[data-testid="show-password"]');
    await tab.waitForSelector(`[data-testid="password"]:has-text("${SIP_PASSWORD}")`);
    const deviceId = await value(tab, 'deviceId');
    assert.match(deviceId, /^34020000001320\d{6}$/);
    // typed into the camera as the page shows them
    await camera({
      id: deviceId,
      serverId: await value(tab, 'serverId'),
      domain: await value(tab, 'domain'),
      server: { host: await value(tab, 'address'), port: Number(await value(tab, 'port')) },
      password: await value(tab, 'password'),
    });
    await says(tab, deviceId, /from 127\.0\.0\.1:\d+ · UDP.*Registered\. 1 channel.*picture in \d+\.\d s/);
    assert.equal(await tab.locator('[data-testid="nothing"]').count(), 0);
    await tab.click(`${visit(deviceId)} [data-testid="watch"]`);
    await tab.waitForURL(new RegExp(`#/live/${deviceId}/`));
    await until(
      'somebody watches it',
      async () => {
        const { items } = (await gateway.api('GET', '/api/v1/streams')).body;
        return items.some((stream: { deviceId: string; viewers: number }) => {
          return stream.deviceId === deviceId && stream.viewers > 0;
        });
      },
      WAIT_MS,
    );
  });

  test('a wrong password is counted and cured; the right one then shows four channels', async () => {
    const tab = await open();
    const wrong = await camera({ id: WRONG_PASSWORD, password: 'guess', channels: 4 });
    // a slow machine may see the third try first, or the pause after it
    await says(tab, WRONG_PASSWORD, /Wrong password\. \((2nd|3rd|\dth) try\).*(Type|Correct) the password/);
    await wrong.stop();
    await camera({ id: WRONG_PASSWORD, channels: 4 });
    await says(tab, WRONG_PASSWORD, /Wrong password.*Registered\. 4 channels.*picture in \d+\.\d s/);
    assert.equal(await tab.locator(`${visit(WRONG_PASSWORD)} [data-testid="cure"]`).count(), 0, 'nothing to cure');
  });

  test('a wrong server id, a foreign domain, an id in use: each has its cure', async () => {
    const tab = await open();
    await camera({ id: WRONG_SERVER, serverId: '44010000002000000001' });
    await says(tab, WRONG_SERVER, /Wrong server id\..*another platform \(44010000002000000001\)/);
    await camera({ id: OTHER_DOMAIN, domain: '4401000000' });
    await says(tab, OTHER_DOMAIN, /Its domain is 4401000000; here it is 3402000000\..*1 channel/);
    await camera({ id: CLONED });
    await says(tab, CLONED, /Registered\. 1 channel/);
    await camera({ id: CLONED, localHost: '127.0.0.2' });
    const clone = tab.locator(visit(CLONED)).filter({ hasText: '127.0.0.2' });
    await clone.filter({ hasText: 'Another device uses this id: 127.0.0.1' }).waitFor({ timeout: WAIT_MS });
    assert.match((await clone.textContent()) ?? '', /Two devices must not share an id/);
  });

  test('a camera that refuses the call says so, and can be asked again', async () => {
    const tab = await open();
    await camera({ id: DEAF, quirks: new Set(['INV-4']) });
    await says(tab, DEAF, /1 channel.*The camera is busy\..*stop one elsewhere/);
    await tab.click(`${visit(DEAF)} [data-testid="try-picture"]`);
    await tab.waitForSelector(`${visit(DEAF)} [data-testid="picture"][data-state="failed"]`);
  });

  test('a camera that leaves is told as well', async () => {
    const tab = await open();
    const leaving = await camera({ id: RIGHT });
    await says(tab, RIGHT, /Registered\. 1 channel/);
    await leaving.stop();
    await says(tab, RIGHT, /Signed off\..*switched off in the camera, or it restarts/);
  });

  test('a blocked camera is admitted with a click', async () => {
    const tab = await open();
    const first = await camera({ id: UNKNOWN });
    await says(tab, UNKNOWN, /Registered\. 1 channel/);
    assert.equal((await gateway.api('DELETE', `/api/v1/devices/${UNKNOWN}?block=true`)).status, 204);
    await first.stop();
    await camera({ id: UNKNOWN });
    await says(tab, UNKNOWN, /This device was deleted and blocked\./);
    await tab.click(`${visit(UNKNOWN)} [data-testid="admit"]`);
    await says(tab, UNKNOWN, /blocked\..*Registered\. 1 channel/);
  });

  test('names of the fields follow the maker and the language; the QR code holds the same values', async () => {
    const tab = await open();
    const names = () => tab.locator('.fields tbody th').allInnerTexts();
    const code = () => tab.getAttribute('[data-testid="qr"]', 'data-text');
    assert.ok((await names()).some((name) => /^SIP User Authentication ID\s+SIP用户认证ID$/.test(name)));
    await tab.click('[data-testid="brand-dahua"]');
    assert.ok((await names()).some((name) => /^Device No\.\s+设备编号$/.test(name)));
    await tab.click('[data-testid="brand-uniview"]');
    assert.ok((await names()).some((name) => /^Server ID\s+服务器ID$/.test(name)));
    assert.equal(await tab.locator('[data-testid="field-domain"]').count(), 0, 'Uniview asks for no domain');
    await tab.selectOption('[data-testid="kind"]', 'recorder');
    const deviceId = await value(tab, 'deviceId');
    assert.match(deviceId, /^34020000001180\d{6}$/);
    await tab.click('[data-testid="field-deviceId"] button.small');
    const another = await value(tab, 'deviceId');
    assert.notEqual(another, deviceId);
    assert.match((await code()) ?? '', new RegExp(`Server ID: ${PLATFORM_ID}\n[^]*Device ID: ${another}\n`));
    assert.ok(!(await code())?.includes(SIP_PASSWORD));
    await tab.waitForSelector('[data-testid="qr"] path');
    await tab.click('[data-testid="language"]');
    await tab.waitForSelector('[data-testid="field-serverId"] th:has-text("服务器ID")');
    await tab.click('[data-testid="show-password"]');
    await until('the password in the code', async () => (await code())?.includes(`注册密码: ${SIP_PASSWORD}`));
    await tab.reload();
    await tab.waitForSelector('[data-testid="brand-uniview"] input:checked', { state: 'attached' });
    await tab.click('[data-testid="language"]');
  });

  test('a recorder of four channels, and nothing of it went wrong in the page', async () => {
    const tab = await open();
    await camera({ id: RECORDER, channels: 4, sip: 'tcp' });
    await says(tab, RECORDER, /· TCP.*Registered\. 4 channels.*picture in \d+\.\d s/);
    assert.deepEqual(
      // refusals of the API are part of the story: pictures of cameras that were stopped, or are busy
      browser.faults.filter((fault) => !/^Failed to load resource/.test(fault)),
      [],
    );
  });
});

test('where only known devices are admitted one is let in with a click; a token that may only look is told why it cannot', {
  timeout: 120_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-add-'));
  const config = join(folder, 'gbgate.yaml');
  await writeFile(config, 'sip:\n  admission: known\nhttp:\n  readToken: only-looking\n');
  const gateway = await runGateway({ mediaPorts: '43100-43199', args: ['--config', config] });
  const browser = await launchBrowser();
  const camera = await startCamera(gateway.sipPort, { id: UNKNOWN, retrySeconds: 2 });
  t.after(async () => {
    await camera.stop();
    await browser.close();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (token: string) => {
    const tab = await browser.open(`${gateway.http}/#token=${token}`);
    await tab.click('[data-testid="view-add"]');
    await tab.waitForSelector('[data-testid="admit"]', { timeout: WAIT_MS });
    return tab;
  };
  const looking = await open('only-looking');
  assert.match((await looking.textContent('.arrivals')) ?? '', /Only devices added beforehand.*Unknown device id/s);
  for (const control of ['admit', 'show-password']) {
    assert.equal(await looking.isDisabled(`[data-testid="${control}"]`), true, control);
    assert.match((await looking.getAttribute(`[data-testid="${control}"]`, 'title')) ?? '', /may only look/);
  }
  await looking.close();
  const tab = await open(TOKEN);
  await tab.click('[data-testid="admit"]');
  await tab.waitForSelector(`[data-testid="visit"][data-device="${UNKNOWN}"] [data-code="channels-one"]`, {
    timeout: WAIT_MS,
  });
  assert.deepEqual(
    browser.faults.filter((fault) => !/^Failed to load resource/.test(fault)),
    [],
  );
});
