/** The page of positions with a real gateway and a simulated camera that drives in a circle; tiles of a server of the test's own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { viewOfTiles } from '../../web/page/positions/datum.ts';
import { worldOf } from '../../web/page/positions/projection.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const CAR = '34020000001110000001';
/** A picture of one green pixel. */
const TILE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaPhfDwADhgGATpgJ5wAAAABJRU5ErkJggg==',
  'base64',
);

describe('the page of positions', { timeout: 240_000 }, () => {
  let folder: string;
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  let car: Simulator;
  let channel = '';
  const requested: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-positions-'));
    [gateway, browser] = await Promise.all([runGateway({ data: folder, mediaPorts: '44500-44599' }), launchBrowser()]);
    car = await startCamera(gateway.sipPort, { id: CAR, names: ['Car <b>7</b>'] });
    [channel = ''] = await channelsOf(gateway, CAR);
    page = await browser.open('about:blank');
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`${gateway.http}/#token=${TOKEN}`);
  });
  after(async () => {
    await browser?.close();
    await car?.stop();
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const id = (name: string) => `[data-testid="${name}"]`;
  const go = (view: string) => page.evaluate(`location.hash = '#/${view}'`);
  const reads = (selector: string, words: RegExp) =>
    until(`${selector}: ${words}`, async () => words.test((await page.locator(selector).allTextContents()).join(' ')));
  const points = async () =>
    Number((await page.locator(id('track')).getAttribute('data-points', { timeout: 20_000 })) ?? 0);
  const zoom = async () => Number(await page.locator(id('map')).getAttribute('data-zoom'));
  const placeOf = (name: string) => page.locator(id(name)).first().getAttribute('transform');

  test('before anybody has told where it is, the page says how that comes about', async () => {
    await go('positions');
    await reads(id('no-places'), /Nobody has told/);
  });

  test('who tells is on the map and in the list the moment it does; its name stays text', async () => {
    const wishes = { position: 600, positionIntervalSeconds: 1 };
    assert.equal((await gateway.api('PUT', `/api/v1/devices/${CAR}/subscriptions`, wishes)).status, 200);
    await reads(id('place-row'), /Car <b>7<\/b>.*36 km\/h/s);
    await page.waitForSelector(id('place'));
    assert.equal(await page.locator(`${id('places')} b`).count(), 0);
  });

  test('its track grows as it drives; the slider goes back through it, and to the footage of that time', async () => {
    await page.click(id('place-row'));
    await until('a line', async () => (await points()) >= 3);
    assert.equal(await page.evaluate('location.hash'), `#/positions/${CAR}/${channel}`);
    await until('at its end it follows', async () => {
      const slider = page.locator(id('track-slider'));
      return (await slider.inputValue()) === (await slider.getAttribute('max'));
    });
    await page.focus(id('track-slider'));
    await page.keyboard.press('Home');
    const track = (await gateway.api('GET', `/api/v1/devices/${CAR}/channels/${channel}/positions`)).body.items;
    await until('the first point', async () => {
      const shown = await page.locator(id('track-when')).getAttribute('datetime');
      return shown === track[0].time;
    });
    await reads(id('track-said'), new RegExp(`${track[0].latitude.toFixed(5)}°.*${track[0].longitude.toFixed(5)}°`));
    const grown = await points();
    await until('it goes on', async () => (await points()) > grown);
    assert.equal(await page.inputValue(id('track-slider')), '0', 'who looks back is not carried off');
    const href = (await page.locator(id('track-footage')).getAttribute('href')) ?? '';
    assert.ok(href.startsWith(`#/footage/${CAR}/${channel}?at=`), href);
  });

  test('the ground is moved and zoomed by mouse, wheel, buttons and keys, and fits again', async () => {
    await page.click(id('fit'));
    const box = (await page.locator(id('map')).boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const fitted = await zoom();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, 480);
    await until('farther', async () => (await zoom()) < fitted - 1);
    await page.click('.map-deeds button:first-child');
    await until('closer', async () => (await zoom()) > fitted - 1.5);
    const before = await placeOf('mark');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 120, y + 40, { steps: 4 });
    await page.mouse.up();
    const [left = 0, top = 0] = (before ?? '').match(/-?[\d.]+/g)!.map(Number);
    await until('it followed the hand', async () => {
      const [nowLeft = 0, nowTop = 0] = ((await placeOf('mark')) ?? '').match(/-?[\d.]+/g)!.map(Number);
      return Math.abs(nowLeft - left - 120) < 2 && Math.abs(nowTop - top - 40) < 2;
    });
    await page.focus(id('map'));
    await page.keyboard.press('ArrowRight');
    await until('moved by a key', async () => {
      const [nowLeft = 0] = ((await placeOf('mark')) ?? '').match(/-?[\d.]+/g)!.map(Number);
      return Math.abs(nowLeft - left - 40) < 2;
    });
    await page.keyboard.press('0');
    await until('everything again', async () => Math.abs((await zoom()) - fitted) < 1.5);
    await reads(id('scale'), /^\d+(\.\d)? k?m$/);
  });

  test('a time without a word has no track; the choice stands in the address', async () => {
    await page.fill(id('track-to'), '2020-01-01T12:00');
    await reads(id('no-track'), /told no position/);
    assert.equal(await page.evaluate('location.hash'), `#/positions/${CAR}/${channel}?to=2020-01-01T12:00`);
    await page.fill(id('track-to'), '');
    await until('the line', async () => (await points()) >= 3);
  });

  test('nobody else is asked for anything as long as no map is set', () => {
    const host = new URL(gateway.http).host;
    assert.deepEqual(
      requested.filter((url) => /^https?:/.test(url) && new URL(url).host !== host),
      [],
    );
  });

  test('in Chinese, at the width of a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.click(id('language'));
    await reads(id('place-row'), /前|现在/);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await page.click(id('language'));
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test('with a map set its tiles lie under the track, from that host alone, and its makers are named', async () => {
    const asked: string[] = [];
    const tiles: Server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'Content-Type': 'image/png' }).end(TILE);
    });
    await new Promise<void>((resolve) => tiles.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = tiles.address() as AddressInfo;
      const config = join(folder, 'map.yaml');
      const map = {
        mapTiles: `http://127.0.0.1:${port}/{z}/{x}/{y}.png`,
        mapAttribution: '© The makers',
        mapDatum: 'gcj02',
      };
      await writeFile(config, JSON.stringify({ http: map }));
      const args = ['--http-port', new URL(gateway.http).port, '--sip-port', String(gateway.sipPort)];
      assert.equal(await gateway.stop(), 0);
      gateway = await runGateway({ data: folder, mediaPorts: '44500-44599', args: [...args, '--config', config] });
      await page.goto(`${gateway.http}/#/positions/${CAR}/${channel}`);
      await page.reload();
      await until('tiles that can be seen', async () => {
        const widths = (await page
          .locator('.tiles img')
          .evaluateAll((images) =>
            images.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth),
          )) as number[];
        return widths.length > 0 && widths.every((width) => width === 1);
      });
      assert.ok(asked.length > 0 && asked.every((url) => /^\/\d+\/\d+\/\d+\.png$/.test(url)), asked.join());
      await reads('.map-source', /© The makers/);
      await until('the mark', async () => (await page.locator(id('mark')).count()) === 1);
      const seen = (await page.evaluate(`({
        said: document.querySelector('[data-testid="track-said"]').textContent,
        mark: document.querySelector('[data-testid="mark"]').getAttribute('transform'),
        tiles: [...document.querySelectorAll('.tiles img')].map(({ src, style }) => ({ src, left: style.left, top: style.top, width: style.width })),
      })`)) as {
        said: string;
        mark: string;
        tiles: { src: string; left: string; top: string; width: string }[];
      };
      const [latitude = 0, longitude = 0] = [...seen.said.matchAll(/-?[\d.]+(?=°)/g)].map(Number);
      const [markLeft = 0, markTop = 0] = [...seen.mark.matchAll(/-?[\d.]+/g)].map(Number);
      const ground = viewOfTiles({ ...worldOf({ longitude, latitude }), zoom: 16 }, 'gcj02');
      const under = seen.tiles.flatMap(({ src, left, top, width }) => {
        const [z = 0, x = 0, y = 0] = [
          ...src.slice(src.lastIndexOf(`${port}/`) + `${port}/`.length).matchAll(/\d+/g),
        ].map(Number);
        const [right, down] = [ground.x * 2 ** z - x, ground.y * 2 ** z - y];
        const px = Number.parseFloat(width);
        if (right < 0 || right >= 1 || down < 0 || down >= 1) return [];
        return [[Number.parseFloat(left) + right * px - markLeft, Number.parseFloat(top) + down * px - markTop]];
      });
      assert.equal(under.length, 1, 'one tile has the ground under the car');
      assert.ok(
        under[0]!.every((px) => Math.abs(px) < 2),
        `the ground lies ${under[0]} px beside the car`,
      );
      const policy = (await fetch(gateway.http)).headers.get('content-security-policy') ?? '';
      assert.match(policy, new RegExp(`img-src 'self' data: blob: http://127\\.0\\.0\\.1:${port};`));
    } finally {
      tiles.closeAllConnections();
      tiles.close();
    }
  });

  test('the page wrote no error to its console but for answers that are refusals', () => {
    assert.deepEqual(
      browser.faults.filter((fault) => !/Failed to load resource|ERR_CONNECTION/.test(fault)),
      [],
    );
  });
});
