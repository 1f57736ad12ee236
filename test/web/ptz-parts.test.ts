import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockedBy, mayBeTried } from '../../web/page/ptz/blocked.ts';
import { drawnBetween, isOn, pictureIn } from '../../web/page/ptz/box.ts';
import { isSame, isStill, merged, pinchDrive, stickDrive } from '../../web/page/ptz/drive.ts';
import { HeldKeys } from '../../web/page/ptz/held-keys.ts';

test('what is wanted together is one motion, within its bounds; what rests is left out', () => {
  assert.deepEqual(merged([]), {});
  assert.deepEqual(merged([{ pan: 0.7 }, { pan: 0.7, zoom: -0.2 }]), { pan: 1, zoom: -0.2 });
  assert.deepEqual(merged([{ iris: 1 }, { iris: -1, focus: 0 }]), {});
  assert.equal(isSame({ pan: 1 }, { pan: 1 }), true);
  assert.equal(isSame({ pan: 1 }, { pan: 1, tilt: 1 }), false);
});

test('the stick: proportional, fine near its middle, exact along the axes', () => {
  assert.deepEqual(stickDrive(0, 0, 1), {});
  assert.deepEqual(stickDrive(0.1, 0.05, 1), {}, 'a finger is never quite in the middle');
  assert.deepEqual(stickDrive(1, 0, 1), { pan: 1 });
  assert.deepEqual(stickDrive(-3, 0.2, 0.5), { pan: -0.5 }, 'out of its rim, nearly straight');
  assert.deepEqual(stickDrive(0, -1, 1), { tilt: 1 }, 'up is up');
  assert.deepEqual(stickDrive(0, 1, 1), { tilt: -1 });
  const slanted = stickDrive(0.7, 0.7, 1);
  assert.ok((slanted.pan ?? 0) > 0 && slanted.tilt === -(slanted.pan ?? 0), JSON.stringify(slanted));
  const [half, whole] = [stickDrive(0.5, 0, 1).pan ?? 0, stickDrive(1, 0, 1).pan ?? 0];
  assert.ok(half > 0 && half < whole / 2, 'fine near the middle');
});

test('whatever is pushed moves, the way it is pushed and no faster than the speed', () => {
  const part = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(part, part, fc.double({ min: 0.1, max: 1, noNaN: true }), (x, y, speed) => {
      const drive = stickDrive(x, y, speed);
      assert.equal(isStill(drive), Math.hypot(x, y) <= 0.12);
      for (const [value, push] of [
        [drive.pan ?? 0, x],
        [drive.tilt ?? 0, -y],
      ] as const) {
        assert.ok(value * push >= 0, `${value} for ${push}`);
        assert.ok(Math.abs(value) <= speed + 0.05, `${value} at ${speed}`);
      }
    }),
  );
});

test('two fingers: apart is in, together is out, and a little is nothing', () => {
  assert.deepEqual(pinchDrive(1.5, 0.5), { zoom: 0.5 });
  assert.deepEqual(pinchDrive(0.5, 0.5), { zoom: -0.5 });
  for (const ratio of [0.95, 1, 1.05]) assert.deepEqual(pinchDrive(ratio, 1), {});
});

test('the picture lies in the middle of its frame, with bars beside it or above and below', () => {
  const frame = { left: 10, top: 20, width: 1600, height: 900 };
  assert.deepEqual(pictureIn(frame, { width: 1920, height: 1080 }), frame);
  assert.deepEqual(pictureIn(frame, { width: 1200, height: 900 }), { left: 210, top: 20, width: 1200, height: 900 });
  assert.deepEqual(pictureIn(frame, { width: 1600, height: 400 }), { left: 10, top: 270, width: 1600, height: 400 });
  assert.deepEqual(pictureIn(frame, { width: 0, height: 0 }), frame);
});

test('a box is told by its middle, in pixels of the picture, the bars beside it not counted', () => {
  const picture = { left: 210, top: 20, width: 1200, height: 900 };
  const drawn = drawnBetween(picture, { x: 310, y: 120 }, { x: 610, y: 320 });
  assert.deepEqual(drawn, {
    way: 'in',
    box: { width: 1200, height: 900, x: 250, y: 200, boxWidth: 300, boxHeight: 200 },
    shown: { left: 310, top: 120, width: 300, height: 200 },
    isTiny: false,
  });
  const back = drawnBetween(picture, { x: 610, y: 320 }, { x: 310, y: 120 });
  assert.deepEqual([back.way, back.box], ['out', drawn.box]);
  const beyond = drawnBetween(picture, { x: 1310, y: 820 }, { x: 5000, y: 5000 });
  assert.deepEqual(beyond.box, { width: 1200, height: 900, x: 1150, y: 850, boxWidth: 100, boxHeight: 100 });
  assert.equal(drawnBetween(picture, { x: 400, y: 400 }, { x: 800, y: 405 }).isTiny, true);
  assert.deepEqual([isOn(picture, { x: 209, y: 400 }), isOn(picture, { x: 210, y: 20 })], [false, true]);
});

test('keys: all that are down, faster with Shift, let go by their place', () => {
  const keys = new HeldKeys();
  const press = (code: string, key: string, shiftKey = false) => keys.press({ code, key, shiftKey });
  assert.equal(press('ArrowLeft', 'ArrowLeft'), true);
  assert.equal(press('ArrowUp', 'ArrowUp'), true);
  assert.equal(press('KeyA', 'a'), false);
  assert.deepEqual(keys.drive(0.5), { pan: -0.5, tilt: 0.5 });
  press('ShiftLeft', 'Shift', true);
  assert.deepEqual(keys.drive(0.5), { pan: -1, tilt: 1 });
  keys.release({ code: 'ShiftLeft', key: 'Shift', shiftKey: false });
  keys.release({ code: 'ArrowUp', key: 'ArrowUp', shiftKey: false });
  assert.deepEqual(keys.drive(0.5), { pan: -0.5 });
  press('Equal', '+', true);
  keys.release({ code: 'Equal', key: '=', shiftKey: false });
  assert.deepEqual(keys.drive(0.5), { pan: -0.5 }, 'Shift was let go before the key');
  keys.clear();
  assert.equal(keys.isEmpty, true);
});

test('why not: the token, the camera that is away, what its catalogue says of it, its own refusal', () => {
  const free = { mayControl: true, isOnline: true, ptzType: undefined, isRefused: false, isTried: false };
  assert.equal(blockedBy(free), null);
  for (const ptzType of [0, 1, 2, 4, 5]) assert.equal(blockedBy({ ...free, ptzType }), null, String(ptzType));
  assert.equal(blockedBy({ ...free, ptzType: 3 }), 'fixed');
  assert.equal(blockedBy({ ...free, ptzType: 6 }), 'panorama');
  assert.equal(blockedBy({ ...free, ptzType: 3, isTried: true }), null, 'the catalogue may be wrong');
  assert.equal(blockedBy({ ...free, isRefused: true, isTried: true }), 'refused');
  assert.equal(blockedBy({ ...free, isOnline: false, isRefused: true }), 'offline');
  assert.equal(blockedBy({ ...free, mayControl: false, isOnline: false }), 'look-only');
  assert.deepEqual([mayBeTried('fixed'), mayBeTried('refused'), mayBeTried('look-only')], [true, true, false]);
});
