/** Steering from the page: Chromium on one side, on the other a simulated camera that remembers every byte it was told. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser, playerFacts, until as untilHolds } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const CAMERA = '34020000001320000601';
const READ_TOKEN = 'may-only-look';

/** The worked examples of GB/T 28181 annex A.3, at half speed: what the panel says as it is. */
const STOP = 'A50F0100000000B5';
const LENS_STOP = 'A50F0140000000F5';
const RIGHT = 'A50F010180000036';
const LEFT = 'A50F010280000037';
const DOWN = 'A50F010400800039';
const UP = 'A50F01080080003D';
const ZOOM_IN = 'A50F011000008045';
const ZOOM_OUT = 'A50F012000008055';
const RIGHT_FAST = 'A50F0101FF0000B5';

describe('a camera is steered from the page', { timeout: 300_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let camera: Simulator;
  let page: Page;
  let folder: string;
  let stage: string;
  const controls = () => camera.devices[0]!.controls;
  const frontEnd = () => controls().frontEnd(camera.devices[0]!.channels[0]!.id);
  const id = (name: string) => `[data-testid="${name}"]`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-ptz-'));
    const config = join(folder, 'gbgate.yaml');
    await writeFile(config, JSON.stringify({ http: { readToken: READ_TOKEN } }));
    [gateway, browser] = await Promise.all([
      runGateway({ mediaPorts: '43500-43599', args: ['--config', config] }),
      launchBrowser({ width: 1360, height: 1400 }),
    ]);
    camera = await startCamera(gateway.sipPort, { id: CAMERA, names: ['Yard'] });
    const [channelId] = await channelsOf(gateway, CAMERA);
    stage = `${gateway.http}/#/live/${CAMERA}/${channelId}`;
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
    await page.goto(stage);
    await playing(page);
    await page.click(id('steer'));
    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
  });
  after(async () => {
    await browser?.close();
    await camera?.stop();
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    assert.deepEqual(browser.faults, []);
  });

  function playing(tab: Page) {
    return untilHolds(
      'a picture',
      () => playerFacts(tab),
      (facts) => facts.videoWidth > 0 && facts.currentTime > 0,
    );
  }

  /** Frames of `act` from here on. */
  function listening() {
    const from = frontEnd().commands.length;
    return () => frontEnd().commands.slice(from);
  }

  /** The camera has been told to stop and stands still. */
  const stopped = (said: () => string[], stop = STOP) =>
    until(`${stop} at the end`, () => said().lastIndexOf(stop) > lastMotion(said()) && !frontEnd().isMoving);
  const lastMotion = (frames: string[]) => frames.findLastIndex((hex) => hex !== STOP && hex !== LENS_STOP);
  const told = (said: () => string[], hex: string) => until(hex, () => said().includes(hex));

  async function middleOf(selector: string, tab = page) {
    await tab.locator(selector).scrollIntoViewIfNeeded();
    const box = await tab.locator(selector).boundingBox();
    assert.ok(box !== null);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, radius: box.width / 2 };
  }

  test('every button holds as long as it is held: the bytes of the standard, then its stop', async () => {
    for (const [button, hex, stop] of [
      ['zoom-more', ZOOM_IN, STOP],
      ['zoom-less', ZOOM_OUT, STOP],
      ['focus-more', 'A50F014280000077', LENS_STOP],
      ['focus-less', 'A50F014180000076', LENS_STOP],
      ['iris-more', 'A50F014400800079', LENS_STOP],
      ['iris-less', 'A50F01480080007D', LENS_STOP],
    ] as const) {
      const said = listening();
      const { x, y } = await middleOf(id(button));
      await page.mouse.move(x, y);
      await page.mouse.down();
      await told(said, hex);
      // the stop of before may have been said again until now
      assert.ok(said().lastIndexOf(stop) < said().indexOf(hex), `${button} is still held`);
      await page.mouse.up();
      await stopped(said, stop);
    }
  });

  test('the arrows of the pad do the same for the keyboard', async () => {
    for (const [way, hex] of [
      ['up', UP],
      ['down', DOWN],
      ['left', LEFT],
      ['right', RIGHT],
    ]) {
      const said = listening();
      await page.focus(id(`turn-${way}`));
      await page.keyboard.down('Enter');
      await told(said, hex ?? '');
      await page.keyboard.up('Enter');
      await stopped(said);
    }
    const said = listening();
    await page.evaluate(`document.querySelector('${id('turn-right')}').click()`);
    await told(said, RIGHT);
    await stopped(said);
  });

  test('the stick: proportional, again and again while it is held, stopped when it is let go', async () => {
    const { x, y, radius } = await middleOf(id('stick'));
    const said = listening();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + radius * 0.35, y, { steps: 3 });
    const slowly = await until('slowly to the right', () => said().find((hex) => hex.startsWith('A50F0101')));
    assert.ok(Number.parseInt(slowly.slice(8, 10), 16) < 0x80, slowly);
    await page.mouse.move(x + radius * 2, y, { steps: 3 });
    await until('said again while it is held', () => said().filter((hex) => hex === RIGHT).length >= 3);
    assert.equal(frontEnd().isMoving, true);
    await page.mouse.move(x - radius, y - radius, { steps: 3 });
    await until('left and up', () => said().some((hex) => hex.startsWith('A50F010A')));
    await page.mouse.up();
    await stopped(said);
  });

  test('keys: the arrows are held, with Shift as fast as it can, plus and minus zoom', async () => {
    const said = listening();
    await page.click(id('steer'));
    await page.click(id('steer'));
    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
    await page.keyboard.down('ArrowRight');
    await told(said, RIGHT);
    await page.keyboard.down('Shift');
    await told(said, RIGHT_FAST);
    await page.keyboard.up('Shift');
    await until('slower again', () => said().at(-1) === RIGHT);
    await page.keyboard.up('ArrowRight');
    await stopped(said);
    for (const [key, hex] of [
      ['NumpadAdd', ZOOM_IN],
      ['Minus', ZOOM_OUT],
    ] as const) {
      const zoomed = listening();
      await page.keyboard.down(key);
      await told(zoomed, hex);
      await page.keyboard.up(key);
      await stopped(zoomed);
    }
  });

  test('the window loses its focus, the tab is hidden, the view is left: it stops, though the key is still down', async () => {
    const hide = (state: string) =>
      `Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' });
       document.dispatchEvent(new Event('visibilitychange'))`;
    for (const [what, away, back] of [
      ['blur', `window.dispatchEvent(new Event('blur'))`, ''],
      ['hidden', hide('hidden'), hide('visible')],
      ['left', `location.hash = '#/devices'`, `location.href = '${stage}'`],
    ] as const) {
      await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
      const said = listening();
      await page.keyboard.down('ArrowLeft');
      await told(said, LEFT);
      await page.evaluate(away);
      await stopped(said);
      const count = said().filter((hex) => hex === LEFT).length;
      // what the system repeats for a key that is down is no new push
      await page.keyboard.down('ArrowLeft');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      assert.equal(said().filter((hex) => hex === LEFT).length, count, what);
      await page.keyboard.up('ArrowLeft');
      await page.evaluate(back);
    }
  });

  test('a page that loses its network or is closed leaves no camera turning', async () => {
    const tab = await browser.open('about:blank');
    await tab.addInitScript(`sessionStorage.setItem('gbgate.steering', 'true')`);
    await tab.goto(stage);
    await tab.waitForSelector(`${id('ptz')} fieldset:enabled`);
    const said = listening();
    await tab.keyboard.down('ArrowLeft');
    await told(said, LEFT);
    await tab.close();
    await stopped(said);
    const cut = listening();
    await page.waitForSelector(`${id('ptz')} fieldset:enabled`);
    await page.keyboard.down('ArrowUp');
    await told(cut, UP);
    await page.route('**/ptz', (route) => route.abort());
    await stopped(cut);
    await page.keyboard.up('ArrowUp');
    await page.unroute('**/ptz');
    await page.waitForSelector(id('ptz-fault'));
    // Chromium writes every request that failed into its console
    browser.faults.splice(0, browser.faults.length, ...browser.faults.filter((fault) => !fault.includes('ERR_FAILED')));
  });

  test('on the picture the wheel zooms the camera, not the page', async () => {
    await playing(page);
    const { x, y } = await middleOf('gb-player');
    await page.mouse.move(x, y);
    for (const [delta, hex] of [
      [-100, ZOOM_IN],
      [100, ZOOM_OUT],
    ] as const) {
      const said = listening();
      await page.mouse.wheel(0, delta);
      await told(said, hex);
      await stopped(said);
    }
    const transform = `document.querySelector('gb-player').shadowRoot.querySelector('.screen').style.transform`;
    assert.equal(await page.evaluate(transform), '');
  });

  test('a box on the picture is what the camera zooms to, in pixels of the picture', async () => {
    await playing(page);
    const frame = await page.locator('gb-player').boundingBox();
    assert.ok(frame !== null);
    const draw = async (from: readonly [number, number], to: readonly [number, number]) => {
      const at = ([x, y]: readonly [number, number]) =>
        [frame.x + x * frame.width, frame.y + y * frame.height] as const;
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at(to), { steps: 4 });
    };
    const numbers = (xml: string) =>
      [...xml.matchAll(/<(\w+)>(\d+)<\/\1>/g)].map(([, name, value]) => [name, Number(value)]);
    const seen = controls().seen.length;
    const since = () => controls().seen.slice(seen);

    await draw([0.2, 0.3], [0.6, 0.5]);
    await page.waitForSelector(id('ptz-box'));
    const shown = await page.locator(id('ptz-box')).boundingBox();
    assert.ok(shown !== null && Math.abs(shown.x - (frame.x + 0.2 * frame.width)) < 3, JSON.stringify(shown));
    assert.equal(await page.textContent(id('ptz-box')), 'Zoom in to this');
    await page.mouse.up();
    const zoomIn = await until('zoom in', () => since().find((xml) => xml.includes('DragZoomIn')));
    const wanted: readonly [string, number][] = [
      ['Length', frame.width],
      ['Width', frame.height],
      ['MidPointX', 0.4 * frame.width],
      ['MidPointY', 0.4 * frame.height],
      ['LengthX', 0.4 * frame.width],
      ['LengthY', 0.2 * frame.height],
    ];
    for (const [i, [name, value]] of numbers(zoomIn).entries()) {
      assert.equal(name, wanted[i]?.[0]);
      assert.ok(Math.abs(Number(value) - (wanted[i]?.[1] ?? 0)) <= 1.5, `${name} ${value}, not ${wanted[i]?.[1]}`);
    }
    assert.equal(numbers(zoomIn).length, wanted.length);

    await draw([0.7, 0.7], [0.4, 0.4]);
    await page.mouse.up();
    await until('zoom out', () => since().some((xml) => xml.includes('DragZoomOut')));

    // a click is no box, a box that is called off is none, and the player's own buttons are its own
    await draw([0.5, 0.5], [0.5, 0.5]);
    await page.mouse.up();
    await draw([0.2, 0.2], [0.5, 0.5]);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await page.waitForSelector(id('ptz-box'), { state: 'hidden' });
    await page.click('gb-player >> .figures');
    assert.equal(await page.getAttribute('gb-player', 'stats'), '');
    await page.click('gb-player >> .figures');
    await page.click(id('ptz-stop'));
    await until('the stop, as the last', () => since().at(-1)?.includes(LENS_STOP) || since().at(-1)?.includes(STOP));
    assert.equal(since().filter((xml) => xml.includes('DragZoom')).length, 2);
  });

  test('in full screen the hands are the same, and the box is seen', async () => {
    const seen = controls().seen.length;
    await page.keyboard.press('f');
    await untilHolds(
      'full screen',
      () => page.evaluate(`document.fullscreenElement?.localName ?? ''`) as Promise<string>,
      (name) => name === 'gb-player',
    );
    const frame = await page.locator('gb-player').boundingBox();
    assert.ok(frame !== null);
    await page.mouse.move(frame.x + frame.width * 0.4, frame.y + frame.height * 0.45);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width * 0.6, frame.y + frame.height * 0.55, { steps: 4 });
    await page.waitForSelector(id('ptz-box'));
    await page.mouse.up();
    await until('the box', () =>
      controls()
        .seen.slice(seen)
        .some((xml) => xml.includes('DragZoomIn')),
    );
    const said = listening();
    await page.keyboard.down('ArrowDown');
    await told(said, DOWN);
    await page.keyboard.up('ArrowDown');
    await stopped(said);
    await page.evaluate('document.exitFullscreen()');
    await untilHolds(
      'the page again',
      () => page.evaluate('document.fullscreenElement === null') as Promise<boolean>,
      (isOver) => isOver,
    );
  });

  test('presets: a view is saved under a name, gone to, renamed, saved anew, deleted', async () => {
    const row = (number: number) => `li[data-number="${number}"]`;
    await page.fill(id('preset-name'), '东门');
    await page.click(id('preset-add'));
    await page.waitForSelector(`${row(1)} ${id('preset-go')}`);
    assert.equal(await page.textContent(`${row(1)} .name`), '东门');
    const { position } = frontEnd().presets.get(1) ?? {};

    const said = listening();
    const { x, y } = await middleOf(id('zoom-more'));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await until('zoomed', () => frontEnd().position.zoom > (position?.zoom ?? 0) + 0.3);
    await page.mouse.up();
    await stopped(said);
    await page.click(`${row(1)} ${id('preset-go')}`);
    await until('back', () => frontEnd().position.zoom === position?.zoom);
    await page.waitForSelector(`${row(1)} [aria-current="true"]`);
    assert.ok(said().includes('A50F018200010038'));

    const before = frontEnd().commands.length;
    await page.hover(row(1));
    await page.click(`${row(1)} ${id('preset-rename')}`);
    await page.fill(id('preset-new-name'), 'East <b>gate</b>');
    await page.click(id('preset-rename-save'));
    await page.waitForSelector(`${row(1)} .name`);
    await untilHolds(
      'the new name',
      () => page.textContent(`${row(1)} .name`),
      (name) => name === 'East <b>gate</b>',
    );
    assert.equal(frontEnd().commands.length, before, 'a name moves nothing');

    await page.fill(id('preset-number'), '16');
    await page.click(id('preset-add'));
    await page.waitForSelector(`${row(16)} .unnamed`);
    assert.ok(frontEnd().presets.has(16));

    const sets = () => said().filter((hex) => hex === 'A50F018100010037').length;
    await page.hover(row(1));
    await page.click(`${row(1)} ${id('preset-overwrite')}`);
    assert.equal(sets(), 0, 'it asks first');
    await page.click(`${row(1)} ${id('preset-overwrite')}`);
    await until('saved anew', () => sets() === 1);

    await page.hover(row(16));
    await page.click(`${row(16)} ${id('preset-delete')}`);
    await page.click(`${row(16)} ${id('preset-delete')}`);
    await page.waitForSelector(row(16), { state: 'detached' });
    assert.equal(frontEnd().presets.has(16), false);
  });

  test('cruise, scan, wiper, home position, exact position, follow', async () => {
    const open = (name: string) => page.click(`${id(name)} > summary`);
    const said = listening();
    const seen = controls().seen.length;
    const since = () => controls().seen.slice(seen).join('\n');
    const click = async (name: string, hex: string) => {
      await page.click(id(name));
      await told(said, hex);
    };

    await open('cruise');
    await page.waitForSelector(id('cruise-start'));
    await click('cruise-add', 'A50F01840101003B');
    await page.waitForSelector(`${id('cruise-points')} li`);
    await page.fill(id('cruise-dwell'), '10');
    await click('cruise-dwell-set', 'A50F0187010A0047');
    await page.fill(id('cruise-speed'), '300');
    await click('cruise-speed-set', 'A50F0186012C1078');
    await untilHolds(
      'how long it stays',
      () => page.textContent(id('cruise-points')),
      (text) => /10 s/.test(text ?? ''),
    );
    await click('cruise-start', 'A50F01880100003E');
    await until('it runs', () => frontEnd().running?.kind === 'cruise');
    await page.click(id('cruise-stop'));
    await until('it stands', () => frontEnd().running === null);
    await page.click(id('cruise-delete'));
    await click('cruise-delete', 'A50F01850100003B');
    await open('cruise');

    await open('scan');
    await click('scan-left', 'A50F018901010040');
    await click('scan-right', 'A50F018901020041');
    await page.fill(id('scan-speed'), '100');
    await click('scan-speed-set', 'A50F018A016400A4');
    await click('scan-start', 'A50F01890100003F');
    await until('it runs', () => frontEnd().running?.kind === 'scan');
    await page.click(id('ptz-stop'));
    await until('it stands', () => frontEnd().running === null);
    await open('scan');

    await open('switches');
    await click('wiper-on', 'A50F018C01000042');
    await until('the wiper', () => frontEnd().aux.has(1));
    await click('wiper-off', 'A50F018D01000043');
    await click('switch-on', 'A50F018C02000043');
    await open('switches');

    await open('home');
    await page.check(id('home-enabled'));
    await page.fill(id('home-seconds'), '90');
    await page.click(id('home-save'));
    await until('the home position', () =>
      /<Enabled>1<\/Enabled>\s*<ResetTime>90<\/ResetTime>\s*<PresetIndex>1<\/PresetIndex>/.test(since()),
    );
    await open('home');

    await open('position');
    const shows = (what: RegExp) =>
      untilHolds(
        String(what),
        () => page.textContent(id('position-now')),
        (text) => what.test(text ?? ''),
      );
    await shows(/Pan °\d/);
    await page.fill(id('position-pan'), '42.5');
    await page.fill(id('position-tilt'), '-12');
    await page.click(id('position-go'));
    await until('there', () => frontEnd().position.pan === 42.5 && frontEnd().position.tilt === -12);
    await shows(/42\.5.*-12\.0/);
    await open('position');

    await open('track');
    await page.click(id('track-auto'));
    await until('auto', () => since().includes('<TargetTrack>Auto</TargetTrack>'));
    await page.click(id('track-manual'));
    await page.waitForSelector(`${id('track-manual')}[aria-pressed="true"]`);
    await page.locator('gb-player').scrollIntoViewIfNeeded();
    const frame = await page.locator('gb-player').boundingBox();
    assert.ok(frame !== null);
    await page.mouse.move(frame.x + 100, frame.y + 100);
    await page.mouse.down();
    await page.mouse.move(frame.x + 200, frame.y + 160, { steps: 3 });
    assert.equal(await page.textContent(id('ptz-box')), 'Follow this');
    await page.mouse.up();
    const manual = await until('manual', () => /<TargetTrack>Manual[\s\S]*?<\/TargetArea>/.exec(since())?.[0]);
    assert.match(
      manual,
      /<MidPointX>150<\/MidPointX>\s*<MidPointY>130<\/MidPointY>\s*<LengthX>100<\/LengthX>\s*<LengthY>60</,
    );
    await page.waitForSelector(`${id('track-manual')}[aria-pressed="false"]`);
    await page.click(id('track-stop'));
    await until('no more', () => since().includes('<TargetTrack>Stop</TargetTrack>'));
  });

  test('at the width of a phone a finger steers, and two of them zoom', async () => {
    const tab = await browser.open('about:blank');
    await tab.setViewportSize({ width: 390, height: 844 });
    await tab.goto(stage);
    await tab.click(id('steer'));
    await tab.waitForSelector(`${id('ptz')} fieldset:enabled`);
    const wide = (await tab.evaluate('document.documentElement.scrollWidth')) as number;
    assert.ok(wide <= 390, `${wide} pixels wide`);
    const { x, y, radius } = await middleOf(id('stick'), tab);
    const touch = await tab.context().newCDPSession(tab);
    const said = listening();
    const finger = (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      touchPoints: { x: number; y: number; id?: number }[],
    ) => touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    await finger('touchStart', [{ x, y }]);
    await finger('touchMove', [{ x: x - radius, y }]);
    await told(said, LEFT);
    assert.equal(frontEnd().isMoving, true);
    await finger('touchEnd', []);
    await stopped(said);

    const seen = controls().seen.length;
    const pinched = listening();
    const picture = await middleOf('gb-player', tab);
    const two = (apart: number) => [
      { x: picture.x - apart, y: picture.y, id: 0 },
      { x: picture.x + apart, y: picture.y, id: 1 },
    ];
    await finger('touchStart', two(40).slice(0, 1));
    await finger('touchStart', two(40));
    await finger('touchMove', two(90));
    await told(pinched, ZOOM_IN);
    await finger('touchMove', two(15));
    await told(pinched, ZOOM_OUT);
    await finger('touchEnd', []);
    await stopped(pinched);
    assert.ok(!controls().seen.slice(seen).join().includes('DragZoom'), 'a pinch is no box');
    await tab.close();
  });

  test('a token that may only look: the panel says so, and nothing in it works', async () => {
    const reader = await launchBrowser();
    try {
      const tab = await reader.open(`${gateway.http}/#token=${READ_TOKEN}`);
      await tab.goto(stage);
      await tab.click(id('steer'));
      await tab.waitForSelector(`${id('ptz')} fieldset:disabled`);
      assert.match((await tab.textContent(id('ptz-blocked'))) ?? '', /may only look/);
      await tab.waitForSelector(`${id('preset-go')}:disabled`);
      const said = listening();
      const { x, y, radius } = await middleOf(id('stick'), tab);
      await tab.mouse.move(x, y);
      await tab.mouse.down();
      await tab.mouse.move(x + radius, y);
      await tab.keyboard.press('ArrowLeft');
      await tab.mouse.up();
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.deepEqual(said(), []);
      // that it may not ask for the stream by itself, the console has
      assert.deepEqual(
        reader.faults.filter((fault) => !fault.includes('403')),
        [],
      );
    } finally {
      await reader.close();
    }
  });
});
