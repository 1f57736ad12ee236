import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { resultOf } from './result.ts';
import { child, childrenOf, textOf } from './xml.ts';

/** Response/DeviceStatus (GB/T 28181 A.2.6); null where the device did not say. */
export interface DeviceStatus {
  ok: boolean;
  online: boolean | null;
  /** `Status`: OK or ERROR. */
  healthy: boolean | null;
  reason: string;
  encoding: boolean | null;
  recording: boolean | null;
  /** Device-local time as written. */
  deviceTime: string;
  alarms: { deviceId: string; duty: string }[];
}

/** Alarm inputs of one device. */
const MAX_ALARMS = 1000;
const MAX_TEXT = 256;

/** One map for every spelling of on and off seen (XML-11); null for an unknown word. */
export function readSwitch(text: string | null): boolean | null {
  switch (text?.trim().toUpperCase()) {
    case 'ON':
    case 'OK':
    case 'ONLINE':
    case '1':
    case 'TRUE':
      return true;
    case 'OFF':
    case 'ERROR':
    case 'OFFLINE':
    case 'VLOST':
    case 'DEFECT':
    case '0':
    case 'FALSE':
      return false;
    default:
      return null;
  }
}

export function readDeviceStatus(envelope: Envelope): DeviceStatus {
  const text = (name: string): string => (textOf(envelope.element, name) ?? '').slice(0, MAX_TEXT);
  const list = child(envelope.element, 'Alarmstatus');
  const items = list === null ? [] : childrenOf(list, 'Item').slice(0, MAX_ALARMS);
  return {
    ok: resultOf(envelope.element).ok,
    online: readSwitch(textOf(envelope.element, 'Online')),
    healthy: readSwitch(textOf(envelope.element, 'Status')),
    reason: text('Reason'),
    encoding: readSwitch(textOf(envelope.element, 'Encode')),
    recording: readSwitch(textOf(envelope.element, 'Record')),
    deviceTime: text('DeviceTime'),
    alarms: items.map((item) => ({
      deviceId: textOf(item, 'DeviceID') ?? '',
      duty: textOf(item, 'DutyStatus') ?? textOf(item, 'StatusDutyStatus') ?? textOf(item, 'Status') ?? '',
    })),
  };
}

/** True when an answer with the wrong `CmdType` has the fields of a DeviceStatus (XML-8). */
export function looksLikeDeviceStatus(envelope: Envelope): boolean {
  return textOf(envelope.element, 'Online') !== null;
}

/** Query/DeviceStatus (A.2.4). */
export function deviceStatusQuestion(targetId: string): Question<DeviceStatus> {
  const cmdType = 'DeviceStatus';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: looksLikeDeviceStatus,
    read: readDeviceStatus,
  };
}
