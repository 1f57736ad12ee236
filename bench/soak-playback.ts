/**
 * Recorded footage for a long while: a playback that is paused for ten minutes and goes on, that is sent to twenty places, and that shows
 * ten minutes at eight times their speed. In every picture that Chromium draws, the player's clock must be that which the picture
 * itself carries, within half a second. GBGATE_SOAK_PAUSE_SECONDS (default 600).
 */
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf } from '../test/support/camera.ts';
import type { RunningGateway } from '../test/support/gbgate.ts';
import { FOOTAGE_END, startNvr } from '../test/support/nvr.ts';
import { PlaybackPage } from '../test/support/playback-page.ts';

const PAUSE_SECONDS = Number(process.env.GBGATE_SOAK_PAUSE_SECONDS ?? 600);
const SEEKS = 20;
const SPEED = 8;
const FAST_MS = 600_000;
const SLACK_MS = 500;
const HOUR_MS = 3_600_000;
const START = FOOTAGE_END - 12 * HOUR_MS;
const LIMIT_MS = 60_000;
const RECORDER = '34020000001180000099';

/** What was wrong, in sentences. */
export async function soakPlayback(gateway: RunningGateway): Promise<string[]> {
  const browser = await launchBrowser();
  const nvr = await startNvr(gateway.sipPort, { id: RECORDER, days: 2, quirks: ['TS-9'] });
  const faults: string[] = [];
  try {
    const [channelId] = await channelsOf(gateway, RECORDER);
    const page = await PlaybackPage.open(browser, gateway, {
      deviceId: RECORDER,
      channelId: channelId!,
      startEpochMs: START,
      endEpochMs: START + 6 * HOUR_MS,
    });
    const judge = async (what: string): Promise<void> => {
      const { pictures, worstMs, unknown } = await page.judged();
      console.log(`playback, ${what}: ${pictures} pictures, the clock off by ${worstMs} ms at most (≤ ${SLACK_MS})`);
      if (pictures === 0) faults.push(`${what}: no picture was seen`);
      if (unknown > pictures / 10) faults.push(`${what}: the time of ${unknown} pictures is not known`);
      if (worstMs > SLACK_MS) faults.push(`${what}: the clock was off by ${worstMs} ms`);
      await page.begin();
    };
    await page.shows('the beginning', START + 2000, LIMIT_MS, LIMIT_MS);
    await judge('the beginning');
    await page.ask('player.pause()');
    await page.page.waitForTimeout(PAUSE_SECONDS * 1000);
    const paused = await page.judged();
    await page.ask('player.play()');
    await page.shows('going on after the pause', paused.newest + 2000, LIMIT_MS, LIMIT_MS);
    await judge(`after a pause of ${PAUSE_SECONDS} s`);
    for (let i = 1; i <= SEEKS; i++) {
      // forward and back, by odd distances
      const at = START + ((i * 7_919_000) % (5 * HOUR_MS));
      await page.ask(`player.control({ action: 'seek', time: new Date(${at}).toISOString() })`);
      await page.shows(`seek ${i}`, at + 1000, LIMIT_MS, LIMIT_MS);
    }
    await judge(`${SEEKS} seeks`);
    await page.ask(`player.control({ action: 'seek', time: new Date(${START}).toISOString() })`);
    await page.shows('the beginning again', START, LIMIT_MS, LIMIT_MS);
    await page.ask(`player.control({ action: 'speed', speed: ${SPEED} })`);
    const { newest } = await page.judged();
    const fromMs = performance.now();
    await page.shows('ten minutes', newest + FAST_MS, HOUR_MS, (4 * FAST_MS) / SPEED);
    const speed = FAST_MS / (performance.now() - fromMs);
    await judge(`ten minutes at ${SPEED} times their speed (${speed.toFixed(1)} were shown)`);
    if (speed < SPEED / 2) faults.push(`a second showed ${speed.toFixed(1)} s and not ${SPEED}`);
  } catch (error) {
    faults.push(`playback: ${(error as Error).message}`);
  } finally {
    await browser.close();
    await nvr.stop();
  }
  return faults;
}
