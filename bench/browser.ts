/**
 * The player in Chromium: from the click to the first picture, the delay from the gateway's clock to `currentTime`, and sixteen
 * players on one page. Gateway, cameras and browser share the machine's clock, so that content time and the page's clock
 * can be compared.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../test/support/gbgate.ts';
import { printTable } from './table.ts';
import { makeWallClip, type WallClip } from './wall-clip.ts';

export const name = 'browser';

const FIRST_PICTURES = 20;
const FIRST_PICTURE_LIMIT_MS = 500;
const CASES = [
  { what: 'video only', audio: 'none', id: '34020000001320000001', limitMs: 100 },
  { what: 'with G.711A', audio: 'pcma', id: '34020000001320000002', limitMs: 300 },
] as const;
/** The player's rate control needs a moment to reach the live edge. */
const SETTLE_MS = 5000;
/** What twenty starts beside it did to the keeper is forgotten, and the distance that it asked for is played away. */
const FORGOTTEN_MS = 35_000;
const SAMPLES = 60;
const SAMPLE_EVERY_MS = 100;
const WALL = 16;
const WALL_ID = '34020000001110000003';
const WALL_SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
/** Linux counts a process's CPU time in these. */
const TICKS_PER_SECOND = 100;

export async function run(): Promise<boolean> {
  const gateway = await runGateway();
  const browser = await launchBrowser();
  try {
    const page = await browser.open(`${gateway.http}/healthz`);
    await page.addScriptTag({ url: '/player.js', type: 'module' });
    const holds = [await delays(gateway, page), await wall(gateway, page, await makeWallClip())];
    return holds.every((one) => one);
  } finally {
    await browser.close();
    await gateway.stop();
  }
}

function sortedAt(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

/** First pictures and delays, for each kind of camera. */
async function delays(gateway: RunningGateway, page: Page): Promise<boolean> {
  const rows: string[][] = [];
  let holds = true;
  for (const { what, audio, id, limitMs } of CASES) {
    const camera = await startCamera(gateway.sipPort, { id, audio });
    const [channelId] = (await channelsOf(gateway, id)) as [string];
    const src = `/live/${id}/${channelId}.mp4?token=${TOKEN}`;
    // The stream runs already for somebody else, so that its key frame is at hand.
    await show(page, 'keeper', src);
    const firstMs: number[] = [];
    for (let i = 0; i < FIRST_PICTURES; i++) {
      firstMs.push(await show(page, 'clicked', src));
      await page.evaluate('document.getElementById("clicked").remove()');
    }
    // The keeper is the player that is measured now.
    if (audio !== 'none') await page.evaluate('document.getElementById("keeper").muted = false');
    await page.waitForTimeout(FORGOTTEN_MS);
    const delaysMs: number[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      delaysMs.push(
        Number(await page.evaluate('Date.now() - document.getElementById("keeper").contentTime.getTime()')),
      );
      await page.waitForTimeout(SAMPLE_EVERY_MS);
    }
    await page.evaluate('document.getElementById("keeper").remove()');
    await camera.stop();
    const ok = sortedAt(firstMs, 0.5) < FIRST_PICTURE_LIMIT_MS && sortedAt(delaysMs, 0.5) < limitMs;
    holds &&= ok;
    rows.push([
      what,
      ...[sortedAt(firstMs, 0.5), sortedAt(firstMs, 1), sortedAt(delaysMs, 0.5), sortedAt(delaysMs, 0.95)].map(
        (ms) => `${Math.round(ms)} ms`,
      ),
      `< ${FIRST_PICTURE_LIMIT_MS} ms, < ${limitMs} ms`,
      ok ? 'ok' : 'TOO SLOW',
    ]);
  }
  console.log(
    `<gb-player> in Chromium: click to first picture (${FIRST_PICTURES} times), gateway's clock to currentTime`,
  );
  printTable(['stream', 'picture: median', 'most', 'delay: median', '95 %', 'bounds (medians)', ''], rows);
  return holds;
}

/** Puts a player on the page, as a click would, and answers the milliseconds until its first picture is presented. */
async function show(page: Page, id: string, src: string): Promise<number> {
  const ms = await page.evaluate(`new Promise((resolve) => {
    const clickedMs = performance.now();
    const player = document.createElement('gb-player');
    player.id = '${id}';
    player.muted = true;
    player.src = '${src}';
    player.video.requestVideoFrameCallback(() => resolve(performance.now() - clickedMs));
    document.body.append(player);
  })`);
  return Number(ms);
}

/** Sixteen small streams at once: no stall, and what it costs. */
async function wall(gateway: RunningGateway, page: Page, clip: WallClip): Promise<boolean> {
  const camera = await startCamera(gateway.sipPort, { id: WALL_ID, channels: WALL, audio: 'none', clip: clip.file });
  const channels = await channelsOf(gateway, WALL_ID, WALL);
  await page.evaluate(`(() => {
    document.body.style.cssText = 'display: grid; grid-template-columns: repeat(4, 1fr)';
    window.newest = new Map();
    addEventListener('figures', ({ target, detail }) => window.newest.set(target, detail), true);
    for (const channel of ${JSON.stringify(channels)}) {
      const player = document.createElement('gb-player');
      player.setAttribute('muted', '');
      player.src = '/live/${WALL_ID}/' + channel + '.mp4?token=${TOKEN}';
      document.body.append(player);
    }
  })()`);
  const figures = () =>
    page.evaluate(
      '[...window.newest.values()].map(({ fps, stalls, delayMs }) => ({ fps, stalls, delayMs }))',
    ) as Promise<{ fps: number; stalls: number; delayMs: number }[]>;
  await until('all pictures', async () => (await figures()).length === WALL, 30_000);
  await page.waitForTimeout(SETTLE_MS);
  const before = await figures();
  const cpuBefore = cpuSeconds(process.pid);
  const gatewayBefore = cpuSeconds(gateway.child.pid as number);
  const fromMs = performance.now();
  const fps: number[] = [];
  for (let second = 0; second < WALL_SECONDS; second++) {
    await page.waitForTimeout(1000);
    fps.push(...(await figures()).map((one) => one.fps));
  }
  const seconds = (performance.now() - fromMs) / 1000;
  const gatewayCpu = (cpuSeconds(gateway.child.pid as number) - gatewayBefore) / seconds;
  const chromiumCpu = (cpuSeconds(process.pid) - cpuBefore) / seconds - gatewayCpu;
  const after = await figures();
  await page.evaluate('document.body.replaceChildren()');
  await camera.stop();
  clip.remove();
  const stalls = after.reduce((sum, one) => sum + one.stalls, 0) - before.reduce((sum, one) => sum + one.stalls, 0);
  const ok = stalls === 0 && sortedAt(fps, 0.5) > 24;
  console.log(`\n${WALL} players of 640×360 at 25 frames a second on one page, ${Math.round(seconds)} s`);
  printTable(
    ['', 'stalls', 'fps: median', '5 %', 'delay: median', 'Chromium, bench', 'gateway', ''],
    [
      [
        `${after.length} players`,
        String(stalls),
        sortedAt(fps, 0.5).toFixed(1),
        sortedAt(fps, 0.05).toFixed(1),
        `${Math.round(
          sortedAt(
            after.map((one) => one.delayMs),
            0.5,
          ),
        )} ms`,
        `${chromiumCpu.toFixed(2)} cores`,
        `${gatewayCpu.toFixed(2)} cores`,
        ok ? 'ok' : 'STALLS',
      ],
    ],
  );
  return ok;
}

/** CPU time of a process and all below it. */
function cpuSeconds(root: number): number {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      parents.set(Number(name), Number(fields[1]));
      ticks.set(Number(name), Number(fields[11]) + Number(fields[12]));
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid) as number));
  let sum = 0;
  for (const [pid, own] of ticks) if (isBelow(pid)) sum += own;
  return sum / TICKS_PER_SECOND;
}
