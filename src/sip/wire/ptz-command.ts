/**
 * `PTZCmd`: the eight bytes that move a camera, as 16 hex digits (GB/T 28181 annex A.3). Byte 1 is A5, byte 2 the version with a check
 * over both (0F), byte 4 the instruction, bytes 5 and 6 and the high nibble of byte 7 its data, byte 8 the sum of the others.
 */

/** What one frame says. Speeds are those of the bytes: 0–255, of zoom 0–15. */
export type PtzCommand =
  | {
      /** The full motion of the view: each frame states all of it, and zeros stop it, a cruise and a scan too (A.3.2). */
      readonly kind: 'move';
      /** −1 left, 1 right. */
      readonly pan: Direction;
      /** −1 down, 1 up. */
      readonly tilt: Direction;
      /** −1 out (wide), 1 in (tele). */
      readonly zoom: Direction;
      readonly panSpeed: number;
      readonly tiltSpeed: number;
      readonly zoomSpeed: number;
    }
  | {
      /** The full motion of the lens (A.3.3); zeros stop it. */
      readonly kind: 'lens';
      /** −1 far, 1 near. */
      readonly focus: Direction;
      /** −1 close (smaller), 1 open (larger). */
      readonly iris: Direction;
      readonly focusSpeed: number;
      readonly irisSpeed: number;
    }
  | { readonly kind: 'preset'; readonly action: 'set' | 'goto' | 'delete'; readonly preset: number }
  | {
      /** A.3.5. `delete` without a preset (0) deletes the whole cruise. */
      readonly kind: 'cruise';
      readonly group: number;
      readonly action: 'add' | 'delete' | 'speed' | 'dwell' | 'start';
      /** Number of the preset, or the 12-bit value: speed, or dwell in seconds. */
      readonly value: number;
    }
  | {
      /** A.3.6. `left` and `right`: the view now is that limit. */
      readonly kind: 'scan';
      readonly group: number;
      readonly action: 'start' | 'left' | 'right' | 'speed';
      readonly value: number;
    }
  /** Switch 1 is the wiper, the others are the maker's (A.3.7). */
  | { readonly kind: 'aux'; readonly number: number; readonly enabled: boolean };

export type Direction = -1 | 0 | 1;

/** Why text is no command; whoever receives it does nothing (A.3.1). */
export interface PtzFault {
  readonly fault: 'length' | 'start' | 'checksum' | 'unknown';
}

const START = 0xa5;
/** Version 1.0 in the high nibble, (A + 5 + 0) mod 16 in the low one. */
const VERSION_CHECK = 0x0f;
/** Nobody reads the address on a network: the target is `DeviceID`. */
const ADDRESS = 0x01;

/** The motion that is none: stops pan, tilt, zoom, cruise and scan. */
export const STOP: PtzCommand = {
  kind: 'move',
  pan: 0,
  tilt: 0,
  zoom: 0,
  panSpeed: 0,
  tiltSpeed: 0,
  zoomSpeed: 0,
};

/** Stops focus and iris. */
export const LENS_STOP: PtzCommand = { kind: 'lens', focus: 0, iris: 0, focusSpeed: 0, irisSpeed: 0 };

const PRESET = { set: 0x81, goto: 0x82, delete: 0x83 } as const;
const CRUISE = { add: 0x84, delete: 0x85, speed: 0x86, dwell: 0x87, start: 0x88 } as const;
const SCAN_MARK = { start: 0, left: 1, right: 2 } as const;

/** The 16 hex digits of a command. Numbers beyond their field are cut to its width: whoever asks checks them before. */
export function writePtzCommand(command: PtzCommand): string {
  switch (command.kind) {
    case 'move': {
      const { pan, tilt, zoom } = command;
      const bits = pair(pan, 0x01, 0x02) | pair(tilt, 0x08, 0x04) | pair(zoom, 0x10, 0x20);
      return frame(
        bits,
        pan === 0 ? 0 : command.panSpeed,
        tilt === 0 ? 0 : command.tiltSpeed,
        zoom === 0 ? 0 : command.zoomSpeed,
      );
    }
    case 'lens': {
      const { focus, iris } = command;
      const bits = 0x40 | pair(focus, 0x02, 0x01) | pair(iris, 0x04, 0x08);
      return frame(bits, focus === 0 ? 0 : command.focusSpeed, iris === 0 ? 0 : command.irisSpeed, 0);
    }
    case 'preset':
      return frame(PRESET[command.action], 0, command.preset, 0);
    case 'cruise': {
      const { action, group, value } = command;
      const isLong = action === 'speed' || action === 'dwell';
      return frame(CRUISE[action], group, value, isLong ? value >> 8 : 0);
    }
    case 'scan': {
      const { action, group, value } = command;
      if (action === 'speed') return frame(0x8a, group, value, value >> 8);
      return frame(0x89, group, SCAN_MARK[action], 0);
    }
    case 'aux':
      return frame(command.enabled ? 0x8c : 0x8d, command.number, 0, 0);
  }
}

/** Reads 16 hex digits of either case; a fault is what A.3.1 has receivers ignore. */
export function readPtzCommand(text: string): PtzCommand | PtzFault {
  const hex = text.trim();
  if (!/^[0-9a-f]{16}$/i.test(hex)) return { fault: 'length' };
  const bytes = Buffer.from(hex, 'hex');
  if (bytes[0] !== START) return { fault: 'start' };
  let sum = 0;
  for (let i = 0; i < 7; i += 1) sum += bytes[i]!;
  if ((sum & 0xff) !== bytes[7]) return { fault: 'checksum' };
  return meaningOf(bytes[3]!, bytes[4]!, bytes[5]!, bytes[6]! >> 4);
}

function meaningOf(instruction: number, data1: number, data2: number, data3: number): PtzCommand | PtzFault {
  const long = data2 | (data3 << 8);
  if (instruction < 0x40) {
    const pan = direction(instruction, 0x01, 0x02);
    const tilt = direction(instruction, 0x08, 0x04);
    const zoom = direction(instruction, 0x10, 0x20);
    return { kind: 'move', pan, tilt, zoom, panSpeed: data1, tiltSpeed: data2, zoomSpeed: data3 };
  }
  if (instruction < 0x50) {
    const focus = direction(instruction, 0x02, 0x01);
    const iris = direction(instruction, 0x04, 0x08);
    return { kind: 'lens', focus, iris, focusSpeed: data1, irisSpeed: data2 };
  }
  switch (instruction) {
    case 0x81:
      return { kind: 'preset', action: 'set', preset: data2 };
    case 0x82:
      return { kind: 'preset', action: 'goto', preset: data2 };
    case 0x83:
      return { kind: 'preset', action: 'delete', preset: data2 };
    case 0x84:
      return { kind: 'cruise', action: 'add', group: data1, value: data2 };
    case 0x85:
      return { kind: 'cruise', action: 'delete', group: data1, value: data2 };
    case 0x86:
      return { kind: 'cruise', action: 'speed', group: data1, value: long };
    case 0x87:
      return { kind: 'cruise', action: 'dwell', group: data1, value: long };
    case 0x88:
      return { kind: 'cruise', action: 'start', group: data1, value: 0 };
    case 0x89:
      if (data2 > 2) return { fault: 'unknown' };
      return { kind: 'scan', action: (['start', 'left', 'right'] as const)[data2]!, group: data1, value: 0 };
    case 0x8a:
      return { kind: 'scan', action: 'speed', group: data1, value: long };
    case 0x8c:
      return { kind: 'aux', number: data1, enabled: true };
    case 0x8d:
      return { kind: 'aux', number: data1, enabled: false };
    default:
      return { fault: 'unknown' };
  }
}

function frame(instruction: number, data1: number, data2: number, data3: number): string {
  const bytes = Buffer.from([
    START,
    VERSION_CHECK,
    ADDRESS,
    instruction,
    data1 & 0xff,
    data2 & 0xff,
    (data3 & 0x0f) << 4,
    0,
  ]);
  bytes[7] = bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return bytes.toString('hex').toUpperCase();
}

/** The bit of a direction: one bit for plus, one for minus. */
function pair(way: Direction, plus: number, minus: number): number {
  return way > 0 ? plus : way < 0 ? minus : 0;
}

/** Both bits of a pair at once say nothing. */
function direction(bits: number, plus: number, minus: number): Direction {
  const is = bits & (plus | minus);
  return is === plus ? 1 : is === minus ? -1 : 0;
}
