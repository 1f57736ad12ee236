import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/simulator/random.ts';
import { Wheel } from '../../src/simulator/wheel.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('runs moments in time, never early, in the order of their slots', async () => {
  const wheel = new Wheel();
  const random = seededRandom(1);
  const late: number[] = [];
  const start = performance.now();
  for (let i = 0; i < 1000; i++) {
    const delayMs = random() * 400;
    wheel.after(delayMs, () => late.push(performance.now() - start - delayMs));
  }
  assert.equal(wheel.waiting, 1000);
  await pause(600);
  assert.equal(late.length, 1000);
  assert.ok(Math.min(...late) >= 0);
  assert.ok(late.toSorted((a, b) => a - b)[900]! < 60, String(late.toSorted((a, b) => a - b)[900]));
  assert.equal(wheel.waiting, 0);
});

test('a cancelled moment never comes, a moment may cancel another of the same slot and ask for a new one', async () => {
  const wheel = new Wheel();
  const ran: string[] = [];
  const gone = wheel.after(10, () => ran.push('gone'));
  gone.cancel();
  gone.cancel();
  const other: { cancel(): void }[] = [];
  wheel.after(20, () => {
    ran.push('first');
    for (const moment of other) moment.cancel();
    wheel.after(0, () => ran.push('again'));
  });
  other.push(wheel.after(20, () => ran.push('second')));
  await pause(80);
  assert.deepEqual(ran, ['first', 'again']);
  assert.equal(wheel.waiting, 0);
});

test('moments further away than a turn of the wheel come in their turn', () => {
  let now = 0;
  const wheel = new Wheel(() => now);
  const ran: number[] = [];
  for (const delayMs of [100, 2600, 5300, 60_000]) wheel.after(delayMs, () => ran.push(delayMs));
  const seen: [number, number[]][] = [];
  for (const at of [99, 105, 2595, 2605, 5305, 59_999, 60_005]) {
    now = at;
    wheel.turn();
    seen.push([at, [...ran]]);
  }
  wheel.close();
  assert.deepEqual(seen, [
    [99, []],
    [105, [100]],
    [2595, [100]],
    [2605, [100, 2600]],
    [5305, [100, 2600, 5300]],
    [59_999, [100, 2600, 5300]],
    [60_005, [100, 2600, 5300, 60_000]],
  ]);
});

test('close drops what is waited for', async () => {
  const wheel = new Wheel();
  let ran = 0;
  wheel.after(5, () => ran++);
  wheel.close();
  await pause(30);
  assert.equal(ran, 0);
  assert.equal(wheel.waiting, 0);
});
