import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Facts, warningsOf } from '../../src/gateway/system/health.ts';
import { spanWords, systemWords } from '../../web/page/words/system.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = '34020000001320000001';

/** Everything is wrong at once. */
const ILL: Facts = {
  advertised: { signalling: '0.0.0.0', media: 'cam.example' },
  networks: ['192.168.1.5/24'],
  devices: [
    {
      deviceId: DEVICE,
      source: '8.8.8.8',
      signalling: '192.168.1.5',
      media: '192.168.1.5',
      says: ['its Contact says sip:1@10.0.0.8'],
      clockOffsetSeconds: -3700,
    },
    {
      deviceId: 'D2',
      source: '192.168.1.8',
      signalling: '9.9.9.9',
      media: '127.0.0.1',
      says: [],
      clockOffsetSeconds: 0,
    },
  ],
  ports: { total: 100, occupied: 2, free: 1 },
  taken: [{ name: 'HTTP', port: 8080 }],
  receiveBufferMaxBytes: 212_992,
  isClockSynchronized: false,
  disk: { path: '/data', totalBytes: 1e12, freeBytes: 1e9 },
  recordingBps: 4e6,
  retention: {
    wantedFreeBytes: 2e9,
    recordings: 5,
    lockedBytes: 4e9,
    stuck: { reason: 'space', missingBytes: 1e9 },
    error: 'EACCES',
  },
  notRecorded: [{ deviceId: DEVICE, channelId: 'C1', detail: 'The device is offline.' }],
  loopDelayP99Ms: 200,
  webhooks: [{ url: 'https://vms.example/hook', failuresInRow: 9, waiting: 12, lastError: '503' }],
  ffmpeg: null,
};

test('every warning has its sentence and its cure in both languages, with the values seen', () => {
  const clocks = [1, 2].map((n) => ({ ...ILL.devices[0]!, deviceId: `D${n}`, clockOffsetSeconds: 500 }));
  const all = [
    ...warningsOf(ILL),
    ...warningsOf({ ...ILL, devices: clocks, advertised: { signalling: '10.7.7.7', media: null } }),
    ...warningsOf({ ...ILL, disk: null }),
    ...warningsOf({ ...ILL, disk: { path: '/data', totalBytes: 1, freeBytes: 1 } }),
  ];
  assert.equal(new Set(all.map(({ code }) => code)).size, 23);
  const known = Object.keys(systemWords.en.warning);
  assert.equal(known.length, 23);
  for (const { code, values } of all) {
    for (const words of [systemWords.en, systemWords.zh]) {
      const [sentence, cure] = words.warning[code]?.(values) ?? [];
      assert.ok(sentence !== undefined && cure !== undefined, code);
      assert.ok(!/undefined|NaN/.test(sentence + cure), sentence);
      assert.match(sentence, words === systemWords.en ? /\.$/ : /[\u4e00-\u9fff].*。$/);
    }
  }
});

test('spans of time', () => {
  assert.deepEqual(
    [spanWords(5, 'en'), spanWords(-3700, 'en'), spanWords(90_000, 'zh'), spanWords(0, 'en')],
    ['5 s', '1 h 1 min', '1 天 1 小时', '0 s'],
  );
});

describe('the view of the system, with a scripted gateway', { timeout: 60_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let warnings: object[];
  let lines: { seq: number; time: string; level: number; levelName: string; message: string; data: object }[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    warnings = warningsOf(ILL);
    lines = [
      { seq: 1, time: '2026-11-21T04:00:00.000Z', level: 30, levelName: 'info', message: 'begun', data: {} },
      {
        seq: 2,
        time: '2026-11-21T04:00:01.000Z',
        level: 40,
        levelName: 'warn',
        message: '<b>odd</b>',
        data: { deviceId: DEVICE, n: 3 },
      },
    ];
    for (const list of ['channels', 'groups', 'recordings'])
      standIn.answers.set(`GET ${list}`, { items: [], next: null });
    const device = { id: DEVICE, name: 'Gate', manufacturer: '', model: '', online: true, channelCount: 0 };
    standIn.answers.set('GET devices', { items: [device], next: null });
    standIn.answers.set('GET system', (query: URLSearchParams) => {
      if (query.get('askDevices') === 'true') told.clockOffsetSeconds = -95;
      return {
        versions: { gbgate: '1.2.3', node: 'v20.1.0', ffmpeg: null },
        uptimeSeconds: 3700,
        time: '2026-11-21T12:00:00+08:00',
        httpPort: 8080,
        sipPort: 5060,
        mediaPorts: '30000-31999',
        process: { cpu: 0.25, memoryBytes: 200 * 1024 ** 2, heapBytes: 5e7, loopDelayP99Ms: 2.5, loopDelayMaxMs: 19 },
        machine: {
          cores: 4,
          cpu: 0.5,
          memoryBytes: 8 * 1024 ** 3,
          memoryFreeBytes: 4 * 1024 ** 3,
          receiveBufferMaxBytes: 1,
        },
        disk: { path: '/data', totalBytes: 100 * 1024 ** 3, freeBytes: 25 * 1024 ** 3 },
        ports: { total: 2000, leased: 12, heldOff: 4, occupied: 1, free: 1983 },
        counters: { sip_messages_received_total: 1234 },
        warnings,
      };
    });
    const told = {
      deviceId: DEVICE,
      name: 'Gate',
      online: true,
      source: '192.0.2.8:5060',
      via: '192.0.2.1:5060',
      contact: 'sip:34020000002000000001@192.0.2.1:5060',
      sdp: { origin: '192.0.2.1', connection: '192.0.2.1' },
      says: ['its Contact says sip:1@10.0.0.8'],
      clockOffsetSeconds: null as number | null,
    };
    standIn.answers.set('GET system/devices', { items: [told], next: null });
    standIn.answers.set('GET log', (query: URLSearchParams) => {
      const since = Number(query.get('since'));
      const level = { trace: 0, debug: 20, info: 30, warn: 40, error: 50 }[query.get('level') ?? 'trace'] ?? 0;
      const q = query.get('q') ?? '';
      const items = lines.filter((line) => line.seq > since && line.level >= level && line.message.includes(q));
      return { items, last: lines.length };
    });
  });
  afterEach(async () => {
    await page.close();
    await standIn.close();
  });

  const open = async () => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.click('[data-testid="view-system"]');
  };

  test('health: numbers, graphs, and each warning with its cure, in both languages', async () => {
    await open();
    await page.waitForSelector('[data-testid="warning"]');
    const tiles = (await page.locator('[data-testid="tile"]').allInnerTexts()).join('\n').replaceAll(/\s+/g, ' ');
    for (const said of [
      '25 %',
      'machine 50 % of 4 cores',
      '200 MiB',
      '2.5 ms',
      'longest 19 ms',
      '75 %',
      '25.0 GiB of 100 GiB free',
      '1983 of 2000 free',
      '4 resting after a call',
      '1 of other programs',
    ])
      assert.ok(tiles.includes(said), `${said} in ${tiles}`);
    const facts = ((await page.textContent('.facts')) ?? '').replaceAll(/\s+/g, ' ');
    assert.match(facts, /gbgate1\.2\.3.*v20\.1\.0.*not installed.*1 h 1 min/);
    assert.equal(await page.locator('[data-testid="warning"]').count(), warnings.length);
    const nat = page.locator('[data-code="address_private_across_nat"]');
    assert.match(
      (await nat.textContent()) ?? '',
      /Device 34020000001320000001.*8\.8\.8\.8.*192\.168\.1\.5.*--advertise/s,
    );
    await page.click('[data-testid="counters"]');
    await page.waitForSelector('text=sip_messages_received_total');
    await until(
      'a line and not a point',
      async () => Number(await page.locator('[data-testid="sparkline"]').first().getAttribute('data-values')),
      (count) => count >= 3,
      15_000,
    );
    await page.click('[data-testid="language"]');
    await until(
      'Chinese',
      async () => (await nat.textContent()) ?? '',
      (text) => /私网地址 192\.168\.1\.5/.test(text),
    );
    await page.click('[data-testid="language"]');
    warnings = [];
    await page.waitForSelector('[data-testid="all-well"]', { timeout: 15_000 });
  });

  test('addresses: what a device is told and says; its clock is asked on demand', async () => {
    await open();
    await page.click('[data-testid="tab-addresses"]');
    const row = page.locator('[data-testid="told"]');
    await row.waitFor();
    const text = ((await row.textContent()) ?? '').replaceAll(/\s+/g, ' ');
    assert.match(text, /Gate.*192\.0\.2\.8:5060 ?its Contact says.*192\.0\.2\.1:5060 ?sip:3402.*192\.0\.2\.1/);
    assert.equal(await row.locator('[data-testid="clock"]').textContent(), '–');
    await page.click('[data-testid="ask-clocks"]');
    await until(
      'its clock',
      () => row.locator('[data-testid="clock"]').textContent(),
      (words) => words === '1 min 35 s slow',
    );
  });

  test('the log: followed, filtered by level and text, never HTML', async () => {
    await open();
    await page.click('[data-testid="tab-log"]');
    const texts = () => page.locator('[data-testid="log-line"]').allInnerTexts();
    await until('two lines', texts, (all) => all.length === 2);
    assert.match((await texts())[1] ?? '', /warn.*<b>odd<\/b>.*n=3/s);
    lines.push({ seq: 3, time: '2026-11-21T04:00:02.000Z', level: 30, levelName: 'info', message: 'news', data: {} });
    await until('the next line', texts, (all) => all.length === 3 && /news/.test(all[2] ?? ''));
    await page.selectOption('[data-testid="log-level"]', 'warn');
    await until('warnings only', texts, (all) => all.length === 1);
    await page.selectOption('[data-testid="log-level"]', 'trace');
    await page.fill('[data-testid="log-find"]', 'begun');
    await until('what is looked for', texts, (all) => all.length === 1 && /begun/.test(all[0] ?? ''));
    await page.fill('[data-testid="log-find"]', 'nothing like this');
    await page.waitForSelector('text=No line of the log matches.');
    await page.fill('[data-testid="log-find"]', '');
    await until('all again', texts, (all) => all.length === 3);
    await page.uncheck('[data-testid="log-follow"]');
    await until(
      'it has stopped asking',
      async () => {
        const before = standIn.asked.length;
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        return standIn.asked.slice(before).filter((call) => call === 'GET log').length;
      },
      (count) => count === 0,
    );
    lines.push({ seq: 4, time: '2026-11-21T04:00:03.000Z', level: 30, levelName: 'info', message: 'unseen', data: {} });
    await page.check('[data-testid="log-follow"]');
    await until('it follows again', texts, (all) => all.length === 4);
  });
});
