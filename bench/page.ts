/**
 * The page in Chromium: a wall of sixteen cameras by its address, without a stall, and the tree of 10,000 channels: a search until
 * it is drawn, and the frames of a scroll.
 */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { runGateway, TOKEN, until } from '../test/support/gbgate.ts';
import { showSite, siteOf } from '../test/support/site.ts';
import { StandIn } from '../test/support/stand-in.ts';
import { printTable } from './table.ts';
import { makeWallClip } from './wall-clip.ts';

export const name = 'page';

const WALL = 16;
const RECORDER = '34020000001180000003';
const WALL_SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
/** Rate control and the browser's own start are over. */
const SETTLE_MS = 5_000;
const LEAST_FPS = 24;
/** Issue: search under 50 ms; a frame of a smooth scroll is drawn before the eye misses one. */
const SEARCH_LIMIT_MS = 50;
const FRAME_LIMIT_MS = 34;
const SEARCHES = ['tccrk', 'dock', '一号楼', 'site 42', '34020000001310009', 'ck 7-', 'nobody'];

export async function run(): Promise<boolean> {
  const browser = await launchBrowser({ width: 1920, height: 1080 });
  try {
    const isWallSteady = await wall(await browser.open('about:blank'));
    const isTreeQuick = await tree(await browser.open('about:blank'));
    return isWallSteady && isTreeQuick;
  } finally {
    await browser.close();
  }
}

function shareOf(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

/** Sixteen sub-streams of 640×360 at 25 frames a second on the page's own wall. */
async function wall(page: Page): Promise<boolean> {
  const gateway = await runGateway();
  const clip = await makeWallClip();
  const camera = await startCamera(gateway.sipPort, { id: RECORDER, channels: WALL, audio: 'none', clip: clip.file });
  try {
    const channels = await channelsOf(gateway, RECORDER, WALL);
    await page.addInitScript(
      'window.newest = new Map(); addEventListener("figures", ({ target, detail }) => window.newest.set(target, detail), true);',
    );
    const cells = channels.map((channel) => `${RECORDER}/${channel}`).join(',');
    await page.goto(`${gateway.http}/?token=${TOKEN}#/live?grid=${WALL}&cells=${cells}`);
    await page.waitForSelector('.wall gb-player');
    const figures = () =>
      page.evaluate('[...window.newest.values()].map(({ fps, stalls }) => ({ fps, stalls }))') as Promise<
        { fps: number; stalls: number }[]
      >;
    await until('all pictures', async () => (await figures()).length === WALL, 30_000);
    await page.waitForTimeout(SETTLE_MS);
    const stallsOf = async () => (await figures()).reduce((sum, one) => sum + one.stalls, 0);
    const before = await stallsOf();
    const fps: number[] = [];
    for (let second = 0; second < WALL_SECONDS; second++) {
      await page.waitForTimeout(1_000);
      fps.push(...(await figures()).map((one) => one.fps));
    }
    const stalls = (await stallsOf()) - before;
    const isSteady = stalls === 0 && shareOf(fps, 0.5) > LEAST_FPS;
    console.log(`the wall of the page: ${WALL} streams of 640×360 at 25 frames a second, ${WALL_SECONDS} s`);
    printTable(
      ['', 'stalls', 'fps: median', '5 %', 'bounds', ''],
      [
        [
          `${WALL} cells`,
          String(stalls),
          shareOf(fps, 0.5).toFixed(1),
          shareOf(fps, 0.05).toFixed(1),
          `0, > ${LEAST_FPS}`,
          isSteady ? 'ok' : 'STALLS',
        ],
      ],
    );
    return isSteady;
  } finally {
    await page.close();
    await camera.stop();
    await gateway.stop();
    clip.remove();
  }
}

/** 10,000 channels of 100 devices. */
async function tree(page: Page): Promise<boolean> {
  const standIn = await StandIn.open();
  showSite(standIn, siteOf(100, 100));
  try {
    await page.goto(`${standIn.address}?token=${standIn.token}`);
    await page.waitForSelector('[data-testid="tree"]');
    await page.waitForTimeout(1_000);
    const searchMs: number[] = [];
    for (const text of SEARCHES.flatMap((one) => [one, ''])) {
      const ms = await page.evaluate(`new Promise((resolve) => {
        const field = document.querySelector('input[type="search"]');
        const startMs = performance.now();
        field.value = ${JSON.stringify(text)};
        field.dispatchEvent(new Event('input', { bubbles: true }));
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - startMs)));
      })`);
      searchMs.push(Number(ms));
    }
    const frameMs = (await page.evaluate(`new Promise((resolve) => {
      const box = document.querySelector('[data-testid="tree"]');
      const frames = [];
      let lastMs = performance.now();
      const step = (nowMs) => {
        frames.push(nowMs - lastMs);
        lastMs = nowMs;
        box.scrollTop += 400;
        if (frames.length < 240) requestAnimationFrame(step);
        else resolve(frames.slice(1));
      };
      requestAnimationFrame(step);
    })`)) as number[];
    const isQuick = Math.max(...searchMs) < SEARCH_LIMIT_MS && shareOf(frameMs, 0.95) < FRAME_LIMIT_MS;
    console.log('\nthe tree of cameras with 10,000 channels');
    printTable(
      ['', 'median', '95 %', 'most', 'bound', ''],
      [
        row('search until it is drawn', searchMs, `< ${SEARCH_LIMIT_MS} ms (most)`, isQuick),
        row('frame of a scroll by 400 px a frame', frameMs, `< ${FRAME_LIMIT_MS} ms (95 %)`, isQuick),
      ],
    );
    return isQuick;
  } finally {
    await page.close();
    await standIn.close();
  }
}

function row(what: string, values: readonly number[], bound: string, isQuick: boolean): string[] {
  const [median, most95, most] = [0.5, 0.95, 1].map((share) => `${shareOf(values, share).toFixed(1)} ms`);
  return [what, median ?? '', most95 ?? '', most ?? '', bound, isQuick ? 'ok' : 'TOO SLOW'];
}
