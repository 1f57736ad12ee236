import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrontEnd } from '../../../src/simulator/control/front-end.ts';

/** The moving part of a simulated camera. */

function frontEnd(deafStops = 0) {
  const time = { nowMs: 0 };
  return { time, front: new FrontEnd(() => time.nowMs, deafStops) };
}

test('it moves as long as it is not told to stop, at the speed it was told', () => {
  const { time, front } = frontEnd();
  front.obey('A50F0101FF0000B5', '');
  time.nowMs = 1000;
  assert.equal(front.position.pan, 300);
  front.obey('A50F0102FF0000B6', '');
  time.nowMs = 3500;
  assert.equal(front.position.pan, 0);
  front.obey('A50F0100000000B5', '');
  time.nowMs = 99_000;
  assert.equal(front.position.pan, 0);
  assert.equal(front.isMoving, false);
});

test('tilt and zoom stay within their limits', () => {
  const { time, front } = frontEnd();
  front.obey('A50F010800FF00BC', '');
  time.nowMs = 60_000;
  assert.equal(front.position.tilt, -30);
  front.obey('A50F01100000F0B5', '');
  time.nowMs = 120_000;
  assert.equal(front.position.zoom, 32);
});

test('PTZ-1: a frame with a wrong sum is ignored', () => {
  const { front } = frontEnd();
  assert.deepEqual(front.obey('A50F0101FF0000B6', ''), { fault: 'checksum' });
  assert.equal(front.isMoving, false);
  assert.deepEqual(front.commands, ['A50F0101FF0000B6']);
});

test('PTZ-4: a deaf camera misses the first stop', () => {
  const { front } = frontEnd(1);
  front.obey('A50F0101FF0000B5', '');
  front.obey('A50F0100000000B5', '');
  assert.equal(front.isMoving, true);
  front.obey('A50F0100000000B5', '');
  assert.equal(front.isMoving, false);
});

test('it keeps only so many commands', () => {
  const { front } = frontEnd();
  for (let i = 0; i < 1500; i += 1) front.obey('A50F0100000000B5', '');
  assert.equal(front.commands.length, 1000);
});
