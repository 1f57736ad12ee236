import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser, playerFacts, until } from '../support/browser.ts';
import { startCamera } from '../support/camera.ts';
import { runGateway, TOKEN } from '../support/gbgate.ts';

const DEVICE = '34020000001320000911';

test('an open page follows cameras that come, go and come back, and a gateway that restarts', {
  timeout: 120_000,
}, async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'gbgate-page-'));
  let gateway = await runGateway({ data, mediaPorts: '42100-42199' });
  const browser = await launchBrowser();
  let camera: Awaited<ReturnType<typeof startCamera>> | null = null;
  const startIt = () => startCamera(gateway.sipPort, { id: DEVICE, keepaliveSeconds: 2 });
  t.after(async () => {
    await browser.close();
    await camera?.stop();
    await gateway.stop();
    await rm(data, { recursive: true, force: true });
  });
  const page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
  await page.waitForSelector('.empty');

  camera = await startIt();
  await page.waitForSelector('[data-testid="channel"]', { timeout: 30_000 });
  await page.waitForSelector('.dot.on');
  await page.click('[data-testid="channel"]');
  const isPlaying = (f: { currentTime: number; videoWidth: number }) => f.currentTime > 0.5 && f.videoWidth > 0;
  await until('a picture', () => playerFacts(page), isPlaying);

  await camera.stop();
  await page.waitForSelector('.dot:not(.on)', { timeout: 30_000 });
  await page.waitForSelector('[data-testid="message"]:not(.quiet)');
  camera = await startIt();
  await page.waitForSelector('.dot.on', { timeout: 30_000 });
  await page.waitForSelector('[data-testid="figures"]', { timeout: 30_000 });

  const ports = ['--http-port', new URL(gateway.http).port, '--sip-port', String(gateway.sipPort)];
  assert.equal(await gateway.stop(), 0);
  await page.waitForSelector('.link-lost');
  gateway = await runGateway({ data, mediaPorts: '42100-42199', args: ports });
  await page.waitForSelector('[data-testid="figures"]', { timeout: 30_000 });
  // The picture may be back before the event stream is: the banner goes with the latter.
  await page.waitForSelector('.link-lost', { state: 'detached', timeout: 20_000 });
});
