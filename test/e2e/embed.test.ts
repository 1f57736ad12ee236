/** The example of docs/player.md: a page of another origin plays a camera by a signed address, and is told when it may not. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, messageWords, playerFacts, until } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway } from '../support/gbgate.ts';

const DEVICE_ID = '34020000001320000001';
const EXAMPLE = new URL('../../docs/examples/embed.html', import.meta.url);
/** In the example, and replaced as its reader would. */
const GATEWAY = /http:\/\/gateway:8080(\/live\/[^"]*)?/g;

describe('a page of another origin', { timeout: 120_000 }, () => {
  let folder: string;
  let gateway: RunningGateway;
  let camera: Awaited<ReturnType<typeof startCamera>>;
  let browser: Browser;
  let channelId: string;
  let html = '';
  const sites: Server[] = [];

  /** Another site that serves the example. */
  async function site(): Promise<string> {
    const server = createServer((_request, response) => {
      // As strict as the player's documentation says that a page may be.
      const host = gateway.http.replace('http://', '');
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; script-src ${gateway.http} 'unsafe-inline'; style-src 'unsafe-inline'; connect-src ws://${host}; media-src blob:; worker-src blob:; img-src blob:`,
      );
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    sites.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-embed-'));
    const friend = await site();
    await writeFile(join(folder, 'gbgate.yaml'), `http:\n  allowedOrigins: ['${friend}']\n`);
    gateway = await runGateway({ args: ['--config', join(folder, 'gbgate.yaml')] });
    camera = await startCamera(gateway.sipPort, { id: DEVICE_ID });
    browser = await launchBrowser();
    [channelId] = (await channelsOf(gateway, DEVICE_ID)) as [string];
  });

  after(async () => {
    await browser?.close();
    await camera?.stop();
    await gateway?.stop();
    for (const server of sites) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function sign(expiresSeconds: number): Promise<string> {
    const path = `/live/${DEVICE_ID}/${channelId}.mp4`;
    const { status, body } = await gateway.api('POST', '/api/v1/links', { path, expiresSeconds });
    assert.equal(status, 201);
    return body.url;
  }

  async function open(origin: string, url: string): Promise<Page> {
    const example = await readFile(EXAMPLE, 'utf8');
    assert.ok(example.trimEnd().split('\n').length <= 60, 'the example is short');
    html = example.replace(GATEWAY, (_all, path?: string) =>
      path === undefined ? gateway.http : url.replaceAll('&', '&amp;'),
    );
    return await browser.open(`${origin}/`);
  }

  const originOf = (index: number) => `http://127.0.0.1:${(sites[index]!.address() as AddressInfo).port}`;

  it('shows a moving picture, from the worker, and a still of it', async () => {
    browser.faults.length = 0;
    const page = await open(originOf(0), await sign(60));
    const facts = () => playerFacts(page);
    const first = await until('a picture', facts, (f) => f.videoWidth > 0 && f.currentTime > 0, 20_000);
    await until('it moves', facts, (f) => f.currentTime > first.currentTime + 2 && f.error === null);
    await until(
      'the page is told',
      () => page.textContent('#state'),
      (text) => /\d+×\d+, \d+ ms behind/.test(text ?? ''),
    );
    assert.equal(page.workers().length, 1);
    await page.click('#keep');
    await page.waitForSelector('#kept img');
    // its parts come from the gateway as well
    const record = `(async () => {
      const player = document.querySelector('gb-player');
      const isOver = new Promise((done) => player.addEventListener('recordingstop', done, { once: true }));
      player.startRecording();
      setTimeout(() => player.stopRecording(), 4000);
      const { detail } = await isOver;
      return { why: detail.why, bytes: detail.file?.size ?? 0 };
    })()`;
    const recorded = await page.evaluate<{ why: string; bytes: number }>(record);
    assert.equal(recorded.why, 'asked');
    assert.ok(recorded.bytes > 1000, `${recorded.bytes} bytes`);
    assert.deepEqual(browser.faults, []);
    await page.close();
  });

  it('is told in words that its origin is not allowed', async () => {
    const page = await open(await site(), await sign(60));
    const words = await until(
      'words',
      () => messageWords(page),
      (said) => said.includes('allowedOrigins'),
      20_000,
    );
    assert.match(words, /does not allow this page/);
    assert.match((await page.textContent('#state')) ?? '', /does not allow this page/);
    await page.close();
  });

  it('is told in words that its signature has run out', async () => {
    const url = await sign(60);
    const page = await open(originOf(0), url.replace(/expires=\d+/, 'expires=1000000000'));
    await until(
      'words',
      () => messageWords(page),
      (said) => said.includes('signed address is not accepted'),
      20_000,
    );
    await page.close();
  });

  it('may fetch the types as well as the program', async () => {
    for (const [name, type] of [
      ['player.js', /javascript/],
      ['player.d.ts', /./],
    ] as const) {
      const response = await fetch(`${gateway.http}/${name}`, { headers: { origin: 'https://elsewhere.example' } });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      assert.match(response.headers.get('content-type') ?? '', type);
    }
  });
});
