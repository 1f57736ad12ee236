/**
 * The player through a long day: two on a page in Chromium, one picture alone and one with sound, in the soak's own minutes. At
 * the end their delay must be as small as at the start, and the pictures must not have stood still.
 */
import type { Simulator } from '../src/simulator/simulator.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { type RunningGateway, TOKEN } from '../test/support/gbgate.ts';

const CASES = [
  { what: 'video only', id: '34020000001320000011', audio: 'none', limitMs: 100 },
  { what: 'with sound', id: '34020000001320000012', audio: 'pcma', limitMs: 300 },
] as const;
/** The delay at the end is the median of so many samples, a second apart. */
const SAMPLES = 30;

export interface PlayerSoak {
  /** Waits for the last samples; what was wrong, in sentences. */
  end(): Promise<string[]>;
}

/** Opens the page; the pictures run until `end`. */
export async function soakPlayers(gateway: RunningGateway): Promise<PlayerSoak> {
  const browser = await launchBrowser();
  const page = await browser.open(`${gateway.http}/healthz`);
  await page.addScriptTag({ url: '/player.js', type: 'module' });
  await page.evaluate('window.stalls = {}');
  const cameras: Simulator[] = [];
  for (const { id, audio } of CASES) {
    cameras.push(await startCamera(gateway.sipPort, { id, audio }));
    const [channelId] = await channelsOf(gateway, id);
    await page.evaluate(`(() => {
      const player = document.createElement('gb-player');
      player.id = 'p${id}';
      player.muted = false;
      player.src = '/live/${id}/${channelId}.mp4?token=${TOKEN}';
      player.addEventListener('figures', ({ detail }) => { window.stalls['${id}'] = detail.stalls; });
      document.body.append(player);
    })()`);
  }
  return {
    async end() {
      const faults: string[] = [];
      for (const { what, id, limitMs } of CASES) {
        const delays: number[] = [];
        for (let i = 0; i < SAMPLES; i++) {
          const player = `document.getElementById('p${id}')`;
          delays.push(Number(await page.evaluate(`Date.now() - ${player}.contentTime.getTime()`)));
          await page.waitForTimeout(1000);
        }
        const median = delays.sort((a, b) => a - b)[SAMPLES / 2] ?? Number.NaN;
        const stalls = Number(await page.evaluate(`window.stalls['${id}']`));
        console.log(
          `player ${what}: ${Math.round(median)} ms behind the gateway's clock (< ${limitMs}), ${stalls} stalls`,
        );
        if (!(median < limitMs)) faults.push(`the player ${what} is ${Math.round(median)} ms late`);
        if (stalls > 0) faults.push(`the player ${what} stalled ${stalls} times`);
      }
      await browser.close();
      for (const camera of cameras) await camera.stop();
      return faults;
    },
  };
}
