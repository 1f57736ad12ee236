/**
 * `npm run screenshots [FOLDER] [SCENE,…]`: every view of the running demo in both languages, both themes and at phone width, to be looked at. They
 * go to `screenshots/` (not kept) or FOLDER; those that README shows go to docs/.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser, playerFacts, until } from '../test/support/browser.ts';
import { startCamera } from '../test/support/camera.ts';
import { startDemo } from '../test/support/demo.ts';
import { tellAlarms, tellTrack } from './screenshot-told.ts';

type Camera = Awaited<ReturnType<typeof startCamera>>;

/** A camera of the demo that every browser can decode. */
const DEVICE = '34020000001320000001';
/** The recorder of the demo, with a day of footage. */
const FOOTAGE = '34020000001180000201';
/** Who comes beside the cameras of the demo: a recorder, a camera that refuses every call, one with a wrong password. */
const RECORDER = '34020000001180000001';
const REFUSER = '34020000001320000201';
const STRANGER = '34020000001320000301';
const RECORDER_CHANNELS = 8;

/** A state of the page worth looking at: where it is, and when it is ready. */
interface Scene {
  readonly name: string;
  /** The fragment; `CHANNEL` is the first channel of `DEVICE`, `WALL` are those of the recorder. */
  readonly fragment: string;
  ready(page: Page): Promise<unknown>;
  /** Puts away what the next scene is not to have. */
  leave?(page: Page): Promise<unknown>;
  /** Shown in README, when it is light, English and wide. */
  readonly inDocs?: boolean;
}

const playing = (page: Page) =>
  until(
    'a picture',
    () => playerFacts(page),
    (facts) => facts.currentTime > 1.5 && facts.videoWidth > 0,
    20_000,
  );
const shown = (selector: string) => (page: Page) => page.waitForSelector(selector, { timeout: 20_000 });

/** A day of footage with its gap, and a marked range. */
async function marked(page: Page): Promise<void> {
  await playing(page);
  await page.click('[data-span="day"]');
  const box = await page.locator('[data-testid="time-line"]').boundingBox();
  if (box === null) return;
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + box.width * 0.36, box.y + 48);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.44, box.y + 48, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
}

/** A camera in somebody's hands: presets, and a box that is being drawn around what is to fill the picture. */
async function steered(page: Page): Promise<void> {
  await playing(page);
  await page.click('[data-testid="steer"]');
  await page.waitForSelector('[data-testid="preset-go"]');
  await page.locator('gb-player').scrollIntoViewIfNeeded();
  const box = await page.locator('gb-player').boundingBox();
  if (box === null) return;
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.24);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.58, box.y + box.height * 0.6, { steps: 5 });
}

async function letGo(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.click('[data-testid="steer"]');
}

/** Two masked regions and a third one being drawn on the camera's picture. */
async function drawn(page: Page): Promise<void> {
  const frame = page.locator('[data-testid="frame-PictureMask"]');
  await frame.scrollIntoViewIfNeeded({ timeout: 20_000 });
  await page.waitForSelector('[data-testid="frame-PictureMask"][data-picture="here"]', { timeout: 20_000 });
  if (!(await page.isChecked('[data-testid="config-PictureMask-On"]')))
    await page.check('[data-testid="config-PictureMask-On"]');
  await page.evaluate(
    `document.querySelector('[data-testid="section-PictureMask"]').scrollIntoView({ block: 'start' })`,
  );
  for (const [from, to] of [
    [0.05, 0.35],
    [0.55, 0.9],
  ] as const) {
    const box = await frame.boundingBox();
    if (box === null) return;
    await page.mouse.move(box.x + box.width * from, box.y + box.height * 0.35);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + box.height * (0.4 + to / 2), { steps: 5 });
    await page.mouse.up();
  }
}

/** The chosen cell of a wall in somebody's hands. */
async function steeredOnWall(page: Page): Promise<void> {
  await playing(page);
  await page.click('[data-testid="cell"][data-cell="1"]');
  await page.click('[data-testid="wall-steer"]');
  await page.waitForSelector('[data-testid="ptz"] fieldset:enabled');
}

const SCENES: readonly Scene[] = [
  { name: 'live', fragment: '#/live?grid=9&cells=WALL', ready: playing, inDocs: true },
  { name: 'stage', fragment: `#/live/${DEVICE}/CHANNEL`, ready: playing },
  { name: 'steer', fragment: `#/live/${DEVICE}/CHANNEL`, ready: steered, leave: letGo, inDocs: true },
  {
    name: 'wall-steer',
    fragment: '#/live?grid=9&cells=WALL',
    ready: steeredOnWall,
    leave: (page) => page.keyboard.press('Escape'),
  },
  { name: 'trouble', fragment: `#/live/${REFUSER}/REFUSED`, ready: shown('[data-testid="trouble"] li') },
  {
    name: 'keys',
    fragment: '#/live?grid=4',
    ready: async (page) => {
      await page.waitForSelector('[data-testid="wall"]');
      await page.keyboard.press('?');
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  { name: 'devices', fragment: '#/devices', ready: shown('main') },
  { name: 'device', fragment: `#/devices/${DEVICE}`, ready: shown('main'), inDocs: true },
  { name: 'control', fragment: `#/devices/${DEVICE}?tab=control`, ready: shown('[data-testid="card"]') },
  { name: 'config', fragment: `#/devices/${DEVICE}?tab=config`, ready: shown('[data-testid="section-OSDConfig"]') },
  { name: 'draw', fragment: `#/devices/${DEVICE}?tab=config`, ready: drawn, inDocs: true },
  { name: 'alarms', fragment: '#/alarms/ALARM', ready: shown('[data-testid="alarm-picture"]'), inDocs: true },
  { name: 'rules', fragment: '#/alarms/rules', ready: shown('[data-testid="rule"]') },
  { name: 'pictures', fragment: '#/alarms/pictures', ready: shown('[data-testid="picture"]') },
  { name: 'positions', fragment: '#/positions/CAR', ready: shown('[data-testid="track"]'), inDocs: true },
  { name: 'add', fragment: '#/add', ready: shown('main'), inDocs: true },
  { name: 'streams', fragment: '#/streams', ready: shown('main') },
  { name: 'recordings', fragment: '#/recordings', ready: shown('[data-testid="recording"]') },
  { name: 'plan', fragment: `#/recordings?channel=${DEVICE}/CHANNEL&plan`, ready: shown('[data-testid="week"]') },
  { name: 'footage', fragment: `#/footage/${FOOTAGE}/FILMED?at=MOMENT`, ready: marked, inDocs: true },
  { name: 'downloads', fragment: '#/downloads', ready: shown('[data-testid="download"]') },
  { name: 'download', fragment: '#/downloads/DOWNLOAD', ready: shown('[data-testid="missing"]') },
  { name: 'new-download', fragment: '#/downloads?new', ready: shown('[data-testid="new-download"]') },
  { name: 'system', fragment: '#/system', ready: shown('main') },
];
const SIZES = { wide: { width: 1360, height: 880 }, phone: { width: 390, height: 844 } } as const;
const wanted = process.argv[3]?.split(',');
/** Numbers and graphs have begun, pictures of recordings have come. */
const SETTLE_MS = 1_200;

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const folder = resolve(process.argv[2] ?? fileURLToPath(new URL('../screenshots/', import.meta.url)));
await mkdir(folder, { recursive: true });
const [demo, browser] = await Promise.all([startDemo(), launchBrowser(SIZES.wide)]);
const company: Camera[] = [];
try {
  const page = await browser.open(demo.address);
  const base = new URL('./', page.url()).href;
  company.push(...(await startCompany()));
  const channelOf = async (device: string, count = 1) => {
    const read = async () => ((await ask(`devices/${device}/channels`)) as { items: { id: string }[] }).items;
    return (await until('channels', read, (items) => items.length === count, 20_000)).map((one) => one.id);
  };
  await until(
    'the recorder',
    () => ask('devices'),
    (list) => JSON.stringify(list).includes(RECORDER),
    20_000,
  );
  const [channel] = await channelOf(DEVICE);
  const [refused] = await channelOf(REFUSER);
  const wall = (await channelOf(RECORDER, RECORDER_CHANNELS)).map((one) => `${RECORDER}/${one}`);
  const download = await downloadSomething();
  await ask(`devices/${DEVICE}/channels/${channel}/plan`, 'PUT', {
    mode: 'schedule',
    weekly: [
      { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' },
      { days: [6], from: '09:15', to: '13:00' },
    ],
    keepDays: 14,
  });
  const [filmed] = ((await ask(`devices/${FOOTAGE}/channels`)) as { items: { id: string }[] }).items.map(
    (one) => one.id,
  );
  for (const [i, name] of ['Gate', 'Yard, to the north', 'Loading dock', '停车场'].entries())
    await ask(`devices/${DEVICE}/channels/${channel}/presets/${i + 1}`, 'PUT', { name });
  const [warehouse] = company;
  if (warehouse === undefined || channel === undefined) throw new Error('a company of cameras');
  let alarm = '';
  const addressOf = (fragment: string) =>
    base +
    fragment
      .replace('WALL', [`${DEVICE}/${channel}`, ...wall].join(','))
      .replace('CHANNEL', channel)
      .replace('ALARM', alarm)
      .replace('CAR', `${RECORDER}/${wall[0]?.split('/')[1]}`)
      .replace('REFUSED', refused ?? '')
      .replace('DOWNLOAD', download)
      .replace('FILMED', filmed ?? '')
      .replace('MOMENT', String(Math.floor(Date.now() / 1000) - 7_200));
  await recordSomething(page, addressOf(`#/live/${DEVICE}/CHANNEL`));
  // its rule records as well
  alarm = await tellAlarms(ask, warehouse, await pictureOf(DEVICE));
  await tellTrack(ask, warehouse);

  for (const language of ['en', 'zh']) {
    for (const theme of ['light', 'dark']) {
      await page.evaluate(
        `localStorage.setItem('gbgate.language', '${language}'); localStorage.setItem('gbgate.theme', '${theme}')`,
      );
      await page.reload();
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        for (const scene of SCENES.filter(({ name }) => wanted?.includes(name) ?? true)) {
          await page.goto(addressOf(scene.fragment));
          await scene.ready(page);
          await page.waitForTimeout(SETTLE_MS);
          const file = `${scene.name}-${language}-${theme}-${size}.png`;
          await page.screenshot({ path: resolve(folder, file) });
          if (scene.inDocs && language === 'en' && theme === 'light' && size === 'wide')
            await page.screenshot({ path: `${docs}${scene.name}.png` });
          await scene.leave?.(page);
          console.log(file);
        }
      }
    }
  }
} finally {
  await browser.close();
  await Promise.all(company.map((camera) => camera.stop()));
  await demo.close();
}

/** An answer of the demo's API. */
async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const address = new URL(`/api/v1/${path}`, demo.address);
  const headers = {
    Authorization: `Bearer ${demo.token}`,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const answer = await fetch(address, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

/** The newest picture of a device that plays. */
async function pictureOf(device: string): Promise<Uint8Array> {
  const { items } = (await ask(`streams?deviceId=${device}`)) as { items: { id: string }[] };
  const address = new URL(`/api/v1/streams/${items[0]?.id}/snapshot.jpg?token=${demo.token}`, demo.address);
  return new Uint8Array(await (await fetch(address)).arrayBuffer());
}

/** Downloads in every state: one whole, one with gaps, one that has none, one that runs, those that wait; answers that with gaps. */
async function downloadSomething(): Promise<string> {
  const read = async () => ((await ask(`devices/${FOOTAGE}/channels`)) as { items: { id: string }[] }).items;
  const [channel] = await until('the recorder of the demo', read, (items) => items.length > 0, 20_000);
  const hourMs = 3_600_000;
  const hour = Math.floor(Date.now() / hourMs) * hourMs;
  const start = async (fromMs: number, minutes: number, speed: number) => {
    const [from, to] = [fromMs, fromMs + minutes * 60_000].map((ms) => new Date(ms).toISOString());
    const wish = { start: from, end: to, speed };
    return ((await ask(`devices/${FOOTAGE}/channels/${channel?.id}/downloads`, 'POST', wish)) as { id: string }).id;
  };
  await start(hour - 100 * hourMs, 30, 8);
  await start(hour - 2 * hourMs, 1, 8);
  // the hour that the demo's footage lacks begins nine hours back
  const id = await start(hour - 9 * hourMs - 60_000, 3, 8);
  for (let ago = 3; ago <= 12; ago++) await start(hour - ago * hourMs - 7 * 60_000, 5, 1);
  const state = async () => ((await ask(`downloads/${id}`)) as { state: string }).state;
  await until('the one with a gap', state, (is) => is === 'partial', 60_000);
  return id;
}

/** More cameras at the demo's gateway, by the values that its own page tells people to type in. */
async function startCompany(): Promise<Camera[]> {
  const { serverId, port } = (await ask('onboarding')) as { serverId: string; port: number };
  const { password } = (await ask('onboarding/password', 'POST')) as { password: string };
  const common = { serverId, password, sip: 'tcp', audio: 'none' } as const;
  return Promise.all([
    startCamera(port, { ...common, id: RECORDER, channels: RECORDER_CHANNELS, names: ['Warehouse 仓库'] }),
    startCamera(port, { ...common, id: REFUSER, names: ['Loading dock'], quirks: new Set(['INV-5']) }),
    startCamera(port, { ...common, id: STRANGER, names: ['New camera'], password: 'not this one', retrySeconds: 600 }),
  ]);
}

/** One finished recording and one that runs, so that there is something to see. */
async function recordSomething(page: Page, stage: string): Promise<void> {
  await page.goto(stage);
  await playing(page);
  for (let i = 0; i < 3; i++) {
    await page.click('[data-testid="record"][aria-pressed="false"]:enabled');
    await page.waitForSelector('[data-testid="record"][aria-pressed="true"]');
    await page.waitForTimeout(3_000);
    if (i < 2) await page.click('[data-testid="record"][aria-pressed="true"]:enabled');
  }
}
