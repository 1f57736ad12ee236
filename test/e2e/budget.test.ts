import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN } from '../support/gbgate.ts';

/** The promise for the page, compressed: everything that its first view loads. */
const PAGE_BYTES = 200_000;
/** The promise for the player as a product of its own. */
const PLAYER_BYTES = 15_000;
/** The promise is 500 ms on loopback, which the bench holds; a test machine that does other things gets this. */
const FIRST_PAINT_MS = 5_000;
const CAMERA = '34020000001320000501';

interface Loaded {
  readonly url: string;
  readonly bytes: Buffer;
  readonly policy: string;
}

/** What the page costs, and what it may not do. */
describe('the page keeps its budget', { timeout: 120_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let camera: Simulator;
  let page: Page;
  const loaded: Loaded[] = [];
  const requested: string[] = [];

  before(async () => {
    browser = await launchBrowser();
    gateway = await runGateway({ mediaPorts: '43300-43399' });
    camera = await startCamera(gateway.sipPort, { id: CAMERA });
    await channelsOf(gateway, CAMERA);
    page = await browser.open('about:blank');
    const violations = 'window.violations = []';
    const listen = `document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI))`;
    await page.addInitScript(`${violations};${listen}`);
    page.on('request', (request) => requested.push(request.url()));
    page.on('websocket', (socket) => requested.push(socket.url()));
    page.on('response', (response) => {
      if (response.url().includes('/api/')) return;
      const policy = response.headers()['content-security-policy'] ?? '';
      response.body().then(
        (bytes) => loaded.push({ url: response.url(), bytes, policy }),
        () => {}, // a redirect or an aborted request has no body
      );
    });
    await page.goto(`${gateway.http}/#token=${TOKEN}`);
    await page.waitForSelector('[data-testid="view-live"]');
    await page.waitForLoadState('load');
  });
  after(async () => {
    await browser?.close();
    await camera?.stop();
    await gateway?.stop();
  });

  test('everything that the first view loads is under 200 kB compressed', async (t) => {
    const program = () => loaded.filter(({ url }) => url.endsWith('.js'));
    await until(
      'the program',
      async () => program().length,
      (n) => n > 0,
    );
    const bytes = loaded.reduce((sum, one) => sum + gzipSync(one.bytes, { level: 9 }).length, 0);
    t.diagnostic(`${loaded.length} files, ${bytes} bytes compressed`);
    assert.ok(bytes > 5_000, 'something was loaded');
    assert.ok(bytes < PAGE_BYTES, `${bytes} bytes`);
  });

  test('the player is under 15 kB compressed; its parts for few are beside it, for pages of other origins too', async (t) => {
    const text = await (await fetch(`${gateway.http}/player.js`)).text();
    const parts = [...text.matchAll(/\bimport\(`([^`]+)`\)/g)].map(([, path]) => path ?? '');
    const bytes = gzipSync(text, { level: 9 }).length;
    t.diagnostic(`${bytes} bytes compressed, and ${parts.join(', ')}`);
    assert.match(text, /customElements/);
    assert.ok(bytes < PLAYER_BYTES, `${bytes} bytes`);
    assert.equal(parts.length, 2, 'the writer of recordings, the pace of footage');
    for (const part of parts) {
      const answer = await fetch(new URL(part, `${gateway.http}/player.js`));
      assert.equal(answer.status, 200, part);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
      assert.doesNotMatch(await answer.text(), /\bimport\b/, 'it needs nothing else');
    }
  });

  test('the first paint comes at once', async (t) => {
    const paintMs = (await page.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null`,
    )) as number | null;
    t.diagnostic(`first contentful paint after ${paintMs} ms`);
    assert.ok(paintMs !== null && paintMs < FIRST_PAINT_MS, `${paintMs} ms`);
  });

  test('no view asks another host for anything, or breaks the policy that forbids whatever is inline', async () => {
    const views = await page.locator('.views a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(views.length >= 6, String(views));
    for (const href of views) {
      await page.click(`.views a[href="${href}"]`);
      await page.waitForSelector(`.views a[href="${href}"][aria-current="page"]`);
      await page.waitForSelector('main');
    }
    // a picture, too: the player, its worker and its sockets are under the same policy
    const [channel] = await channelsOf(gateway, CAMERA);
    await page.goto(`${gateway.http}/#/live/${CAMERA}/${channel}`);
    await until(
      'somebody watches',
      async () => (await gateway.api('GET', '/api/v1/streams')).body.items as { viewers: number }[],
      (streams) => streams.some((stream) => stream.viewers > 0),
      20_000,
    );
    const host = new URL(gateway.http).host;
    const elsewhere = requested.filter((url) => /^(https?|wss?):/.test(url) && new URL(url).host !== host);
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(await page.evaluate('window.violations'), []);
    const files = loaded.filter(({ url }) => url.startsWith(gateway.http));
    assert.ok(files.length > 2);
    for (const { url, policy } of files) {
      assert.match(policy, /^default-src 'none';/, url);
      assert.doesNotMatch(policy, /unsafe-(inline|eval)/, url);
    }
  });

  test('the built page itself has nothing inline', async () => {
    const html = await readFile(new URL('../../web/dist/index.html', import.meta.url), 'utf8');
    assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
  });
});
