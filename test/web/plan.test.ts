import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import type { Plan, PlanNow } from '../../web/page/plan/api.ts';
import {
  beside,
  cellAt,
  hoursOf,
  NO_WEEK,
  painted,
  rangesOf,
  stateOf,
  timeOf,
  weekOf,
} from '../../web/page/plan/week.ts';
import { type Browser, launchBrowser, until } from '../support/browser.ts';
import { StandIn } from '../support/stand-in.ts';

const DEVICE = '34020000001320000001';
const CHANNEL = '34020000001310000001';
const PLAN = `devices/${DEVICE}/channels/${CHANNEL}/plan`;

test('a week out of ranges and back: overlaps joined, nights over midnight, days with the same hours together', () => {
  const back = (...ranges: { days: number[]; from: string; to: string }[]) => rangesOf(weekOf(ranges));
  assert.deepEqual(back({ days: [1, 2], from: '08:15', to: '12:00' }, { days: [1, 2], from: '11:00', to: '24:00' }), [
    { days: [1, 2], from: '08:15', to: '24:00' },
  ]);
  assert.deepEqual(back({ days: [7], from: '22:00', to: '06:00' }), [
    { days: [1], from: '00:00', to: '06:00' },
    { days: [7], from: '22:00', to: '24:00' },
  ]);
  assert.deepEqual(back({ days: [1], from: '25:00', to: '26:00' }, { days: [1], from: 'x', to: '01:00' }), []);
  assert.deepEqual(rangesOf(NO_WEEK), []);
});

test('painting sets the half hours of a rectangle and leaves every other minute', () => {
  const fine = weekOf([{ days: [3], from: '08:15', to: '08:20' }]);
  const next = painted(fine, { day: 4, half: 20 }, { day: 1, half: 18 }, true);
  assert.deepEqual(rangesOf(next), [
    { days: [2, 4, 5], from: '09:00', to: '10:30' },
    { days: [3], from: '08:15', to: '08:20' },
    { days: [3], from: '09:00', to: '10:30' },
  ]);
  assert.equal(hoursOf(next), 6 + 5 / 60);
  assert.equal(stateOf(next, { day: 2, half: 16 }), 'some');
  assert.equal(stateOf(next, { day: 2, half: 18 }), 'all');
  assert.equal(stateOf(next, { day: 2, half: 21 }), 'none');
  assert.equal(hoursOf(fine), 5 / 60, 'a week is never changed in place');
  assert.deepEqual(rangesOf(painted(next, { day: 0, half: 0 }, { day: 6, half: 47 }, false)), []);
});

test('any week says the same minutes after it went through its ranges', () => {
  const cell = fc.record({ day: fc.integer({ min: 0, max: 6 }), half: fc.integer({ min: 0, max: 47 }) });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, fc.boolean()), { maxLength: 6 }), (strokes) => {
      const week = strokes.reduce((now, [a, b, isOn]) => painted(now, a, b, isOn), NO_WEEK);
      assert.deepEqual(weekOf(rangesOf(week)), week);
    }),
    { numRuns: 60 },
  );
});

test('cells: their times, what lies beside them, where a moment is in a zone', () => {
  assert.equal(timeOf(1440), '24:00');
  assert.deepEqual(beside({ day: 0, half: 0 }, -1, -1), { day: 0, half: 0 });
  assert.deepEqual(beside({ day: 6, half: 46 }, 1, 1), { day: 6, half: 47 });
  const saturday = Date.parse('2026-11-21T12:40:00Z');
  assert.deepEqual(cellAt(saturday, 'UTC'), { day: 5, half: 25 });
  assert.deepEqual(cellAt(saturday, 'Asia/Shanghai'), { day: 5, half: 41 });
  assert.equal(cellAt(saturday, 'Nowhere/AtAll'), null);
});

describe('the editor of plans, with a scripted gateway', { timeout: 120_000 }, () => {
  let browser: Browser;
  let standIn: StandIn;
  let page: Page;
  let now: PlanNow;
  let puts: Plan[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    standIn = await StandIn.open();
    puts = [];
    now = {
      mode: 'off',
      streamNumber: 0,
      weekly: [],
      cron: [],
      preRollSeconds: null,
      postRollSeconds: null,
      keepDays: null,
      timeZone: 'Asia/Shanghai',
      active: false,
      nextChange: null,
      recording: false,
    };
    const channel = { id: CHANNEL, deviceId: DEVICE, name: 'North door', status: 'on' };
    standIn.answers.set('GET devices', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set('GET channels', { items: [channel], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET system', { versions: { ffmpeg: null } });
    standIn.answers.set(`GET ${PLAN}`, () => now);
    standIn.answers.set(`PUT ${PLAN}`, (_: unknown, plan: Plan) => {
      puts.push(plan);
      now = { ...now, ...plan };
      return now;
    });
  });
  afterEach(async () => {
    await page.close();
    await standIn.close();
  });

  const open = async (viewport = { width: 1280, height: 900 }) => {
    page = await browser.open(`${standIn.address}#token=${standIn.token}`);
    await page.setViewportSize(viewport);
    await page.waitForSelector('[data-testid="view-recordings"]');
    await page.goto(`${standIn.address}#/recordings?channel=${DEVICE}/${CHANNEL}&plan`);
    await page.waitForSelector('[data-testid="plan"]');
  };
  const cell = (day: number, half: number) => page.locator(`[data-cell="${day}-${half}"]`);
  const pressed = (day: number, half: number) => cell(day, half).getAttribute('aria-pressed');
  const saved = async (): Promise<Plan | undefined> => {
    const count = puts.length;
    await page.click('[data-testid="save-plan"]');
    await until(
      'the plan at the gateway',
      async () => puts.length,
      (n) => n > count,
      15_000,
    );
    await page.waitForSelector('[data-testid="discard-plan"]', { state: 'detached' });
    return puts.at(-1);
  };
  /** From the middle of one cell to that of another. */
  const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
    const [a, b] = [await cell(...from).boundingBox(), await cell(...to).boundingBox()];
    assert.ok(a !== null && b !== null);
    await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
    await page.mouse.down();
    await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 6 });
    await page.mouse.up();
  };

  test('a schedule is painted by dragging, wiped by dragging again, and said as hours to the gateway', async () => {
    await open();
    assert.equal(await page.locator('[data-testid="week"]').count(), 0, 'off needs no hours');
    await page.check('[data-testid="mode-schedule"]');
    assert.ok(await page.isDisabled('[data-testid="save-plan"]'), 'a schedule without hours is none');
    await drag([0, 16], [4, 35]);
    await drag([2, 24], [2, 25]);
    assert.match((await page.textContent('[data-testid="plan-hours"]')) ?? '', /^49 hours/);
    assert.deepEqual(await saved(), {
      mode: 'schedule',
      streamNumber: 0,
      weekly: [
        { days: [1, 2, 4, 5], from: '08:00', to: '18:00' },
        { days: [3], from: '08:00', to: '12:00' },
        { days: [3], from: '13:00', to: '18:00' },
      ],
      cron: [],
      preRollSeconds: null,
      postRollSeconds: null,
      keepDays: null,
    });
    await cell(5, 10).click();
    assert.equal(await pressed(5, 10), 'true');
    await page.click('[data-testid="discard-plan"]');
    await until(
      'as it was saved',
      () => pressed(5, 10),
      (state) => state === 'false',
    );
  });

  test('by keys: arrows, Space, Shift with arrows', async () => {
    await open();
    await page.check('[data-testid="mode-schedule"]');
    await cell(0, 0).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    assert.deepEqual((await saved())?.weekly, [
      { days: [2], from: '00:30', to: '01:30' },
      { days: [3], from: '01:00', to: '01:30' },
      { days: [3], from: '23:30', to: '24:00' },
    ]);
  });

  test('at phone width the days stand side by side, and a finger paints down the hours', async () => {
    await open({ width: 390, height: 844 });
    await page.check('[data-testid="mode-alarm"]');
    const [first, later] = [await cell(0, 0).boundingBox(), await cell(0, 3).boundingBox()];
    const other = await cell(3, 0).boundingBox();
    assert.ok(first && later && other);
    assert.ok(later.y > first.y && Math.abs(later.x - first.x) < 2, 'hours go down');
    assert.ok(other.x > first.x && Math.abs(other.y - first.y) < 2, 'days go across');
    await cell(2, 12).scrollIntoViewIfNeeded();
    await drag([1, 2], [2, 5]);
    await page.fill('[data-testid="plan"] input[name="preRollSeconds"]', '8');
    await page.fill('[data-testid="plan"] input[name="keepDays"]', '14');
    const plan = await saved();
    assert.deepEqual(plan?.weekly, [{ days: [2, 3], from: '01:00', to: '03:00' }]);
    assert.deepEqual([plan?.mode, plan?.preRollSeconds, plan?.postRollSeconds, plan?.keepDays], ['alarm', 8, null, 14]);
  });

  test('times finer than half hours and cron lines stay as they are when something else is painted', async () => {
    now = {
      ...now,
      mode: 'schedule',
      weekly: [{ days: [1], from: '08:15', to: '09:50' }],
      cron: [{ start: '0 8 1 * *', minutes: 90 }],
    };
    await open();
    assert.equal(await pressed(0, 16), 'mixed');
    assert.equal(await pressed(0, 17), 'true');
    await cell(6, 0).click();
    await page.fill('[data-testid="plan"] input[name="cron-start"]', '30 6 * * 7');
    await page.click('[data-testid="plan"] .cron-new button');
    const plan = await saved();
    assert.deepEqual(plan?.weekly, [
      { days: [1], from: '08:15', to: '09:50' },
      { days: [7], from: '00:00', to: '00:30' },
    ]);
    assert.deepEqual(plan?.cron, [
      { start: '0 8 1 * *', minutes: 90 },
      { start: '30 6 * * 7', minutes: 60 },
    ]);
    await page.click('[data-testid="cron-line"]:first-child button');
    assert.deepEqual((await saved())?.cron, [{ start: '30 6 * * 7', minutes: 60 }]);
  });

  test('what comes of it now is said: recording until when, next when, or why not; it follows the gateway', async () => {
    now = { ...now, mode: 'always', active: true, recording: true };
    await open();
    await page.waitForSelector('[data-testid="plan-status"][data-recording="true"]');
    const said = (wanted: RegExp) =>
      until(
        'the status',
        () => page.textContent('[data-testid="plan-status"]'),
        (text) => wanted.test(text ?? ''),
        20_000,
      );
    await said(/^recording now$/);
    // 09:30 in Shanghai
    now = { ...now, mode: 'schedule', active: false, recording: false, nextChange: '2030-06-05T01:30:00Z' };
    await said(/^not recordingnext at Jun 5, 09:30$/);
    now = { ...now, active: true, nextChange: null, error: 'The device is offline.' };
    await said(/^not recordingThe device is offline\.$/);
  });

  test('a refusal is said, and what was painted stays; a token that may only look paints nothing', async () => {
    standIn.answers.set(`PUT ${PLAN}`, {
      status: 400,
      code: 'bad_request',
      detail: 'The gateway has many plans already.',
    });
    await open();
    await page.check('[data-testid="mode-always"]');
    await page.click('[data-testid="save-plan"]');
    await until(
      'the refusal',
      () => page.textContent('[data-testid="plan-said"]'),
      (text) => /many plans/.test(text ?? ''),
    );
    assert.ok(await page.isChecked('[data-testid="mode-always"]'));
    standIn.access = 'look';
    now = { ...now, mode: 'schedule', weekly: [{ days: [1], from: '00:00', to: '24:00' }] };
    await page.reload();
    await page.waitForSelector('[data-testid="mode-off"]:disabled');
    await cell(1, 3).click({ force: true });
    assert.equal(await pressed(1, 3), 'false');
    assert.equal(await page.locator('[data-testid="discard-plan"]').count(), 0);
    assert.match((await page.textContent('[data-testid="plan"]')) ?? '', /may only look/);
  });
});
