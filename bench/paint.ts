/**
 * The first paint of the page in Chromium, nothing cached, from a real gateway with a camera; the floor is the first paint of a page
 * that is one word.
 */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { runGateway, TOKEN } from '../test/support/gbgate.ts';
import { printTable } from './table.ts';

export const name = 'paint';

const ROUNDS = 11;
const LIMIT_MS = 500;
const CAMERA = '34020000001320000601';

export async function run(): Promise<boolean> {
  const browser = await launchBrowser({ width: 1280, height: 860 });
  const gateway = await runGateway();
  const camera = await startCamera(gateway.sipPort, { id: CAMERA });
  try {
    await channelsOf(gateway, CAMERA);
    const page = await browser.open('about:blank');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const floorMs = await medianPaintMs(page, 'data:text/html,<p>gbgate</p>');
    await page.goto(`${gateway.http}/#token=${TOKEN}`);
    const paintMs = await medianPaintMs(page, `${gateway.http}/`);
    const isQuick = paintMs < LIMIT_MS;
    console.log(`first contentful paint, median of ${ROUNDS}, nothing cached`);
    printTable(
      ['', 'median', 'bound', ''],
      [
        ['a page of one word (floor)', `${floorMs.toFixed(0)} ms`, '', ''],
        ['the page', `${paintMs.toFixed(0)} ms`, `< ${LIMIT_MS} ms`, isQuick ? 'ok' : 'TOO SLOW'],
        ['ratio', (paintMs / floorMs).toFixed(1), '', ''],
      ],
    );
    return isQuick;
  } finally {
    await browser.close();
    await camera.stop();
    await gateway.stop();
  }
}

async function medianPaintMs(page: Page, address: string): Promise<number> {
  const paints: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto('about:blank');
    await page.goto(address);
    const paint = await page.waitForFunction(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`);
    paints.push(Number(await paint.jsonValue()));
  }
  return paints.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}
