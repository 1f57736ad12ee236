import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { resultOf } from './result.ts';
import type { XmlNode } from './xml.ts';

/** Control/DeviceControl (GB/T 28181 A.2.3): one command group a message. Which of them is answered, the standard says (9.3.2). */

/** `Result` of a Response/DeviceControl. */
export type ControlResult = 'OK' | 'ERROR';

/** A rectangle in the player's window, pixels: `x` and `y` are its centre, the origin is top left (A.2.3.1.7). */
export interface ZoomBox {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly boxWidth: number;
  readonly boxHeight: number;
}

/** Frame of every control. */
function control(
  targetId: string,
  group: readonly XmlNode[],
): Pick<Question<unknown>, 'command' | 'targetId' | 'write'> {
  const cmdType = 'DeviceControl';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Control', { cmdType, sn, deviceId: targetId }, group, style),
  };
}

/** A control that nobody answers but with SIP 200. */
function untold(targetId: string, group: readonly XmlNode[]): Question<null> {
  return { ...control(targetId, group), answer: 'none', read: () => null };
}

/** A control with a Response. */
function told(targetId: string, group: readonly XmlNode[]): Question<ControlResult> {
  return { ...control(targetId, group), answer: 'response', read: readControlResult };
}

/** `Result` of an answer; whatever is not ERROR is taken for OK. */
export function readControlResult(envelope: Envelope): ControlResult {
  return resultOf(envelope.element).ok ? 'OK' : 'ERROR';
}

/** What may go with the bytes of a `PTZCmd`. */
export interface PtzExtras {
  /** Name of a preset that is set (2022). */
  readonly presetName?: string;
  /** Higher wins where several platforms steer one camera; editions before 2022 only. */
  readonly priority?: number;
}

/** PTZCmd (A.2.3.1.2): 16 hex digits of annex A.3. It is answered by SIP 200 alone. */
export function ptzControl(targetId: string, hex: string, extras: PtzExtras = {}): Question<null> {
  const { presetName, priority } = extras;
  return untold(targetId, [
    ['PTZCmd', hex],
    ['PTZCmdParams', presetName === undefined ? undefined : [['PresetName', presetName]]],
    ['Info', priority === undefined ? undefined : [['ControlPriority', priority]]],
  ]);
}

/** TeleBoot: restarts the device, which registers anew then. */
export function teleBoot(targetId: string): Question<null> {
  return untold(targetId, [['TeleBoot', 'Boot']]);
}

/** RecordCmd: the device records, or stops. `streamNumber`: 2022 only. */
export function recordControl(targetId: string, enabled: boolean, streamNumber?: number): Question<ControlResult> {
  return told(targetId, [
    ['RecordCmd', enabled ? 'Record' : 'StopRecord'],
    ['StreamNumber', streamNumber],
  ]);
}

/** GuardCmd: arms or disarms an alarm input, a camera or the whole device. */
export function guardControl(targetId: string, enabled: boolean): Question<ControlResult> {
  return told(targetId, [['GuardCmd', enabled ? 'SetGuard' : 'ResetGuard']]);
}

/** AlarmCmd: after an alarm of method 2 a device sends no further one until this. `method` as written: `2`, or several (`1/2`). */
export function alarmReset(targetId: string, method?: string, type?: number): Question<ControlResult> {
  const info: XmlNode[] = [
    ['AlarmMethod', method],
    ['AlarmType', type],
  ];
  return told(targetId, [
    ['AlarmCmd', 'ResetAlarm'],
    ['Info', method === undefined && type === undefined ? undefined : info],
  ]);
}

/** DragZoomIn: the box becomes the whole view; DragZoomOut: the whole view shrinks into the box. */
export function dragZoom(targetId: string, way: 'in' | 'out', box: ZoomBox): Question<null> {
  return untold(targetId, [[way === 'in' ? 'DragZoomIn' : 'DragZoomOut', boxNodes(box)]]);
}

/** HomePosition (2016 on): where the camera goes back to when it is left alone for `resetSeconds`. */
export function homePositionControl(
  targetId: string,
  home: { readonly enabled: boolean; readonly resetSeconds?: number; readonly preset?: number },
): Question<ControlResult> {
  return told(targetId, [
    [
      'HomePosition',
      [
        ['Enabled', home.enabled ? 1 : 0],
        ['ResetTime', home.resetSeconds],
        ['PresetIndex', home.preset],
      ],
    ],
  ]);
}

/** PTZPreciseCtrl (2022): degrees with the standard's signs, tilt + down. An axis that is left out stays as it is. */
export function ptzPrecise(
  targetId: string,
  to: { readonly pan?: number; readonly tilt?: number; readonly zoom?: number },
): Question<null> {
  const text = (value: number | undefined) => value?.toFixed(2);
  return untold(targetId, [
    [
      'PTZPreciseCtrl',
      [
        ['Pan', text(to.pan)],
        ['Tilt', text(to.tilt)],
        ['Zoom', text(to.zoom)],
      ],
    ],
  ]);
}

/** FormatSDCard (2022): 0 is all cards. How far it is, SDCardStatus says. */
export function formatCard(targetId: string, card: number): Question<null> {
  return untold(targetId, [['FormatSDCard', card]]);
}

/** TargetTrack (2022): a dome follows what moves, or what is in the box of the panorama channel's picture. */
export function targetTrack(
  targetId: string,
  mode: 'Auto' | 'Manual' | 'Stop',
  panoramaId?: string,
  area?: ZoomBox,
): Question<null> {
  return untold(targetId, [
    ['TargetTrack', mode],
    ['DeviceID2', panoramaId],
    ['TargetArea', area === undefined ? undefined : boxNodes(area)],
  ]);
}

function boxNodes(box: ZoomBox): XmlNode[] {
  return [
    ['Length', box.width],
    ['Width', box.height],
    ['MidPointX', box.x],
    ['MidPointY', box.y],
    ['LengthX', box.boxWidth],
    ['LengthY', box.boxHeight],
  ];
}

/** What an upgrade needs (A.2.3.1.12). `session`: 32 to 128 characters of `[A-Za-z0-9-]`, which the result repeats. */
export interface Upgrade {
  readonly firmware: string;
  readonly url: string;
  readonly manufacturer: string;
  readonly session: string;
}

/** DeviceUpgrade (2022): the device fetches the file; its Response says that it begins, DeviceUpgradeResult how it went. */
export function deviceUpgrade(targetId: string, upgrade: Upgrade): Question<ControlResult> {
  return told(targetId, [
    [
      'DeviceUpgrade',
      [
        ['Firmware', upgrade.firmware],
        ['FileURL', upgrade.url],
        ['Manufacturer', upgrade.manufacturer],
        ['SessionID', upgrade.session],
      ],
    ],
  ]);
}
