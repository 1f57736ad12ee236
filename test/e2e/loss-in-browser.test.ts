/**
 * A lossy network, in Chromium: every whole frame is shown, not only what stands before the first hole of a group of pictures, and
 * the player says how many never came.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchBrowser, playerFacts } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { runGateway, TOKEN, until } from '../support/gbgate.ts';

const DEVICE_ID = '34020000001320000001';
const SECONDS = 8;

describe('bursts of packet loss', { timeout: 90_000 }, () => {
  it('shows the frames that arrived whole', async () => {
    const gateway = await runGateway({ args: ['--media-transport', 'udp'] });
    const camera = await startCamera(gateway.sipPort, { id: DEVICE_ID, audio: 'none', quirks: new Set(['RTP-2']) });
    const browser = await launchBrowser();
    try {
      const [channelId] = await channelsOf(gateway, DEVICE_ID);
      const page = await browser.open(
        `${gateway.http}/#token=${TOKEN}`,
        'addEventListener("figures", ({ detail }) => { window.figures = detail; }, true);',
      );
      await page.locator(`[data-testid="channel"][data-channel-id="${channelId}"]`).click();
      await until('a picture', async () => (await playerFacts(page)).currentTime > 0);
      const frames = async () => {
        const { body } = await gateway.api('GET', '/api/v1/streams?state=playing');
        const shown = (await page.evaluate(
          `document.querySelector('gb-player').video.getVideoPlaybackQuality().totalVideoFrames`,
        )) as number;
        return { delivered: body.items[0].stats.frames as number, shown, lost: body.items[0].stats.lost as number };
      };
      const before = await frames();
      await page.waitForTimeout(SECONDS * 1000);
      const after = await frames();
      const delivered = after.delivered - before.delivered;
      const shown = after.shown - before.shown;
      assert.ok(after.lost > before.lost, 'packets were lost');
      // The gateway counts packets and the player frames: each loss takes a frame or more with it.
      await until(
        'the player to say so',
        async () => Number(await page.evaluate('window.figures?.lostFrames ?? 0')) > 0,
      );
      assert.ok(delivered > SECONDS * 10, `${delivered} frames were delivered`);
      assert.ok(shown >= 0.85 * delivered, `${shown} of ${delivered} frames were shown`);
    } finally {
      await browser.close();
      await camera.stop();
      await gateway.stop();
    }
  });

  it('loses nothing of a camera that nobody disturbs', async () => {
    const gateway = await runGateway();
    const camera = await startCamera(gateway.sipPort, { id: DEVICE_ID, audio: 'pcma' });
    const browser = await launchBrowser();
    try {
      const [channelId] = await channelsOf(gateway, DEVICE_ID);
      const page = await browser.open(
        `${gateway.http}/#token=${TOKEN}`,
        'window.shown = []; addEventListener("figures", ({ detail }) => window.shown.push(detail.lostFrames), true);',
      );
      await page.locator(`[data-testid="channel"][data-channel-id="${channelId}"]`).click();
      await until('six seconds', async () => Number(await page.evaluate('window.shown.length')) >= 6, 30_000);
      const lost = (await page.evaluate('window.shown')) as number[];
      assert.ok(
        lost.every((frames) => frames === 0),
        lost.join(),
      );
    } finally {
      await browser.close();
      await camera.stop();
      await gateway.stop();
    }
  });
});
