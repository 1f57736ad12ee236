import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const CAMERA = '34020000001320000401';
const RECORDER = '34020000001180000402';
const REFUSED = '34020000001320000403';

/** A view is judged when its words have stood still for this long. */
const STILL_MS = 400;
const LONGEST_WAIT_MS = 5_000;
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** axe-core is the judge: it comes with the rules, the views come with cameras, streams and recordings in them. */
describe('axe finds nothing serious', { timeout: 300_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  const cameras: Simulator[] = [];
  let channelId = '';
  let recorderChannelId = '';
  let streamId = '';
  let downloadId = '';
  let alarmId = '';
  let folder = '';

  before(async () => {
    browser = await launchBrowser();
    // A webhook that nobody answers: its deliveries say so.
    folder = await mkdtemp(join(tmpdir(), 'gbgate-axe-'));
    const config = join(folder, 'gbgate.yaml');
    await writeFile(config, JSON.stringify({ webhooks: [{ url: 'http://127.0.0.1:9/hook' }] }));
    gateway = await runGateway({ mediaPorts: '43200-43299', args: ['--config', config] });
    const { sipPort } = gateway;
    cameras.push(
      // a whole configuration is more than a datagram should carry
      await startCamera(sipPort, { id: CAMERA, names: ['Entrance'], sip: 'tcp' }),
      await startCamera(sipPort, { id: RECORDER, channels: 4 }),
      await startCamera(sipPort, { id: REFUSED, password: 'guess', retrySeconds: 5 }),
    );
    [channelId = ''] = await channelsOf(gateway, CAMERA);
    [recorderChannelId = ''] = await channelsOf(gateway, RECORDER, 4);
    const live = await gateway.api('POST', `/api/v1/devices/${CAMERA}/channels/${channelId}/live`, {});
    assert.ok([200, 201].includes(live.status), JSON.stringify(live.body));
    streamId = live.body.id;
    const recording = `/api/v1/streams/${streamId}/recording`;
    assert.equal((await gateway.api('PUT', recording)).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    assert.equal((await gateway.api('DELETE', recording)).status, 200);
    assert.equal((await gateway.api('PUT', recording)).status, 200, 'a second one, which goes on');
    // The camera has no footage: a download that says what went wrong.
    const range = { start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' };
    const download = await gateway.api('POST', `/api/v1/devices/${CAMERA}/channels/${channelId}/downloads`, range);
    assert.equal(download.status, 202, JSON.stringify(download.body));
    downloadId = download.body.id;
    const plan = { mode: 'schedule', weekly: [{ days: [1, 2], from: '08:15', to: '18:00' }] };
    const planned = await gateway.api('PUT', `/api/v1/devices/${CAMERA}/channels/${channelId}/plan`, plan);
    assert.equal(planned.status, 200, JSON.stringify(planned.body));
    const wishes = { position: 600, positionIntervalSeconds: 1 };
    assert.equal((await gateway.api('PUT', `/api/v1/devices/${CAMERA}/subscriptions`, wishes)).status, 200);
    for (let priority = 1; priority <= 4; priority++)
      await cameras[0]!.devices[0]!.alarms.alarm({ method: 5, type: 6, priority, description: 'loading dock' });
    const order = { command: 'snapshot', count: 1, intervalSeconds: 1 };
    const control = `/api/v1/devices/${CAMERA}/channels/${channelId}/control`;
    assert.equal((await gateway.api('POST', control, order)).status, 200);
    const rules = [{ name: 'dock', methods: [5], record: 60, snapshot: { count: 2, intervalSeconds: 1 } }];
    assert.equal((await gateway.api('PUT', '/api/v1/alarm-rules', { rules })).status, 200);
    alarmId = await until('alarms, a picture, a track', async () => {
      const lists = ['alarms', 'snapshots', 'positions'].map((list) => gateway.api('GET', `/api/v1/${list}`));
      const [alarms, ...others] = (await Promise.all(lists)).map(({ body }) => body.items);
      return alarms.length === 4 && others.every((items) => items.length > 0) && alarms[0].id;
    });
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
  });
  after(async () => {
    await browser?.close();
    await Promise.all(cameras.map((camera) => camera.stop()));
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The serious and critical findings, as sentences. The source of axe goes in past the CSP, as a debugger's would. */
  async function judged(): Promise<string[]> {
    await page.evaluate(axe.source);
    const options = JSON.stringify({ runOnly: { type: 'tag', values: RULES }, resultTypes: ['violations'] });
    const violations = (await page.evaluate(
      `axe.run(document, ${options}).then((result) => result.violations)`,
    )) as Violation[];
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} (${node.failureSummary})`));
  }

  /** Waits until the view has words and they stand still: loading is over. One that never rests is judged as it is. */
  async function still(): Promise<void> {
    const endMs = performance.now() + LONGEST_WAIT_MS;
    let before = '';
    for (;;) {
      const words = (await page.evaluate(`document.body.innerText.replace(/\\d+/g, '')`)) as string;
      if (words === before && words.length > 20 && !/Loading …|Asking the device …/.test(words)) return;
      if (performance.now() > endMs) return;
      before = words;
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    }
  }

  /** What is judged in every dress. */
  const VIEWS: Readonly<Record<string, () => string>> = {
    live: () => '#/live',
    footage: () => `#/footage/${RECORDER}/${recorderChannelId}`,
    alarms: () => '#/alarms',
    devices: () => '#/devices',
    'add a camera': () => '#/add',
    streams: () => '#/streams',
    recordings: () => '#/recordings',
    downloads: () => `#/downloads/${downloadId}`,
    positions: () => `#/positions/${CAMERA}/${channelId}`,
    system: () => '#/system',
  };
  /** Their inner parts share the styles of those: once light and wide, once dark and narrow. */
  const PARTS: Readonly<Record<string, () => string>> = {
    'a wall that plays': () => `#/live?grid=4&cells=${CAMERA}/${channelId},${RECORDER}/${recorderChannelId}`,
    'one channel': () => `#/live/${CAMERA}/${channelId}`,
    'one device': () => `#/devices/${CAMERA}`,
    'its channels': () => `#/devices/${RECORDER}?tab=channels`,
    'its streams': () => `#/devices/${CAMERA}?tab=streams`,
    'its control': () => `#/devices/${CAMERA}?tab=control`,
    'its configuration': () => `#/devices/${CAMERA}?tab=config`,
    'its settings': () => `#/devices/${CAMERA}?tab=settings`,
    'one stream': () => `#/streams/${streamId}`,
    'a new download': () => '#/downloads?new',
    'a recording plan': () => `#/recordings?channel=${CAMERA}/${channelId}&plan`,
    'one alarm': () => `#/alarms/${alarmId}`,
    pictures: () => '#/alarms/pictures',
    'alarm rules': () => '#/alarms/rules',
    'every position': () => '#/positions',
    addresses: () => '#/system/addresses',
    webhooks: () => '#/system/webhooks',
    log: () => '#/system/log',
  };

  for (const [theme, size, views] of [
    ['light', 'desktop', { ...VIEWS, ...PARTS }],
    ['light', 'phone', VIEWS],
    ['dark', 'desktop', VIEWS],
    ['dark', 'phone', { ...VIEWS, ...PARTS }],
  ] as const) {
    test(`in any view, ${theme}, ${size}`, async () => {
      await page.setViewportSize(SIZES[size]);
      await page.evaluate(`localStorage.setItem('gbgate.theme', '${theme}')`);
      await page.reload();
      const found: Record<string, string[]> = {};
      for (const [name, hash] of Object.entries(views)) {
        await page.goto(`${gateway.http}/${hash()}`);
        await page.waitForSelector('main');
        await still();
        const violations = await judged();
        if (violations.length > 0) found[name] = violations;
      }
      assert.deepEqual(found, {});
    });
  }

  test('in the panel that steers a camera, with everything unfolded', async () => {
    await page.evaluate(`sessionStorage.setItem('gbgate.steering', 'true')`);
    for (const [theme, size] of [
      ['light', 'desktop'],
      ['dark', 'phone'],
    ] as const) {
      await page.setViewportSize(SIZES[size]);
      await page.evaluate(`localStorage.setItem('gbgate.theme', '${theme}')`);
      await page.goto(`${gateway.http}/#/live/${CAMERA}/${channelId}`);
      await page.reload();
      await page.waitForSelector('[data-testid="ptz"] fieldset:enabled');
      await page.fill('[data-testid="preset-name"]', 'Gate');
      await page.click('[data-testid="preset-add"]');
      await page.waitForSelector('[data-testid="preset-go"]');
      await page.evaluate(`document.querySelectorAll('.ptz-section').forEach((section) => (section.open = true))`);
      await page.waitForSelector('[data-testid="track-auto"]');
      await still();
      assert.deepEqual(await judged(), [], `${theme}, ${size}`);
    }
    await page.evaluate(`sessionStorage.removeItem('gbgate.steering')`);
    await page.reload();
  });

  test('beside a wall whose chosen cell is steered, and with regions drawn on a picture', async () => {
    await page.goto(`${gateway.http}/#/live?grid=4&cells=${CAMERA}/${channelId},${RECORDER}/${recorderChannelId}`);
    await page.click('[data-testid="wall-steer"]');
    await page.waitForSelector('[data-testid="ptz"] fieldset:enabled');
    await still();
    assert.deepEqual(await judged(), []);
    await page.goto(`${gateway.http}/#/devices/${CAMERA}?tab=config`);
    for (const section of ['PictureMask', 'OSDConfig']) {
      await page.locator(`[data-testid="frame-${section}"]`).scrollIntoViewIfNeeded();
      await page.waitForSelector(
        `[data-testid="frame-${section}"]:is([data-picture="here"], [data-picture="missing"])`,
      );
      await page.focus(`[data-testid="draw-${section}"]`);
      await page.keyboard.press('Enter');
      await page.waitForSelector(`[data-testid="mark-${section}-0"]`);
    }
    await still();
    assert.deepEqual(await judged(), []);
  });

  test('in the sheet of keys', async () => {
    await page.goto(`${gateway.http}/#/devices`);
    await page.waitForSelector('main');
    await page.keyboard.press('?');
    await page.waitForSelector('[data-testid="keys"][open]');
    assert.deepEqual(await judged(), []);
  });

  test('in the sign-in, and in Chinese', async () => {
    await page.evaluate(`localStorage.setItem('gbgate.language', 'zh')`);
    await page.goto(`${gateway.http}/#/add`);
    await page.reload();
    await page.waitForSelector('[data-testid="field-serverId"]');
    assert.deepEqual(await judged(), []);
    await page.evaluate(`localStorage.removeItem('gbgate.token')`);
    await page.reload();
    await page.waitForSelector('input[name="token"]');
    assert.deepEqual(await judged(), []);
  });
});
