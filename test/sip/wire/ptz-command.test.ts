import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Direction,
  LENS_STOP,
  type PtzCommand,
  readPtzCommand,
  STOP,
  writePtzCommand,
} from '../../../src/sip/wire/ptz-command.ts';

const move = (
  pan: Direction,
  tilt: Direction,
  zoom: Direction,
  panSpeed: number,
  tiltSpeed: number,
  zoomSpeed: number,
): PtzCommand => ({ kind: 'move', pan, tilt, zoom, panSpeed, tiltSpeed, zoomSpeed });
const lens = (focus: Direction, iris: Direction, focusSpeed: number, irisSpeed: number): PtzCommand => ({
  kind: 'lens',
  focus,
  iris,
  focusSpeed,
  irisSpeed,
});

/** Worked examples: GB/T 28181 annex A.3, each sum recomputed. */
const EXAMPLES: readonly (readonly [number: number, what: string, hex: string, command: PtzCommand])[] = [
  [1, 'PTZ stop (also stops cruise and scan)', 'A50F0100000000B5', move(0, 0, 0, 0, 0, 0)],
  [2, 'right, pan speed 0x80', 'A50F010180000036', move(1, 0, 0, 0x80, 0, 0)],
  [3, 'left, pan speed 0x80', 'A50F010280000037', move(-1, 0, 0, 0x80, 0, 0)],
  [4, 'down, tilt speed 0x80', 'A50F010400800039', move(0, -1, 0, 0, 0x80, 0)],
  [5, 'up, tilt speed 0x80', 'A50F01080080003D', move(0, 1, 0, 0, 0x80, 0)],
  [6, 'right, speed FF', 'A50F0101FF0000B5', move(1, 0, 0, 0xff, 0, 0)],
  [7, 'left, speed FA', 'A50F0102FA0000B1', move(-1, 0, 0, 0xfa, 0, 0)],
  [8, 'up, speed FF', 'A50F010800FF00BC', move(0, 1, 0, 0, 0xff, 0)],
  [9, 'down, speed FA', 'A50F010400FA00B3', move(0, -1, 0, 0, 0xfa, 0)],
  [10, 'right+down 0x80/0x80', 'A50F0105808000BA', move(1, -1, 0, 0x80, 0x80, 0)],
  [11, 'left+down 0x80/0x80', 'A50F0106808000BB', move(-1, -1, 0, 0x80, 0x80, 0)],
  [12, 'right+up 0x80/0x80', 'A50F0109808000BE', move(1, 1, 0, 0x80, 0x80, 0)],
  [13, 'left+up 0x80/0x80', 'A50F010A808000BF', move(-1, 1, 0, 0x80, 0x80, 0)],
  [14, 'zoom in (tele), zoom speed 1', 'A50F0110000010D5', move(0, 0, 1, 0, 0, 1)],
  [15, 'zoom in, speed 8', 'A50F011000008045', move(0, 0, 1, 0, 0, 8)],
  [16, 'zoom in, speed F', 'A50F01100000F0B5', move(0, 0, 1, 0, 0, 15)],
  [17, 'zoom out (wide), speed 8', 'A50F012000008055', move(0, 0, -1, 0, 0, 8)],
  [
    18,
    'right+up 0x40/0x40 and zoom out speed 5 (the combination 29H of the standard)',
    'A50F0129404050AE',
    move(1, 1, -1, 0x40, 0x40, 5),
  ],
  [19, 'FI stop (focus and iris)', 'A50F0140000000F5', lens(0, 0, 0, 0)],
  [20, 'focus far, speed 0x80', 'A50F014180000076', lens(-1, 0, 0x80, 0)],
  [21, 'focus near, speed 0x80', 'A50F014280000077', lens(1, 0, 0x80, 0)],
  [22, 'iris open (larger), speed 0x80', 'A50F014400800079', lens(0, 1, 0, 0x80)],
  [23, 'iris close (smaller), speed 0x80', 'A50F01480080007D', lens(0, -1, 0, 0x80)],
  [24, 'iris close speed 0x30 + focus far speed 0x20 (49H)', 'A50F01492030004E', lens(-1, -1, 0x20, 0x30)],
  [25, 'preset 1 set', 'A50F018100010037', { kind: 'preset', action: 'set', preset: 1 }],
  [26, 'preset 1 call', 'A50F018200010038', { kind: 'preset', action: 'goto', preset: 1 }],
  [27, 'preset 1 delete', 'A50F018300010039', { kind: 'preset', action: 'delete', preset: 1 }],
  [28, 'preset 16 call', 'A50F018200100047', { kind: 'preset', action: 'goto', preset: 16 }],
  [29, 'preset 255 call', 'A50F018200FF0036', { kind: 'preset', action: 'goto', preset: 255 }],
  [30, 'cruise 1: add preset 3', 'A50F01840103003D', { kind: 'cruise', group: 1, action: 'add', value: 3 }],
  [31, 'cruise 1: delete preset 3', 'A50F01850103003E', { kind: 'cruise', group: 1, action: 'delete', value: 3 }],
  [32, 'cruise 1: delete whole cruise', 'A50F01850100003B', { kind: 'cruise', group: 1, action: 'delete', value: 0 }],
  [33, 'cruise 1: speed 300 (=0x12C)', 'A50F0186012C1078', { kind: 'cruise', group: 1, action: 'speed', value: 300 }],
  [34, 'cruise 1: dwell 10 s', 'A50F0187010A0047', { kind: 'cruise', group: 1, action: 'dwell', value: 10 }],
  [35, 'cruise 1: dwell 600 s (=0x258)', 'A50F0187015820B5', { kind: 'cruise', group: 1, action: 'dwell', value: 600 }],
  [36, 'cruise 1: start', 'A50F01880100003E', { kind: 'cruise', group: 1, action: 'start', value: 0 }],
  [37, 'scan 1: start', 'A50F01890100003F', { kind: 'scan', group: 1, action: 'start', value: 0 }],
  [38, 'scan 1: set left limit here', 'A50F018901010040', { kind: 'scan', group: 1, action: 'left', value: 0 }],
  [39, 'scan 1: set right limit here', 'A50F018901020041', { kind: 'scan', group: 1, action: 'right', value: 0 }],
  [40, 'scan 1: speed 100 (=0x064)', 'A50F018A016400A4', { kind: 'scan', group: 1, action: 'speed', value: 100 }],
  [41, 'auxiliary 1 (wiper) on', 'A50F018C01000042', { kind: 'aux', number: 1, enabled: true }],
  [42, 'auxiliary 1 (wiper) off', 'A50F018D01000043', { kind: 'aux', number: 1, enabled: false }],
  [43, 'auxiliary 2 on', 'A50F018C02000043', { kind: 'aux', number: 2, enabled: true }],
  [44, 'PTZ stop, address byte 00 (broadcast form)', 'A50F0000000000B4', move(0, 0, 0, 0, 0, 0)],
  [45, 'PTZ stop, address 0x123', 'A50F2300000001D8', move(0, 0, 0, 0, 0, 0)],
];
/** Frames with another address than ours: read, never written. */
const FOREIGN_ADDRESS = [44, 45];

for (const [number, what, hex, command] of EXAMPLES) {
  test(`example ${number}: ${what}`, () => {
    assert.deepEqual(readPtzCommand(hex), command);
    assert.deepEqual(readPtzCommand(hex.toLowerCase()), command);
    if (!FOREIGN_ADDRESS.includes(number)) assert.equal(writePtzCommand(command), hex);
  });
}

test('PTZ-1: byte 2 checks version and start, byte 8 is the sum: what does not add up is ignored', () => {
  const sum = (hex: string) =>
    Buffer.from(hex, 'hex')
      .subarray(0, 7)
      .reduce((a, b) => a + b, 0) & 0xff;
  for (const [number, , , command] of EXAMPLES) {
    const hex = writePtzCommand(command);
    assert.equal(Number.parseInt(hex.slice(14), 16), sum(hex), `example ${number}`);
    assert.equal(hex.slice(2, 4), ((0xa + 0x5 + 0) % 16).toString(16).padStart(2, '0').toUpperCase());
  }
  assert.deepEqual(readPtzCommand('A50F010180000037'), { fault: 'checksum' });
  assert.deepEqual(readPtzCommand('A60F010180000037'), { fault: 'start' });
  for (const text of ['', 'A50F0101800000', 'A50F01018000003600', 'A50F0101800000XX', 'A5 0F 01 01 80 00 00 36'])
    assert.deepEqual(readPtzCommand(text), { fault: 'length' }, text);
});

test('PTZ-2: left is left, and every direction has its own bit', () => {
  assert.equal(writePtzCommand(move(-1, 0, 0, 0xfa, 0, 0)), 'A50F0102FA0000B1');
  assert.equal(writePtzCommand(move(0, -1, 0, 0, 0xfa, 0)), 'A50F010400FA00B3');
  const bits = [
    move(1, 0, 0, 1, 0, 0),
    move(-1, 0, 0, 1, 0, 0),
    move(0, -1, 0, 0, 1, 0),
    move(0, 1, 0, 0, 1, 0),
  ].concat([
    move(0, 0, 1, 0, 0, 1),
    move(0, 0, -1, 0, 0, 1),
    lens(-1, 0, 1, 0),
    lens(1, 0, 1, 0),
    lens(0, 1, 0, 1),
    lens(0, -1, 0, 1),
  ]);
  assert.deepEqual(
    bits.map((command) => writePtzCommand(command).slice(6, 8)),
    ['01', '02', '04', '08', '10', '20', '41', '42', '44', '48'],
  );
});

test('PTZ-3: the speed of zoom stands in the high nibble of byte 7, and there only', () => {
  for (let zoomSpeed = 1; zoomSpeed <= 15; zoomSpeed += 1) {
    const hex = writePtzCommand(move(0, 0, 1, 0, 0, zoomSpeed));
    assert.equal(hex.slice(8, 12), '0000');
    assert.equal(hex.slice(12, 14), `${zoomSpeed.toString(16).toUpperCase()}0`);
  }
});

test('a speed without its direction is not written', () => {
  assert.equal(writePtzCommand(move(0, 0, 0, 9, 9, 9)), writePtzCommand(STOP));
  assert.equal(writePtzCommand(lens(0, 0, 9, 9)), writePtzCommand(LENS_STOP));
});

test('unknown instructions, and both bits of a pair', () => {
  const frame = (instruction: number, data2 = 0) => {
    const bytes = [0xa5, 0x0f, 0x01, instruction, 0, data2, 0];
    return Buffer.from([...bytes, bytes.reduce((a, b) => a + b, 0) & 0xff]).toString('hex');
  };
  for (const instruction of [0x50, 0x7f, 0x80, 0x8b, 0x8e, 0xff])
    assert.deepEqual(readPtzCommand(frame(instruction)), { fault: 'unknown' });
  assert.deepEqual(readPtzCommand(frame(0x89, 3)), { fault: 'unknown' });
  assert.deepEqual(readPtzCommand(frame(0x3f)), STOP);
  assert.deepEqual(readPtzCommand(frame(0x4f)), LENS_STOP);
});

const way = fc.constantFrom<Direction>(-1, 0, 1);
const byte = fc.integer({ min: 0, max: 255 });
const twelveBits = fc.integer({ min: 0, max: 0xfff });
/** A command whose speeds are 0 where nothing moves: what a frame can say. */
const anyCommand: fc.Arbitrary<PtzCommand> = fc.oneof(
  fc
    .tuple(way, way, way, byte, byte, fc.integer({ min: 0, max: 15 }))
    .map(([pan, tilt, zoom, p, t, z]) => move(pan, tilt, zoom, pan && p, tilt && t, zoom && z)),
  fc.tuple(way, way, byte, byte).map(([focus, iris, f, i]) => lens(focus, iris, focus && f, iris && i)),
  fc.tuple(fc.constantFrom('set' as const, 'goto' as const, 'delete' as const), byte).map(([action, preset]) => ({
    kind: 'preset' as const,
    action,
    preset,
  })),
  fc
    .tuple(byte, fc.constantFrom('speed' as const, 'dwell' as const), twelveBits)
    .map(([group, action, value]) => ({ kind: 'cruise' as const, group, action, value })),
  fc
    .tuple(byte, fc.constantFrom('add' as const, 'delete' as const), byte)
    .map(([group, action, value]) => ({ kind: 'cruise' as const, group, action, value })),
  fc
    .tuple(byte, twelveBits)
    .map(([group, value]) => ({ kind: 'scan' as const, group, action: 'speed' as const, value })),
  fc.tuple(byte, fc.boolean()).map(([number, enabled]) => ({ kind: 'aux' as const, number, enabled })),
);

test('what is written is read again', () => {
  fc.assert(
    fc.property(anyCommand, (command) => {
      const hex = writePtzCommand(command);
      assert.match(hex, /^A50F01[0-9A-F]{10}$/);
      assert.deepEqual(readPtzCommand(hex), command);
    }),
  );
});

test('one wrong digit is no other command', () => {
  fc.assert(
    fc.property(anyCommand, fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 15 }), (command, at, off) => {
      const hex = writePtzCommand(command);
      const digit = ((Number.parseInt(hex[at]!, 16) + off) % 16).toString(16);
      assert.ok('fault' in readPtzCommand(hex.slice(0, at) + digit + hex.slice(at + 1)));
    }),
  );
});

test('any text is a command or a fault', () => {
  fc.assert(fc.property(fc.string(), (text) => void readPtzCommand(text)));
});
