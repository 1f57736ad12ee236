/** A lossy network, in Chromium: every whole frame is shown, not only what stands before the first hole of a group of pictures. */
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
      const page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
      await page.locator(`[data-testid="channel"][data-channel-id="${channelId}"]`).click();
      await until('a picture', async () => (await playerFacts(page)).currentTime > 0);
      const frames = async () => {
        const { body } = await gateway.api('GET', '/api/v1/streams?state=playing');
        const shown = (await page.evaluate(
          `document.querySelector('[data-testid="player"]').getVideoPlaybackQuality().totalVideoFrames`,
        )) as number;
        return { delivered: body.items[0].stats.frames as number, shown, lost: body.items[0].stats.lost as number };
      };
      const before = await frames();
      await page.waitForTimeout(SECONDS * 1000);
      const after = await frames();
      const delivered = after.delivered - before.delivered;
      const shown = after.shown - before.shown;
      assert.ok(after.lost > before.lost, 'packets were lost');
      assert.ok(delivered > SECONDS * 10, `${delivered} frames were delivered`);
      assert.ok(shown >= 0.85 * delivered, `${shown} of ${delivered} frames were shown`);
    } finally {
      await browser.close();
      await camera.stop();
      await gateway.stop();
    }
  });
});
