/**
 * (e) Live delay in Chromium: from the gateway's clock to `currentTime`, picture alone and with sound. Gateway, cameras and
 * browser share the machine's clock, so that the `clock` messages (content time) and the page's own clock can be compared.
 */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { runGateway, TOKEN, until } from '../test/support/gbgate.ts';
import { printTable } from './table.ts';

export const name = 'browser';

const CASES = [
  { what: 'video only', audio: 'none', id: '34020000001320000001', limitMs: 100 },
  { what: 'with G.711A', audio: 'pcma', id: '34020000001320000002', limitMs: 300 },
] as const;
/** The player's rate control needs a moment to reach the live edge. */
const SETTLE_MS = 5000;
const SAMPLES = 60;
const SAMPLE_EVERY_MS = 100;

export async function run(): Promise<boolean> {
  const gateway = await runGateway();
  const browser = await launchBrowser();
  const rows: string[][] = [];
  let holds = true;
  try {
    for (const { what, audio, id, limitMs } of CASES) {
      const simulator = await startCamera(gateway.sipPort, { id, audio });
      const [channelId] = (await channelsOf(gateway, id)) as [string];
      const page = await browser.open('about:blank');
      const delays = await delaysOf(page, `${gateway.http}/#token=${TOKEN}`, channelId, audio !== 'none');
      await page.close();
      await simulator.stop();
      const sorted = [...delays.delaysMs].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
      const ok = at(0.5) < limitMs;
      holds &&= ok;
      rows.push([
        what,
        `${Math.round(delays.firstPictureMs)} ms`,
        `${Math.round(at(0.5))} ms`,
        `${Math.round(at(0.95))} ms`,
        `< ${limitMs} ms`,
        ok ? 'ok' : 'TOO SLOW',
      ]);
    }
  } finally {
    await browser.close();
    await gateway.stop();
  }
  console.log('live delay in Chromium, server clock to currentTime');
  printTable(['stream', 'click to picture', 'median', '95 %', 'bound (median)', ''], rows);
  return holds;
}

async function delaysOf(
  page: Page,
  address: string,
  channelId: string,
  withSound: boolean,
): Promise<{ delaysMs: number[]; firstPictureMs: number }> {
  let clock: { dts90k: number; time: string } | null = null;
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string') return;
      const message = JSON.parse(payload);
      if (message.type === 'clock') clock = message;
    }),
  );
  await page.goto(address);
  const row = page.locator(`[data-testid="channel"][data-channel-id="${channelId}"]`);
  await row.waitFor();
  const clickedMs = performance.now();
  await row.click();
  const read = () =>
    page.evaluate(`(() => {
      const video = document.querySelector('[data-testid="player"]');
      return { now: Date.now(), at: video.currentTime, width: video.videoWidth };
    })()`) as Promise<{ now: number; at: number; width: number }>;
  await until('the first picture', async () => {
    const { at, width } = await read();
    return at > 0 && width > 0;
  });
  const firstPictureMs = performance.now() - clickedMs;
  if (withSound) await page.locator('[data-testid="sound"]').click();
  await page.waitForTimeout(SETTLE_MS);
  const delaysMs: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const { now, at } = await read();
    const { dts90k, time } = await until('a clock message', () => clock);
    delaysMs.push(now - (Date.parse(time) + (at - dts90k / 90_000) * 1000));
    await page.waitForTimeout(SAMPLE_EVERY_MS);
  }
  return { delaysMs, firstPictureMs };
}
