import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { resultOf } from './result.ts';
import { integerOf, textOf } from './xml.ts';

/** Response/DeviceInfo (GB/T 28181 A.2.6). Texts are '' when the device did not send them. */
export interface DeviceInfo {
  name: string;
  manufacturer: string;
  model: string;
  firmware: string;
  /** Number of video inputs; null when not sent. */
  channelCount: number | null;
  /** False when `Result` is ERROR. */
  ok: boolean;
}

/** Longest text kept of one field: names are at most 64 characters in the standard. */
const MAX_TEXT = 256;

export function readDeviceInfo(envelope: Envelope): DeviceInfo {
  const text = (name: string): string => (textOf(envelope.element, name) ?? '').slice(0, MAX_TEXT);
  const channels = integerOf(envelope.element, 'Channel') ?? integerOf(envelope.element, 'MaxCamera');
  return {
    name: text('DeviceName') || text('Name'),
    manufacturer: text('Manufacturer'),
    model: text('Model'),
    firmware: text('Firmware'),
    channelCount: channels !== null && channels >= 0 ? channels : null,
    ok: resultOf(envelope.element).ok,
  };
}

/** True when an answer with the wrong `CmdType` (sample documents copy `Catalog` into it) has the fields of a DeviceInfo (XML-8). */
export function looksLikeDeviceInfo(envelope: Envelope): boolean {
  return textOf(envelope.element, 'Firmware') !== null || textOf(envelope.element, 'DeviceName') !== null;
}

/** Query/DeviceInfo (A.2.4). */
export function deviceInfoQuestion(targetId: string): Question<DeviceInfo> {
  const cmdType = 'DeviceInfo';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [], style),
    answer: 'response',
    fits: looksLikeDeviceInfo,
    read: readDeviceInfo,
  };
}
