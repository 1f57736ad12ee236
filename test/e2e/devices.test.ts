import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const GATE = '34020000001320000921';
const ODD = '34020000001320000922';
const RECORDER = '34020000001180000923';
const FOREIGN = '34020000001320000924';

describe('device pages with real cameras', { timeout: 240_000 }, () => {
  let data: string;
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  const cameras = new Map<string, Simulator>();

  const start = async (id: string, o: Partial<Parameters<typeof startCamera>[1]> = {}) => {
    cameras.set(id, await startCamera(gateway.sipPort, { id, ...o }));
  };
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'gbgate-devices-'));
    [gateway, browser] = await Promise.all([runGateway({ data, mediaPorts: '42300-42399' }), launchBrowser()]);
    await start(GATE, { names: ['Gate'] });
    await start(ODD, { quirks: new Set(['INV-5a', 'REG-4']) });
    await start(RECORDER, { channels: 30 });
    await start(FOREIGN, { quirks: new Set(['SSRC-1']) });
    await Promise.all([channelsOf(gateway, GATE), channelsOf(gateway, ODD), channelsOf(gateway, RECORDER, 30)]);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([...cameras.values()].map((camera) => camera.stop()));
    await gateway?.stop();
    await rm(data, { recursive: true, force: true });
  });

  const api = async (method: string, path: string, body?: unknown) => gateway.api(method, `/api/v1/${path}`, body);
  const pull = async (id: string, body: object = {}) => {
    const [channel] = await channelsOf(gateway, id);
    return api('POST', `devices/${id}/channels/${channel}/live?waitSeconds=20`, body);
  };
  const go = (view: string) => page.evaluate(`location.hash = '#/${view}'`);
  const reads = (selector: string, words: RegExp) =>
    until(`${selector}: ${words}`, async () => words.test((await page.locator(selector).allTextContents()).join(' ')));

  test('the list shows every device, and one that goes and comes back', async () => {
    await go('devices');
    await page.waitForSelector(`[data-device-id="${RECORDER}"][data-online="true"]`);
    await reads(`[data-device-id="${RECORDER}"]`, /Simulated camera.*127\.0\.0\.1:\d+.*UDP.*30/s);
    await cameras.get(GATE)?.stop();
    await page.waitForSelector(`[data-device-id="${GATE}"][data-online="false"]`);
    await start(GATE, { names: ['Gate'] });
    await page.waitForSelector(`[data-device-id="${GATE}"][data-online="true"]`);
  });

  test('its page tells when it went and came, where it is, and what is unusual about it', async () => {
    await page.click(`[data-device-id="${GATE}"] a`);
    await reads('[data-testid="change"]', /online.*registered.*offline.*unregistered.*online.*registered/s);
    await reads('[data-testid="addresses"]', /127\.0\.0\.1:\d+.*sip:34020000002000000001@127\.0\.0\.1/s);
    await reads('[data-testid="registration"]', /60 min.*0 missed of 3/s);
    await reads('[data-testid="device-findings"]', /Nothing unusual was seen/);
    await go(`devices/${ODD}`);
    await reads('[data-testid="device-findings"]', /REG-4.*another user name than its id/s);
  });

  test('a refreshed catalogue counts its channels; each opens to its fields', async () => {
    await go(`devices/${RECORDER}?tab=channels`);
    await until('30 rows', async () => (await page.locator('[data-testid="channel-row"]').count()) === 30);
    await page.click('[data-testid="refresh-catalogue"]');
    await reads('[data-testid="catalogue-state"]', /30 channels, all of them/);
    await page.click('[data-testid="channel-row"] button');
    await reads('[data-testid="catalogue-fields"]', /CivilCode.*Parental.*PTZType.*Secrecy/s);
  });

  test('INV-5: the form of the offer that was taken is learned, shown, used the next time, and forgotten on request', async () => {
    const first = await pull(ODD);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    await go(`devices/${ODD}?tab=streams`);
    await reads('[data-testid="finding"][data-code="INV-5"]', /refused one form of the request/);
    await page.waitForSelector('[data-step="failed"]');
    await page.click('[data-testid="tab-settings"]');
    await page.waitForSelector('[data-testid="profile-sdpForm"][data-source="learned"]');
    await api('DELETE', `streams/${first.body.id}`);
    const second = await pull(ODD);
    assert.ok(
      !second.body.steps.some((step: { name: string }) => step.name === 'failed'),
      JSON.stringify(second.body.steps),
    );
    await api('DELETE', `streams/${second.body.id}`);
    await page.click('[data-testid="forget-learned"]');
    await page.waitForSelector('[data-testid="profile-sdpForm"][data-source="standard"]');
    const third = await pull(ODD);
    assert.ok(third.body.steps.some((step: { name: string }) => step.name === 'failed'));
    await api('DELETE', `streams/${third.body.id}`);
  });

  test('what is set on the page holds at the next pull', async () => {
    await go(`devices/${GATE}?tab=settings`);
    await page.selectOption('[data-testid="profile-mediaTransport"] select', 'udp');
    await page.waitForSelector('[data-testid="profile-mediaTransport"][data-source="byHand"]');
    const { body } = await pull(GATE);
    assert.equal(body.transport, 'udp');
    await api('DELETE', `streams/${body.id}`);
    await page.selectOption('[data-testid="profile-mediaTransport"] select', '');
    await page.waitForSelector('[data-testid="profile-mediaTransport"][data-source="learned"]');
  });

  test('SSRC-1: a strict SSRC keeps the media of a device out that sends with another one', async () => {
    const open = await pull(FOREIGN, { transport: 'udp' });
    assert.equal(open.status, 201, JSON.stringify(open.body));
    await until('what it taught', async () => {
      const { learned } = (await api('GET', `devices/${FOREIGN}/profile`)).body;
      return learned.ssrc === 'any';
    });
    await api('DELETE', `streams/${open.body.id}`);
    assert.equal((await api('PATCH', `devices/${FOREIGN}/profile`, { ssrc: 'offered' })).status, 200);
    const strict = await pull(FOREIGN, { transport: 'udp' });
    assert.deepEqual([strict.status, strict.body.code], [502, 'no_media'], JSON.stringify(strict.body));
  });

  test('a new name shows everywhere, also after a restart; so do profile and history', async () => {
    await go(`devices/${GATE}?tab=settings`);
    await page.fill('input[name="name"]', 'Gate <i>east</i>');
    await page.click('[data-testid="account"] button[type="submit"]');
    await reads('[data-testid="device-name"]', /Gate <i>east<\/i>/);
    await page.selectOption('[data-testid="profile-date"] select', 'off');
    await page.waitForSelector('[data-testid="profile-date"][data-source="byHand"]');
    const args = ['--http-port', new URL(gateway.http).port, '--sip-port', String(gateway.sipPort)];
    assert.equal(await gateway.stop(), 0);
    gateway = await runGateway({ data, mediaPorts: '42300-42399', args });
    const profile = (await api('GET', `devices/${GATE}/profile`)).body;
    assert.deepEqual([profile.byHand, profile.learned.mediaTransport], [{ date: 'off' }, 'udp']);
    await go(`devices/${GATE}`);
    await reads('[data-testid="change"]', /the gateway was stopped/);
    await reads('[data-testid="device-name"]', /Gate <i>east<\/i>/);
    await page.waitForSelector('.link-lost', { state: 'detached', timeout: 20_000 });
  });

  test('axe finds nothing serious on any tab, light or dark', async () => {
    await pull(GATE);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const view of [
        'devices',
        ...['overview', 'channels', 'streams', 'settings'].map((tab) => `devices/${GATE}?tab=${tab}`),
      ]) {
        await go(view);
        await page.waitForSelector('.devices .panel');
        if (view.endsWith('channels')) await page.click('[data-testid="channel-row"] button');
        if (view.endsWith('settings')) await page.waitForSelector('[data-testid="profile-rtcp"]');
        if (view.endsWith('streams')) await page.waitForSelector('[data-testid="step-line"]');
        await page.evaluate(axe.source);
        const faults = await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 120) + ' ' + node.failureSummary)))`,
        );
        assert.deepEqual(faults, [], `${view}, ${colorScheme}`);
      }
    }
  });

  test('deleted and blocked, a device is gone from the list and does not come back', async () => {
    await go(`devices/${FOREIGN}?tab=settings`);
    await page.click('[data-testid="delete-device"]');
    await page.check('[data-testid="block"]');
    await page.click('[data-testid="delete-really"]');
    await page.waitForSelector('[data-testid="devices"]');
    await page.waitForSelector(`[data-device-id="${FOREIGN}"]`, { state: 'detached' });
    assert.equal((await api('GET', `devices/${FOREIGN}/history`)).body.code, 'device_not_found');
    await cameras.get(FOREIGN)?.stop();
    const again = await startCamera(gateway.sipPort, { id: FOREIGN, retrySeconds: 1 });
    cameras.set(FOREIGN, again);
    await until('the refusal', async () => {
      const { arrivals } = (await api('GET', 'onboarding')).body;
      const arrival = arrivals.find(({ deviceId }: { deviceId: string }) => deviceId === FOREIGN);
      return arrival?.steps.some(({ code }: { code: string }) => code === 'blocked');
    });
    assert.equal((await api('GET', `devices/${FOREIGN}`)).status, 404);
  });

  test('the page wrote no error to its console but for answers that are refusals', () => {
    assert.deepEqual(
      browser.faults.filter((fault) => !/Failed to load resource|ERR_CONNECTION/.test(fault)),
      [],
    );
  });
});
