import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { motionOf } from '../../../src/gateway/control/ptz.ts';
import {
  type LanePorts,
  MIN_GAP_MS,
  PATIENCE_MS,
  PtzLane,
  STOP_REPEAT_MS,
  STOP_REPEATS,
  STOP_RETRIES,
  STOP_RETRY_MS,
} from '../../../src/gateway/control/ptz-lane.ts';
import type { Problem } from '../../../src/gateway/views.ts';
import { FakeClock, settle } from '../../support/clock.ts';

/** Steering one camera, on a simulated clock. */

const STOP = 'A50F0100000000B5';
const LENS_STOP = 'A50F0140000000F5';
const LEFT = motionOf({ pan: -1 });
const RIGHT = motionOf({ pan: 1 });
const NEAR = motionOf({ focus: 1 });
const OFFLINE: Problem = { problem: 'device_offline', detail: 'gone' };
const LATE: Problem = { problem: 'device_timeout', detail: 'late' };

interface Sent {
  readonly hex: string;
  readonly atMs: number;
  readonly isStop: boolean;
  isWanted(): boolean;
  answer(outcome: Problem | null): void;
}

/** A camera that answers at once, or when the test says so. */
function camera(o: { answers?: boolean; isOwed?: boolean } = {}) {
  const clock = new FakeClock();
  const sent: Sent[] = [];
  const world = { answers: o.answers ?? true, outcome: null as Problem | null };
  const owed: boolean[] = [];
  const ports: LanePorts = {
    clock,
    owes: (isOwed) => void owed.push(isOwed),
    stop: STOP,
    lensStop: LENS_STOP,
    late: () => LATE,
    send: (hex, { isStop, isWanted }) =>
      new Promise((answer) => {
        sent.push({ hex, atMs: clock.nowMs(), isStop, isWanted, answer });
        if (world.answers) answer(world.outcome);
      }),
  };
  const lane = new PtzLane(ports, o.isOwed);
  return { clock, sent, lane, world, owed, hexes: () => sent.map(({ hex }) => hex) };
}

test('−1…1 becomes the speeds of the bytes: 1…255, zoom 1…15, never 0', () => {
  assert.deepEqual(motionOf({ pan: 0.5 }), { view: 'A50F010180000036', lens: null });
  assert.deepEqual(motionOf({ pan: -250 / 255 }), { view: 'A50F0102FA0000B1', lens: null });
  assert.deepEqual(motionOf({ tilt: -0.5 }), { view: 'A50F010400800039', lens: null });
  assert.deepEqual(motionOf({ tilt: 0.5 }), { view: 'A50F01080080003D', lens: null });
  assert.deepEqual(motionOf({ pan: 0.25, tilt: 0.25, zoom: -1 / 3 }), { view: 'A50F0129404050AE', lens: null });
  assert.deepEqual(motionOf({ zoom: 0.0001 }), { view: 'A50F0110000010D5', lens: null });
  assert.deepEqual(motionOf({ zoom: 1 }), { view: 'A50F01100000F0B5', lens: null });
  assert.deepEqual(motionOf({ focus: 0.5 }), { view: null, lens: 'A50F014280000077' });
  assert.deepEqual(motionOf({ focus: -32 / 255, iris: -48 / 255 }), { view: null, lens: 'A50F01492030004E' });
  assert.deepEqual(motionOf({ iris: 0.5, pan: 1 }), { view: 'A50F0101FF0000B5', lens: 'A50F014400800079' });
  assert.deepEqual(motionOf({ pan: 0 }), { view: null, lens: null });
});

test('PTZ-3: no magnitude is so small that its speed is 0, and none leaves its field', () => {
  const axis = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(axis, axis, axis, axis, axis, (pan, tilt, zoom, focus, iris) => {
      const { view, lens } = motionOf({ pan, tilt, zoom, focus, iris });
      const byte = (hex: string | null, at: number) => Number.parseInt((hex ?? STOP).slice(at * 2, at * 2 + 2), 16);
      assert.equal(byte(view, 4) > 0, view !== null && pan !== 0);
      assert.equal(byte(view, 5) > 0, view !== null && tilt !== 0);
      assert.equal(byte(view, 6) > 0, view !== null && zoom !== 0);
      assert.equal(byte(view, 6) & 0x0f, 0);
      assert.equal(byte(lens, 4) > 0, lens !== null && focus !== 0);
      assert.equal(byte(lens, 5) > 0, lens !== null && iris !== 0);
    }),
  );
});

test('PTZ-4: nobody says stop, and the camera stops all the same; the stop is said three times', async () => {
  const { clock, lane, hexes, sent } = camera();
  assert.equal(await lane.drive(LEFT, 10_000), null);
  await clock.advance(9_999);
  assert.deepEqual(hexes(), [LEFT.view]);
  await clock.advance(1);
  assert.deepEqual(hexes(), [LEFT.view, STOP]);
  await clock.advance(STOP_REPEAT_MS * STOP_REPEATS);
  assert.deepEqual(hexes(), [LEFT.view, STOP, STOP, STOP]);
  assert.ok(sent.slice(1).every(({ isStop }) => isStop));
  await clock.advance(60_000);
  assert.equal(sent.length, 2 + STOP_REPEATS);
  assert.ok(lane.isIdle);
  assert.equal(clock.pending, 0);
});

test('whoever says it again in time goes on', async () => {
  const { clock, lane, hexes } = camera();
  for (let i = 0; i < 20; i += 1) {
    void lane.drive(LEFT, 2_000);
    await clock.advance(1_000);
  }
  assert.ok(hexes().every((hex) => hex === LEFT.view));
  assert.equal(hexes().length, 20);
});

test('the last command wins: what was not sent yet is never sent, at most 20 frames a second leave', async () => {
  const { clock, lane, hexes, sent } = camera();
  for (let i = 1; i <= 60; i += 1) {
    void lane.drive(motionOf({ pan: i / 60 }), 10_000);
    await clock.advance(1000 / 60);
  }
  await clock.advance(MIN_GAP_MS);
  assert.ok(sent.length <= 22, `${sent.length}`);
  assert.equal(hexes().at(-1), RIGHT.view);
  for (const [i, each] of sent.entries())
    if (i > 0) assert.ok(each.atMs - sent[i - 1]!.atMs >= MIN_GAP_MS - 1e-6, 'the gap');
  await lane.drive(RIGHT, 10_000);
  const asked = lane.drive(LEFT, 10_000);
  const replaced = lane.drive(motionOf({ tilt: 1 }), 10_000);
  await clock.advance(MIN_GAP_MS);
  assert.deepEqual(await Promise.all([asked, replaced]), [null, null]);
  assert.ok(!hexes().includes(LEFT.view!));
  lane.close();
  assert.equal(clock.pending, 0);
});

test('a stop waits for nothing, and takes what waits with it', async () => {
  const { clock, lane, hexes, sent } = camera({ answers: false });
  const first = lane.drive(LEFT, 10_000);
  const second = lane.drive(RIGHT, 10_000);
  await settle();
  assert.deepEqual(hexes(), [LEFT.view], 'one frame is on its way at a time');
  void lane.stop();
  await settle();
  assert.deepEqual(hexes(), [LEFT.view, STOP]);
  assert.equal(sent[0]!.isWanted(), false, 'a frame that still waits for its turn is left out');
  assert.equal(await second, null);
  sent[0]!.answer(null);
  assert.equal(await first, null);
  lane.close();
  for (const each of sent) each.answer(null);
  await settle();
  assert.equal(clock.pending, 0);
});

test('a frame that may arrive after the stop is followed by a stop', async () => {
  const { clock, lane, hexes, sent, world } = camera({ answers: false });
  void lane.drive(LEFT, 10_000);
  await settle();
  world.answers = true; // every stop is taken, but the first frame is still being retransmitted
  void lane.stop();
  await clock.advance(20_000);
  const stops = hexes().length;
  assert.equal(stops, 2 + STOP_REPEATS);
  assert.equal(lane.isIdle, false);
  sent[0]!.answer(null);
  await settle();
  assert.equal(hexes().length, stops + 1);
  assert.equal(hexes().at(-1), STOP);
  assert.ok(lane.isIdle);
});

test('a frame that may arrive after a newer one is followed by the newer one', async () => {
  const { clock, lane, hexes, sent, world } = camera({ answers: false });
  const first = lane.drive(LEFT, 60_000);
  void lane.drive(RIGHT, 60_000);
  world.answers = true;
  await clock.advance(PATIENCE_MS);
  assert.equal((await first)?.problem, 'device_timeout');
  assert.deepEqual(hexes(), [LEFT.view, RIGHT.view]);
  sent[0]!.answer(null);
  await clock.advance(MIN_GAP_MS);
  assert.deepEqual(hexes(), [LEFT.view, RIGHT.view, RIGHT.view]);
  lane.close();
});

test('a stop that is not taken is tried again, and when the device comes back', async () => {
  const { clock, lane, world, hexes } = camera();
  await lane.drive(LEFT, 60_000);
  world.outcome = OFFLINE;
  assert.deepEqual(await lane.stop(), OFFLINE);
  await clock.advance(STOP_REPEAT_MS * STOP_REPEATS + STOP_RETRY_MS * STOP_RETRIES + 60_000);
  const tries = hexes().filter((hex) => hex === STOP).length;
  assert.equal(tries, 1 + STOP_REPEATS + STOP_RETRIES);
  assert.equal(clock.pending, 0);
  assert.equal(lane.isIdle, false, 'it is owed');
  world.outcome = null;
  lane.online();
  await settle();
  assert.equal(hexes().length, 1 + tries + 1);
  assert.ok(lane.isIdle);
  lane.online();
  await settle();
  assert.equal(hexes().length, 1 + tries + 1, 'once');
});

test('the lens has frames of its own: it is stopped when it moved, and only then', async () => {
  const { clock, lane, hexes } = camera();
  await lane.drive(NEAR, 10_000);
  assert.deepEqual(hexes(), [NEAR.lens]);
  await clock.advance(MIN_GAP_MS);
  await lane.drive(motionOf({ pan: 1, iris: 1 }), 10_000);
  assert.deepEqual(hexes().slice(1), [RIGHT.view, motionOf({ iris: 1 }).lens]);
  await clock.advance(MIN_GAP_MS);
  await lane.drive(RIGHT, 10_000);
  assert.deepEqual(hexes().slice(3), [RIGHT.view, LENS_STOP]);
  await clock.advance(MIN_GAP_MS);
  await lane.drive(NEAR, 10_000);
  assert.deepEqual(hexes().slice(5), [STOP, NEAR.lens]);
  await lane.stop();
  assert.deepEqual(hexes().slice(7), [STOP, LENS_STOP]);
  await clock.advance(10_000);
  await lane.stop();
  assert.deepEqual(hexes().slice(-1), [STOP]);
  lane.close();
});

test('a motion of nothing is a stop', async () => {
  const { lane, hexes } = camera();
  await lane.drive(motionOf({ pan: 0, focus: 0 }), 10_000);
  assert.deepEqual(hexes(), [STOP]);
  lane.close();
});

test('what the camera does by itself is not stopped by us: a preset, a cruise; a wiper changes nothing', async () => {
  const { clock, lane, hexes } = camera();
  await lane.drive(LEFT, 10_000);
  await lane.command('AUX', false);
  await clock.advance(10_000);
  assert.deepEqual(hexes(), [LEFT.view, 'AUX', STOP]);
  await lane.command('GOTO', true);
  await clock.advance(60_000);
  assert.deepEqual(hexes().slice(3), ['GOTO'], 'no repeated stop');
  await lane.drive(LEFT, 10_000);
  await lane.command('CRUISE', true);
  await clock.advance(60_000);
  assert.deepEqual(hexes().slice(4), [LEFT.view, 'CRUISE'], 'no dead man');
  assert.ok(lane.isIdle);
});

test('a camera that was never reached is owed no stop', async () => {
  const { clock, lane, world, hexes } = camera();
  world.outcome = OFFLINE;
  assert.deepEqual(await lane.drive(LEFT, 10_000), OFFLINE);
  await settle();
  assert.equal(clock.pending, 0);
  assert.ok(lane.isIdle);
  world.outcome = null;
  lane.online();
  await settle();
  assert.deepEqual(hexes(), [LEFT.view]);
  // one that moves already is stopped all the same
  await clock.advance(MIN_GAP_MS);
  await lane.drive(LEFT, 10_000);
  await clock.advance(MIN_GAP_MS);
  world.outcome = OFFLINE;
  await lane.drive(RIGHT, 10_000);
  await clock.advance(10_000);
  assert.ok(hexes().includes(STOP));
  lane.close();
});

test('what moves is noted before it moves, and is no more when its last stop was taken', async () => {
  const { lane, clock, owed, sent, world } = camera({ answers: false });
  void lane.drive(LEFT, 60_000);
  assert.deepEqual([owed, sent.length], [[true], 1]);
  world.answers = true;
  sent[0]!.answer(null);
  await settle();
  void lane.stop();
  await settle();
  assert.deepEqual(owed.at(-1), true, 'the stop is said again, so it may have been missed');
  await clock.advance(STOP_REPEATS * STOP_REPEAT_MS);
  assert.equal(owed.at(-1), false);
});

test('a stop that the process before owed is said when the device is there', async () => {
  const { lane, clock, owed, hexes, world } = camera({ isOwed: true });
  assert.deepEqual([lane.isIdle, hexes()], [false, []]);
  world.outcome = OFFLINE;
  lane.online();
  await settle();
  assert.deepEqual([hexes(), owed], [[STOP, LENS_STOP], []]);
  world.outcome = null;
  await clock.advance(STOP_RETRY_MS);
  assert.deepEqual([lane.isIdle, owed, hexes().length], [true, [false], 4]);
});

test('a preset that a camera refuses leaves it stopped; one that it takes stops the lens alone', async () => {
  const { lane, clock, hexes, owed, world } = camera();
  void lane.drive({ ...LEFT, lens: NEAR.lens }, 60_000);
  await settle();
  world.outcome = { problem: 'device_error', detail: 'no' };
  const refusal = lane.command('A50F018200010038', true);
  world.outcome = null;
  assert.equal((await refusal)?.problem, 'device_error');
  await clock.advance(10_000);
  assert.deepEqual(hexes().slice(2, 6), [LENS_STOP, 'A50F018200010038', STOP, LENS_STOP]);
  assert.equal(owed.at(-1), false);

  void lane.drive({ ...LEFT, lens: NEAR.lens }, 60_000);
  await settle();
  const before = hexes().length;
  assert.equal(await lane.command('A50F018200010038', true), null);
  await clock.advance(120_000);
  assert.deepEqual(hexes().slice(before), [LENS_STOP, 'A50F018200010038']);
  assert.equal(owed.at(-1), false);
});

test('what moves a camera in other words is not ended by a stop that is said again; what turned is stopped before', async () => {
  const { lane, clock, hexes, owed } = camera();
  void lane.drive(LEFT, 60_000);
  await settle();
  void lane.stop();
  await settle();
  await lane.giveWay();
  const stopped = hexes().length;
  await clock.advance(120_000);
  assert.deepEqual([hexes().length, owed.at(-1)], [stopped, false]);

  void lane.drive({ ...LEFT, lens: NEAR.lens }, 60_000);
  await settle();
  await lane.giveWay();
  assert.deepEqual(hexes().slice(-2), [STOP, LENS_STOP]);
  const before = hexes().length;
  await clock.advance(120_000);
  assert.deepEqual([hexes().length, owed.at(-1), lane.isIdle], [before, false, true]);
});

test('a stop that is not taken before something else moves the camera is owed', async () => {
  const { lane, clock, hexes, world, owed } = camera();
  void lane.drive(LEFT, 60_000);
  await settle();
  world.outcome = OFFLINE;
  await lane.giveWay();
  world.outcome = null;
  await clock.advance(STOP_RETRY_MS + 1000);
  assert.deepEqual([hexes().at(-1), owed.at(-1), lane.isIdle], [STOP, false, true]);
});
